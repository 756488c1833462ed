//! Organizations and their members, as far as a checkout needs them.

use serde_json::json;
use sovereign_domain::catalog::SelectionError;
use sovereign_domain::event::{Actor, Event, EventData, TenantChanged};
use sovereign_domain::ids::{CustomerId, OrganizationId};
use sovereign_domain::organization::{MemberRole, OrganizationStatus, check_slug};
use sovereign_domain::policy::PolicyRefusal;
use sovereign_domain::services::Dedicated;

use super::vouchers::FieldError;
use super::{audited, environment_policy};
use crate::app::App;
use crate::limits::TooMany;
use crate::storage::audit;
use crate::storage::organizations::{self as rows, MemberRow, NewOrganization, OrganizationRow};
use crate::storage::{self, Store, Ts, Tx, catalog, moves, users};

const MAX_NAME_CHARS: usize = 100;
/// Addresses that the Sovereign itself answers at, or that would pass for it.
const RESERVED_SLUGS: [&str; 20] = [
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "catalog",
    "console",
    "docs",
    "mail",
    "marketplace",
    "redeem",
    "sovereign",
    "static",
    "status",
    "support",
    "system",
    "tenant",
    "webhook",
    "www",
];

/// Why an Organization or its members were not changed.
#[derive(Debug)]
pub enum OrganizationError {
    Field(FieldError),
    SlugTaken,
    /// The user is a member already.
    AlreadyMember,
    /// The caller's role does not allow it.
    Forbidden,
    /// Not there, or not for this user to see.
    NotFound,
    /// The owner stays.
    OwnerStays,
    /// Only the owner may.
    OwnerOnly,
    /// It is suspended, and nothing new comes into it.
    Suspended,
    /// It is on its way to another Sovereign, or there: it stays as it is.
    Moving,
    /// The invitation is for another address than the caller's.
    InvitedSomebodyElse,
    /// The Sovereign's policy does not let it be.
    Policy(PolicyRefusal),
    TooMany(TooMany),
    Storage(storage::Error),
}

impl From<storage::Error> for OrganizationError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PolicyRefusal> for OrganizationError {
    fn from(refusal: PolicyRefusal) -> Self {
        Self::Policy(refusal)
    }
}

impl From<TooMany> for OrganizationError {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

impl From<FieldError> for OrganizationError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl OrganizationRow {
    /// Refuses what nobody may do in a suspended Organization.
    pub(super) fn refuse_suspended(&self) -> Result<(), OrganizationError> {
        let suspended = self.status()? == OrganizationStatus::Suspended;
        if suspended { Err(OrganizationError::Suspended) } else { Ok(()) }
    }
}

/// An Organization to be made. References are identifiers or slugs.
#[derive(Debug, Clone)]
pub struct NewOrganizationRequest {
    pub slug: String,
    pub name: String,
    pub org_type: String,
    pub industry: String,
    pub plan: String,
    pub apps: Vec<String>,
    pub addons: Vec<String>,
}

/// Refuses to change what is on its way to another Sovereign, or there. It does not set out before the transaction ends.
///
/// # Errors
/// [`OrganizationError::Moving`]; where the database fails.
pub(super) async fn refuse_away(tx: &mut Tx, tenant_id: &str) -> Result<(), OrganizationError> {
    if moves::is_away(tx, tenant_id).await? { Err(OrganizationError::Moving) } else { Ok(()) }
}

/// Whether nobody may have this address.
pub(super) fn is_reserved(slug: &str) -> bool {
    RESERVED_SLUGS.contains(&slug)
}

/// Whether an Organization could have this address now.
///
/// # Errors
/// Where the database fails.
pub async fn slug_is_available(store: &Store, slug: &str) -> storage::Result<bool> {
    if check_slug(slug).is_err() || is_reserved(slug) {
        return Ok(false);
    }
    let mut tx = store.read().await?;
    Ok(!rows::slug_is_taken(&mut tx, slug).await?)
}

/// Makes an Organization with its billing account and wallet; the caller is its owner.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn create(
    app: &App,
    actor: &Actor,
    email: &str,
    request: NewOrganizationRequest,
) -> Result<OrganizationRow, OrganizationError> {
    check_slug(&request.slug).map_err(|error| FieldError::new("slug", format!("slug {error}")))?;
    let name = checked_text("name", &request.name, 1)?;
    let org_type = checked_text("org_type", &request.org_type, 0)?;
    let industry = checked_text("industry", &request.industry, 0)?;
    if is_reserved(&request.slug) {
        return Err(OrganizationError::SlugTaken);
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let prices = catalog::prices(&mut tx).await?;
    let quote = prices
        .order((&request.plan, &request.addons, &request.apps), &Dedicated::new(), |_| false)
        .map_err(selection)?;
    environment_policy::permit_new(&prices, &quote, app.provisioning.first_region())?;
    let new = NewOrganization {
        id: app.new_id().to_string().into(),
        customer_id: CustomerId(app.new_id()),
        slug: request.slug,
        name,
        org_type,
        industry,
        owner_id: actor.user_id.clone(),
        owner_email: email.to_owned(),
        plan_id: quote.plan_id,
        apps: quote.apps,
        addons: quote.addons,
    };
    if !rows::insert(&mut tx, &new, now).await? {
        return Err(OrganizationError::SlugTaken);
    }
    let owner = member_row(app, &new.id.0, &new.owner_id.0, email, MemberRole::Owner);
    rows::insert_member(&mut tx, &owner).await?;
    note_created(app, &mut tx, actor, &new).await?;
    let made = rows::find_for_member(&mut tx, &new.id.0, &actor.user_id).await?;
    tx.commit().await?;
    made.map(|(row, _)| row).ok_or(OrganizationError::NotFound)
}

async fn note_created(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    new: &NewOrganization,
) -> storage::Result<()> {
    let at = app.clock.now();
    let tenant = TenantChanged {
        id: new.id.clone(),
        slug: new.slug.clone(),
        name: new.name.clone(),
        owner_id: new.owner_id.clone(),
        plan_id: new.plan_id.clone(),
        status: "provisioning",
    };
    let data = EventData::TenantCreated(tenant);
    let event = Event { id: app.new_id(), at, tenant_id: Some(new.id.clone()), data };
    audit::publish(tx, &[event]).await?;
    record(app, tx, actor, "organization.create", &new.id, json!({ "slug": new.slug })).await
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    tenant_id: &OrganizationId,
    after: serde_json::Value,
) -> storage::Result<()> {
    let entry = audited::entry(app, actor, action, &tenant_id.0, Some(&tenant_id.0));
    audited::record(tx, entry, after).await
}

fn member_row(
    app: &App,
    tenant_id: &str,
    user_id: &str,
    email: &str,
    role: MemberRole,
) -> MemberRow {
    MemberRow {
        id: app.new_id(),
        tenant_id: tenant_id.to_owned(),
        user_id: user_id.to_owned(),
        email: email.to_owned(),
        role: role.as_str().to_owned(),
        joined_at: Ts(app.clock.now()),
    }
}

/// A role that a member can be given.
pub(super) fn assignable_role(text: &str) -> Result<MemberRole, FieldError> {
    match MemberRole::parse(text) {
        Some(MemberRole::Owner) => Err(FieldError::new("role", "owner cannot be assigned")),
        Some(role) => Ok(role),
        None => Err(FieldError::new("role", "role must be admin, member or viewer")),
    }
}

/// Adds a person who has signed in before, found by verified e-mail address.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn add_member(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    email: &str,
    role: &str,
) -> Result<MemberRow, OrganizationError> {
    // Whoever is to be added is not one of the people whom the transaction sees.
    let known = users::find_by_verified_email(&mut app.store.read().await?, email.trim()).await?;
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let found = rows::find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    let (organization, own) = found.ok_or(OrganizationError::NotFound)?;
    if !own.may_manage_members() {
        return Err(OrganizationError::Forbidden);
    }
    refuse_away(&mut tx, tenant_id).await?;
    organization.refuse_suspended()?;
    let role = assignable_role(role)?;
    let user = match known.as_slice() {
        [user] => user.clone(),
        [] => {
            let detail = "nobody with this e-mail address has signed in yet; invite them: POST \
                          /tenant/orgs/{id}/invitations";
            return Err(FieldError::new("email", detail).into());
        }
        _ => {
            let detail = "this e-mail address belongs to several users; use another of theirs";
            return Err(FieldError::new("email", detail).into());
        }
    };
    let member = member_row(app, tenant_id, &user.id, &user.email, role);
    if !rows::insert_member(&mut tx, &member).await? {
        return Err(OrganizationError::AlreadyMember);
    }
    let id = OrganizationId::from(tenant_id);
    let after = json!({ "user_id": user.id, "role": role.as_str() });
    record(app, &mut tx, actor, "member.add", &id, after).await?;
    tx.commit().await?;
    Ok(member)
}

/// Removes a member. Owners and admins may remove others; anyone may leave; the owner stays.
///
/// # Errors
/// [`OrganizationError`].
pub async fn remove_member(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    user_id: &str,
) -> Result<(), OrganizationError> {
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let own = rows::role_of(&mut tx, tenant_id, &actor.user_id).await?;
    let own = own.ok_or(OrganizationError::NotFound)?;
    if !own.may_manage_members() && &*actor.user_id.0 != user_id {
        return Err(OrganizationError::Forbidden);
    }
    let members = rows::members(&mut tx, tenant_id).await?;
    let member = members.into_iter().find(|member| member.user_id == user_id);
    if member.ok_or(OrganizationError::NotFound)?.role == MemberRole::Owner.as_str() {
        return Err(OrganizationError::OwnerStays);
    }
    refuse_away(&mut tx, tenant_id).await?;
    let id = OrganizationId::from(tenant_id);
    // Before: whoever leaves may write nothing there afterwards.
    record(app, &mut tx, actor, "member.remove", &id, json!({ "user_id": user_id })).await?;
    rows::delete_member(&mut tx, tenant_id, user_id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn checked_text(
    field: &'static str,
    text: &str,
    least: usize,
) -> Result<String, FieldError> {
    let text = text.trim();
    let count = text.chars().count();
    if !(least..=MAX_NAME_CHARS).contains(&count) || text.chars().any(char::is_control) {
        let detail = format!("{field} must have {least} to {MAX_NAME_CHARS} printable characters");
        return Err(FieldError::new(field, detail));
    }
    Ok(text.to_owned())
}

fn selection(error: SelectionError) -> OrganizationError {
    selection_error(error).into()
}

/// What a selection names that the catalog does not have.
pub(crate) fn selection_error(error: SelectionError) -> FieldError {
    match error {
        SelectionError::UnknownPlan => {
            FieldError::new("plan_id", "plan_id names no plan; see GET /catalog/plans")
        }
        SelectionError::UnknownAddon(index) => FieldError::new(
            "addons",
            format!("addons[{index}] names no add-on; see GET /catalog/addons"),
        ),
        SelectionError::UnknownApp(index) => {
            FieldError::new("apps", format!("apps[{index}] names no app; see GET /catalog/apps"))
        }
        SelectionError::TooLarge => {
            FieldError::new("plan_id", "the prices add up to more than can be charged")
        }
    }
}

/// An identifier from a path, where it can be one at all.
pub(crate) fn usable_id(text: &str) -> Result<&str, OrganizationError> {
    let usable = !text.is_empty() && text.len() <= 200 && !text.chars().any(char::is_control);
    if usable { Ok(text) } else { Err(OrganizationError::NotFound) }
}

/// The Organizations of a user, and the user's role in each.
pub(crate) async fn with_role_of(
    app: &App,
    user_id: &str,
) -> storage::Result<Vec<(OrganizationRow, MemberRole)>> {
    let user_id = user_id.into();
    let mut tx = app.store.read_as(&user_id).await?;
    let mut found = Vec::new();
    for organization in rows::list_for_member(&mut tx, &user_id).await? {
        if let Some(role) = rows::role_of(&mut tx, &organization.id, &user_id).await? {
            found.push((organization, role));
        }
    }
    Ok(found)
}
