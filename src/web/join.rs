//! Signing up: an Organization to use the voucher for, or to buy a plan with. Whoever has some chooses one of
//! them, or makes another. From here it goes on to the checkout.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::{Router, routing::get};
use serde::{Deserialize, Serialize};
use sovereign_domain::event::Actor;

use super::market::effect;
use super::page::{Page, address, parameter};
use super::problems::Problems;
use super::{account, error};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage;
use crate::usecase::join::{self, Standing};
use crate::usecase::market;
use crate::usecase::organizations::{self, NewOrganizationRequest, OrganizationError};
use crate::usecase::slugs;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/join", get(show).post(make)).route("/join/address", get(check_address))
}

#[derive(Template)]
#[template(path = "web/join/new.html")]
struct NewPage<'a> {
    page: &'a Page,
    filled: &'a JoinForm,
    plans: Vec<Choice>,
    problems: Problems,
}

/// A plan to choose, in the reader's language.
struct Choice {
    slug: String,
    name: String,
    description: String,
    price_minor: i64,
    usage_priced: bool,
    popular: bool,
    chosen: bool,
    /// What the voucher does for it.
    effect: Option<String>,
}

#[derive(Template)]
#[template(path = "web/join/choose.html")]
struct ChoosePage<'a> {
    page: &'a Page,
    /// Name, where it goes on, and the name of what that is.
    organizations: Vec<(String, String, &'static str)>,
    /// The form for another one.
    another: String,
}

/// What stands in the form; plan and apps may have been chosen before.
#[derive(Debug, Default, Deserialize)]
struct JoinForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    plan: String,
    /// Slugs between commas.
    #[serde(default)]
    apps: String,
}

impl JoinForm {
    fn apps(&self) -> Vec<String> {
        let slugs = self.apps.split(',').map(str::trim).filter(|slug| !slug.is_empty());
        slugs.map(str::to_owned).collect()
    }
}

async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    from: Address,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let session = match account::signed_in(&app, &page, &headers, &page.here).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let [plan, apps, another] = ["plan", "apps", "another"].map(|name| parameter(&uri, name));
    if another.is_empty() {
        match join::organizations(&app, &session.user_id).await {
            Ok(found) if !found.is_empty() => {
                return choose_page(&page, found, (&plan, &apps));
            }
            Ok(_) => {}
            Err(error) => return error::unavailable(&page, &error),
        }
    }
    let filled = JoinForm { plan, apps, ..JoinForm::default() };
    let fine = (StatusCode::OK, Problems::none());
    new_page(&app, &page, (from, &headers), fine, &filled).await
}

fn choose_page(
    page: &Page,
    found: Vec<(String, String, Standing)>,
    (plan, apps): (&str, &str),
) -> Response {
    let organizations = found.into_iter().map(|(slug, name, standing)| match standing {
        Standing::MayOrder => (name, checkout(&slug, plan, apps), "join-order"),
        Standing::Subscribed if page.kept.is_some() => {
            (name, format!("/console/{slug}/wallet"), "join-redeem")
        }
        Standing::Subscribed => (name, format!("/console/{slug}"), "join-open"),
    });
    let another = address("/join", &[("another", "1"), ("plan", plan), ("apps", apps)]);
    let choose = ChoosePage { page, organizations: organizations.collect(), another };
    page.render(StatusCode::OK, &choose)
}

/// Where an Organization orders.
fn checkout(slug: &str, plan: &str, apps: &str) -> String {
    let chosen = [("organization", slug), ("plan", plan), ("apps", apps)];
    let given: Vec<_> = chosen.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    address("/checkout", &given)
}

/// The form: empty at first, or as it was sent and with what is wrong.
async fn new_page(
    app: &Arc<App>,
    page: &Page,
    (from, headers): (Address, &HeaderMap),
    (status, problems): (StatusCode, Problems),
    filled: &JoinForm,
) -> Response {
    let found = async {
        let market = market::now(app).await?;
        Ok::<_, storage::Error>((market, effect::kept(app, from, headers).await?))
    };
    let (market, kept) = match found.await {
        Ok(found) => found,
        Err(error) => return error::unavailable(page, &error),
    };
    let marked = market.plans.iter().position(|plan| plan.slug == filled.plan);
    let marked = marked.or_else(|| market.plans.iter().position(|plan| plan.popular));
    let plans = market.plans.iter().enumerate().map(|(index, plan)| Choice {
        slug: plan.slug.clone(),
        name: plan.name.text(page.language).to_owned(),
        description: plan.description.text(page.language).to_owned(),
        price_minor: plan.price_minor,
        usage_priced: plan.usage_priced,
        popular: plan.popular,
        chosen: index == marked.unwrap_or(0),
        effect: kept.effect(app, page, &market, plan),
    });
    page.render(status, &NewPage { page, filled, plans: plans.collect(), problems })
}

/// Makes the Organization, and goes on to its checkout.
async fn make(
    State(app): State<Arc<App>>,
    page: Page,
    from: Address,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<JoinForm>,
) -> Response {
    let session = match account::pressed(&app, &page, &headers, (&form.form_token, "/join")).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let actor = Actor { user_id: session.user_id.into(), request_id };
    let refused = match create(&app, &actor, &session.email, &form).await {
        Ok(slug) => return Redirect::to(&checkout(&slug, &form.plan, &form.apps)).into_response(),
        Err(refused) => refused,
    };
    match problems(&app, &page, &form, refused).await {
        Ok(problems) => {
            let wrong = (StatusCode::BAD_REQUEST, problems);
            new_page(&app, &page, (from, &headers), wrong, &form).await
        }
        Err(error) => error::unavailable(&page, &error),
    }
}

/// Makes it, and answers its address. Pressed twice, the second press finds what the first one made.
async fn create(
    app: &App,
    actor: &Actor,
    email: &str,
    form: &JoinForm,
) -> Result<String, OrganizationError> {
    let (name, wanted) = (form.name.trim(), form.slug.trim().to_lowercase());
    let slug = if wanted.is_empty() {
        slugs::free_for(&app.store, name).await?.unwrap_or_default()
    } else {
        wanted
    };
    let request = NewOrganizationRequest {
        slug: slug.clone(),
        name: name.to_owned(),
        org_type: String::new(),
        industry: String::new(),
        plan: form.plan.clone(),
        apps: form.apps(),
        addons: Vec::new(),
    };
    match organizations::create(app, actor, email, request).await {
        Ok(made) => Ok(made.slug),
        Err(OrganizationError::SlugTaken) if join::made_before(app, actor, &slug, name).await? => {
            Ok(slug)
        }
        Err(refused) => Err(refused),
    }
}

/// What is wrong with which field, in words.
async fn problems(
    app: &App,
    page: &Page,
    form: &JoinForm,
    refused: OrganizationError,
) -> storage::Result<Problems> {
    let mut problems = Problems::none();
    match refused {
        OrganizationError::Storage(error) => return Err(error),
        OrganizationError::SlugTaken => {
            let free = slugs::free_for(&app.store, &form.name).await?;
            problems.add(
                "slug",
                match free {
                    Some(free) => page.text_with("join-taken-but", "free", &free),
                    None => page.text("join-taken"),
                },
            );
        }
        OrganizationError::Field(field) => {
            let name = join::checked_name(&form.name).is_err();
            if name {
                problems.add("name", page.text("join-name-wrong"));
            }
            match field.field {
                "slug" if !(name && form.slug.trim().is_empty()) => {
                    problems.add("slug", page.text("join-slug-wrong"));
                }
                "plan_id" => problems.add("plan", page.text("join-plan-wrong")),
                "apps" => problems.add("plan", page.text("join-apps-wrong")),
                _ => {}
            }
        }
        _ => problems.add("plan", page.text("join-not-allowed")),
    }
    Ok(problems)
}

/// What an address that is being typed comes to.
#[derive(Debug, Serialize)]
struct Checked {
    slug: String,
    available: bool,
    /// The same in the reader's language.
    text: String,
}

/// Whether an address is free, or which one follows from a name. For the page's script.
async fn check_address(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    OriginalUri(uri): OriginalUri,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::SlugByAddress, Key::Address(from)).await {
        return error::too_many(&page, wait);
    }
    let wanted = parameter(&uri, "slug").trim().to_lowercase();
    let found = async {
        if wanted.is_empty() {
            let free = slugs::free_for(&app.store, &parameter(&uri, "name")).await?;
            return Ok((free.is_some(), free.unwrap_or_default()));
        }
        Ok((organizations::slug_is_available(&app.store, &wanted).await?, wanted))
    };
    match found.await {
        Ok((available, slug)) => {
            let text = page.text(match (available, slug.is_empty()) {
                (true, _) => "join-free",
                (false, true) => "join-choose-address",
                (false, false) => "join-not-free",
            });
            Json(Checked { slug, available, text }).into_response()
        }
        Err::<_, storage::Error>(error) => error::unavailable(&page, &error),
    }
}
