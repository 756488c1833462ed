//! What every process does for itself, whoever does the jobs: it touches what this process remembers.

use crate::app::App;
use crate::storage;
use crate::usecase::openings;

/// Notices keys that were rotated and settings that changed, writes how often vouchers were looked at here, and forgets
/// whom no limit holds up any more.
///
/// # Errors
/// Where the database fails.
pub(super) async fn run(app: &App) -> storage::Result<()> {
    app.tokens.reload_keys();
    app.payments.reload().await?;
    openings::write(app).await?;
    app.limits.forget_idle().await
}
