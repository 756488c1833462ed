//! An Organization's environments, and which app runs where.

use serde_json::json;
use sovereign_domain::catalog::Catalog;
use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::event::Actor;
use sovereign_domain::policy::PolicyRefusal;

use super::audited;
use super::organizations::{OrganizationError, refuse_away};
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
    pub(crate) region: String,
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
    let mut tx = app.store.read_as(&actor.user_id).await?;
    let found = organizations::find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    let (organization, _) = found.ok_or(OrganizationError::NotFound)?;
    Ok(of(app, &mut tx, &organization).await?)
}

/// Prod is there from the beginning, though nothing may be in it yet.
async fn of(
    app: &App,
    tx: &mut Tx,
    organization: &OrganizationRow,
) -> storage::Result<Vec<Environment>> {
    let rows = rows::list(tx, &organization.id).await?;
    let placements = rows::placements(tx, &organization.id).await?;
    let first = app.provisioning.first_region().to_owned();
    let mut stages = vec![(EnvironmentName::Prod, Stage::Running, first.clone())];
    for row in rows {
        let name = row.name()?;
        stages.retain(|(known, ..)| *known != name);
        stages.push((name, row.stage()?, row.region.unwrap_or_else(|| first.clone())));
    }
    stages.sort_unstable();
    let prod = EnvironmentName::Prod;
    let in_it = |name, app: &&String| placements.get(*app).copied().unwrap_or(prod) == name;
    let environments = stages.into_iter().map(|(name, stage, region)| Environment {
        name,
        stage,
        region,
        namespace: format!("{}-{name}", organization.slug),
        apps: organization.apps.0.iter().filter(|app| in_it(name, app)).cloned().collect(),
    });
    Ok(environments.collect())
}

/// Adds an environment, in this region or the first, where the Sovereign's policy lets there be one.
///
/// # Errors
/// [`EnvironmentError`].
pub(crate) async fn add(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    (name, region): (EnvironmentName, Option<&str>),
) -> Result<Environment, EnvironmentError> {
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    let (now, first) = (app.clock.now(), app.provisioning.first_region());
    let region = region.map_or(Ok(first), |text| known_region(app, text))?;
    rows::lock(&mut tx, tenant_id, now).await?;
    let before = of(app, &mut tx, &organization).await?;
    if before.iter().any(|one| one.name == name) {
        return Err(EnvironmentError::Exists);
    }
    let policy = &catalog::prices(&mut tx).await?.policy;
    policy.permit_environment(name, region)?;
    policy.permit_another_environment(before.len())?;
    if !rows::insert_in(&mut tx, tenant_id, (name, Some(region)), now).await? {
        return Err(EnvironmentError::Exists);
    }
    changed(app, &mut tx, actor, tenant_id, (ENVIRONMENT_ADDED, name)).await?;
    let all = of(app, &mut tx, &organization).await?;
    tx.commit().await?;
    all.into_iter().find(|one| one.name == name).ok_or(EnvironmentError::Unknown)
}

fn known_region<'a>(app: &App, text: &'a str) -> Result<&'a str, FieldError> {
    let regions = &app.provisioning.regions;
    if regions.iter().any(|region| region == text) {
        return Ok(text);
    }
    let detail = format!("region must be one of this Sovereign's: {}", regions.join(", "));
    Err(FieldError::new("region", detail))
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
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    if name == EnvironmentName::Prod {
        return Err(EnvironmentError::ProdStays);
    }
    let found = of(app, &mut tx, &organization).await?.into_iter().find(|one| one.name == name);
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
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let organization = managed(&mut tx, actor, tenant_id).await?;
    let prices = catalog::prices(&mut tx).await?;
    let id = prices.apps.find(reference).map_or(reference, |item| item.id.as_str());
    if !organization.apps.0.iter().any(|installed| installed == id) {
        return Err(EnvironmentError::NotInstalled);
    }
    let all = of(app, &mut tx, &organization).await?;
    let target = all.iter().find(|one| one.name == name && one.stage == Stage::Running);
    let target = target.ok_or(EnvironmentError::Unknown)?;
    if !target.apps.iter().any(|there| there == id) {
        permit_move(&prices, id, target)?;
    }
    rows::lock(&mut tx, tenant_id, app.clock.now()).await?;
    rows::place(&mut tx, tenant_id, id, name).await?;
    changed(app, &mut tx, actor, tenant_id, (APP_MOVED, name)).await?;
    let all = of(app, &mut tx, &organization).await?;
    tx.commit().await?;
    Ok(all)
}

/// An app that moves is installed anew, so that both it and the place have to be allowed now.
fn permit_move(catalog: &Catalog, app_id: &str, target: &Environment) -> Result<(), PolicyRefusal> {
    let slug = catalog.apps.find(app_id).map_or(app_id, |item| &item.slug);
    catalog.policy.permit_app(catalog.policy.app(app_id, slug))?;
    catalog.policy.permit_environment(target.name, &target.region)
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
    refuse_away(tx, tenant_id).await?;
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
