//! Who has which role on the Sovereign: looking somebody up, giving a role and taking it away.
//!
//! Whoever changes one must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, SYSTEM, USERS};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use crate::app::App;
use crate::auth::Role;
use crate::mail::usable_address;
use crate::storage::users::ProfileRow;
use crate::usecase::organizations::usable_id;
use crate::usecase::roles::{self, RoleError};
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/users.html")]
struct UsersPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// Whether somebody else has given the one who is shown another role meanwhile.
    is_changed: bool,
    /// The address that is looked for; empty for everybody with a role.
    asked: &'a str,
    users: Vec<Shown>,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    /// The form for somebody new.
    email: &'a str,
    /// Value, label, and whether it is chosen.
    roles: Vec<(&'static str, String, bool)>,
}

/// Somebody, in the reader's language.
struct Shown {
    id: String,
    email: String,
    name: String,
    since: String,
    /// Whether it is whoever looks at the page.
    is_self: bool,
    roles: Vec<(&'static str, String, bool)>,
    /// The fingerprint of the role.
    seen: String,
}

/// What somebody typed.
#[derive(Default)]
struct Draft<'a> {
    asked: &'a str,
    email: &'a str,
    role: &'a str,
    problems: Problems,
    is_changed: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let asked = fields.get("email");
    if !asked.is_empty() && usable_address(asked).is_none() {
        let problems = Problems::of("email", visit.page.text("superadmin-users-email-wrong"));
        let draft = Draft { asked, problems, ..Draft::default() };
        return shown(&app, &visit, (StatusCode::BAD_REQUEST, draft)).await;
    }
    shown(&app, &visit, (StatusCode::OK, Draft { asked, ..Draft::default() })).await
}

async fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    (status, draft): (StatusCode, Draft<'_>),
) -> Response {
    let found = match usable_address(draft.asked) {
        Some(email) => roles::with_address(&app.store, &email).await,
        None => roles::administrators(&app.store).await,
    };
    let found = match found {
        Ok(found) => found,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let one = |user: ProfileRow| Shown {
        is_self: user.id == session.user_id,
        roles: choices(page, &user.role),
        seen: roles::fingerprint(&user),
        since: page.day(user.created_at.0),
        id: user.id,
        email: user.email,
        name: user.name,
    };
    let shown = UsersPage {
        page,
        frame: Frame::new(page, SYSTEM),
        asked: draft.asked,
        users: found.into_iter().map(one).collect(),
        sign_in: sign_in_again(app, page, session),
        email: draft.email,
        roles: choices(page, draft.role),
        problems: draft.problems,
        is_changed: draft.is_changed,
    };
    page.render(status, &shown)
}

/// Every role, and the one that is chosen.
fn choices(page: &Page, chosen: &str) -> Vec<(&'static str, String, bool)> {
    let choice = |role: Role| {
        let label = match role {
            Role::Superadmin => page.text("role-superadmin"),
            Role::SovereignAdmin => page.text("role-sovereign-admin"),
            Role::Member => page.text("superadmin-role-none"),
        };
        (role.as_str(), label, role.as_str() == chosen)
    };
    Role::ALL.map(choice).into()
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(Press { page, session, request_id, fields }): SuperadminPress,
) -> Response {
    let visit = Visit { page, session };
    let page = &visit.page;
    let (typed, role) = (fields.get("new-email"), fields.get("role"));
    let draft = Draft { email: typed, role, ..Draft::default() };
    if sign_in_again(&app, page, &visit.session).is_some() {
        return shown(&app, &visit, (StatusCode::UNAUTHORIZED, draft)).await;
    }
    let Some(wanted) = Role::parse(role) else {
        return wrong(&app, &visit, draft, "superadmin-users-role-wrong").await;
    };
    let actor = actor(&visit.session, request_id);
    let done = if fields.get("act") == "grant" {
        let Some(email) = usable_address(typed) else {
            return wrong(&app, &visit, draft, "superadmin-users-email-wrong").await;
        };
        roles::grant_as(&app, &email, wanted, &actor).await
    } else {
        match usable_id(fields.get("user")) {
            Ok(id) => {
                let replaces = fields.seen();
                roles::set_by_id(&app, id, wanted, &actor, replaces.as_deref()).await
            }
            Err(_) => Err(RoleError::UnknownUser),
        }
    };
    match done {
        Ok(user) => {
            // Whoever has no role any more is not in the list of those who have one.
            let back = if wanted == Role::Member {
                USERS.to_owned()
            } else {
                address(USERS, &[("email", &user.email)])
            };
            notice::see_other(&back, "superadmin-role-set-notice")
        }
        Err(RoleError::Changed(user)) => {
            let draft = Draft { asked: &user.email, is_changed: true, ..Draft::default() };
            shown(&app, &visit, (StatusCode::CONFLICT, draft)).await
        }
        Err(RoleError::LastSuperadmin) => notice::see_other(USERS, "superadmin-role-last-notice"),
        Err(RoleError::UnknownUser) => wrong(&app, &visit, draft, "superadmin-users-unknown").await,
        Err(RoleError::Ambiguous(_)) => {
            wrong(&app, &visit, draft, "superadmin-users-ambiguous").await
        }
        Err(RoleError::Storage(failed)) => error::unavailable(page, &failed),
    }
}

/// The page again, with what is wrong with the form for somebody new.
async fn wrong(app: &App, visit: &Visit, draft: Draft<'_>, name: &str) -> Response {
    let problems = Problems::of("new-email", visit.page.text(name));
    shown(app, visit, (StatusCode::BAD_REQUEST, Draft { problems, ..draft })).await
}
