//! What can be told of a file without reading all of it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::encryption;
use super::error::BundleError;
use super::limits::{Limits, MAX_AGE_HEADER_BYTES};
use super::manifest::Manifest;
use super::read::{Opening, Reader};
use super::signature::Keys;

/// What there is of a bundle before its content.
#[derive(Debug)]
pub enum Glance {
    /// Its manifest, which a trusted key signed. Nothing behind it was read.
    Open(Box<Manifest>),
    /// It is encrypted, to so many recipients.
    Encrypted(usize),
}

/// Looks at the beginning of a file.
///
/// # Errors
/// As [`Reader::open`], but where it is encrypted.
pub fn glance(path: &Path, keys: &dyn Keys) -> Result<Glance, BundleError> {
    let failed = |error| BundleError::Io { doing: path.display().to_string(), error };
    let mut head = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_AGE_HEADER_BYTES as u64).read_to_end(&mut head).map_err(failed)?;
    if encryption::is_encrypted(&head)? {
        return Ok(Glance::Encrypted(encryption::recipients(&head)));
    }
    let opening = Opening { keys, identity: None, limits: Limits::default() };
    let reader = Reader::open(File::open(path).map_err(failed)?, opening)?;
    Ok(Glance::Open(Box::new(reader.manifest().clone())))
}
