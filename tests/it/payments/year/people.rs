//! Who the thousand are: what they order, when, and with what they pay.

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::json;

use crate::harness::{Card, TestApp, tenant_id, user_id};

/// Prices before tax, in baisa. Some end in a digit that no card can be charged.
pub(super) const PRICES: [(&str, i64); 7] = [
    ("s", 5_124),
    ("m", 9_000),
    ("l", 16_005),
    ("xl", 30_000),
    ("daily-backup", 2_998),
    ("priority-support", 5_000),
    ("waf", 0),
];

/// Code, whole rials, and for how many days the credit is good (0: for ever).
pub(super) const VOUCHERS: [(&str, i64, i64); 9] = [
    ("SMALL", 3, 0),
    ("MONTHS", 40, 0),
    ("FOR-A-YEAR", 400, 0),
    ("EXPIRING", 60, 75),
    ("TOP-UP-0", 12, 0),
    ("TOP-UP-1", 1, 0),
    ("TOP-UP-2", 45, 40),
    ("TOP-UP-3", 7, 0),
    ("TOP-UP-4", 90, 0),
];
/// How many of them a customer may redeem later, one after another.
pub(super) const TOP_UPS: usize = 5;

/// Many begin on the last days of March.
const LAST_DAYS: std::ops::RangeInclusive<i64> = 28..=30;
const LAST_BEGINNING: i64 = 44;

/// One customer with an Organization.
pub(super) struct Person {
    pub(super) number: usize,
    pub(super) begins_on: i64,
    pub(super) plan: &'static str,
    pub(super) addons: Vec<&'static str>,
    /// For the first checkout.
    pub(super) voucher: &'static str,
    pub(super) card: Option<Card>,
    pub(super) top_ups: usize,
    /// How often there was a checkout that came to nothing.
    pub(super) in_vain: usize,
    /// Does nothing any more.
    pub(super) gone: bool,
}

impl Person {
    pub(super) fn new(number: usize, chance: &mut StdRng) -> Self {
        let begins_on = if chance.random_bool(0.35) {
            chance.random_range(LAST_DAYS)
        } else {
            chance.random_range(0..=LAST_BEGINNING)
        };
        let plan = ["s", "m", "m", "l", "xl"][chance.random_range(0..5)];
        let addons = ["daily-backup", "priority-support", "waf"];
        let addons = addons.into_iter().filter(|_| chance.random_bool(0.25)).collect();
        let card = chance.random_bool(0.75).then(|| some_card(chance));
        let voucher = match (card, chance.random_range(0..10)) {
            (Some(_), 0..=1) => "SMALL",
            (None, 0..=2) | (Some(_), 2..=3) => "MONTHS",
            (None, 3..=4) | (Some(_), 4) => "EXPIRING",
            (None, _) | (Some(_), 5) => "FOR-A-YEAR",
            (Some(_), _) => "",
        };
        let top_ups = 0;
        Self { number, begins_on, plan, addons, voucher, card, top_ups, in_vain: 0, gone: false }
    }
}

/// Most are good, some will fail one day.
pub(super) fn some_card(chance: &mut StdRng) -> Card {
    match chance.random_range(0..20) {
        0..=1 => Card::DeclinedLater,
        2 => Card::NeedsAuthenticationLater,
        3 => Card::ExpiresLater,
        4 => Card::Async,
        _ => Card::Good,
    }
}

/// Writes the people, the prices and the vouchers.
pub(super) async fn arrive(app: &TestApp, count: usize) {
    app.database().people(0..count).await;
    for (slug, price) in PRICES {
        let sql = format!("UPDATE catalog_items SET price_minor = {price} WHERE slug = '{slug}'");
        app.execute(&sql).await;
    }
    app.execute("UPDATE sovereign SET catalog_revision = catalog_revision + 1").await;
    for (code, rials, days) in VOUCHERS {
        app.issue_as(json!({ "code": code, "credit_omr": rials, "credit_valid_days": days })).await;
    }
}

impl Person {
    pub(super) fn tenant_id(&self) -> String {
        tenant_id(self.number)
    }

    pub(super) fn name(&self) -> String {
        user_id(self.number)
    }
}
