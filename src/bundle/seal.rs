//! What a bundle ends with, behind the compressed archive: the SHA-256 of all before, in a frame that other tools
//! skip (RFC 8878, section 3.1.2).
//!
//! One archive can be compressed to many a sequence of bytes. With this, no byte can become another on its way
//! unnoticed, even where all files would still be the same. It proves nothing of who wrote it: the signature does.

use sha2::{Digest as _, Sha256};

/// The frame's magic number, and how long it is.
const HEAD: [u8; 8] = [0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0];
pub(super) const SEAL_BYTES: usize = HEAD.len() + 32;
pub(super) type Seal = [u8; SEAL_BYTES];

/// What it is about, for a person.
pub(super) const WHOLE: &str = "the bundle as a whole";

pub(super) fn seal(hash: Sha256) -> Seal {
    let mut seal = [0; SEAL_BYTES];
    let (head, digest) = seal.split_at_mut(HEAD.len());
    head.copy_from_slice(&HEAD);
    digest.copy_from_slice(&hash.finalize());
    seal
}
