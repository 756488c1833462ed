//! The sections of the page of reports: what each draws, and its table.

use std::collections::BTreeMap;

use sovereign_domain::ids::CampaignId;
use time::Date;

use super::super::page::Page;
use super::chart::{Chart, highest};
use super::frame::of_campaign;
use super::numbers::{Drawn, Row, Table, are_weeks, columns};
use crate::storage::rollups::CreditSums;
use crate::usecase::reports::credit::{CreditDay, CreditReport};
use crate::usecase::reports::organizations::OrganizationsDay;
use crate::usecase::reports::redemptions::{Redeemed, RedemptionsReport};
use crate::usecase::reports::revenue::RevenueDay;

/// The most campaigns that have bars of their own.
const MOST_CAMPAIGNS: usize = 4;

pub(super) struct Section {
    /// In the page's address, and of the file.
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) means: String,
    pub(super) drawings: Vec<Drawn>,
    /// What the bars are of, or what there is beside them.
    pub(super) parts: Option<Table>,
    pub(super) numbers: Table,
}

impl Section {
    pub(super) fn is_empty(&self) -> bool {
        self.drawings.iter().all(|drawn| drawn.chart.is_empty())
    }
}

fn count(page: &Page, number: i64) -> String {
    page.digits.write(&number.to_string())
}

fn heads(page: &Page, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| page.text(name)).collect()
}

/// The head of the column that says when.
const fn when(days: usize) -> &'static str {
    if are_weeks(days) { "admin-report-week" } else { "admin-campaign-day" }
}

fn ends<T>(days: &[T], date: fn(&T) -> Date) -> (Option<Date>, Option<Date>) {
    (days.first().map(date), days.last().map(date))
}

/// The rows of a table, the newest first: `cells` of the days of each column, unless there is nothing to say of them.
fn rows<T>(
    page: &Page,
    days: &[T],
    date: fn(&T) -> Date,
    cells: impl Fn(&[T]) -> Option<Vec<String>>,
) -> Vec<Row> {
    let of = columns(days.len()).into_iter().rev().filter_map(|column| days.get(column));
    of.filter_map(|days| {
        let label = page.digits.write(&page.language.date(date(days.first()?)));
        Some(Row::of(label, cells(days)?))
    })
    .collect()
}

/// A value for each column of a drawing.
fn values<T, V>(days: &[T], value: impl Fn(&[T]) -> V) -> Vec<V> {
    columns(days.len()).into_iter().filter_map(|column| days.get(column)).map(value).collect()
}

fn sum<T>(days: &[T], value: impl Fn(&T) -> i64) -> i64 {
    days.iter().map(value).fold(0_i64, i64::saturating_add)
}

pub(super) fn redemptions(page: &Page, report: &RedemptionsReport) -> Section {
    let days = &report.days;
    let mut campaigns: BTreeMap<CampaignId, Redeemed> = BTreeMap::new();
    for (id, redeemed) in days.iter().flat_map(|day| &day.campaigns) {
        let all = campaigns.entry(*id).or_default();
        *all = all.plus(*redeemed);
    }
    let mut campaigns: Vec<_> = campaigns.into_iter().collect();
    campaigns.sort_by_key(|(_, redeemed)| std::cmp::Reverse(redeemed.redemptions));
    let named: Vec<CampaignId> = campaigns.iter().take(MOST_CAMPAIGNS).map(|(id, _)| *id).collect();
    let kind = |id: &CampaignId| named.iter().position(|one| one == id).unwrap_or(MOST_CAMPAIGNS);
    let bars = values(days, |days| {
        let mut parts = vec![0_i64; MOST_CAMPAIGNS + 2];
        let inside = days.iter().flat_map(|day| &day.campaigns);
        let alone = days.iter().map(|day| (MOST_CAMPAIGNS + 1, day.alone()));
        for (place, redeemed) in inside.map(|(id, one)| (kind(id), *one)).chain(alone) {
            let part = parts.get_mut(place);
            if let Some(part) = part {
                *part = part.saturating_add(redeemed.redemptions);
            }
        }
        parts
    });
    let cells = |all: Redeemed| vec![count(page, all.redemptions), page.amount(all.granted_minor)];
    let total = days.iter().fold(Redeemed::default(), |all, day| all.plus(day.all));
    let row = |series: usize, address: Option<String>, label: String, all: Redeemed| Row {
        series: Some(series),
        address,
        label,
        cells: cells(all),
    };
    let mut parts: Vec<Row> = campaigns
        .iter()
        .map(|(id, all)| {
            let name = report.names.get(id).cloned().unwrap_or_default();
            row(kind(id), Some(of_campaign(*id)), name, *all)
        })
        .collect();
    let alone = days.iter().fold(Redeemed::default(), |all, day| all.plus(day.alone()));
    if alone != Redeemed::default() {
        parts.push(row(MOST_CAMPAIGNS + 1, None, page.text("admin-report-no-campaign"), alone));
    }
    let sums = ["admin-voucher-used", "admin-granted"];
    Section {
        name: "redemptions",
        title: page.text("admin-report-redemptions"),
        means: page.text("admin-report-redemptions-mean"),
        drawings: vec![Drawn::count(
            page,
            String::new(),
            Chart::of(&bars),
            ends(days, |day| day.date),
        )],
        parts: Some(Table {
            caption: page.text("admin-report-by-campaign"),
            head: heads(page, &["admin-campaign", sums[0], sums[1]]),
            rows: parts,
            total: Some(Row::of(page.text("admin-campaign-sum"), cells(total))),
        }),
        numbers: Table {
            caption: page.text("admin-report-numbers"),
            head: heads(page, &[when(days.len()), sums[0], sums[1]]),
            rows: rows(
                page,
                days,
                |day| day.date,
                |days| {
                    let all = days.iter().fold(Redeemed::default(), |all, day| all.plus(day.all));
                    (all != Redeemed::default()).then(|| cells(all))
                },
            ),
            total: Some(Row::of(page.text("admin-campaign-sum"), cells(total))),
        },
    }
}

/// What was granted, spent and written off, each with bars that can be compared; and what was outstanding.
pub(super) fn credit_drawings(page: &Page, days: &[CreditDay]) -> Vec<Drawn> {
    let flow =
        |of: fn(&CreditSums) -> i64| values(days, |days| vec![sum(days, |day| of(&day.sums))]);
    let moved = [
        ("admin-granted", flow(|sums| sums.flow.granted_minor)),
        ("admin-spent", flow(|sums| sums.flow.spent_minor)),
        ("admin-expired", flow(|sums| sums.flow.expired_minor)),
    ];
    let top = moved.iter().map(|(_, columns)| highest(columns)).max().unwrap_or(0);
    let dates = ends(days, |day| day.date);
    let mut drawings: Vec<Drawn> = moved
        .iter()
        .map(|(name, columns)| {
            Drawn::money(page, page.text(name), Chart::up_to(top, columns), dates)
        })
        .collect();
    let evenings = values(days, |days| vec![days.last().map_or(0, |day| day.outstanding_minor)]);
    let title = page.text("admin-outstanding");
    drawings.push(Drawn::money(page, title, Chart::of(&evenings), dates));
    drawings
}

fn credit_cells(page: &Page, sums: CreditSums, outstanding_minor: i64) -> Vec<String> {
    let flow = sums.flow;
    [
        flow.granted_minor,
        flow.taken_back_minor,
        flow.spent_minor,
        flow.expired_minor,
        outstanding_minor,
    ]
    .map(|minor| page.amount(minor))
    .into()
}

const CREDIT: [&str; 5] =
    ["admin-granted", "admin-taken-back", "admin-spent", "admin-expired", "admin-outstanding"];

/// The days on which something happened to credit, each with what was outstanding in the evening.
pub(super) fn credit_table(page: &Page, days: &[CreditDay]) -> Table {
    let total = |days: &[CreditDay]| {
        let mut total = CreditSums::default();
        for day in days {
            total.add(day.sums);
        }
        total
    };
    let outstanding = |days: &[CreditDay]| days.last().map_or(0, |day| day.outstanding_minor);
    let cells = |days: &[CreditDay]| credit_cells(page, total(days), outstanding(days));
    Table {
        caption: page.text("admin-report-numbers"),
        head: heads(page, &[&[when(days.len())], CREDIT.as_slice()].concat()),
        rows: rows(
            page,
            days,
            |day| day.date,
            |days| (total(days) != CreditSums::default()).then(|| cells(days)),
        ),
        total: Some(Row::of(page.text("admin-campaign-sum"), cells(days))),
    }
}

pub(super) fn credit(page: &Page, report: &CreditReport) -> Section {
    let sources = report.sources.iter().map(|(source, sums)| {
        let label = page.text(&format!("admin-source-{source}"));
        Row::of(label, credit_cells(page, *sums, sums.flow.outstanding_minor()))
    });
    let mut all = CreditSums::default();
    for sums in report.sources.values() {
        all.add(*sums);
    }
    Section {
        name: "credit",
        title: page.text("admin-report-credit"),
        means: page.text("admin-report-credit-means"),
        drawings: credit_drawings(page, &report.days),
        parts: Some(Table {
            caption: page.text("admin-report-by-source"),
            head: heads(page, &[&["admin-report-source"], CREDIT.as_slice()].concat()),
            rows: sources.collect(),
            total: Some(Row::of(
                page.text("admin-campaign-sum"),
                credit_cells(page, all, report.outstanding_minor()),
            )),
        }),
        numbers: credit_table(page, &report.days),
    }
}

pub(super) fn organizations(page: &Page, days: &[OrganizationsDay]) -> Section {
    let new = |days: &[OrganizationsDay]| sum(days, |day| day.organizations);
    let columns = values(days, |days| vec![new(days)]);
    Section {
        name: "organizations",
        title: page.text("admin-report-organizations"),
        means: page.text("admin-report-organizations-mean"),
        drawings: vec![Drawn::count(
            page,
            String::new(),
            Chart::of(&columns),
            ends(days, |day| day.date),
        )],
        parts: None,
        numbers: Table {
            caption: page.text("admin-report-numbers"),
            head: heads(page, &[when(days.len()), "admin-report-new"]),
            rows: rows(
                page,
                days,
                |day| day.date,
                |days| (new(days) != 0).then(|| vec![count(page, new(days))]),
            ),
            total: Some(Row::of(page.text("admin-campaign-sum"), vec![count(page, new(days))])),
        },
    }
}

pub(super) fn revenue(page: &Page, days: &[RevenueDay]) -> Section {
    let paid = |days: &[RevenueDay]| {
        [
            sum(days, |day| day.card_minor),
            sum(days, |day| day.card_refunded_minor),
            sum(days, |day| day.credit_minor),
        ]
    };
    let cells =
        |days: &[RevenueDay]| -> Vec<String> { paid(days).map(|minor| page.amount(minor)).into() };
    let bars = values(days, |days| {
        let [card, refunded, credit] = paid(days);
        vec![card.saturating_sub(refunded), credit]
    });
    let [card, refunded, credit] = paid(days);
    let part = |series: usize, name: &str, minor: i64| Row {
        series: Some(series),
        address: None,
        label: page.text(name),
        cells: vec![page.amount(minor)],
    };
    let cards = card.saturating_sub(refunded);
    Section {
        name: "revenue",
        title: page.text("admin-report-revenue"),
        means: page.text("admin-report-revenue-means"),
        drawings: vec![Drawn::money(
            page,
            String::new(),
            Chart::of(&bars),
            ends(days, |day| day.date),
        )],
        parts: Some(Table {
            caption: page.text("admin-report-by-means"),
            head: heads(page, &["admin-report-means", "admin-report-paid"]),
            rows: vec![
                part(0, "admin-report-by-card", cards),
                part(1, "admin-report-by-credit", credit),
            ],
            total: Some(Row::of(
                page.text("admin-campaign-sum"),
                vec![page.amount(cards.saturating_add(credit))],
            )),
        }),
        numbers: Table {
            caption: page.text("admin-report-numbers"),
            head: heads(
                page,
                &[
                    when(days.len()),
                    "admin-report-card",
                    "admin-report-refunded",
                    "admin-report-by-credit",
                ],
            ),
            rows: rows(
                page,
                days,
                |day| day.date,
                |days| (paid(days) != [0; 3]).then(|| cells(days)),
            ),
            total: Some(Row::of(page.text("admin-campaign-sum"), cells(days))),
        },
    }
}
