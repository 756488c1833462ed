//! Making many codes: a form, examples of what it makes, and the button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::voucher::Voucher;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::bulk_typed::Typed;
use super::campaigns::{Choices, choices};
use super::frame::{Frame, VOUCHERS, of_bulk};
use super::visit::{Press, Visit, writing};
use crate::app::App;
use crate::usecase::bulk::{self, BulkError, MIN_ENTROPY_BITS, Pattern};
use crate::usecase::sessions::Standing;

/// How many codes are shown.
const EXAMPLES: usize = 5;

#[derive(Template)]
#[template(path = "web/admin/new_bulk.html")]
struct NewPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    typed: &'a Typed,
    campaigns: Choices,
    seen: Option<Seen>,
}

/// What would be made.
struct Seen {
    examples: Vec<Voucher>,
    entropy: String,
    /// How many, and what they are worth together.
    together: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let typed = Typed::blank(app.new_id(), fields.get("campaign"));
    shown((&app, &page), StatusCode::OK, (&typed, Problems::none(), None)).await
}

async fn shown(
    (app, page): (&App, &Page),
    status: StatusCode,
    (typed, problems, seen): (&Typed, Problems, Option<Seen>),
) -> Response {
    let campaigns = match choices(app, &typed.worth.campaign).await {
        Ok(campaigns) => campaigns,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let frame = Frame::new(page, VOUCHERS);
    page.render(status, &NewPage { page, frame, problems, typed, campaigns, seen })
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let typed = Typed::of_form(&fields);
    if fields.get("act") == "look" {
        return match look(&app, &page, &typed) {
            Ok(seen) => {
                let seen = (&typed, Problems::none(), Some(seen));
                shown((&app, &page), StatusCode::OK, seen).await
            }
            Err(problems) => {
                let wrong = (&typed, problems, None);
                shown((&app, &page), StatusCode::BAD_REQUEST, wrong).await
            }
        };
    }
    make((&app, &page), (&session, request_id), &typed).await
}

fn look(app: &App, page: &Page, typed: &Typed) -> Result<Seen, Problems> {
    let (codes, pattern) = typed.read(page)?;
    let like = typed.worth.seen(page, Typed::ANY_CODE, app.clock.now())?;
    let sum = like.credit_minor.saturating_mul(codes.count);
    let values = [("count", codes.count.into()), ("amount", page.amount_inside(sum).into())];
    let together = page.digits.write(&page.language.text_with("admin-bulk-together", &values));
    let examples = bulk::examples(&pattern, &like, EXAMPLES);
    Ok(Seen { examples, entropy: entropy(page, &pattern), together })
}

/// How hard the codes are to guess, in words.
pub(super) fn entropy(page: &Page, pattern: &Pattern) -> String {
    let values = [
        ("bits", i64::from(pattern.entropy_bits()).into()),
        ("least", i64::from(MIN_ENTROPY_BITS).into()),
    ];
    page.digits.write(&page.language.text_with("admin-bulk-entropy", &values))
}

async fn make(
    (app, page): (&App, &Page),
    (session, request_id): (&Standing, String),
    typed: &Typed,
) -> Response {
    let codes = match typed.read(page) {
        Ok((codes, _)) => codes,
        Err(problems) => {
            return shown((app, page), StatusCode::BAD_REQUEST, (typed, problems, None)).await;
        }
    };
    let asked =
        writing(app, session, request_id, async |writer| bulk::create(writer, &codes).await);
    match asked.await {
        Ok(operation) => notice::see_other(&of_bulk(operation.id), "admin-bulk-asked-notice"),
        Err(BulkError::Storage(failed)) => error::unavailable(page, &failed),
        // The fields were read; what else is wrong can be the campaign only, or that the form was sent before.
        Err(BulkError::Fields(faults)) if faults.iter().any(|fault| fault.field == "id") => {
            let again = Typed { id: app.new_id().to_string(), ..typed.clone() };
            let problems = Problems::of("count", page.text("admin-bulk-sent"));
            shown((app, page), StatusCode::CONFLICT, (&again, problems, None)).await
        }
        Err(BulkError::Fields(_) | BulkError::Unknown | BulkError::NotNow(_)) => {
            let problems = Problems::of("campaign", page.text("admin-campaign-wrong"));
            shown((app, page), StatusCode::BAD_REQUEST, (typed, problems, None)).await
        }
    }
}
