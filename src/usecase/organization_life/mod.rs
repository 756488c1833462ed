//! An Organization's life: described anew, suspended and back, deleted after a time in which that can be
//! undone. Whoever changes it holds its account's lock, so that a checkout of the same moment comes before or
//! after, never between.

mod deletion;
mod impact;
mod sweep;

use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::UserId;
use sovereign_domain::organization::{MemberRole, OrganizationStatus};

use super::audited;
use super::organizations::{OrganizationError, checked_text};
use super::payments::subscription::close_pending;
use super::vouchers::FieldError;
use crate::app::App;
use crate::fingerprint::{fits, of_state};
use crate::storage::audit::{self, Change};
use crate::storage::organization_life::{self as rows, LifeRow};
use crate::storage::organizations::{OrganizationRow, find_for_member, role_of};
use crate::storage::{self, Tx};

pub(crate) use self::deletion::{OPERATOR, delete, delete_any, restore, restore_any};
pub(crate) use self::impact::{Impact, impact};
pub(crate) use self::sweep::{addresses, deletions};

/// Days from the wish that an Organization be deleted until it is.
pub const GRACE_DAYS: i64 = 30;
/// Days before its deletion on which the owner is told once more.
pub const WARNING_DAYS: i64 = 7;
/// Days until the address of an Organization that has never paid is free again.
pub const UNPAID_DAYS: i64 = 7;
/// Days until the owner of such an Organization is told.
pub const UNPAID_WARNING_DAYS: i64 = 6;

/// Why an Organization is not changed.
#[derive(Debug)]
pub(crate) enum LifeError {
    Organization(OrganizationError),
    /// It will be deleted: that is to be taken back first.
    DeletionBegun,
    /// The operator deletes it, and only the operator can take that back.
    DeletedByOperator,
    /// Nobody wishes it deleted.
    NoDeletion,
    /// It is deleted for good.
    Deleted,
    /// Its address stays what it is.
    SlugStays,
    /// Somebody has described it anew since it was read.
    Changed,
}

impl<E: Into<OrganizationError>> From<E> for LifeError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

/// What is to be said of an Organization; what is absent stays.
pub(crate) struct Description {
    /// As a client echoes it.
    pub(crate) slug: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) org_type: Option<String>,
    pub(crate) industry: Option<String>,
}

impl Description {
    fn is_name_alone(&self) -> bool {
        self.org_type.is_none() && self.industry.is_none()
    }
}

/// Tells whether somebody has described an Organization anew.
pub(crate) fn fingerprint(row: &OrganizationRow) -> String {
    of_state(&described(&row.name, &row.org_type, &row.industry))
}

/// Tells whether somebody has called an Organization something else: whoever changes its name alone needs no more.
pub(crate) fn fingerprint_of_name(name: &str) -> String {
    of_state(&json!({ "name": name }))
}

/// Describes an Organization anew, for its owner and admins. `replaces` are the fingerprints of what may be described;
/// anything, where none are named. One of the name alone does where nothing else is described.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn describe(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    wanted: Description,
    replaces: Option<&[String]>,
) -> Result<OrganizationRow, LifeError> {
    let mut tx = app.store.begin().await?;
    let found = rows::lock(&mut tx, tenant_id).await?;
    let role = role_of(&mut tx, tenant_id, &actor.user_id).await?;
    let (Some(before), Some(role)) = (found, role) else {
        return Err(OrganizationError::NotFound.into());
    };
    if !role.may_manage_members() {
        return Err(OrganizationError::Forbidden.into());
    }
    if wanted.slug.as_ref().is_some_and(|slug| *slug != before.slug) {
        return Err(LifeError::SlugStays);
    }
    if before.status()? == OrganizationStatus::Suspended {
        return Err(OrganizationError::Suspended.into());
    }
    let is_seen = fits(replaces, &of_state(&description(&before)))
        || wanted.is_name_alone() && fits(replaces, &fingerprint_of_name(&before.name));
    if !is_seen {
        return Err(LifeError::Changed);
    }
    let mut after = before.clone();
    replace(&mut after.name, "name", wanted.name.as_deref(), 1)?;
    replace(&mut after.org_type, "org_type", wanted.org_type.as_deref(), 0)?;
    replace(&mut after.industry, "industry", wanted.industry.as_deref(), 0)?;
    if description(&before) != description(&after) {
        rows::describe(&mut tx, &after, app.clock.now()).await?;
        let change = (Some(description(&before)), description(&after));
        record(app, &mut tx, actor, "organization.update", tenant_id, change).await?;
    }
    let found = find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    tx.commit().await?;
    found.map(|(row, _)| row).ok_or_else(|| OrganizationError::NotFound.into())
}

fn replace(
    text: &mut String,
    field: &'static str,
    wanted: Option<&str>,
    least: usize,
) -> Result<(), FieldError> {
    if let Some(wanted) = wanted {
        *text = checked_text(field, wanted, least)?;
    }
    Ok(())
}

fn description(row: &LifeRow) -> Value {
    described(&row.name, &row.org_type, &row.industry)
}

fn described(name: &str, org_type: &str, industry: &str) -> Value {
    json!({ "name": name, "org_type": org_type, "industry": industry })
}

/// Suspends an Organization, or ends its suspension; the administrator's. Answers it as it is then.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn set_status(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    wanted: &str,
) -> Result<LifeRow, LifeError> {
    let wanted = settable(wanted)?;
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let row = rows::lock(&mut tx, tenant_id).await?.ok_or(OrganizationError::NotFound)?;
    let status = row.status()?;
    if status == OrganizationStatus::Deleted {
        return Err(LifeError::Deleted);
    }
    if row.away {
        return Err(OrganizationError::Moving.into());
    }
    if row.deletion_at.is_some() {
        return Err(LifeError::DeletionBegun);
    }
    if status == wanted {
        return Ok(row);
    }
    let (action, to) = if wanted == OrganizationStatus::Suspended {
        rows::suspend(&mut tx, tenant_id, status, now).await?;
        ("organization.suspend", wanted)
    } else {
        let to = where_it_was(&mut tx, &row, row.suspended_from()?).await?;
        // One that is still being provisioned is where the administrator says, who has looked.
        let to = if status == OrganizationStatus::Provisioning { wanted } else { to };
        rows::resume(&mut tx, tenant_id, to, now).await?;
        ("organization.resume", to)
    };
    let change = (Some(json!({ "status": status.as_str() })), json!({ "status": to.as_str() }));
    record(app, &mut tx, actor, action, tenant_id, change).await?;
    let row = rows::find(&mut tx, tenant_id).await?.ok_or(OrganizationError::NotFound)?;
    tx.commit().await?;
    if to == OrganizationStatus::Suspended {
        end_pending(app, tenant_id).await;
    }
    Ok(row)
}

/// A status that an administrator can set.
fn settable(text: &str) -> Result<OrganizationStatus, FieldError> {
    let settable = [OrganizationStatus::Active, OrganizationStatus::Suspended];
    let found = settable.into_iter().find(|status| status.as_str() == text);
    found.ok_or_else(|| {
        let detail = "status must be active or suspended; to delete an Organization, DELETE \
                      /tenant/admin/tenants/{id}";
        FieldError::new("status", detail)
    })
}

/// What it goes back to: active, where it was provisioned in the meantime.
async fn where_it_was(
    tx: &mut Tx,
    row: &LifeRow,
    before: OrganizationStatus,
) -> storage::Result<OrganizationStatus> {
    let provisioned =
        before == OrganizationStatus::Provisioning && rows::was_provisioned(tx, &row.id).await?;
    Ok(if provisioned { OrganizationStatus::Active } else { before })
}

/// Ends an order that waits for a payment. The job tries again what does not come about here.
async fn end_pending(app: &App, tenant_id: &str) {
    if let Err(error) = close_pending(app, tenant_id).await {
        tracing::warn!(tenant_id, %error, "an order of a suspended Organization still waits");
    }
}

/// Refuses who does not own the Organization.
async fn owned(tx: &mut Tx, tenant_id: &str, user_id: &UserId) -> Result<(), OrganizationError> {
    match role_of(tx, tenant_id, user_id).await? {
        None => Err(OrganizationError::NotFound),
        Some(MemberRole::Owner) => Ok(()),
        Some(_) => Err(OrganizationError::OwnerOnly),
    }
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    tenant_id: &str,
    (before, after): (Option<Value>, Value),
) -> storage::Result<()> {
    let entry = audited::entry(app, actor, action, tenant_id, Some(tenant_id));
    audit::record(tx, &[(entry, Change { before, after: Some(after) })]).await
}
