//! The answers of the routes about an Organization's apps.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use sovereign_domain::book::{Answer, CheckoutAnswer, Outcome};
use utoipa::ToSchema;
use uuid::Uuid;

use super::changes::PreviewBody;
use super::checkout::respond;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::apps::{self, AppError, BackingService, Preview, ShownService};
use crate::usecase::organizations::OrganizationError;

/// The apps of an Organization after a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppsAnswer)]
pub(super) struct AppsBody {
    /// `queued`, or `already_installed`.
    status: &'static str,
    /// Identifiers of all that is installed or on its way.
    apps: Vec<String>,
    /// By identifier: `installing`, `installed`, `failed` or `uninstalling`.
    app_states: BTreeMap<String, String>,
    /// What paid for the rest of the month; absent where it cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    /// What came back as credit, in minor units.
    credited_minor: i64,
    /// ISO 4217.
    currency: &'static str,
}

impl AppsBody {
    pub(super) async fn of(
        app: &App,
        tenant_id: &str,
        paid: Option<(Option<Uuid>, i64)>,
    ) -> Result<Self, Problem> {
        let found = apps::organization(app, tenant_id).await?;
        let (organization, app_states) = found.ok_or(OrganizationError::NotFound)?;
        let (order_id, credited_minor) = paid.unwrap_or_default();
        Ok(Self {
            status: if paid.is_some() { "queued" } else { "already_installed" },
            apps: organization.apps.0,
            app_states,
            order_id,
            credited_minor,
            currency: app.facts.currency.code(),
        })
    }
}

/// What is paid is on its way; what a card is to pay is a conflict that says where.
pub(super) async fn answer_outcome(
    app: &App,
    tenant_id: &str,
    outcome: Outcome,
) -> Result<Response, Problem> {
    match outcome {
        Outcome::Answered { answer: Answer::Change(answer), replayed } => {
            let paid = (answer.order_id.map(|id| id.0), answer.credited_minor);
            Ok(respond(AppsBody::of(app, tenant_id, Some(paid)).await?, replayed))
        }
        Outcome::Answered { answer: Answer::Checkout(answer), .. } => Err(to_pay(answer)),
        _ => Err(Problem::internal()),
    }
}

fn to_pay(answer: CheckoutAnswer) -> Problem {
    let detail = "the credit does not cover this: pay at session_url, and it is done";
    let problem = Problem::new(StatusCode::CONFLICT, "payment_required", detail);
    problem.payable_at(answer.order_id.0, answer.session_url)
}

/// Something that apps need to run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BackingService)]
pub(super) struct ServiceBody {
    slug: String,
    name: String,
    /// Whether it is there for any app of the Organization.
    shared: bool,
    /// The one app that has it, by slug, where it is not shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    for_app: Option<String>,
    /// What a month of it costs, in minor units.
    month_minor: i64,
}

impl From<ShownService> for ServiceBody {
    fn from(service: ShownService) -> Self {
        let ShownService { slug, name, for_app, month_minor } = service;
        Self { slug, name, shared: for_app.is_none(), for_app, month_minor }
    }
}

fn bodies(services: Vec<ShownService>) -> Vec<ServiceBody> {
    services.into_iter().map(ServiceBody::from).collect()
}

/// What installing an app would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppInstallPreview)]
pub(super) struct InstallPreviewBody {
    app_slug: String,
    app_name: String,
    installed: bool,
    /// What a month of the app alone costs, in minor units.
    month_minor: i64,
    /// What is installed with it.
    installed_services: Vec<ServiceBody>,
    /// What it needs that is there already.
    shared_services: Vec<ServiceBody>,
    /// Absent for those who may not spend, and where nothing can be installed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cost: Option<PreviewBody>,
}

impl From<Preview> for InstallPreviewBody {
    fn from(preview: Preview) -> Self {
        let Preview { slug, name, installed, month_minor, with_it, anyway, cost, .. } = preview;
        Self {
            app_slug: slug,
            app_name: name,
            installed,
            month_minor,
            installed_services: bodies(with_it),
            shared_services: bodies(anyway),
            cost: cost.map(PreviewBody::from),
        }
    }
}

/// What uninstalling an app would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppUninstallPreview)]
pub(super) struct UninstallPreviewBody {
    app_slug: String,
    app_name: String,
    installed: bool,
    /// What goes with it, and all data in it.
    purged_services: Vec<ServiceBody>,
    /// What it needs that other apps need too.
    retained_services: Vec<ServiceBody>,
    /// Apps that need it, by slug.
    dependents: Vec<String>,
    /// Absent for those who may not spend, and where nothing can be uninstalled now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cost: Option<PreviewBody>,
}

impl From<Preview> for UninstallPreviewBody {
    fn from(preview: Preview) -> Self {
        let Preview { slug, name, installed, with_it, anyway, dependents, cost, .. } = preview;
        Self {
            app_slug: slug,
            app_name: name,
            installed,
            purged_services: bodies(with_it),
            retained_services: bodies(anyway),
            dependents,
            cost: cost.map(PreviewBody::from),
        }
    }
}

/// A service that runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunningBackingService)]
pub(super) struct RunningBody {
    #[serde(flatten)]
    service: ServiceBody,
    /// The apps that need it, by slug.
    used_by: Vec<String>,
}

/// The services of an Organization's apps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BackingServices)]
pub(super) struct BackingServicesBody {
    services: Vec<RunningBody>,
}

impl From<Vec<BackingService>> for BackingServicesBody {
    fn from(services: Vec<BackingService>) -> Self {
        let running = services.into_iter().map(|running| RunningBody {
            service: running.service.into(),
            used_by: running.used_by,
        });
        Self { services: running.collect() }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            AppError::Organization(error) => error.into(),
            AppError::Payment(error) => error.into(),
            AppError::UnknownApp => Self::not_found("the catalog has no such app").about("slug"),
            AppError::NotInstalled => {
                Self::not_found("the Organization has no such app").about("slug")
            }
            AppError::NotAvailable => {
                conflict("app_not_available", "this app cannot be installed yet").about("slug")
            }
            AppError::Needed(dependents) => {
                let detail = format!(
                    "{} need it: uninstall them first, or ask again with ?force=true",
                    dependents.join(", ")
                );
                conflict("app_needed", &detail).needed_by(dependents)
            }
        }
    }
}
