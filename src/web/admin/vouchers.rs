//! The list of vouchers: looked for by a part of the code and by how they stand, a page at a time. What is looked
//! for stands in the address.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, Voucher, VoucherStatus};
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::super::{error, notice};
use super::campaigns::{self, choices};
use super::edit_many;
use super::frame::{Frame, VOUCHERS, of_campaign, of_voucher};
use super::visit::{Press, Visit, writing};
use crate::app::App;
use crate::storage::rollups::VoucherTotals;
use crate::usecase::list_vouchers::{self, ALL, SORTS, Wanted};
use crate::usecase::paging::PageError;
use crate::usecase::reports;
use crate::usecase::tags;
use crate::usecase::voucher_views::{self, View, ViewError};
use crate::usecase::vouchers::FieldError;

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
    /// Whether what is looked for cannot be.
    is_wrong: bool,
    part: &'a str,
    /// Value, label, and whether it is asked for.
    statuses: Vec<(&'static str, String, bool)>,
    campaigns: campaigns::Choices,
    /// Value, label, and whether it is asked for.
    sorts: Vec<(&'static str, String, bool)>,
    /// The operation that issued what is looked for, by identifier; empty where it does not matter.
    bulk: &'a str,
    /// Value, and whether it is asked for.
    tags: Vec<(String, bool)>,
    /// The lists that are kept.
    views: Vec<ViewLink>,
    /// What is looked for, as a list to keep.
    to_keep: Vec<(&'static str, String)>,
    /// What a list to keep was to be called.
    view_name: &'a str,
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

impl VouchersPage<'_> {
    /// The list that this is, where it is kept.
    fn kept_here(&self) -> Option<&ViewLink> {
        self.views.iter().find(|view| view.is_here)
    }
}

/// The way to a list that is kept.
struct ViewLink {
    id: Uuid,
    name: String,
    address: String,
    is_here: bool,
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
    tags: Vec<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    shown_list((&app, &page), (StatusCode::OK, Problems::none()), &fields).await
}

/// Keeps what is looked for as a list of a name, or forgets one.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    if fields.get("act") == "forget" {
        let Ok(id) = Uuid::parse_str(fields.get("id")) else {
            return notice::see_other(VOUCHERS, "admin-view-gone-notice");
        };
        let gone = writing(&app, &session, request_id, async |writer| {
            voucher_views::delete(writer, id).await
        });
        return match gone.await {
            Ok(_) => notice::see_other(VOUCHERS, "admin-view-gone-notice"),
            Err(failed) => error::unavailable(&page, &failed),
        };
    }
    let (name, wanted) = (fields.get("view"), wanted(&fields));
    let kept = writing(&app, &session, request_id, async |writer| {
        voucher_views::create(writer, name, &wanted).await
    });
    let wrong = match kept.await {
        Ok(view) => {
            let address = address(VOUCHERS, &view.sought.parameters());
            return notice::see_other(&address, "admin-view-kept-notice");
        }
        Err(ViewError::Taken) => (StatusCode::CONFLICT, "admin-view-taken"),
        Err(ViewError::TooMany) => (StatusCode::CONFLICT, "admin-view-many"),
        Err(ViewError::Field(fault)) if fault.field == "name" => {
            (StatusCode::BAD_REQUEST, "admin-view-wrong")
        }
        // The list says itself what is wrong with what is looked for.
        Err(ViewError::Field(_)) => {
            return shown_list((&app, &page), (StatusCode::OK, Problems::none()), &fields).await;
        }
        Err(ViewError::Storage(failed)) => return error::unavailable(&page, &failed),
    };
    let problems = Problems::of("view", page.text(wrong.1));
    shown_list((&app, &page), (wrong.0, problems), &fields).await
}

async fn shown_list(
    (app, page): (&App, &Page),
    (status, problems): (StatusCode, Problems),
    fields: &Fields,
) -> Response {
    let now = app.clock.now();
    let found = async {
        let choices = Choices {
            campaigns: choices(app, fields.get("campaign")).await?,
            tags: tags::known(&app.store).await?,
            views: voucher_views::list(&app.store).await?,
        };
        let found = match list_vouchers::list(&app.store, &wanted(fields), PAGE_SIZE, now).await {
            Ok(found) => found,
            Err(PageError::Field(fault)) => return Ok((choices, Err(fault))),
            Err(PageError::Storage(failed)) => return Err(failed),
        };
        let codes: Vec<Code> =
            found.rows.iter().map(|issued| issued.voucher.code.clone()).collect();
        let totals = reports::voucher::totals(reports::Scope::of(app), &codes).await?;
        let tags = tags::of(&app.store, &codes).await?;
        Ok((choices, Ok((found, totals, tags))))
    };
    match found.await {
        Ok((choices, Ok((found, mut totals, mut tags)))) => {
            let mut shown = |issued: &Issued| {
                let code = &issued.voucher.code;
                let totals = totals.remove(code).unwrap_or_default();
                shown(page, issued, (totals, tags.remove(code).unwrap_or_default()), now)
            };
            let vouchers = found.rows.iter().map(&mut shown).collect();
            let list = listed(page, fields, choices, (vouchers, found.next, problems));
            page.render(status, &list)
        }
        Ok((choices, Err(fault))) => {
            let problems = wrong(page, &fault);
            let list = listed(page, fields, choices, (vec![], None, problems));
            page.render(StatusCode::BAD_REQUEST, &list)
        }
        Err(failed) => error::unavailable(page, &failed),
    }
}

/// What is looked for and cannot be.
fn wrong(page: &Page, fault: &FieldError) -> Problems {
    let (field, name) = match fault.field {
        "status" => ("status", "admin-status-wrong"),
        "q" => ("q", "admin-search-wrong"),
        "campaign" => ("campaign", "admin-campaign-wrong"),
        "tag" => ("tag", "admin-tag-wrong"),
        "sort" => ("sort", "admin-sort-wrong"),
        "bulk" => ("q", "admin-bulk-wrong"),
        _ => ("q", "admin-after-wrong"),
    };
    Problems::of(field, page.text(name))
}

pub(super) fn wanted(fields: &Fields) -> Wanted<'_> {
    Wanted {
        after: fields.find("after"),
        part: fields.find("q"),
        status: fields.find("status"),
        campaign: fields.find("campaign"),
        bulk: fields.find("bulk"),
        tag: fields.find("tag"),
        sort: fields.find("sort"),
    }
}

/// What there is to choose from.
struct Choices {
    campaigns: campaigns::Choices,
    tags: Vec<String>,
    views: Vec<View>,
}

impl Choices {
    /// The tags, with the one that is asked for, whether or not a voucher has it.
    fn tags(&mut self, asked: &str) -> Vec<(String, bool)> {
        let asked = Tag::parse(asked).map_or(String::new(), |tag| tag.as_str().to_owned());
        let mut tags = std::mem::take(&mut self.tags);
        if !asked.is_empty() && !tags.contains(&asked) {
            tags.push(asked.clone());
        }
        tags.into_iter()
            .map(|tag| {
                let is_asked = tag == asked;
                (tag, is_asked)
            })
            .collect()
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    mut choices: Choices,
    (vouchers, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> VouchersPage<'a> {
    let (part, status) = (fields.get("q"), fields.get("status"));
    let bulk = fields.get("bulk");
    // Its name may change.
    let campaign = choices.campaigns.id.clone();
    let campaign = campaign.unwrap_or_else(|| fields.get("campaign").to_owned());
    let asked = [
        ("q", part),
        ("status", status),
        ("campaign", &*campaign),
        ("bulk", bulk),
        ("tag", fields.get("tag")),
    ];
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
    let here = at(VOUCHERS, None);
    let view = |view: View| {
        let address = address(VOUCHERS, &view.sought.parameters());
        ViewLink { id: view.id, name: view.name, is_here: address == here, address }
    };
    VouchersPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        is_wrong: problems.any() && problems.at("view").is_none(),
        problems,
        tags: choices.tags(fields.get("tag")),
        views: choices.views.into_iter().map(view).collect(),
        to_keep: asked.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        view_name: fields.get("view"),
        part,
        statuses: statuses(page, status),
        campaigns: choices.campaigns,
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

/// How vouchers may stand that are looked for: value, label, and whether it is asked for.
fn statuses(page: &Page, asked: &str) -> Vec<(&'static str, String, bool)> {
    let all = (ALL, page.text("admin-status-all"), asked == ALL);
    let each =
        VoucherStatus::ALL.map(|one| (one.as_str(), status_text(page, one), one.as_str() == asked));
    std::iter::once(all).chain(each).collect()
}

fn shown(
    page: &Page,
    issued: &Issued,
    (totals, tags): (VoucherTotals, Vec<Tag>),
    now: Timestamp,
) -> Shown {
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
        tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
    }
}

pub(super) fn status_text(page: &Page, status: VoucherStatus) -> String {
    page.text(&format!("admin-is-{}", status.as_str()))
}

/// How often it was redeemed, of how often it can be.
pub(super) fn used(page: &Page, voucher: &Voucher) -> String {
    let times = voucher.times_redeemed;
    match voucher.max_redemptions {
        0 => page.digits.write(&times.to_string()),
        cap => page.share(times, cap),
    }
}
