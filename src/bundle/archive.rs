//! The tar archive, of which a bundle uses next to nothing: plain files with short names.
//!
//! An entry's header follows from its name and its length. A reader makes the header that must come, and compares
//! all 512 bytes: nothing else is ever acted upon, and what differs is only looked at to say what it is.

use tar::{EntryType, Header};

use super::MANIFEST;
use super::error::{BundleError, shown};
use super::input::Input;

pub(super) const BLOCK: usize = 512;
/// Two blocks of zeros end an archive.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

pub(super) type Block = [u8; BLOCK];

/// The header of a file. The same file has the same one always.
pub(super) fn header(name: &str, bytes: u64) -> Result<Block, BundleError> {
    let mut header = Header::new_gnu();
    header.set_path(name).map_err(|error| BundleError::Misuse(format!("{name}: {error}")))?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(bytes);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Zeros that fill the last block of a file of so many bytes.
pub(super) fn padding(bytes: u64) -> &'static [u8] {
    let block = BLOCK as u64;
    let short = (block - bytes % block) % block;
    usize::try_from(short).ok().and_then(|short| END.get(..short)).unwrap_or_default()
}

/// The length that a header declares; nothing says yet that the header is good.
fn declared_bytes(block: &Block) -> Option<u64> {
    Header::from_byte_slice(block).entry_size().ok()
}

/// The whole of the `at`th entry, whose header says how long it is.
pub(super) fn small_file(
    input: &mut Input<'_>,
    names: &[String],
    at: usize,
    longest: u64,
) -> Result<Vec<u8>, BundleError> {
    let name = names.get(at).map_or(MANIFEST, String::as_str);
    let mut block: Block = [0; BLOCK];
    input.read_exact(name, &mut block)?;
    let declared = declared_bytes(&block);
    let expected = declared.map(|bytes| header(name, bytes)).transpose()?;
    let Some(bytes) = declared.filter(|_| expected == Some(block)) else {
        return Err(diagnose(&block, names, at));
    };
    if bytes > longest {
        return Err(BundleError::too_large(name, format!("it has more than {longest} bytes")));
    }
    let mut content = vec![0; usize::try_from(bytes).unwrap_or_default()];
    input.read_exact(name, &mut content)?;
    read_padding(input, name, bytes)?;
    Ok(content)
}

/// Behind a file's content there are zeros.
pub(super) fn read_padding(
    input: &mut Input<'_>,
    name: &str,
    bytes: u64,
) -> Result<(), BundleError> {
    let expected = padding(bytes);
    let mut found = [0; BLOCK];
    let found = found.get_mut(..expected.len()).unwrap_or_default();
    input.read_exact(name, found)?;
    if found == expected {
        Ok(())
    } else {
        Err(BundleError::altered(name, "something is hidden behind its content"))
    }
}

/// What is wrong with a header that is not the `at`th of `names`, the entries that must come; with a file named.
pub(super) fn diagnose(block: &Block, names: &[String], at: usize) -> BundleError {
    let expected = names.get(at).or(names.last()).map_or(MANIFEST, String::as_str);
    if block.iter().all(|byte| *byte == 0) {
        return BundleError::altered(expected, "it is missing: the archive ends before it");
    }
    let header = Header::from_byte_slice(block);
    if !checksum_holds(header) {
        return BundleError::altered(expected, "its header, or what is behind it, is damaged");
    }
    let name = header.path_bytes();
    let name = shown(&name);
    if let Some(kind) = unusual(header.entry_type()) {
        return BundleError::refused(&name, format!("it is {kind}, and not a file"));
    }
    if let Some(fault) = hostile_path(&header.path_bytes()) {
        return BundleError::refused(&name, fault);
    }
    let (before, after) = names.split_at(at.min(names.len()));
    if before.contains(&name) {
        return BundleError::refused(&name, "the archive has it twice");
    }
    match after.iter().position(|known| *known == name) {
        Some(0) => {
            let bytes = declared_bytes(block).map_or("no".to_owned(), |bytes| bytes.to_string());
            let fault =
                format!("its header, which says {bytes} bytes, is not the one that must be here");
            BundleError::altered(&name, fault)
        }
        Some(_) => BundleError::altered(expected, format!("it is missing: {name} is in its place")),
        None if expected == MANIFEST => {
            BundleError::refused(&name, format!("it stands where {MANIFEST} must be"))
        }
        None => BundleError::refused(&name, format!("{MANIFEST} does not list it")),
    }
}

fn checksum_holds(header: &Header) -> bool {
    let mut again = header.clone();
    again.set_cksum();
    again.cksum().ok() == header.cksum().ok()
}

/// What an entry is that is not a file.
fn unusual(kind: EntryType) -> Option<&'static str> {
    match kind {
        EntryType::Regular => None,
        EntryType::Link => Some("a hard link"),
        EntryType::Symlink => Some("a symbolic link"),
        EntryType::Directory => Some("a directory"),
        EntryType::Char | EntryType::Block => Some("a device"),
        EntryType::Fifo => Some("a pipe"),
        EntryType::GNULongName | EntryType::GNULongLink => Some("a long name"),
        EntryType::XHeader | EntryType::XGlobalHeader => Some("a list of attributes"),
        EntryType::GNUSparse => Some("a sparse file"),
        _ => Some("of an unknown kind"),
    }
}

fn hostile_path(name: &[u8]) -> Option<&'static str> {
    let mut parts = name.split(|byte| matches!(byte, b'/' | b'\\'));
    if name.starts_with(b"/") || name.starts_with(b"\\") {
        Some("its name is an absolute path")
    } else if parts.clone().any(|part| part == b"..") {
        Some("its name leads out of the archive")
    } else if parts.nth(1).is_some() {
        Some("its name is a path")
    } else {
        None
    }
}
