//! What can be wrong with a bundle. Each text names the file, says what is wrong, and what to do.

use std::fmt;
use std::io;

/// Why a bundle is not written, or not believed.
#[derive(Debug)]
pub enum BundleError {
    /// The disk or a pipe failed; the bundle itself may be good.
    Io { doing: String, error: io::Error },
    /// The caller asked for what cannot be: a mistake in the program.
    Misuse(String),
    /// It is something else altogether.
    NotABundle,
    /// It is encrypted, and cannot be decrypted, or cannot be encrypted as was asked.
    Encryption(String),
    /// A good signature over something that this program does not understand.
    Unsupported { fault: String },
    /// Nobody here trusts the key that it names.
    UnknownKey { key_id: String },
    /// A trusted key is named, but did not sign this manifest.
    WrongSignature { key_id: String },
    /// It ends within this file, or before it.
    Truncated { file: String },
    /// The file is not the one that was exported.
    Altered { file: String, fault: String },
    /// No Sovereign would export such an entry: somebody made it on purpose.
    Refused { file: String, fault: String },
    /// It goes beyond a limit.
    TooLarge { file: String, limit: String },
    /// A line of a file is not what its reader expects. Lines count from 1.
    Line { file: String, line: u64, fault: String },
}

impl BundleError {
    pub(super) fn altered(file: &str, fault: impl Into<String>) -> Self {
        Self::Altered { file: file.to_owned(), fault: fault.into() }
    }

    pub(super) fn refused(file: &str, fault: impl Into<String>) -> Self {
        Self::Refused { file: file.to_owned(), fault: fault.into() }
    }

    pub(super) fn too_large(file: &str, limit: impl Into<String>) -> Self {
        Self::TooLarge { file: file.to_owned(), limit: limit.into() }
    }

    /// Which file of the bundle it is about.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Io { .. } | Self::Misuse(_) | Self::NotABundle | Self::Encryption(_) => None,
            Self::Unsupported { .. } | Self::WrongSignature { .. } => Some(super::MANIFEST),
            Self::UnknownKey { .. } => Some(super::SIGNATURE),
            Self::Truncated { file }
            | Self::Altered { file, .. }
            | Self::Refused { file, .. }
            | Self::TooLarge { file, .. }
            | Self::Line { file, .. } => Some(file),
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file() {
            f.write_str(file)?;
        }
        match self {
            Self::Io { doing, error } => write!(f, "{doing}: {error}"),
            Self::Misuse(text) | Self::Encryption(text) => f.write_str(text),
            Self::NotABundle => f.write_str(
                "this is no bundle: it is neither compressed with zstd nor encrypted with age; give the \
                 file that `sovereign org export` wrote, as it was written",
            ),
            Self::Unsupported { fault } => {
                write!(f, ": {fault}; import the bundle with a newer `sovereign`")
            }
            Self::UnknownKey { key_id } => write!(
                f,
                ": the bundle is signed with key {key_id:?}, which is not trusted here; ask the \
                 exporting Sovereign whether the key is its own, and trust it if so"
            ),
            Self::WrongSignature { key_id } => write!(
                f,
                ": key {key_id:?} did not sign this: the bundle was forged, or altered since it was \
                 exported; ask for another"
            ),
            Self::Truncated { .. } => {
                f.write_str(": the bundle ends before this does; copy it again, whole")
            }
            Self::Altered { fault, .. } => write!(
                f,
                ": {fault}; the bundle was altered or damaged since it was exported: copy it again, or \
                 ask for another"
            ),
            Self::Refused { fault, .. } => {
                write!(f, ": {fault}; no Sovereign exports such a bundle: ask who made it")
            }
            Self::TooLarge { limit, .. } => write!(f, ": {limit}"),
            Self::Line { line, fault, .. } => write!(f, ", line {line}: {fault}"),
        }
    }
}

impl std::error::Error for BundleError {}

/// A name that somebody else chose, for a person's terminal: short, and without anything that moves a cursor.
pub(super) fn shown(name: &[u8]) -> String {
    const LONGEST: usize = 80;
    let text = String::from_utf8_lossy(name);
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    if shown.is_empty() { "(an entry without a name)".into() } else { shown }
}
