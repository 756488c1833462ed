//! What a person sees of provisions, and may ask of them.

use serde_json::json;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::UserId;
use sovereign_domain::organization::MemberRole;
use uuid::Uuid;

use super::audited;
use super::organizations::{OrganizationError, refuse_away};
use super::paging::{self, Page};
use super::vouchers::FieldError;
use crate::app::App;
use crate::provision::enqueue::{self, ASKED};
use crate::storage::cursor::Cursor;
use crate::storage::organizations::{OrganizationRow, find_for_member, list_for_member, role_of};
use crate::storage::provisions::{self as rows, NewProvision, ProvisionRow, ProvisionStatus};
use crate::storage::{self, Tx, moves};

/// How many a page shows of an Organization's.
const SHOWN: i64 = 20;

/// Why provisions were not shown, or one was not begun.
#[derive(Debug)]
pub(crate) enum ProvisionError {
    Field(FieldError),
    /// There is no such provision, or it is not for this caller.
    NotFound,
    /// The caller's role in the Organization does not allow it.
    Forbidden,
    /// The Organization is suspended.
    Suspended,
    /// The order is not paid, or not of this Organization.
    NotPaid,
    /// It has not failed.
    NotFailed,
    Storage(storage::Error),
}

impl From<storage::Error> for ProvisionError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<FieldError> for ProvisionError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<OrganizationError> for ProvisionError {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::Storage(error) => Self::Storage(error),
            OrganizationError::Field(error) => Self::Field(error),
            OrganizationError::Forbidden => Self::Forbidden,
            OrganizationError::Suspended | OrganizationError::Moving => Self::Suspended,
            _ => Self::NotFound,
        }
    }
}

/// One, for members of its Organization.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn find(
    app: &App,
    user_id: &UserId,
    id: Uuid,
) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.read_as(user_id).await?;
    let row = rows::find(&mut tx, id).await?.ok_or(ProvisionError::NotFound)?;
    role_of(&mut tx, &row.tenant_id, user_id).await?.ok_or(ProvisionError::NotFound)?;
    Ok(row)
}

/// Any, for whoever administers the Sovereign.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn find_any(app: &App, id: Uuid) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.read_across().await?;
    rows::find(&mut tx, id).await?.ok_or(ProvisionError::NotFound)
}

/// The newest of an Organization, for its members.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn newest(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.read_as(user_id).await?;
    role_of(&mut tx, tenant_id, user_id).await?.ok_or(ProvisionError::NotFound)?;
    rows::newest(&mut tx, tenant_id).await?.ok_or(ProvisionError::NotFound)
}

/// What there is of an Organization, and who looks at it.
#[derive(Debug)]
pub(crate) struct OfOrganization {
    pub(crate) organization: OrganizationRow,
    pub(crate) role: MemberRole,
    /// The newest first.
    pub(crate) provisions: Vec<ProvisionRow>,
}

/// The newest ones of the Organization at an address, for its members.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn of_organization(
    app: &App,
    user_id: &UserId,
    slug: &str,
) -> Result<OfOrganization, ProvisionError> {
    let mut tx = app.store.read_as(user_id).await?;
    let own = list_for_member(&mut tx, user_id).await?;
    let organization = own.into_iter().find(|one| one.slug == slug);
    let organization = organization.ok_or(ProvisionError::NotFound)?;
    let role = role_of(&mut tx, &organization.id, user_id).await?;
    let role = role.ok_or(ProvisionError::NotFound)?;
    let provisions = rows::of_organization(&mut tx, &organization.id, SHOWN).await?;
    Ok(OfOrganization { organization, role, provisions })
}

/// Has a paid order's Organization provisioned; an order that has a provision keeps that one.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn start(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    order_id: &str,
) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    managed(&mut tx, actor, tenant_id).await?;
    let order_id = Uuid::parse_str(order_id).map_err(|_| ProvisionError::NotPaid)?;
    if !rows::is_paid(&mut tx, tenant_id, Some(order_id)).await? {
        return Err(ProvisionError::NotPaid);
    }
    let id = app.new_id();
    let new = NewProvision { id, tenant_id, order_id: Some(order_id), cause: ASKED };
    if enqueue::file(&mut tx, &new, app.clock.now()).await? {
        record(app, &mut tx, actor, "provision.start", (id, tenant_id)).await?;
    }
    let row = rows::of_order(&mut tx, order_id).await?.ok_or(ProvisionError::NotFound)?;
    tx.commit().await?;
    Ok(row)
}

/// Has one that failed begin anew, for owners and admins of its Organization.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn retry(
    app: &App,
    actor: &Actor,
    id: Uuid,
) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let row = rows::find(&mut tx, id).await?.ok_or(ProvisionError::NotFound)?;
    managed(&mut tx, actor, &row.tenant_id).await?;
    begin_anew(app, tx, actor, &row).await
}

/// The same, for whoever administers the Sovereign.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn retry_any(
    app: &App,
    actor: &Actor,
    id: Uuid,
) -> Result<ProvisionRow, ProvisionError> {
    let mut tx = app.store.begin().await?;
    let row = rows::find(&mut tx, id).await?.ok_or(ProvisionError::NotFound)?;
    if moves::is_away(&mut tx, &row.tenant_id).await? {
        return Err(ProvisionError::Suspended);
    }
    begin_anew(app, tx, actor, &row).await
}

async fn begin_anew(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    row: &ProvisionRow,
) -> Result<ProvisionRow, ProvisionError> {
    if !rows::retry(&mut tx, row.id, app.clock.now()).await? {
        return Err(ProvisionError::NotFailed);
    }
    record(app, &mut tx, actor, "provision.retry", (row.id, &row.tenant_id)).await?;
    let row = rows::find(&mut tx, row.id).await?.ok_or(ProvisionError::NotFound)?;
    tx.commit().await?;
    Ok(row)
}

/// A page of all provisions, newest first: of one status, or all.
///
/// # Errors
/// [`ProvisionError`].
pub(crate) async fn list(
    app: &App,
    status: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<ProvisionRow>, ProvisionError> {
    let unknown =
        || FieldError::new("status", "status must be pending, provisioning, completed or failed");
    let status = status.map(|text| ProvisionStatus::parse(text).ok_or_else(unknown)).transpose()?;
    let cursor = paging::read(after)?;
    let id = match after {
        None => Uuid::max(),
        Some(_) => Uuid::parse_str(&cursor.key)
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let mut tx = app.store.read_across().await?;
    let place = (cursor.created_at, id);
    let found = rows::list(&mut tx, status, place, limit.saturating_add(1)).await?;
    Ok(paging::page(found, limit, |row| Cursor {
        created_at: row.created_at.0,
        key: row.id.to_string(),
    }))
}

/// Refuses who may not change the Organization.
async fn managed(tx: &mut Tx, actor: &Actor, tenant_id: &str) -> Result<(), ProvisionError> {
    let found = find_for_member(tx, tenant_id, &actor.user_id).await?;
    let (organization, role) = found.ok_or(ProvisionError::NotFound)?;
    if !role.may_spend() {
        return Err(ProvisionError::Forbidden);
    }
    refuse_away(tx, tenant_id).await?;
    Ok(organization.refuse_suspended()?)
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    (id, tenant_id): (Uuid, &str),
) -> storage::Result<()> {
    let entry = audited::entry(app, actor, action, &id.to_string(), Some(tenant_id));
    audited::record(tx, entry, json!({})).await
}
