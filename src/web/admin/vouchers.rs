//! The list of vouchers: looked for by a part of the code and by how they stand, a page at a time. What is looked
//! for stands in the address.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, Voucher, VoucherStatus};

use super::super::error;
use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::campaigns::{Choice, choices};
use super::edit_many;
use super::frame::{Frame, VOUCHERS, of_campaign, of_voucher};
use super::visit::Visit;
use crate::api::export::{CSV, send};
use crate::api::voucher_cards as voucher_cards_api;
use crate::app::App;
use crate::storage::rollups::VoucherTotals;
use crate::usecase::export::ExportError;
use crate::usecase::list_vouchers::{self, SORTS, Wanted};
use crate::usecase::organizations::OrganizationError;
use crate::usecase::paging::PageError;
use crate::usecase::reports;
use crate::usecase::voucher_cards::{self, CardsError};
use crate::usecase::voucher_file;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;
const FILE: &str = "/admin/vouchers.csv";
const CARDS: &str = "/admin/vouchers/cards.pdf";

#[derive(Template)]
#[template(path = "web/admin/vouchers.html")]
struct VouchersPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    part: &'a str,
    /// Value, label, and whether it is asked for.
    statuses: Vec<(&'static str, String, bool)>,
    campaigns: Vec<Choice>,
    /// Value, label, and whether it is asked for.
    sorts: Vec<(&'static str, String, bool)>,
    /// The operation that issued what is looked for, by identifier; empty where it does not matter.
    bulk: &'a str,
    /// Whether it is in another order than the newest first.
    is_sorted: bool,
    /// Whether something is looked for.
    is_filtered: bool,
    vouchers: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
    /// Where all that is looked for is changed.
    edit: String,
    /// Where all that is looked for is a file.
    file: String,
    /// Where that from this page on is printed.
    cards: String,
}

/// A row, in the reader's language.
struct Shown {
    code: String,
    address: String,
    status: &'static str,
    status_text: String,
    credit_minor: i64,
    granted_minor: i64,
    spent_minor: i64,
    last_redeemed: Option<String>,
    /// The page of the campaign it is in, and its name.
    campaign: Option<(String, String)>,
    used: String,
    description: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let wanted = wanted(&fields);
    let campaigns = match choices(&app, fields.get("campaign")).await {
        Ok(campaigns) => campaigns,
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let now = app.clock.now();
    match list_vouchers::list(&app.store, &wanted, PAGE_SIZE, now).await {
        Ok(found) => {
            let codes: Vec<Code> =
                found.rows.iter().map(|issued| issued.voucher.code.clone()).collect();
            let mut totals = match reports::voucher::totals(reports::Scope::of(&app), &codes).await
            {
                Ok(totals) => totals,
                Err(failed) => return error::unavailable(&page, &failed),
            };
            let mut shown = |issued: &Issued| {
                let totals = totals.remove(&issued.voucher.code).unwrap_or_default();
                shown(&page, issued, totals, now)
            };
            let vouchers = found.rows.iter().map(&mut shown).collect();
            let found = (vouchers, found.next, Problems::none());
            let list = listed(&page, &fields, campaigns, found);
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(fault)) => {
            let (field, name) = match fault.field {
                "status" => ("status", "admin-status-wrong"),
                "q" => ("q", "admin-search-wrong"),
                "campaign" => ("campaign", "admin-campaign-wrong"),
                "sort" => ("sort", "admin-sort-wrong"),
                "bulk" => ("q", "admin-bulk-wrong"),
                _ => ("q", "admin-after-wrong"),
            };
            let problems = Problems::of(field, page.text(name));
            let list = listed(&page, &fields, campaigns, (vec![], None, problems));
            page.render(StatusCode::BAD_REQUEST, &list)
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

/// All that is looked for, as a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let wanted = Wanted { after: None, ..wanted(&fields) };
    let spool = voucher_file::file(&app, &session.user_id.as_str().into(), &wanted).await;
    match spool.and_then(|spool| Ok(send(spool, CSV, "vouchers.csv")?)) {
        Ok(response) => response,
        Err(ExportError::Organization(OrganizationError::TooMany(wait))) => {
            error::too_many(&page, wait)
        }
        Err(ExportError::Organization(OrganizationError::Storage(failed))) => {
            error::unavailable(&page, &failed)
        }
        Err(ExportError::Organization(_)) => {
            let back = Some((VOUCHERS, "admin-all-vouchers"));
            error::say(&page, StatusCode::BAD_REQUEST, "admin-file-wrong", back)
        }
        Err(ExportError::NoRoom(failed)) => error::unavailable(&page, &failed),
    }
}

/// The next thousand of them from here on, as cards to be printed.
pub(super) async fn cards(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let user_id = session.user_id.as_str().into();
    match voucher_cards::file(&app, &user_id, &wanted(&fields), page.language).await {
        Ok(printed) => voucher_cards_api::send(printed),
        Err(CardsError::Limited(wait)) => error::too_many(&page, wait),
        Err(CardsError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(CardsError::Field(_) | CardsError::Nothing) => {
            let back = Some((VOUCHERS, "admin-all-vouchers"));
            error::say(&page, StatusCode::NOT_FOUND, "admin-cards-none", back)
        }
        Err(CardsError::Broken(failed)) => {
            tracing::error!(%failed, "cards were not printed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

pub(super) fn wanted(fields: &Fields) -> Wanted<'_> {
    Wanted {
        after: fields.find("after"),
        part: fields.find("q"),
        status: fields.find("status"),
        campaign: fields.find("campaign"),
        bulk: fields.find("bulk"),
        sort: fields.find("sort"),
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    campaigns: Vec<Choice>,
    (vouchers, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> VouchersPage<'a> {
    let (part, status) = (fields.get("q"), fields.get("status"));
    let bulk = fields.get("bulk");
    let asked =
        [("q", part), ("status", status), ("campaign", fields.get("campaign")), ("bulk", bulk)];
    let asked: Vec<_> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let is_filtered = !asked.is_empty();
    let edit = edit_many::of_filter(&asked);
    let sort = fields.get("sort");
    let sorted = (!sort.is_empty()).then_some(("sort", sort));
    let asked: Vec<_> = asked.into_iter().chain(sorted).collect();
    let at = |path: &str, more: Option<(&'static str, &str)>| {
        let all: Vec<_> = asked.iter().copied().chain(more).collect();
        address(path, &all)
    };
    VouchersPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        problems,
        part,
        statuses: VoucherStatus::ALL
            .map(|one| (one.as_str(), status_text(page, one), one.as_str() == status))
            .into(),
        campaigns,
        bulk,
        sorts: SORTS
            .map(|one| {
                (one, page.text(&format!("admin-sort-{}", one.replace('_', "-"))), one == sort)
            })
            .into(),
        is_sorted: !matches!(sort, "" | "newest"),
        is_filtered,
        edit,
        vouchers,
        newest: fields.find("after").map(|_| at(VOUCHERS, None)),
        next: next.map(|next| at(VOUCHERS, Some(("after", &next)))),
        file: at(FILE, None),
        cards: at(CARDS, fields.find("after").map(|after| ("after", after))),
    }
}

fn shown(page: &Page, issued: &Issued, totals: VoucherTotals, now: Timestamp) -> Shown {
    let (voucher, status) = (&issued.voucher, issued.status(now));
    Shown {
        code: voucher.code.as_str().to_owned(),
        address: of_voucher(voucher.code.as_str()),
        status: status.as_str(),
        status_text: status_text(page, status),
        credit_minor: voucher.credit_minor,
        granted_minor: voucher.granted_minor,
        spent_minor: totals.spent_minor,
        last_redeemed: totals.last_redeemed_at.map(|at| page.day(at)),
        campaign: issued.campaign.as_ref().map(|one| (of_campaign(one.id), one.name.clone())),
        used: used(page, voucher),
        description: voucher.description.lines().next().unwrap_or_default().to_owned(),
    }
}

pub(super) fn status_text(page: &Page, status: VoucherStatus) -> String {
    page.text(&format!("admin-is-{}", status.as_str()))
}

/// How often it was redeemed, of how often it can be.
pub(super) fn used(page: &Page, voucher: &Voucher) -> String {
    let times = voucher.times_redeemed;
    let text = match voucher.max_redemptions {
        0 => times.to_string(),
        cap => {
            let values = [("times", times.into()), ("cap", cap.into())];
            page.language.text_with("admin-used-of", &values)
        }
    };
    page.digits.write(&text)
}
