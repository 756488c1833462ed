//! The manifest: what the exporting Sovereign signs.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::MANIFEST;
use super::error::{BundleError, shown};
use super::limits::{Limits, MAX_FILES, MAX_MANIFEST_BYTES, MAX_NAME_BYTES, MAX_TOTALS};

pub(super) const FORMAT: &str = "sovereign.bundle";
pub(super) const VERSION: u32 = 1;
const SUFFIX: &str = ".jsonl";

/// What a bundle says of itself. One that a [`super::Reader`] hands out was signed with a trusted key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `sovereign.bundle`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// Of this export: another one of the same Organization has another.
    pub id: Uuid,
    /// RFC 3339.
    pub created_at: String,
    pub source: Source,
    /// The key that signed, as `manifest.sig` names it too.
    pub key_id: String,
    pub subject: Subject,
    /// In the archive's order.
    pub files: Vec<FileEntry>,
    /// Sums that an import can compare with what it has put into place, such as minor units by account.
    pub totals: BTreeMap<String, i64>,
}

/// The Sovereign that exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub fqdn: String,
    /// ISO 4217.
    pub currency: String,
    /// Tells whether two databases have the same tables.
    pub schema: String,
    /// Tells whether what is in the files is the same in two programs, whatever else differs. Empty where a program
    /// wrote the bundle that did not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub columns: String,
    /// Of the program.
    pub program: String,
}

/// What is in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Uuid,
    pub slug: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Organization,
}

/// A file of JSON lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub name: String,
    pub bytes: u64,
    pub lines: u64,
    /// In lower-case hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The bytes that are signed and written.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, BundleError> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| BundleError::Misuse(format!("{MANIFEST}: {error}")))?;
        bytes.push(b'\n');
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            let limit = format!("it has more than {MAX_MANIFEST_BYTES} bytes");
            return Err(BundleError::too_large(MANIFEST, limit));
        }
        Ok(bytes)
    }

    /// Reads one whose signature held.
    pub(super) fn from_signed(bytes: &[u8]) -> Result<Self, BundleError> {
        serde_json::from_slice(bytes).map_err(|error| BundleError::Unsupported {
            fault: shown(error.to_string().as_bytes()),
        })
    }

    /// How long all files are together, before compression. No more than the limit, once that was checked.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }

    /// What a signature does not tell: whether it makes sense, and how much it asks for. A writer asks before it
    /// signs, a reader after it believes.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), BundleError> {
        let wrong = |fault: String| Err(BundleError::Unsupported { fault });
        if self.format != FORMAT || self.version != VERSION {
            let found = shown(format!("{} version {}", self.format, self.version).as_bytes());
            return wrong(format!(
                "it is of {found}, and this program knows {FORMAT} version {VERSION}"
            ));
        }
        if OffsetDateTime::parse(&self.created_at, &Rfc3339).is_err() {
            return wrong("created_at is no moment in RFC 3339".into());
        }
        if self.totals.len() > MAX_TOTALS {
            let limit = format!("it has more than {MAX_TOTALS} totals");
            return Err(BundleError::too_large(MANIFEST, limit));
        }
        if self.files.len() > MAX_FILES {
            let limit = format!("it lists {} files, and may list {MAX_FILES}", self.files.len());
            return Err(BundleError::too_large(MANIFEST, limit));
        }
        self.check_files(limits)
    }

    fn check_files(&self, limits: &Limits) -> Result<(), BundleError> {
        let mut names = HashSet::new();
        let mut total: u64 = 0;
        for file in &self.files {
            let name = shown(file.name.as_bytes());
            if !is_file_name(&file.name) {
                let fault = "the manifest lists a name that is none for a file of a bundle";
                return Err(BundleError::refused(&name, fault));
            }
            if !names.insert(&file.name) {
                return Err(BundleError::refused(&name, "the manifest lists it twice"));
            }
            let digest = file.sha256.as_bytes();
            if digest.len() != 64 || !digest.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
            {
                return Err(BundleError::refused(&name, "the manifest has no SHA-256 of it"));
            }
            total = total.saturating_add(file.bytes);
            if total > limits.total_bytes {
                return Err(BundleError::too_large(&name, beyond(limits)));
            }
        }
        Ok(())
    }
}

pub(super) fn beyond(limits: &Limits) -> String {
    format!(
        "with it the files have more than {} bytes together, which is the limit",
        limits.total_bytes
    )
}

/// Whether a file can be called so: a few harmless characters and `.jsonl`.
pub(super) fn is_file_name(name: &str) -> bool {
    let stem = name.strip_suffix(SUFFIX).unwrap_or_default();
    let usable = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    !stem.is_empty() && name.len() <= MAX_NAME_BYTES && stem.bytes().all(usable)
}

/// Which version some bytes claim to be of that nobody trusted signed: to say why, not to believe.
pub(super) fn claimed_version(bytes: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Claim {
        format: String,
        version: u32,
    }
    let claim: Claim = serde_json::from_slice(bytes).ok()?;
    (claim.format == FORMAT).then_some(claim.version)
}
