//! Installing and uninstalling.

use std::collections::BTreeMap;

use sovereign_domain::book::{AppChange, Outcome, Refusal};
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::event::Actor;
use sovereign_domain::services::Dedicated;

use super::{Accepted, AppError, Apps, request};
use crate::app::App;
use crate::engine::EngineError;
use crate::storage::{Tx, catalog, environments, moves};
use crate::usecase::change;
use crate::usecase::organizations::{OrganizationError, refuse_away};
use crate::usecase::payments::PaymentError;
use crate::usecase::vouchers::FieldError;

/// An app to install, by slug or identifier.
#[derive(Debug)]
pub(crate) struct Install {
    pub(crate) slug: String,
    /// By service: `shared` or `dedicated`.
    pub(crate) dep_choices: BTreeMap<String, String>,
    pub(crate) environment: Option<String>,
    pub(crate) accepted: Accepted,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Done {
    /// Paid for, and on its way; what paid for it.
    Queued(Outcome),
    AlreadyInstalled,
}

/// Installs an app with what it needs, and draws what the rest of the month costs. Where a card is to pay, it is
/// installed once that has paid.
///
/// # Errors
/// [`AppError`]; nothing changed.
pub(crate) async fn install(
    app: &App,
    actor: Actor,
    tenant_id: &str,
    install: Install,
) -> Result<Done, AppError> {
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let apps = Apps::of(&mut tx, &actor, tenant_id).await?;
    if !apps.role.may_spend() {
        return Err(OrganizationError::Forbidden.into());
    }
    // Where it is to run is written before the engine is asked.
    refuse_away(&mut tx, tenant_id).await?;
    let item = apps.catalog.apps.find(&install.slug).ok_or_else(|| {
        FieldError::new("slug", "slug names no app of the catalog; see GET /catalog/apps")
    })?;
    if !catalog::is_deployable(&mut tx, &item.id).await? {
        return Err(AppError::NotAvailable);
    }
    let dedicated = apps.choices(item, &install.dep_choices)?;
    if let Some(environment) = &install.environment {
        let place = (tenant_id, environment.as_str());
        let name = checked_environment(app, &mut tx, place, &apps.catalog).await?;
        if !apps.has(item) {
            environments::place(&mut tx, tenant_id, &item.id, name).await?;
        }
    }
    tx.commit().await?;
    let change = AppChange::Install { app: item.id.clone(), dedicated };
    let request = request(tenant_id, change, install.accepted);
    match change::change(app, request, actor).await {
        Ok(outcome) => Ok(Done::Queued(outcome)),
        Err(error) if changes_nothing(&error) => Ok(Done::AlreadyInstalled),
        Err(error) => Err(error.into()),
    }
}

/// Uninstalls an app with what nothing else needs; what is not used of the month comes back as credit.
///
/// # Errors
/// [`AppError`]; nothing changed.
pub(crate) async fn uninstall(
    app: &App,
    actor: Actor,
    tenant_id: &str,
    (slug, force): (&str, bool),
    accepted: Accepted,
) -> Result<Outcome, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    let apps = Apps::of(&mut tx, &actor, tenant_id).await?;
    drop(tx);
    if !apps.role.may_spend() {
        return Err(OrganizationError::Forbidden.into());
    }
    let item = apps.catalog.apps.find(slug);
    let id = item.map_or(slug, |item| &item.id).to_owned();
    let dependents = item.map_or_else(Vec::new, |item| apps.dependents(item));
    if apps.organization.apps.0.contains(&id) && !dependents.is_empty() && !force {
        return Err(AppError::Needed(dependents));
    }
    let change = AppChange::Uninstall { app: id.clone() };
    let outcome = change::change(app, request(tenant_id, change, accepted), actor.clone()).await;
    let outcome = match outcome {
        Err(error) if changes_nothing(&error) => return Err(AppError::NotInstalled),
        other => other?,
    };
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    // One that has set out since keeps the place of an app that it has no more, which harms nobody.
    if !moves::is_away(&mut tx, tenant_id).await? {
        environments::forget(&mut tx, tenant_id, &id).await?;
    }
    tx.commit().await?;
    Ok(outcome)
}

fn changes_nothing(error: &PaymentError) -> bool {
    matches!(error, PaymentError::Engine(EngineError::Refused(Refusal::NothingToChange)))
}

impl Apps {
    /// The services that the app is to have for itself, by identifier.
    pub(super) fn choices(
        &self,
        app: &Item,
        choices: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, FieldError> {
        let needs = self.catalog.apps.needs_of(app, &Dedicated::new());
        let mut dedicated = Vec::new();
        for (name, choice) in choices {
            let need = needs.iter().find(|need| need.item.slug == *name || need.item.id == *name);
            let Some(need) = need else {
                let detail = format!("dep_choices.{name}: {} does not need that", app.slug);
                return Err(FieldError::new("dep_choices", detail));
            };
            match choice.as_str() {
                "dedicated" => dedicated.push(need.item.id.clone()),
                "shared" if need.item.shareable => {}
                "shared" => {
                    let detail =
                        format!("dep_choices.{name}: each app has one of its own; say dedicated");
                    return Err(FieldError::new("dep_choices", detail));
                }
                _ => {
                    let detail = format!("dep_choices.{name} must be shared or dedicated");
                    return Err(FieldError::new("dep_choices", detail));
                }
            }
        }
        Ok(dedicated)
    }
}

/// Where the app is to run: in an environment that is there, and that the policy lets new apps come into.
async fn checked_environment(
    app: &App,
    tx: &mut Tx,
    (tenant_id, text): (&str, &str),
    catalog: &Catalog,
) -> Result<EnvironmentName, AppError> {
    let wrong = |detail: &str| FieldError::new("environment", detail);
    let name = EnvironmentName::parse(text)
        .ok_or_else(|| wrong("environment must be prod, stg, uat, dev or poc"))?;
    let rows = environments::list(tx, tenant_id).await?;
    let first = app.provisioning.first_region();
    let mut region = (name == EnvironmentName::Prod).then_some(first);
    for row in &rows {
        if row.name()? == name && row.stage()? == Stage::Running {
            region = Some(row.region.as_deref().unwrap_or(first));
        }
    }
    let missing = || wrong("the Organization has no such environment; add it first");
    catalog.policy.permit_environment(name, region.ok_or_else(missing)?)?;
    Ok(name)
}
