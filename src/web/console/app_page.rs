//! One app of an Organization: installing it with what it needs, or uninstalling it with what that loses.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use sovereign_domain::book::{Answer, ChangePreview, Outcome, Refusal};
use sovereign_domain::environment::Stage;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::change::{accepted, limited};
use super::frame::Frame;
use super::money::{a_month, bill};
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::engine::EngineError;
use crate::text::Row;
use crate::usecase::approvals::{self, ApprovalError, Wanted};
use crate::usecase::apps::{self, AppError, Done, Install, Need, Preview, Question, ShownService};
use crate::usecase::environments;
use crate::usecase::market;
use crate::usecase::payments::PaymentError;

/// The fields of choices, before a service's slug.
const CHOICE: &str = "need-";

#[derive(Template)]
#[template(path = "web/console/app.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides a part of the page")]
struct AppPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    slug: String,
    name: String,
    month: String,
    installed: bool,
    needs: Vec<ShownNeed>,
    /// Whether any of them can be had in two ways.
    has_choice: bool,
    /// Names and labels of environments, where there are several.
    environments: Vec<(&'static str, String)>,
    cost: Option<Cost>,
    /// Why it cannot be done.
    why_not: Option<String>,
    /// Whether an approval would do.
    may_ask: bool,
    /// Names of services that go with their data, and of those that stay.
    goes: Vec<String>,
    stays: Vec<String>,
    /// Names of apps that need it.
    dependents: Vec<String>,
    may_spend: bool,
    problems: Problems,
    typed: &'a str,
}

struct ShownNeed {
    slug: String,
    name: String,
    month: String,
    shareable: bool,
    dedicated: bool,
}

/// What it comes to, and what is sent along so that it is the price that was seen.
struct Cost {
    rows: Vec<Row>,
    a_month: String,
    at: String,
    total_minor: i64,
    key: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    Path((slug, app_slug)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let asked = Fields::of_query(uri.query());
    let seen = Seen { app: &app, page: &page, visit: &visit, from, slug: &app_slug };
    seen.shown(&asked, StatusCode::OK, (Problems::none(), "")).await
}

/// An app that somebody looks at.
struct Seen<'a> {
    app: &'a App,
    page: &'a Page,
    visit: &'a Visit,
    from: IpAddr,
    slug: &'a str,
}

impl Seen<'_> {
    fn here(&self) -> String {
        self.visit.address(&format!("apps/{}", self.slug))
    }

    async fn preview(&self, asked: &Fields) -> Result<Preview, Response> {
        if self.visit.may_spend() {
            limited(self.app, self.page, self.visit, self.from).await?;
        }
        let choices = choices(asked);
        let (actor, tenant_id) = (self.visit.actor(String::new()), self.visit.tenant_id());
        let installed = |question| apps::preview(self.app, actor.clone(), tenant_id, question);
        let none = BTreeMap::new();
        let comes = Question { slug: self.slug, comes: true, dep_choices: &choices };
        let preview = installed(comes).await.map_err(|error| self.refused(&error))?;
        if !preview.installed {
            return Ok(preview);
        }
        let goes = Question { slug: self.slug, comes: false, dep_choices: &none };
        installed(goes).await.map_err(|error| self.refused(&error))
    }

    async fn shown(
        &self,
        asked: &Fields,
        status: StatusCode,
        (problems, typed): (Problems, &str),
    ) -> Response {
        let preview = match self.preview(asked).await {
            Ok(preview) => preview,
            Err(response) => return response,
        };
        let environments = match self.environments(&preview).await {
            Ok(environments) => environments,
            Err(response) => return response,
        };
        let (why_not, may_ask) = self.why_not(preview.refusal.as_ref());
        let page = self.page;
        let market = match market::now(self.app).await {
            Ok(market) => market,
            Err(failed) => return error::unavailable(page, &failed),
        };
        let named = |slug: &str, name: String| {
            market.app(slug).map_or(name, |app| app.name.text(page.language).to_owned())
        };
        let need = |need: Need| ShownNeed {
            month: a_month(page, need.month_minor),
            name: named(&need.slug, need.name),
            slug: need.slug,
            shareable: need.shareable,
            dedicated: need.dedicated,
        };
        let names = |services: Vec<ShownService>| {
            services.into_iter().map(|one| named(&one.slug, one.name)).collect()
        };
        let shown = AppPage {
            page,
            frame: self.visit.frame(page, "apps"),
            has_choice: !preview.installed && preview.needs.iter().any(|need| need.shareable),
            month: a_month(page, preview.month_minor),
            installed: preview.installed,
            needs: preview.needs.into_iter().map(need).collect(),
            environments,
            cost: preview.cost.as_ref().map(|cost| self.cost(cost)),
            why_not,
            may_ask,
            goes: names(preview.with_it),
            stays: names(preview.anyway),
            dependents: preview.dependents,
            may_spend: self.visit.may_spend(),
            name: named(&preview.slug, preview.name),
            slug: preview.slug,
            problems,
            typed,
        };
        // Its form may lead to the card's page.
        page.render_leaving_as(status, &shown)
    }

    fn cost(&self, preview: &ChangePreview) -> Cost {
        let month_minor = preview.month_minor;
        Cost {
            rows: bill(self.page, preview),
            a_month: self.page.amount(month_minor),
            at: preview.at.to_string(),
            total_minor: preview.total_minor,
            key: self.app.new_id().to_string(),
        }
    }

    /// Why it would be refused, and whether an approval lifts that.
    fn why_not(&self, refusal: Option<&Refusal>) -> (Option<String>, bool) {
        let Some(refusal) = refusal else { return (None, false) };
        let takes_approval =
            matches!(refusal, Refusal::Policy(policy) if policy.rule.takes_approval());
        let error = PaymentError::Engine(EngineError::Refused(refusal.clone()));
        (refused::why(self.page, &error).map(|(_, why)| why), takes_approval)
    }

    /// Where it can run, where there is a choice.
    async fn environments(
        &self,
        preview: &Preview,
    ) -> Result<Vec<(&'static str, String)>, Response> {
        if preview.installed || !self.visit.may_spend() {
            return Ok(Vec::new());
        }
        let actor = self.visit.actor(String::new());
        let found = environments::list(self.app, &actor, self.visit.tenant_id()).await;
        let found =
            found.map_err(|error| super::environments::refused(self.page, &error, &self.here()))?;
        let running = found.iter().filter(|one| one.stage == Stage::Running);
        let label = |name: &str| self.page.text(&format!("console-environment-{name}"));
        let all: Vec<_> =
            running.map(|one| (one.name.as_str(), label(one.name.as_str()))).collect();
        Ok(if all.len() > 1 { all } else { Vec::new() })
    }

    fn refused(&self, refused: &AppError) -> Response {
        let back = self.visit.address("apps");
        let say =
            |status, name: &str| refused::because(self.page, (status, self.page.text(name)), &back);
        match refused {
            AppError::Organization(error) => refused::organization(self.page, error, &back),
            AppError::Payment(error) => refused::payment(self.page, error, &self.here()),
            AppError::UnknownApp => say(StatusCode::NOT_FOUND, "console-why-no-app"),
            AppError::NotAvailable => say(StatusCode::CONFLICT, "console-why-not-available"),
            AppError::NotInstalled => say(StatusCode::NOT_FOUND, "console-why-not-installed"),
            AppError::Needed(_) => say(StatusCode::CONFLICT, "console-why-needed"),
        }
    }
}

fn choices(fields: &Fields) -> BTreeMap<String, String> {
    let chosen = fields.under(CHOICE);
    chosen.map(|(service, choice)| (service.to_owned(), choice.to_owned())).collect()
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Address(from): Address,
    Path((slug, app_slug)): Path<(String, String)>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if let Err(response) = limited(&app, &page, &visit, from).await {
        return response;
    }
    let seen = Seen { app: &app, page: &page, visit: &visit, from, slug: &app_slug };
    match fields.get("act") {
        "uninstall" => seen.uninstall(&fields, request_id).await,
        "ask" => seen.ask(&fields, request_id).await,
        _ => seen.install(&fields, request_id).await,
    }
}

impl Seen<'_> {
    async fn install(&self, fields: &Fields, request_id: String) -> Response {
        let Some(accepted) = accepted(fields) else { return error::stale_form(self.page) };
        let install = Install {
            slug: self.slug.to_owned(),
            dep_choices: choices(fields),
            environment: fields.find("environment").map(str::to_owned),
            accepted,
        };
        let actor = self.visit.actor(request_id);
        match apps::install(self.app, actor, self.visit.tenant_id(), install).await {
            Ok(Done::Queued(outcome)) => self.went(outcome, "console-installing-notice"),
            Ok(Done::AlreadyInstalled) => self.done("console-installing-notice"),
            Err(error) => self.refused(&error),
        }
    }

    /// Paid, or on the way to the card's page.
    fn went(&self, outcome: Outcome, name: &'static str) -> Response {
        if let Outcome::Answered { answer: Answer::Checkout(answer), .. } = outcome
            && let Some(url) = answer.session_url
        {
            return Redirect::to(&url).into_response();
        }
        self.done(name)
    }

    fn done(&self, name: &'static str) -> Response {
        notice::see_other(&self.visit.address("apps"), name)
    }

    /// Uninstalls what somebody named by hand, because its data goes.
    async fn uninstall(&self, fields: &Fields, request_id: String) -> Response {
        let Some(accepted) = accepted(fields) else { return error::stale_form(self.page) };
        let typed = fields.get("confirm");
        if !typed.eq_ignore_ascii_case(self.slug) {
            let text = self.page.text_with("console-type-again", "word", self.slug);
            let wrong = Problems::of("confirm", text);
            return self.shown(&Fields::default(), StatusCode::BAD_REQUEST, (wrong, typed)).await;
        }
        let actor = self.visit.actor(request_id);
        let force = fields.get("force") == "yes";
        let wanted = (self.slug, force);
        match apps::uninstall(self.app, actor, self.visit.tenant_id(), wanted, accepted).await {
            Ok(outcome) => self.went(outcome, "console-uninstalling-notice"),
            Err(AppError::Needed(_)) => {
                let text = self.page.text("console-needed-agree");
                let wrong = Problems::of("force", text);
                self.shown(&Fields::default(), StatusCode::CONFLICT, (wrong, typed)).await
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Asks the administrator of the Sovereign for what the policy wants an approval for.
    async fn ask(&self, fields: &Fields, request_id: String) -> Response {
        let reason = fields.get("reason");
        if reason.is_empty() {
            let text = self.page.text("console-reason-missing");
            let wrong = Problems::of("reason", text);
            return self.shown(&Fields::default(), StatusCode::BAD_REQUEST, (wrong, reason)).await;
        }
        let wanted = Wanted {
            apps: vec![self.slug.to_owned()],
            reason: reason.chars().take(1_000).collect(),
            ..Wanted::default()
        };
        let actor = self.visit.actor(request_id);
        match approvals::request(self.app, &actor, self.visit.tenant_id(), &wanted).await {
            Ok(_) => self.done("console-asked-notice"),
            Err(ApprovalError::Organization(error)) => {
                refused::organization(self.page, &error, &self.here())
            }
            Err(_) => {
                let why = (StatusCode::CONFLICT, self.page.text("console-why-many-requests"));
                refused::because(self.page, why, &self.here())
            }
        }
    }
}
