//! An order: what it is made of, how it was paid, and what went back of it and still can.
//!
//! Whoever refunds must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::refund::Wish;
use uuid::Uuid;

use super::super::frame::{Frame, ORDERS, of_order, of_voucher};
use super::super::typed::plain;
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use super::order_refused::refused;
use super::orders::{kind_text, organization, status_text};
use crate::app::App;
use crate::auth::secrets;
use crate::storage;
use crate::storage::orders::OrderRow;
use crate::usecase::market::Names;
use crate::usecase::orders;
use crate::usecase::refund_order::{self, Overview, RefundRequest, Retried, parse_reason};
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/order.html")]
struct OrderPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    order: &'a OrderRow,
    placed: String,
    organization: (String, String),
    kind: String,
    status_text: String,
    /// What the plan, the apps and the add-ons are called, as far as the catalog knows them.
    plan: String,
    apps: Vec<String>,
    addons: Vec<String>,
    /// The page of its voucher.
    voucher: Option<String>,
    paid: &'a Overview,
    /// What can go back from here.
    left_minor: i64,
    /// Beside the field for it.
    amount_hint: String,
    refunds: Vec<Shown>,
    disputes: Vec<(String, String, i64)>,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    draft: &'a Draft,
}

/// A refund, in the reader's language.
struct Shown {
    id: Uuid,
    made: String,
    amount_minor: i64,
    credit_minor: i64,
    card_minor: i64,
    status: String,
    status_text: String,
    reason: String,
}

/// The form as it stands, and what is to be said of it.
#[derive(Default)]
pub(super) struct Draft {
    amount: String,
    reason: String,
    frees: bool,
    /// What makes the button, however often it is pressed, one refund.
    key: String,
    problems: Problems,
}

/// What a page is made of.
struct Found {
    order: OrderRow,
    paid: Overview,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    Path(id): Path<String>,
) -> Response {
    let draft = match secrets::random_token() {
        Ok(key) => Draft { key, ..Draft::default() },
        Err(_) => return error::unavailable(&visit.page, &"the system's randomness"),
    };
    match find(&app, &visit.page, &id).await {
        Ok(found) => shown(&app, &visit, &found, (StatusCode::OK, &draft)).await,
        Err(response) => response,
    }
}

/// The order with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<Found, Response> {
    let found = async {
        let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
        let order = orders::find(app, id).await?;
        let paid = refund_order::overview(app, id).await?;
        Ok(order.zip(paid).map(|(order, paid)| Found { order, paid }))
    };
    match found.await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => {
            let back = Some((ORDERS, "superadmin-all-orders"));
            Err(error::say(page, StatusCode::NOT_FOUND, "superadmin-order-unknown", back))
        }
        Err::<_, storage::Error>(failed) => Err(error::unavailable(page, &failed)),
    }
}

async fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    Found { order, paid }: &Found,
    (status, draft): (StatusCode, &Draft),
) -> Response {
    let names = match Names::load(app, page.language).await {
        Ok(names) => names,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let called = |id: &String| names.of(id);
    let refunds = paid.refunds.iter().map(|row| Shown {
        id: row.id,
        made: page.moment(row.created_at.0),
        amount_minor: row.total_minor(),
        credit_minor: row.credit_minor,
        card_minor: row.card_minor,
        status: row.status.clone(),
        status_text: page.text(&format!("superadmin-refund-is-{}", row.status)),
        reason: row.reason.clone(),
    });
    let disputes = paid.disputes.iter().map(|row| {
        let stands = page.text(&format!("superadmin-dispute-is-{}", row.status));
        (page.moment(row.created_at.0), stands, row.amount_minor)
    });
    let left = &paid.refundable;
    let (left_minor, amount_hint) = if left.card_paid_at.is_some() {
        (left.credit_left_minor, "superadmin-refund-credit-hint")
    } else {
        let left_minor = left.credit_left_minor.saturating_add(left.card_left_minor);
        (left_minor, "superadmin-refund-amount-hint")
    };
    let shown = OrderPage {
        page,
        frame: Frame::new(page, ORDERS),
        order,
        placed: page.moment(order.created_at.0),
        organization: organization(order),
        kind: kind_text(page, &order.kind),
        status_text: status_text(page, &order.status),
        plan: called(&order.plan_id),
        apps: order.apps.0.iter().map(called).collect(),
        addons: order.addons.0.iter().map(called).collect(),
        voucher: order.promo_code.as_deref().map(of_voucher),
        paid,
        left_minor,
        amount_hint: page.text(amount_hint),
        refunds: refunds.collect(),
        disputes: disputes.collect(),
        sign_in: sign_in_again(app, page, session),
        draft,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let text = |name| fields.get(name).to_owned();
    let draft = Draft {
        amount: text("amount"),
        reason: text("reason"),
        frees: fields.find("frees").is_some(),
        key: text("key"),
        problems: Problems::none(),
    };
    let visit = Visit { page, session };
    let page = &visit.page;
    if sign_in_again(&app, page, &visit.session).is_some() {
        return shown(&app, &visit, &found, (StatusCode::UNAUTHORIZED, &draft)).await;
    }
    let actor = actor(&visit.session, request_id);
    let here = of_order(found.order.id);
    if fields.get("act") == "retry" {
        let Ok(refund) = Uuid::parse_str(fields.get("refund")) else {
            return notice::see_other(&here, "superadmin-refund-not-failed-notice");
        };
        return match refund_order::retry(&app, refund, &actor).await {
            Ok(Retried::Sent(_)) => notice::see_other(&here, "superadmin-refund-sent-notice"),
            Ok(Retried::PaidElsewhere(_)) => {
                notice::see_other(&here, "superadmin-refund-elsewhere-notice")
            }
            Ok(_) => notice::see_other(&here, "superadmin-refund-not-failed-notice"),
            Err(failed) => error::unavailable(page, &failed),
        };
    }
    let request = match draft.read(page, &found) {
        Ok(request) => request,
        Err(problems) => {
            let draft = Draft { problems, ..draft };
            return shown(&app, &visit, &found, (StatusCode::BAD_REQUEST, &draft)).await;
        }
    };
    match refund_order::refund(&app, request, actor).await {
        Ok(_) => notice::see_other(&here, "superadmin-refunded-notice"),
        Err(failed) => match refused(page, &failed) {
            Some((status, problems)) => {
                let draft = Draft { problems, ..draft };
                shown(&app, &visit, &found, (status, &draft)).await
            }
            None => error::unavailable(page, &failed),
        },
    }
}

impl Draft {
    /// What is to be refunded, or all that is wrong with the form.
    fn read(&self, page: &Page, found: &Found) -> Result<RefundRequest, Problems> {
        let mut problems = Problems::none();
        let amount_minor = match &*self.amount {
            "" => None,
            typed => {
                let read = page.currency.read_decimal(&plain(typed));
                if read.is_none_or(|amount| amount <= 0) {
                    problems.add("amount", page.text("superadmin-refund-amount-wrong"));
                }
                read
            }
        };
        let reason = parse_reason(&self.reason).unwrap_or_else(|_| {
            problems.add("reason", page.text("superadmin-refund-reason-wrong"));
            String::new()
        });
        if problems.any() {
            return Err(problems);
        }
        let refundable = &found.paid.refundable;
        let wish = if refundable.card_paid_at.is_some() {
            let credit_minor = amount_minor.unwrap_or(refundable.credit_left_minor);
            Wish { credit_minor: Some(credit_minor), ..Wish::default() }
        } else {
            Wish { amount_minor, ..Wish::default() }
        };
        Ok(RefundRequest {
            order_id: found.order.id,
            wish,
            reason,
            free_voucher: self.frees,
            // Of a form that somebody has cut short: the request itself tells two presses apart then.
            key: Some(self.key.clone()).filter(|key| !key.is_empty() && key.len() <= 255),
        })
    }
}
