//! What a bundle may take of a machine, whoever signed it.

/// Longest `manifest.json`: it is read before anybody is known to have signed it.
pub const MAX_MANIFEST_BYTES: u64 = 1 << 20;
/// Longest `manifest.sig`, for the same reason.
pub(super) const MAX_SIGNATURE_BYTES: u64 = 4 << 10;
/// Files in a bundle.
pub const MAX_FILES: usize = 64;
/// Sums in a manifest.
pub const MAX_TOTALS: usize = 1024;
/// Longest name of a file.
pub(super) const MAX_NAME_BYTES: usize = 64;
/// Longest line of a file, its end included.
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// To how many recipients a bundle can be encrypted.
pub const MAX_RECIPIENTS: usize = 16;
/// What stands before an encrypted bundle, with a line or three for each recipient. The parser reads it anew with
/// each line, so that a long one would cost time.
pub(super) const MAX_AGE_HEADER_BYTES: usize = 16 << 10;
/// The window that a frame may ask a reader to keep: 8 MiB, where ours are 2 MiB.
pub(super) const MAX_WINDOW_LOG: u32 = 23;
/// Whatever is read or written at once.
pub(super) const BUFFER_BYTES: usize = 128 << 10;

/// So much may come of next to nothing: the ratio says little of a small bundle.
const FREE_BYTES: u64 = 16 << 20;

/// Those that an operator may have reasons to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All files of a bundle together, before compression.
    pub total_bytes: u64,
    /// How many bytes a compressed one may become. A line of a ledger, with an identifier of its own, comes to
    /// about 20; zeros come to 30 000.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total_bytes: 64 << 30, ratio: 500 }
    }
}

impl Limits {
    /// Whether so many bytes may have come of `packed` ones. Writer and reader ask the same all the way, so that
    /// what one writes the other reads.
    pub(super) const fn plausible(&self, packed: u64, unpacked: u64) -> bool {
        unpacked <= FREE_BYTES.saturating_add(packed.saturating_mul(self.ratio))
    }
}
