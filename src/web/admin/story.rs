//! What became of a voucher, as its page tells it: everything that happened on one line of time, and who redeemed it.

use axum::http::Uri;
use serde_json::Value;
use sovereign_domain::voucher::Voucher;

use super::super::page::{Page, address, parameter};
use super::frame::{of_order, of_voucher};
use super::impact;
use crate::app::App;
use crate::storage;
use crate::storage::voucher_story::RedemptionRow;
use crate::storage::voucher_timeline::RedeemedRow;
use crate::usecase::read_audit::Place;
use crate::usecase::revoke_impact;
use crate::usecase::voucher_story::{self, Changed, Done};
use crate::usecase::voucher_timeline::{self, Happening};

/// How many of each are on a page.
const PAGE_SIZE: i64 = 20;
/// The parameters of the page's address that say where each list begins.
const HAPPENED: &str = "timeline_after";
const REDEEMED: &str = "redeemed_before";

pub(super) struct Story {
    pub(super) timeline: Vec<ShownHappening>,
    pub(super) timeline_older: Option<String>,
    /// Whether redemptions that an earlier service had may be absent from it.
    pub(super) timeline_leaves_out: bool,
    pub(super) redemptions: Vec<ShownRedemption>,
    pub(super) redemptions_older: Option<String>,
    /// Whether the newest of both are shown.
    pub(super) is_newest: bool,
    /// What revoking it touches; nothing of one that is revoked.
    pub(super) impact: Vec<String>,
}

pub(super) struct ShownHappening {
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) by: By,
    /// What was set: its name, how it was before, and how it is since.
    pub(super) changes: Vec<(String, Option<String>, String)>,
    /// What was redeemed or given back, and how that stands where it waits.
    pub(super) credit: Option<(String, Option<String>)>,
}

/// Who did it.
pub(super) enum By {
    /// A person's address, or what they are called inside.
    Person(String),
    /// In words of ours.
    Ours(String),
    /// An Organization's name; its identifier where it is not here.
    Organization(String),
}

pub(super) struct ShownRedemption {
    /// The Organization's name; its identifier where it is not here.
    pub(super) organization: String,
    pub(super) state: String,
    pub(super) credit_minor: i64,
    pub(super) left_minor: i64,
    /// What the order that it came with comes to, and that order's page for whoever may see it.
    pub(super) order: Option<(i64, Option<String>)>,
    pub(super) at: String,
}

/// The parts of the story that the page's address asks for; the newest, where it says nothing that is understood.
pub(super) async fn load(
    app: &App,
    page: &Page,
    (voucher, uri): (&Voucher, &Uri),
) -> storage::Result<Story> {
    let after = voucher_timeline::Place::read(Some(&parameter(uri, HAPPENED))).ok();
    let redeemed_before = Place::parse(&parameter(uri, REDEEMED)).ok();
    let place = after.unwrap_or_else(voucher_timeline::Place::newest);
    let happened = voucher_timeline::page(app, voucher, place, PAGE_SIZE).await?;
    let redeemed = voucher_story::redemptions(app, voucher, (redeemed_before, PAGE_SIZE)).await?;
    let impact = match voucher.deleted_at {
        None => impact::texts(page, revoke_impact::of_voucher(app, voucher).await?),
        Some(_) => Vec::new(),
    };
    let here = of_voucher(voucher.code.as_str());
    let older =
        |name, place: &str, anchor| format!("{}#{anchor}", address(&here, &[(name, place)]));
    Ok(Story {
        timeline_older: happened.next.map(|next| older(HAPPENED, &next, "history")),
        redemptions_older: redeemed
            .next
            .map(|place| older(REDEEMED, &place.to_text(), "redemptions")),
        timeline_leaves_out: !voucher_timeline::has_few(voucher),
        timeline: happened.rows.into_iter().map(|one| shown(page, one)).collect(),
        redemptions: redeemed.rows.into_iter().map(|row| shown_redemption(page, row)).collect(),
        is_newest: after.is_none() && redeemed_before.is_none(),
        impact,
    })
}

fn shown(page: &Page, one: Happening) -> ShownHappening {
    let (at, kind) = (page.moment(one.at()), one.kind());
    let kind = page.text(&format!("admin-did-{}", kind.replace('_', "-")));
    match one {
        Happening::Done(done) => ShownHappening {
            at,
            kind,
            by: by(page, &done),
            changes: done.changes.iter().map(|change| told(page, change)).collect(),
            credit: None,
        },
        Happening::Redeemed(row) => {
            let waits = (row.state == "reserved").then(|| page.text("admin-redemption-reserved"));
            shown_credit(page, (at, kind), row, waits)
        }
        Happening::Released(row) => shown_credit(page, (at, kind), row, None),
    }
}

fn shown_credit(
    page: &Page,
    (at, kind): (String, String),
    row: RedeemedRow,
    waits: Option<String>,
) -> ShownHappening {
    ShownHappening {
        at,
        kind,
        by: By::Organization(row.name.unwrap_or(row.tenant_id)),
        changes: Vec::new(),
        credit: Some((page.amount(row.credit_minor), waits)),
    }
}

fn by(page: &Page, done: &Done) -> By {
    match (&done.email, done.actor.as_str()) {
        (Some(email), _) => By::Person(email.clone()),
        (None, "cli") => By::Ours(page.text("admin-by-cli")),
        (None, "system") => By::Ours(page.text("admin-by-system")),
        (None, "adoption") => By::Ours(page.text("admin-by-adoption")),
        (None, actor) => By::Person(actor.to_owned()),
    }
}

fn told(page: &Page, change: &Changed) -> (String, Option<String>, String) {
    let (name, say): (_, fn(&Page, &Value) -> String) = match change.member {
        "credit_minor" => ("admin-voucher-credit", amount),
        "max_redemptions" => ("admin-voucher-cap", |page, value| {
            number(page, value).unwrap_or_else(|| page.text("admin-no-cap"))
        }),
        "credit_valid_days" => ("admin-voucher-days", |page, value| {
            number(page, value).unwrap_or_else(|| page.text("admin-for-good"))
        }),
        "active" => ("admin-can-be-redeemed", |page, value| {
            page.text(if *value == true { "admin-yes" } else { "admin-no" })
        }),
        "campaign" => ("admin-campaign", |page, value| {
            let name = value.as_str().map(str::to_owned);
            name.unwrap_or_else(|| page.text("admin-campaign-none"))
        }),
        "tags" => ("admin-tags", |page, value| {
            let tags = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let tags: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
            if tags.is_empty() { page.text("admin-tags-none") } else { tags.join(", ") }
        }),
        _ => {
            ("admin-voucher-description", |_, value| value.as_str().unwrap_or_default().to_owned())
        }
    };
    let before = change.before.as_ref().map(|before| say(page, before));
    (page.text(name), before, say(page, &change.after))
}

fn amount(page: &Page, value: &Value) -> String {
    page.amount(value.as_i64().unwrap_or_default())
}

/// A number; none where it is zero or absent.
fn number(page: &Page, value: &Value) -> Option<String> {
    let number = value.as_i64().filter(|number| *number > 0)?;
    Some(page.digits.write(&number.to_string()))
}

fn shown_redemption(page: &Page, row: RedemptionRow) -> ShownRedemption {
    ShownRedemption {
        organization: row.name.unwrap_or(row.tenant_id),
        state: page.text(&format!("admin-redemption-{}", row.state)),
        credit_minor: row.credit_minor,
        left_minor: row.left_minor,
        order: row.order_minor.map(|minor| {
            let address = row.order_id.filter(|_| page.is_superadmin).map(of_order);
            (minor, address)
        }),
        at: page.moment(row.created_at.0),
    }
}
