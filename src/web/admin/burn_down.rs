//! What became of the credit that a voucher granted.

use sovereign_domain::voucher::Voucher;

use super::super::page::Page;
use super::chart::Chart;
use super::frame::of_voucher;
use super::numbers::{Drawn, Table, columns};
use super::report_sections::credit_table;
use crate::app::App;
use crate::storage;
use crate::usecase::reports::{Scope, voucher};

pub(super) struct BurnDown {
    pub(super) spent_minor: i64,
    pub(super) expired_minor: i64,
    /// What those who redeemed it have of it.
    pub(super) left_minor: i64,
    pub(super) last_redeemed: Option<String>,
    /// What was left each evening; nothing before somebody redeemed it.
    pub(super) drawn: Option<Drawn>,
    pub(super) numbers: Table,
    /// Where it is as a file.
    pub(super) file: String,
}

pub(super) async fn load(app: &App, page: &Page, voucher: &Voucher) -> storage::Result<BurnDown> {
    let code = &voucher.code;
    let mut books = Scope::of(app).snapshot().await?;
    let mut totals = voucher::totals_in(&mut books, std::slice::from_ref(code)).await?;
    let totals = totals.remove(code).unwrap_or_default();
    let days = voucher::days(&mut books, voucher).await?;
    drop(books);
    let evenings: Vec<Vec<i64>> = columns(days.len())
        .into_iter()
        .filter_map(|column| days.get(column)?.last())
        .map(|day| vec![day.outstanding_minor])
        .collect();
    let dates = (days.first().map(|day| day.date), days.last().map(|day| day.date));
    let drawn = Drawn::money(page, String::new(), Chart::of(&evenings), dates);
    Ok(BurnDown {
        spent_minor: totals.spent_minor,
        expired_minor: totals.expired_minor,
        left_minor: days.last().map_or(0, |day| day.outstanding_minor),
        last_redeemed: totals.last_redeemed_at.map(|at| page.moment(at)),
        drawn: (!days.is_empty()).then_some(drawn),
        numbers: credit_table(page, &days),
        file: format!("{}/credit.csv", of_voucher(code.as_str())),
    })
}
