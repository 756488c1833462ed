//! An Organization's apps: installing one, uninstalling one, and what that would come to.
//!
//! Source: franchise-model.txt, "Redemption flow" 4; the wire contract, "Organizations". What an app costs is
//! drawn by the engine, as every change of a subscription is (`usecase/change.rs`).

use std::collections::BTreeMap;

use sovereign_domain::book::{AppChange, ChangePreview, Outcome, Refusal};
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::event::Actor;
use sovereign_domain::organization::MemberRole;
use sovereign_domain::services::{Dedicated, Service};
use sovereign_domain::timestamp::Timestamp;

use super::change::{self, ChangeRequest};
use super::organizations::OrganizationError;
use super::payments::PaymentError;
use super::vouchers::FieldError;
use crate::app::App;
use crate::engine::EngineError;
use crate::storage::organizations::{self, OrganizationRow};
use crate::storage::{self, Tx, catalog, environments, overview};

/// Why no app came or went.
#[derive(Debug)]
pub(crate) enum AppError {
    Organization(OrganizationError),
    Payment(PaymentError),
    /// The catalog has no such app.
    UnknownApp,
    /// The catalog says that it cannot be installed yet.
    NotAvailable,
    /// The Organization has no such app.
    NotInstalled,
    /// Other apps need it; by slug.
    Needed(Vec<String>),
}

impl<E: Into<OrganizationError>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

impl From<PaymentError> for AppError {
    fn from(error: PaymentError) -> Self {
        Self::Payment(error)
    }
}

/// How a customer came to the price of what they ask for, and how their request is known again.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) at: Option<Timestamp>,
    pub(crate) total_minor: Option<i64>,
    pub(crate) key: Option<String>,
}

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

/// An Organization's apps, with what the catalog says of them.
pub(crate) struct Apps {
    pub(crate) organization: OrganizationRow,
    role: MemberRole,
    catalog: std::sync::Arc<Catalog>,
}

impl Apps {
    async fn of(tx: &mut Tx, actor: &Actor, tenant_id: &str) -> Result<Self, AppError> {
        let found = organizations::find_for_member(tx, tenant_id, &actor.user_id).await?;
        let (organization, role) = found.ok_or(OrganizationError::NotFound)?;
        Ok(Self { organization, role, catalog: catalog::prices(tx).await? })
    }

    fn installed(&self) -> Vec<&Item> {
        let ids = self.organization.apps.0.iter();
        ids.filter_map(|id| self.catalog.apps.find(id)).collect()
    }

    fn dedicated(&self) -> &Dedicated {
        &self.organization.dedicated_services.0
    }

    fn has(&self, app: &Item) -> bool {
        self.organization.apps.0.contains(&app.id)
    }

    /// The installed apps that need this one, by slug.
    fn dependents(&self, app: &Item) -> Vec<String> {
        let needs = |other: &&Item| {
            let needs = self.catalog.apps.needs_of(other, self.dedicated());
            needs.iter().any(|need| need.item.id == app.id && need.for_app.is_none())
        };
        let others = self.installed().into_iter().filter(|other| other.id != app.id);
        others.filter(needs).map(|other| other.slug.clone()).collect()
    }

    /// The services that an app needs: those that come or go with it, and those that are there anyway.
    fn services_with(&self, app: &Item) -> (Vec<Service<'_>>, Vec<Service<'_>>) {
        let others: Vec<&Item> =
            self.installed().into_iter().filter(|other| other.id != app.id).collect();
        let kept = self.catalog.services(&others, self.dedicated());
        let needs = match self.catalog.apps.find(&app.id) {
            Some(app) => self.catalog.apps.needs_of(app, self.dedicated()),
            None => Vec::new(),
        };
        needs.into_iter().partition(|need| {
            let is_app = need.for_app.is_none() && others.iter().any(|o| o.id == need.item.id);
            !is_app && !kept.contains(need)
        })
    }
}

/// A service as it is shown.
#[derive(Debug)]
pub(crate) struct ShownService {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The app that has it for itself, by slug; `None` where it is shared.
    pub(crate) for_app: Option<String>,
    pub(crate) month_minor: i64,
}

impl ShownService {
    fn new(service: &Service<'_>, catalog: &Catalog) -> Self {
        let slug_of = |id: &str| catalog.apps.find(id).map_or(id, |app| &app.slug).to_owned();
        Self {
            slug: service.item.slug.clone(),
            name: service.item.name.clone(),
            for_app: service.for_app.map(slug_of),
            month_minor: service.item.price_minor,
        }
    }
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
    environments::forget(&mut tx, tenant_id, &id).await?;
    tx.commit().await?;
    Ok(outcome)
}

fn changes_nothing(error: &PaymentError) -> bool {
    matches!(error, PaymentError::Engine(EngineError::Refused(Refusal::NothingToChange)))
}

fn request(tenant_id: &str, app: AppChange, accepted: Accepted) -> ChangeRequest {
    let Accepted { at, total_minor, key } = accepted;
    ChangeRequest {
        at,
        total_minor,
        key,
        app: Some(app),
        ..ChangeRequest::of(tenant_id.to_owned())
    }
}

impl Apps {
    /// The services that the app is to have for itself, by identifier.
    fn choices(
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

/// What installing or uninstalling an app would come to.
#[derive(Debug)]
pub(crate) struct Preview {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) installed: bool,
    pub(crate) month_minor: i64,
    /// What comes or goes with it.
    pub(crate) with_it: Vec<ShownService>,
    /// What it needs that is there anyway.
    pub(crate) anyway: Vec<ShownService>,
    /// Apps that need it, by slug.
    pub(crate) dependents: Vec<String>,
    /// For those who may spend, where it can be told.
    pub(crate) cost: Option<ChangePreview>,
}

/// What it would come to, for members.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn preview(
    app: &App,
    actor: Actor,
    tenant_id: &str,
    (slug, comes): (&str, bool),
) -> Result<Preview, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    let apps = Apps::of(&mut tx, &actor, tenant_id).await?;
    drop(tx);
    let item = apps.catalog.apps.find(slug).ok_or(AppError::UnknownApp)?;
    let (with_it, anyway) = apps.services_with(item);
    let shown = |services: Vec<Service<'_>>| {
        services.iter().map(|service| ShownService::new(service, &apps.catalog)).collect()
    };
    let id = item.id.clone();
    let change = match comes {
        true => AppChange::Install { app: id, dedicated: Vec::new() },
        false => AppChange::Uninstall { app: id },
    };
    let mut preview = Preview {
        slug: item.slug.clone(),
        name: item.name.clone(),
        installed: apps.has(item),
        month_minor: item.price_minor,
        with_it: shown(with_it),
        anyway: shown(anyway),
        dependents: apps.dependents(item),
        cost: None,
    };
    if apps.role.may_spend() && preview.installed != comes {
        let request = request(tenant_id, change, Accepted::default());
        preview.cost = cost(change::preview(app, request, actor).await)?;
    }
    Ok(preview)
}

/// No price where it would be refused; the request itself says why.
fn cost(
    previewed: Result<ChangePreview, PaymentError>,
) -> Result<Option<ChangePreview>, PaymentError> {
    match previewed {
        Ok(cost) => Ok(Some(cost)),
        Err(PaymentError::Engine(EngineError::Refused(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A service that runs, and the apps that use it, by slug.
#[derive(Debug)]
pub(crate) struct BackingService {
    pub(crate) service: ShownService,
    pub(crate) used_by: Vec<String>,
}

/// The services of an Organization's apps, for its members.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn backing_services(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<Vec<BackingService>, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    Ok(Apps::of(&mut tx, actor, tenant_id).await?.backing_services())
}

/// The same of any Organization.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn backing_services_of_any(
    app: &App,
    tenant_id: &str,
) -> Result<Vec<BackingService>, AppError> {
    let mut tx = app.store.read_across().await?;
    let organization = overview::find(&mut tx, tenant_id).await?;
    let organization = organization.ok_or(OrganizationError::NotFound)?;
    let catalog = catalog::prices(&mut tx).await?;
    Ok(Apps { organization, role: MemberRole::Viewer, catalog }.backing_services())
}

impl Apps {
    fn backing_services(&self) -> Vec<BackingService> {
        let installed = self.installed();
        let services = self.catalog.services(&installed, self.dedicated());
        let needs: Vec<(&Item, Vec<Service<'_>>)> = installed
            .iter()
            .map(|app| (*app, self.catalog.apps.needs_of(app, self.dedicated())))
            .collect();
        let used_by = |service: &Service<'_>| {
            let users = needs.iter().filter(|(_, needs)| needs.contains(service));
            users.map(|(app, _)| app.slug.clone()).collect()
        };
        let shown = services.iter().map(|service| BackingService {
            service: ShownService::new(service, &self.catalog),
            used_by: used_by(service),
        });
        shown.collect()
    }
}

/// The Organization as it is now, for the answer.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn organization(
    app: &App,
    tenant_id: &str,
) -> storage::Result<Option<(OrganizationRow, BTreeMap<String, String>)>> {
    let mut tx = app.store.read().await?;
    let Some(row) = overview::find(&mut tx, tenant_id).await? else { return Ok(None) };
    let states = super::app_states::of(&mut tx, &row).await?;
    Ok(Some((row, states)))
}
