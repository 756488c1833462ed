//! What every process does for itself, whoever does the jobs: it touches what this process remembers.

use crate::app::App;
use crate::storage;

/// Notices keys that were rotated and settings that changed, and forgets whom no limit holds up any more.
///
/// # Errors
/// Where the database fails.
pub(super) async fn run(app: &App) -> storage::Result<()> {
    app.tokens.reload_keys();
    app.payments.reload().await?;
    app.limits.forget_idle().await
}
