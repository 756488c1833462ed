//! What the end of an Organization would take with it, for whoever administers the Sovereign.

use sovereign_domain::timestamp::Timestamp;

use super::GRACE_DAYS;
use crate::app::App;
use crate::storage::organization_life::{self as rows, ImpactRow};
use crate::storage::{self, overview};

/// An Organization as it is, and what ends with it.
#[derive(Debug)]
pub(crate) struct Impact {
    pub(crate) found: ImpactRow,
    /// Identifiers of the apps whose data goes.
    pub(crate) apps: Vec<String>,
    /// When it would be deleted, if somebody asked for it now; or will be.
    pub(crate) deletion_at: Timestamp,
}

/// `None` where there is no such Organization.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn impact(app: &App, tenant_id: &str) -> storage::Result<Option<Impact>> {
    let now = app.clock.now();
    let mut tx = app.store.snapshot_across().await?;
    let found = rows::impact(&mut tx, tenant_id, now).await?;
    let organization = overview::find(&mut tx, tenant_id).await?;
    Ok(found.zip(organization).map(|(found, organization)| Impact {
        apps: organization.apps.0,
        deletion_at: found.life.deletion_at.map_or_else(|| now.plus_days(GRACE_DAYS), |at| at.0),
        found,
    }))
}
