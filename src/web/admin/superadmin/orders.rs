//! The orders of all Organizations, and looking for some of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, ORDERS, of_order, of_organization};
use super::super::visit::{SuperadminVisit, Visit};
use crate::app::App;
use crate::storage::orders::OrderRow;
use crate::usecase::orders::{self, Wanted};
use crate::usecase::paging::PageError;
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

/// How an order can stand.
const STATUSES: [&str; 6] =
    ["pending", "completed", "expired", "failed", "cancelled", "superseded"];

#[derive(Template)]
#[template(path = "web/admin/orders.html")]
struct OrdersPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// Value, label, and whether it is asked for.
    statuses: Vec<(&'static str, String, bool)>,
    code: &'a str,
    /// The identifier of the Organization whose orders are looked for; empty for all.
    organization: &'a str,
    is_filtered: bool,
    orders: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    address: String,
    placed: String,
    /// Its page, and its name.
    organization: (String, String),
    status: String,
    status_text: String,
    kind: String,
    amount_minor: i64,
    credit_minor: i64,
    charge_minor: i64,
    voucher: Option<(String, bool)>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let given = |name| Some(fields.get(name)).filter(|value| !value.is_empty());
    let wanted =
        Wanted { status: given("status"), tenant_id: given("organization"), code: given("code") };
    match orders::list(&app, wanted, (fields.find("after"), PAGE_SIZE)).await {
        Ok(found) => {
            let rows = found.rows.iter().map(|row| shown(&page, row)).collect();
            let list = listed(&page, &fields, (rows, found.next, Problems::none()));
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(_)) => {
            let problems = Problems::of("code", page.text("superadmin-orders-wrong"));
            page.render(StatusCode::BAD_REQUEST, &listed(&page, &fields, (vec![], None, problems)))
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    (orders, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> OrdersPage<'a> {
    let status = fields.get("status");
    let (code, organization) = (fields.get("code"), fields.get("organization"));
    let asked = [("status", status), ("code", code), ("organization", organization)];
    let asked: Vec<_> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let at = |more: Option<(&'static str, &str)>| {
        let all: Vec<_> = asked.iter().copied().chain(more).collect();
        address(ORDERS, &all)
    };
    OrdersPage {
        page,
        frame: Frame::new(page, ORDERS),
        problems,
        statuses: STATUSES.map(|one| (one, status_text(page, one), one == status)).into(),
        code,
        organization,
        is_filtered: !asked.is_empty(),
        orders,
        newest: fields.find("after").map(|_| at(None)),
        next: next.map(|next| at(Some(("after", &next)))),
    }
}

fn shown(page: &Page, row: &OrderRow) -> Shown {
    Shown {
        address: of_order(row.id),
        placed: page.moment(row.created_at.0),
        organization: organization(row),
        status: row.status.clone(),
        status_text: status_text(page, &row.status),
        kind: kind_text(page, &row.kind),
        amount_minor: row.amount_baisa,
        credit_minor: row.credit_minor,
        charge_minor: row.charge_minor,
        voucher: row.promo_code.clone().map(|code| (code, row.promo_deleted)),
    }
}

/// The page of an order's Organization, and its name; its identifier where nobody knows its name any more.
pub(super) fn organization(row: &OrderRow) -> (String, String) {
    let name = row.organization.as_deref().unwrap_or(&row.tenant_id);
    (of_organization(&row.tenant_id), name.to_owned())
}

/// How an order stands; what an earlier service called it, where that is none of ours.
pub(super) fn status_text(page: &Page, status: &str) -> String {
    let known = STATUSES.contains(&status);
    if known { page.text(&format!("superadmin-order-is-{status}")) } else { status.to_owned() }
}

/// What an order is for.
pub(super) fn kind_text(page: &Page, kind: &str) -> String {
    page.text(&format!("superadmin-order-{kind}"))
}
