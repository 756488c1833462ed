//! What a campaign granted by day, as a drawing with its table.

use super::super::page::Page;
use super::chart::Chart;
use super::numbers::{Drawn, Row, Table};
use crate::usecase::campaign_progress::Day;

pub(super) fn drawn(page: &Page, days: &[Day]) -> Drawn {
    let columns: Vec<Vec<i64>> = days.iter().map(|day| vec![day.granted_minor]).collect();
    let dates = (days.first().map(|day| day.date), days.last().map(|day| day.date));
    Drawn::money(page, String::new(), Chart::of(&columns), dates)
}

pub(super) fn table(page: &Page, days: &[Day]) -> Table {
    let cells = |redemptions: i64, granted_minor: i64| {
        vec![page.digits.write(&redemptions.to_string()), page.amount(granted_minor)]
    };
    let rows = days.iter().rev().filter(|day| day.redemptions != 0 || day.granted_minor != 0);
    let row = |day: &Day| {
        let label = page.digits.write(&page.language.date(day.date));
        Row::of(label, cells(day.redemptions, day.granted_minor))
    };
    let sum = |of: fn(&Day) -> i64| days.iter().map(of).fold(0_i64, i64::saturating_add);
    let total = cells(sum(|day| day.redemptions), sum(|day| day.granted_minor));
    Table {
        caption: page.text("admin-campaign-days-means"),
        head: ["admin-campaign-day", "admin-voucher-used", "admin-granted"]
            .map(|name| page.text(name))
            .into(),
        rows: rows.map(row).collect(),
        total: Some(Row::of(page.text("admin-campaign-sum"), total)),
    }
}
