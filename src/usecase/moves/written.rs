//! Whether a bundle is in its file already, for whoever exports many and was interrupted.

use std::path::Path;

use super::papers;
use crate::app::App;
use crate::bundle::{Glance, TrustedKeys, glance};
use crate::storage::moves::MoveRow;

/// Whether a file has what was exported of a move, to nobody in particular: the manifest that was noted. Of one that is
/// encrypted nobody here can tell whether it is the last, or for whom it is: it is written again.
pub(crate) fn is_written(app: &App, row: &MoveRow, file: &Path, recipients: usize) -> bool {
    let keys = TrustedKeys::from_jwks(&app.tokens.jwks()).unwrap_or_default();
    match glance(file, &keys) {
        Ok(Glance::Open(manifest)) if recipients == 0 => {
            let digest = papers::digest(&manifest).ok();
            manifest.id == row.id && digest.is_some() && digest == row.manifest_sha256
        }
        _ => false,
    }
}
