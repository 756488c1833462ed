//! Whether a bundle is in its file already, for whoever exports many and was interrupted.

use std::fs::File;
use std::path::Path;

use super::papers;
use crate::app::App;
use crate::bundle::{Limits, Opening, Reader, TrustedKeys};
use crate::storage::moves::MoveRow;

/// Whether a file has what was exported of a move, to nobody in particular: the manifest that was noted, which a key
/// of ours signed. Of one that is encrypted nobody here can tell whether it is the last, or for whom it is.
pub(crate) fn is_written(app: &App, row: &MoveRow, file: &Path) -> bool {
    let keys = TrustedKeys::from_jwks(&app.tokens.jwks()).unwrap_or_default();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let Some(reader) = File::open(file).ok().and_then(|file| Reader::open(file, opening).ok())
    else {
        return false;
    };
    let digest = papers::digest(reader.manifest()).ok();
    reader.manifest().id == row.id && digest.is_some() && digest == row.manifest_sha256
}
