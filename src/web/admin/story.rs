//! What became of a voucher, as its page tells it: what was done to it, and who redeemed it.

use axum::http::Uri;
use serde_json::Value;
use sovereign_domain::voucher::Voucher;

use super::super::page::{Page, address, parameter};
use super::frame::{of_order, of_voucher};
use crate::app::App;
use crate::storage;
use crate::storage::voucher_story::RedemptionRow;
use crate::usecase::read_audit::Place;
use crate::usecase::voucher_story::{self, Changed, Done};

/// How many of each are on a page.
const PAGE_SIZE: i64 = 20;
/// The parameters of the page's address that say where each list begins.
const DONE: &str = "done_before";
const REDEEMED: &str = "redeemed_before";

pub(super) struct Story {
    pub(super) done: Vec<ShownDone>,
    pub(super) done_older: Option<String>,
    pub(super) redemptions: Vec<ShownRedemption>,
    pub(super) redemptions_older: Option<String>,
    /// Whether the newest of both are shown.
    pub(super) is_newest: bool,
}

pub(super) struct ShownDone {
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) by: By,
    /// What was set: its name, how it was before, and how it is since.
    pub(super) changes: Vec<(String, Option<String>, String)>,
}

/// Who did it.
pub(super) enum By {
    /// A person's address, or what they are called inside.
    Person(String),
    /// In words of ours.
    Ours(String),
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
    let places = [DONE, REDEEMED].map(|name| Place::parse(&parameter(uri, name)).ok());
    let [done_before, redeemed_before] = places;
    let done = voucher_story::done(app, voucher, (done_before, PAGE_SIZE)).await?;
    let redeemed = voucher_story::redemptions(app, voucher, (redeemed_before, PAGE_SIZE)).await?;
    let here = of_voucher(voucher.code.as_str());
    let older = |name, next: Option<Place>, anchor| {
        next.map(|place| format!("{}#{anchor}", address(&here, &[(name, &place.to_text())])))
    };
    Ok(Story {
        done_older: older(DONE, done.next, "history"),
        redemptions_older: older(REDEEMED, redeemed.next, "redemptions"),
        done: done.rows.iter().map(|done| shown(page, done)).collect(),
        redemptions: redeemed.rows.into_iter().map(|row| shown_redemption(page, row)).collect(),
        is_newest: done_before.is_none() && redeemed_before.is_none(),
    })
}

fn shown(page: &Page, done: &Done) -> ShownDone {
    ShownDone {
        at: page.moment(done.at),
        kind: page.text(&format!("admin-did-{}", done.kind.as_str().replace('_', "-"))),
        by: by(page, done),
        changes: done.changes.iter().map(|change| told(page, change)).collect(),
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
