//! Issuing a voucher: a form, what customers will see of it, and the button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::voucher::{Code, Voucher};

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::campaigns::{Choices, choices};
use super::frame::{Frame, VOUCHERS, of_voucher};
use super::typed::Typed;
use super::visit::{Press, Visit, writing};
use crate::app::App;
use crate::usecase::list_vouchers;
use crate::usecase::sessions::Standing;
use crate::usecase::vouchers::{self, Expected, IssueError, parse_code};

#[derive(Template)]
#[template(path = "web/admin/new.html")]
struct NewPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    typed: &'a Typed,
    /// What customers would see.
    seen: Option<Voucher>,
    campaigns: Choices,
    /// The page of the voucher that has the code already.
    taken: Option<String>,
}

/// The form, filled from the voucher of `from` where one is named.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let found = match parse_code("from", fields.get("from")) {
        Ok(code) => list_vouchers::find(&app.store, &code).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(found) => {
            let typed = found.map(|issued| Typed::of(&issued.voucher, page.currency));
            let mut typed = Typed { code: String::new(), ..typed.unwrap_or_default() };
            if let Some(campaign) = fields.find("campaign") {
                campaign.clone_into(&mut typed.campaign);
            }
            shown((&app, &page), StatusCode::OK, (&typed, Problems::none(), None)).await
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

async fn shown(
    (app, page): (&App, &Page),
    status: StatusCode,
    (typed, problems, seen): (&Typed, Problems, Option<Voucher>),
) -> Response {
    let campaigns = match choices(app, &typed.campaign).await {
        Ok(campaigns) => campaigns,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let frame = Frame::new(page, VOUCHERS);
    page.render(status, &NewPage { page, frame, problems, typed, seen, campaigns, taken: None })
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let typed = Typed::of_form(&fields);
    if fields.get("act") == "look" {
        return match typed.seen(&page, &typed.code, app.clock.now()) {
            Ok(seen) => {
                let seen = (&typed, Problems::none(), Some(seen));
                shown((&app, &page), StatusCode::OK, seen).await
            }
            // Whoever still types is not told what is missing yet.
            Err(_) if fields.find("live").is_some() => {
                shown((&app, &page), StatusCode::OK, (&typed, Problems::none(), None)).await
            }
            Err(problems) => {
                let wrong = (&typed, problems, None);
                shown((&app, &page), StatusCode::BAD_REQUEST, wrong).await
            }
        };
    }
    issue(&app, &page, (&session, request_id), &typed).await
}

async fn issue(
    app: &App,
    page: &Page,
    (session, request_id): (&Standing, String),
    typed: &Typed,
) -> Response {
    let issue = match typed.read(page, &typed.code) {
        Ok(issue) => issue,
        Err(problems) => {
            return shown((app, page), StatusCode::BAD_REQUEST, (typed, problems, None)).await;
        }
    };
    let issued = writing(app, session, request_id, async |writer| {
        vouchers::issue(writer, issue, &Expected::Nothing).await
    });
    let issued = issued.await;
    if let Ok(code) = parse_code("code", &typed.code) {
        // Also where it failed: a commit whose answer was lost may have happened.
        app.previews.forget(&code);
    }
    match issued {
        Ok(issued) => {
            let address = of_voucher(issued.voucher.code.as_str());
            notice::see_other(&address, "admin-voucher-issued-notice")
        }
        Err(IssueError::Taken(there)) => taken((app, page), typed, &there.voucher.code).await,
        // The fields were read; what else is wrong can be the campaign or the code only.
        Err(IssueError::Field(fault)) if fault.field == "campaign_id" => {
            let problems = Problems::of("campaign", page.text("admin-campaign-wrong"));
            shown((app, page), StatusCode::BAD_REQUEST, (typed, problems, None)).await
        }
        Err(IssueError::Field(_) | IssueError::Changed(_)) => {
            let problems = Problems::of("code", page.text("admin-voucher-code-wrong"));
            shown((app, page), StatusCode::BAD_REQUEST, (typed, problems, None)).await
        }
        Err(IssueError::Storage(failed)) => error::unavailable(page, &failed),
    }
}

/// Another voucher has the code, or had it: nothing was issued.
async fn taken((app, page): (&App, &Page), typed: &Typed, code: &Code) -> Response {
    let campaigns = match choices(app, &typed.campaign).await {
        Ok(campaigns) => campaigns,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let problems = Problems::of("code", page.text("admin-voucher-taken"));
    let taken = Some(of_voucher(code.as_str()));
    let frame = Frame::new(page, VOUCHERS);
    let new = NewPage { page, frame, problems, typed, seen: None, campaigns, taken };
    page.render(StatusCode::CONFLICT, &new)
}
