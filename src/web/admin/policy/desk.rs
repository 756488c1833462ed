//! The page of the policy: reading it, and setting it in place of the version that the form was filled from.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::difference::Difference;
use super::super::frame::{Frame, POLICY};
use super::super::visit::{Press, Visit, actor};
use super::super::who::{Administrators, Who};
use super::parts::{PARTS, of_rule};
use super::typed::{Typed, wrong};
use super::versions::{self, Versions};
use super::words::{Names, Reason, Section, sections};
use crate::app::App;
use crate::usecase::catalog_admin;
use crate::usecase::environment_policy::{self, Desk, PolicyError, Standing};
use crate::usecase::vouchers::FieldError;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/policy.html")]
struct PolicyPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    draft: &'a Draft,
    /// The version that is in force; empty where nobody has set one.
    version: String,
    set: Option<(Who, String)>,
    sections: Vec<Section>,
    versions: Versions,
}

/// The form as it stands, and what is to be said of it.
#[derive(Default)]
struct Draft {
    typed: Typed,
    /// The version that the form was filled from.
    seen: String,
    problems: Problems,
    /// Why the API refused a field.
    reason: Option<Reason>,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
}

impl Draft {
    fn of(page: &Page, standing: &Standing) -> Self {
        let typed = Typed::of(&standing.policy, page.currency);
        Self { typed, seen: standing.version.to_string(), ..Self::default() }
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    match environment_policy::current(&app.store).await {
        Ok(standing) => {
            let draft = Draft::of(&page, &standing);
            let asked = (StatusCode::OK, &draft, fields.find("after"));
            shown(&app, &page, &standing, asked).await
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

async fn shown(
    app: &App,
    page: &Page,
    standing: &Standing,
    (status, draft, after): (StatusCode, &Draft, Option<&str>),
) -> Response {
    let found = async {
        let catalog = catalog_admin::everything(app).await?;
        let administrators = Administrators::load(app).await?;
        let versions = versions::load(app, (page, &administrators), after).await?;
        Ok::<_, PolicyError>((Names::of(app, &catalog), administrators, versions))
    };
    let (names, administrators, versions) = match found.await {
        Ok(found) => found,
        Err(PolicyError::Storage(failed)) => return error::unavailable(page, &failed),
        Err(PolicyError::Field(_) | PolicyError::Changed { .. }) => {
            let back = Some((POLICY, "admin-policy"));
            return error::say(page, StatusCode::BAD_REQUEST, "superadmin-address", back);
        }
    };
    let set = standing.set.as_ref();
    let shown = PolicyPage {
        page,
        frame: Frame::new(page, POLICY),
        version: match standing.version {
            0 => String::new(),
            version => page.digits.write(&version.to_string()),
        },
        set: set.map(|(by, at)| (administrators.who(page, by), page.moment(*at))),
        sections: sections(page, &names, (&draft.typed, draft.reason.as_ref())),
        versions,
        draft,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let (typed, seen) = (Typed::of_form(&fields), fields.get("version").to_owned());
    let wish = match typed.wish(&page) {
        Ok(wish) => wish,
        Err(problems) => {
            return again(&app, &page, Draft { typed, seen, problems, ..Draft::default() }).await;
        }
    };
    let (actor, mut ids) = (actor(&session, request_id), app.ids());
    let mut desk = Desk {
        store: &app.store,
        regions: &app.provisioning.regions,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
    };
    // A form without its version replaces none.
    let replaces = seen.parse().unwrap_or(-1);
    match environment_policy::set(&mut desk, &wish, Some(replaces)).await {
        Ok(_) => notice::see_other(POLICY, "admin-policy-saved-notice"),
        Err(PolicyError::Changed { .. }) => changed(&app, &page, typed).await,
        Err(PolicyError::Field(fault)) => {
            let (problems, reason) = refused(&page, &fault);
            let draft = Draft { typed, seen, problems, reason, ..Draft::default() };
            again(&app, &page, draft).await
        }
        Err(PolicyError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

/// The page again, with what is wrong with the form.
async fn again(app: &App, page: &Page, draft: Draft) -> Response {
    match environment_policy::current(&app.store).await {
        Ok(standing) => shown(app, page, &standing, (StatusCode::BAD_REQUEST, &draft, None)).await,
        Err(failed) => error::unavailable(page, &failed),
    }
}

/// What the use case refused, at its field.
fn refused(page: &Page, fault: &FieldError) -> (Problems, Option<Reason>) {
    let id = of_rule(fault.field);
    let part = PARTS.iter().find(|part| part.id == id);
    let text = part.map_or_else(|| fault.detail.clone(), |part| page.text(wrong(part)));
    (Problems::of(id, text), Some((id, fault.detail.clone())))
}

/// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
async fn changed(app: &App, page: &Page, typed: Typed) -> Response {
    let standing = match environment_policy::current(&app.store).await {
        Ok(standing) => standing,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let stored = Typed::of(&standing.policy, page.currency);
    let differences = stored.unlike(page, &typed).into_iter();
    let differences: Vec<Difference> =
        differences.map(|(label, stored, typed)| Difference { label, stored, typed }).collect();
    if differences.is_empty() {
        return notice::see_other(POLICY, "admin-policy-saved-notice");
    }
    let seen = standing.version.to_string();
    let draft = Draft { typed, seen, differences, ..Draft::default() };
    shown(app, page, &standing, (StatusCode::CONFLICT, &draft, None)).await
}
