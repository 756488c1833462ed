//! An Organization's environments, and which app runs where.

use serde_json::json;
use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::event::Actor;

use super::audited;
use super::organizations::OrganizationError;
use super::vouchers::FieldError;
use crate::app::App;
use crate::provision::enqueue::{self, APP_MOVED, ENVIRONMENT_ADDED, ENVIRONMENT_REMOVED};
use crate::storage::environments as rows;
use crate::storage::organizations::{self, OrganizationRow};
use crate::storage::provisions::{self, NewProvision};
use crate::storage::{self, Tx, catalog};

/// An environment, and the apps of the Organization that run in it.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) name: EnvironmentName,
    pub(crate) stage: Stage,
    /// Its namespace.
    pub(crate) namespace: String,
    /// Identifiers.
    pub(crate) apps: Vec<String>,
}

/// Why environments were not listed or changed.
#[derive(Debug)]
pub(crate) enum EnvironmentError {
    Organization(OrganizationError),
    /// There is one of this name, or it is still being removed.
    Exists,
    /// There is no such environment.
    Unknown,
    /// Apps run in it.
    InUse(Vec<String>),
    /// An Organization always has prod.
    ProdStays,
    /// The Organization has no such app.
    NotInstalled,
}

impl<E: Into<OrganizationError>> From<E> for EnvironmentError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

/// A name from a path or a body.
pub(crate) fn name(text: &str) -> Result<EnvironmentName, EnvironmentError> {
    let wrong = || FieldError::new("name", "name must be prod, stg, uat, dev or poc");
    EnvironmentName::parse(text).ok_or_else(|| wrong().into())
}

/// The environments of an Organization, for its members.
///
/// # Errors
/// [`EnvironmentError`].
pub(crate) async fn list(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<Vec<Environment>, EnvironmentError> {
    let mut tx = app.store.read().await?;
    let found = organizations::find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    let (organization, _) = found.ok_or(OrganizationError::NotFound)?;
    Ok(of(&mut tx, &organization).await?)
}

/// Prod is there from the beginning, though nothing may be in it yet.
async fn of(tx: &mut Tx, organization: &OrganizationRow) -> storage::Result<Vec<Environment>> {
    let rows = rows::list(tx, &organization.id).await?;
    let placements = rows::placements(tx, &organization.id).await?;
    let mut stages = vec![(EnvironmentName::Prod, Stage::Running)];
    for row in rows {
        let name = row.name()?;
        stages.retain(|(known, _)| *known != name);
        stages.push((name, row.stage()?));
    }
    stages.sort_unstable();
    let prod = EnvironmentName::Prod;
    let in_it = |name, app: &&String| placements.get(*app).copied().unwrap_or(prod) == name;
    let environments = stages.into_iter().map(|(name, stage)| Environment {
        name,
        stage,
        namespace: format!("{}-{name}", organization.slug),
        apps: organization.apps.0.iter().filter(|app| in_it(name, app)).cloned().collect(),
    });
    Ok(environments.collect())
}

/// Adds an environment.
///
/// # Errors
/// [`EnvironmentError`].
pub(crate) async fn add(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    name: EnvironmentName,
) -> Result<Environment, EnvironmentError> {
    let mut tx = app.store.begin().await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    let now = app.clock.now();
    // The one that is there without a row.
    rows::insert(&mut tx, tenant_id, EnvironmentName::Prod, now).await?;
    if name == EnvironmentName::Prod || !rows::insert(&mut tx, tenant_id, name, now).await? {
        return Err(EnvironmentError::Exists);
    }
    changed(app, &mut tx, actor, tenant_id, (ENVIRONMENT_ADDED, name)).await?;
    let all = of(&mut tx, &organization).await?;
    tx.commit().await?;
    all.into_iter().find(|one| one.name == name).ok_or(EnvironmentError::Unknown)
}

/// Removes an environment that no app runs in.
///
/// # Errors
/// [`EnvironmentError`].
pub(crate) async fn remove(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    name: EnvironmentName,
) -> Result<(), EnvironmentError> {
    let mut tx = app.store.begin().await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    if name == EnvironmentName::Prod {
        return Err(EnvironmentError::ProdStays);
    }
    let found = of(&mut tx, &organization).await?.into_iter().find(|one| one.name == name);
    let environment = found.ok_or(EnvironmentError::Unknown)?;
    if environment.stage != Stage::Running {
        return Err(EnvironmentError::Unknown);
    }
    if !environment.apps.is_empty() {
        return Err(EnvironmentError::InUse(environment.apps));
    }
    rows::set_stage(&mut tx, tenant_id, name, Stage::WithoutApps).await?;
    changed(app, &mut tx, actor, tenant_id, (ENVIRONMENT_REMOVED, name)).await?;
    tx.commit().await?;
    Ok(())
}

/// Has an app run in an environment. What it keeps there stays behind: it is installed anew.
///
/// # Errors
/// [`EnvironmentError`].
pub(crate) async fn move_app(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    (reference, name): (&str, EnvironmentName),
) -> Result<Vec<Environment>, EnvironmentError> {
    let mut tx = app.store.begin().await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    let prices = catalog::prices(&mut tx).await?;
    let id = prices.apps.find(reference).map_or(reference, |item| item.id.as_str());
    if !organization.apps.0.iter().any(|installed| installed == id) {
        return Err(EnvironmentError::NotInstalled);
    }
    let all = of(&mut tx, &organization).await?;
    if !all.iter().any(|one| one.name == name && one.stage == Stage::Running) {
        return Err(EnvironmentError::Unknown);
    }
    rows::insert(&mut tx, tenant_id, EnvironmentName::Prod, app.clock.now()).await?;
    rows::place(&mut tx, tenant_id, id, name).await?;
    changed(app, &mut tx, actor, tenant_id, (APP_MOVED, name)).await?;
    let all = of(&mut tx, &organization).await?;
    tx.commit().await?;
    Ok(all)
}

/// The Organization, where the caller may change it.
async fn managed(
    tx: &mut Tx,
    actor: &Actor,
    tenant_id: &str,
) -> Result<OrganizationRow, EnvironmentError> {
    let found = organizations::find_for_member(tx, tenant_id, &actor.user_id).await?;
    let (organization, role) = found.ok_or(OrganizationError::NotFound)?;
    if !role.may_spend() {
        return Err(OrganizationError::Forbidden.into());
    }
    organization.refuse_suspended()?;
    Ok(organization)
}

/// Writes it down, and has it done where the Organization has paid for anything; else its first order does.
async fn changed(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    tenant_id: &str,
    (cause, name): (&'static str, EnvironmentName),
) -> storage::Result<()> {
    let action = match cause {
        ENVIRONMENT_ADDED => "environment.add",
        ENVIRONMENT_REMOVED => "environment.remove",
        _ => "app.move",
    };
    let entry = audited::entry(app, actor, action, name.as_str(), Some(tenant_id));
    audited::record(tx, entry, json!({ "environment": name.as_str() })).await?;
    let paid = provisions::is_paid(tx, tenant_id, None).await?;
    if paid || cause == ENVIRONMENT_REMOVED {
        let new = NewProvision { id: app.new_id(), tenant_id, order_id: None, cause };
        enqueue::file(tx, &new, app.clock.now()).await?;
    }
    Ok(())
}
