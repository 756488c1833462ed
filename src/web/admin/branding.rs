//! How the Sovereign shows itself: a form, what it would look like, and the button. Its logo is in `branding_logo.rs`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sovereign_domain::event::Actor;
use sovereign_domain::voucher::{Code, Voucher};

use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::branding_typed::Typed;
use super::difference::Difference;
use super::frame::{BRANDING, Frame};
use super::visit::{Press, Visit, actor};
use crate::app::App;
use crate::branding::contrast::Colour;
use crate::usecase::branding::{self, BrandingError, Desk, Set, Wish};
use crate::usecase::vouchers::unredeemed;

/// The voucher that shows the look: what it is worth, in whole units, and its code.
const SAMPLE: (i64, &str) = (20, "WELCOME-20");

#[derive(Template)]
#[template(path = "web/admin/branding.html")]
struct BrandingPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    draft: &'a Draft,
}

/// The forms as they stand, and what is to be said of them.
#[derive(Default)]
pub(super) struct Draft {
    typed: Typed,
    /// The version that the form was filled from.
    seen: String,
    problems: Problems,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
    look: Option<Look>,
    /// Why a file can be no logo, in English, as the API says it.
    reason: Option<String>,
}

/// What is looked at before it is saved; the page around it is as it would be, too.
struct Look {
    ticket: Voucher,
    swatches: [Swatch; 2],
}

/// A button as it would be.
struct Swatch {
    label: String,
    ground: String,
    ink: String,
}

impl Look {
    fn of(app: &App, page: &Page) -> Self {
        let (units, code) = SAMPLE;
        let credit_minor = page.currency.units_to_minor(units).unwrap_or_default();
        let swatch = |name: &str, ground: Colour| Swatch {
            label: page.text(name),
            ground: ground.to_string(),
            ink: ground.text_on().to_string(),
        };
        let accents = page.branding.shown_accents();
        Self {
            ticket: unredeemed(Code::stored(code.to_owned()), credit_minor, app.clock.now()),
            swatches: [
                swatch("admin-branding-light", accents.light),
                swatch("admin-branding-dark", accents.dark),
            ],
        }
    }
}

impl Draft {
    fn of(set: &Set) -> Self {
        let seen = set.row.version.to_string();
        Self { typed: Typed::of(&set.row), seen, ..Self::default() }
    }

    /// The form as it is, after a file that can be no logo.
    pub(super) fn refusing(set: &Set, problems: Problems, reason: Option<String>) -> Self {
        Self { problems, reason, ..Self::of(set) }
    }
}

pub(super) async fn show(State(app): State<Arc<App>>, Visit { page, .. }: Visit) -> Response {
    match branding::read(&app.store).await {
        Ok(set) => shown(&page, StatusCode::OK, &Draft::of(&set)),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

pub(super) fn shown(page: &Page, status: StatusCode, draft: &Draft) -> Response {
    let frame = Frame::new(page, BRANDING);
    page.render(status, &BrandingPage { page, frame, draft })
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let actor = actor(&session, request_id);
    if fields.get("act") == "remove-logo" {
        return match change(&app, &actor, None, Wish::Logo(None)).await {
            Ok(_) => notice::see_other(BRANDING, "admin-branding-logo-removed-notice"),
            Err(BrandingError::Storage(failed)) => error::unavailable(&page, &failed),
            Err(_) => Redirect::to(BRANDING).into_response(),
        };
    }
    let typed = Typed::of_form(&fields);
    let problems = typed.problems(&page, &typed.wishes().faults());
    let seen = fields.get("seen").to_owned();
    let draft = Draft { typed, seen, problems, ..Draft::default() };
    if draft.problems.any() {
        return shown(&page, StatusCode::BAD_REQUEST, &draft);
    }
    if fields.get("act") == "look" {
        return looked_at(&app, page, draft).await;
    }
    save(&app, &page, &actor, draft).await
}

/// Sets something; answers what is set then. `replaces` is the version that it may replace; any, where none is named.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    replaces: Option<i64>,
    wish: Wish<'_>,
) -> Result<Set, BrandingError> {
    let mut ids = app.ids();
    let mut desk = Desk {
        store: &app.store,
        now: app.clock.now(),
        actor,
        ids: &mut ids,
        replaces: replaces.as_ref().map(std::slice::from_ref),
    };
    branding::change(&mut desk, wish).await
}

/// The page as it would be; nothing is set.
async fn looked_at(app: &App, mut page: Page, draft: Draft) -> Response {
    match branding::look(app, &draft.typed.wishes()).await {
        Ok(seen) => {
            seen.name(page.language).clone_into(&mut page.brand);
            page.branding = seen;
            let look = Some(Look::of(app, &page));
            shown(&page, StatusCode::OK, &Draft { look, ..draft })
        }
        Err(failed) => not_done(app, &page, draft, failed).await,
    }
}

/// Not where somebody else has changed it since the form was filled.
async fn save(app: &App, page: &Page, actor: &Actor, draft: Draft) -> Response {
    let wish = Wish::Members(Box::new(draft.typed.wishes()));
    match change(app, actor, draft.seen.parse().ok(), wish).await {
        Ok(_) => notice::see_other(BRANDING, "admin-branding-saved-notice"),
        Err(failed) => not_done(app, page, draft, failed).await,
    }
}

/// The form again, with why nothing was done.
async fn not_done(app: &App, page: &Page, draft: Draft, failed: BrandingError) -> Response {
    match failed {
        BrandingError::Field(fault) => {
            let problems = draft.typed.problems(page, &[fault]);
            shown(page, StatusCode::BAD_REQUEST, &Draft { problems, ..draft })
        }
        BrandingError::Changed { .. } => changed(app, page, draft).await,
        BrandingError::Storage(failed) => error::unavailable(page, &failed),
    }
}

/// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
async fn changed(app: &App, page: &Page, draft: Draft) -> Response {
    let set = match branding::read(&app.store).await {
        Ok(set) => set,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let differences = draft.typed.differences(page, &Typed::of(&set.row));
    if differences.is_empty() {
        // It is set as the form has it.
        return notice::see_other(BRANDING, "admin-branding-saved-notice");
    }
    let seen = set.row.version.to_string();
    shown(page, StatusCode::CONFLICT, &Draft { seen, differences, ..draft })
}
