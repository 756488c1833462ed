//! Reports as files: CSV as docs/ADMIN.md describes it, always by day.

use sovereign_domain::money::Currency;

use super::credit::CreditDay;
use super::organizations::OrganizationsDay;
use super::redemptions::{Redeemed, RedemptionsReport};
use super::revenue::RevenueDay;
use crate::usecase::export::csv::{self, Cell};

/// A line of numbers, each with what it is written as.
fn line(written: &mut String, texts: &[&str], numbers: &[String]) {
    let texts = texts.iter().copied().map(Cell::Text);
    csv::cells(written, texts.chain(numbers.iter().map(|number| Cell::Number(number))));
}

/// Amounts in the units of the currency.
fn amounts<const N: usize>(currency: Currency, minor: [i64; N]) -> impl Iterator<Item = String> {
    minor.into_iter().map(move |minor| currency.decimal(minor))
}

/// Credit by day.
pub(crate) fn credit(currency: Currency, days: &[CreditDay]) -> String {
    let names = [
        "day",
        "currency",
        "redemptions",
        "granted",
        "taken_back",
        "spent",
        "expired",
        "outstanding",
    ];
    let mut written = csv::head(names);
    for day in days {
        let flow = day.sums.flow;
        let minor = [
            flow.granted_minor,
            flow.taken_back_minor,
            flow.spent_minor,
            flow.expired_minor,
            day.outstanding_minor,
        ];
        let numbers: Vec<String> = std::iter::once(day.sums.redemptions.to_string())
            .chain(amounts(currency, minor))
            .collect();
        line(&mut written, &[&day.date.to_string(), currency.code()], &numbers);
    }
    written
}

/// Redemptions, a line for each day and campaign that had any; those in no campaign have none.
pub(crate) fn redemptions(currency: Currency, report: &RedemptionsReport) -> String {
    let names = ["day", "campaign_id", "campaign", "currency", "redemptions", "granted"];
    let mut written = csv::head(names);
    for day in &report.days {
        let date = day.date.to_string();
        let mut add = |id: &str, name: &str, redeemed: Redeemed| {
            if redeemed != Redeemed::default() {
                let numbers =
                    [redeemed.redemptions.to_string(), currency.decimal(redeemed.granted_minor)];
                line(&mut written, &[&date, id, name, currency.code()], &numbers);
            }
        };
        for (id, redeemed) in &day.campaigns {
            let name = report.names.get(id).map(String::as_str).unwrap_or_default();
            add(&id.to_string(), name, *redeemed);
        }
        add("", "", day.alone());
    }
    written
}

/// New Organizations by day.
pub(crate) fn organizations(days: &[OrganizationsDay]) -> String {
    let mut written = csv::head(["day", "organizations"]);
    for day in days {
        line(&mut written, &[&day.date.to_string()], &[day.organizations.to_string()]);
    }
    written
}

/// What was paid by day.
pub(crate) fn revenue(currency: Currency, days: &[RevenueDay]) -> String {
    let names = ["day", "currency", "card_payments", "card", "card_refunded", "credit"];
    let mut written = csv::head(names);
    for day in days {
        let minor = [day.card_minor, day.card_refunded_minor, day.credit_minor];
        let numbers: Vec<String> =
            std::iter::once(day.payments.to_string()).chain(amounts(currency, minor)).collect();
        line(&mut written, &[&day.date.to_string(), currency.code()], &numbers);
    }
    written
}
