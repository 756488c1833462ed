//! What somebody who signs up has already: Organizations that are theirs.

use sovereign_domain::event::Actor;
use sovereign_domain::organization::OrganizationStatus;

use super::organizations::{self, checked_text};
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage::{self, billing};

/// How an Organization stands to a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has no subscription yet.
    MayOrder,
    Subscribed,
}

/// Slug, name and standing of the Organizations that the user may spend for.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn organizations(
    app: &App,
    user_id: &str,
) -> storage::Result<Vec<(String, String, Standing)>> {
    let found = organizations::with_role_of(app, user_id).await?;
    let mut tx = app.store.read_as(&user_id.into()).await?;
    let mut standing = Vec::new();
    for (row, role) in found {
        let open =
            matches!(row.status()?, OrganizationStatus::Active | OrganizationStatus::Provisioning);
        if !(role.may_spend() && open) {
            continue;
        }
        let subscription = billing::subscription(&mut tx, &row.id).await?;
        let live = subscription.is_some_and(|found| found.status != "canceled");
        let stands = if live { Standing::Subscribed } else { Standing::MayOrder };
        standing.push((row.slug, row.name, stands));
    }
    Ok(standing)
}

/// Whether the user owns an Organization of this address and name: the one that an earlier press made.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn made_before(
    app: &App,
    actor: &Actor,
    slug: &str,
    name: &str,
) -> storage::Result<bool> {
    let found = organizations::with_role_of(app, &actor.user_id.0).await?;
    Ok(found
        .iter()
        .any(|(row, _)| row.slug == slug && row.name == name && row.owner_id == *actor.user_id.0))
}

/// The name as it would be kept.
///
/// # Errors
/// Where it is none.
pub(crate) fn checked_name(name: &str) -> Result<String, FieldError> {
    checked_text("name", name, 1)
}
