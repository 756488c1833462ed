//! An Organization in one file, to be moved to another Sovereign: what `sovereign org export` writes and
//! `sovereign org import` reads. Knows nothing of Organizations: only names, JSON lines and who signed them.
//!
//! # The format, version 1
//!
//! A tar archive in one zstd frame, and the SHA-256 of that frame in another, which decompressors skip. Both together
//! may be encrypted with age (<https://age-encryption.org/v1>). `tar --zstd -xf` unpacks it. In the archive are, in
//! this order:
//!
//! | entry           | what it is                                                                       |
//! |-----------------|----------------------------------------------------------------------------------|
//! | `manifest.json` | [`Manifest`]: of whom, by whom, and name, length and SHA-256 of every file       |
//! | `manifest.sig`  | an Ed25519 signature (RFC 8032) of the exporting Sovereign over that, as JSON    |
//! | `NAME.jsonl`…   | the manifest's files in the manifest's order: JSON, one value in each line       |
//!
//! The signature is over `sovereign.bundle.v1`, a line's end, and `manifest.json` byte by byte. Nothing but a plain
//! file is ever in the archive; its headers follow from name and length alone, so that nothing can hide in them.
//!
//! # What a reader does
//!
//! It believes nothing before the signature holds, and the limits of `limits.rs` hold even for those it trusts. It
//! writes no file, so a hostile name leads nowhere; such an archive is refused all the same, with the entry named.
//! What is wrong with a file may show at its end only, or at the bundle's: whoever reads lines may commit what
//! became of them once [`Reader::finish`] has succeeded, and not before. An import reads twice: [`Reader::verify`]
//! first, which hands out nothing, and then again for the lines, with every check again, since the file may have
//! changed between.
//!
//! Both directions need some MiB of memory, however large the bundle is. They block: call them from
//! `spawn_blocking`.

mod archive;
mod encryption;
mod error;
mod input;
mod limits;
mod manifest;
mod output;
mod read;
mod seal;
mod signature;
mod write;

#[cfg(test)]
mod tests;

pub use self::encryption::{Identity, Recipient};
pub use self::error::BundleError;
pub use self::limits::{
    Limits, MAX_FILES, MAX_LINE_BYTES, MAX_MANIFEST_BYTES, MAX_RECIPIENTS, MAX_TOTALS,
};
pub use self::manifest::{FileEntry, Manifest, Source, Subject, SubjectKind};
pub use self::read::{FileReader, Opening, Reader};
pub use self::signature::{Keys, Sign, TrustedKeys};
pub use self::write::{About, Ending, FileWriter, Writer};

/// The archive's first entry.
pub const MANIFEST: &str = "manifest.json";
/// Its second.
pub const SIGNATURE: &str = "manifest.sig";

/// How much of the files' content was written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Which file is at hand.
    pub file: &'a str,
    /// Of all files, before compression.
    pub bytes: u64,
    /// What `bytes` will be at the end.
    pub total_bytes: u64,
}
