//! An Organization's part of what reports are made of (`usecase/rollup.rs`), put in with its rows and taken out with
//! them: of the lines that are older than what the job has added up. The job adds up the others itself.

use sovereign_domain::campaign::counted_in;
use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::ids;
use crate::storage::funnel::{self, CustomerRow};
use crate::storage::move_in::{self, AdoptedRow};
use crate::storage::rollups::{
    self, CardRow, CountRow, CreditSums, Line, Payment, Rollup, TotalRow,
};
use crate::storage::{self, Ts, Tx};
use crate::usecase::rollup::{CardSums, Sums};
use crate::usecase::rollup_customers;

/// Lines that are read at once.
const PAGE: i64 = 5_000;
/// As lines of an earlier service are called, and lots of its credit.
const ADOPTED: &str = "adopted";
const MIGRATION: &str = "migration";

/// Up to where lines and payments are added up, by identifier.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecase::moves) struct Places {
    credit: Uuid,
    cards: Uuid,
}

/// Whose part it is.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecase::moves) struct Part<'a> {
    pub(in crate::usecase::moves) tenant_id: &'a str,
    pub(in crate::usecase::moves) customer_id: Uuid,
}

/// Keeps the job from adding anything up until the transaction ends; both places move by next to nothing, so that a job
/// which has read lines before reads them again.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub(in crate::usecase::moves) async fn begin(tx: &mut Tx) -> storage::Result<Places> {
    move_in::lock_sums(tx).await?;
    let from = rollups::before(tx, Rollup::Credit).await?;
    let credit = ids::next_to(from);
    let lines = rollups::lines(tx, from, credit, PAGE).await?;
    let mut sums = Sums::default();
    for line in &lines {
        sums.add(line)?;
    }
    put_credit(tx, &sums).await?;
    funnel::add_customers(tx, rollup_customers::customers(&lines)).await?;
    rollups::advance(tx, Rollup::Credit, (from, credit)).await?;

    let from = rollups::before(tx, Rollup::Cards).await?;
    let cards = ids::next_to(from);
    let payments = rollups::payments(tx, from, cards, PAGE).await?;
    rollups::add_cards(tx, paid(&payments).rows()).await?;
    funnel::note_payments(tx, rollup_customers::paid(&payments)).await?;
    rollups::advance(tx, Rollup::Cards, (from, cards)).await?;
    Ok(Places { credit, cards })
}

/// Adds an Organization's part, once its rows are here.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub(in crate::usecase::moves) async fn put_in(
    tx: &mut Tx,
    part: Part<'_>,
    places: Places,
) -> storage::Result<()> {
    let mut sums = Sums::default();
    let mut after = beginning();
    loop {
        let lines = page(tx, part, places, &mut after).await?;
        if lines.is_empty() {
            break;
        }
        add(&mut sums, &lines)?;
        funnel::add_customers(tx, rollup_customers::customers(&lines)).await?;
    }
    let redeemed = move_in::adopted_redemptions(tx, part.tenant_id).await?;
    add_redeemed(&mut sums, &redeemed);
    put_credit(tx, &sums).await?;
    let customers = redeemed.into_iter().map(|row| CustomerRow {
        code: row.code,
        customer_id: part.customer_id,
        redemptions: 1,
        spent_minor: 0,
        redeemed_at: Some(row.created_at),
    });
    funnel::add_customers(tx, customers.collect()).await?;
    let payments = move_in::payments(tx, part.tenant_id, places.cards).await?;
    rollups::add_cards(tx, paid(&payments).rows()).await?;
    funnel::note_payments(tx, rollup_customers::paid(&payments)).await
}

/// Takes an Organization's part out, while its rows are still here.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub(in crate::usecase::moves) async fn take_out(
    tx: &mut Tx,
    part: Part<'_>,
    places: Places,
) -> storage::Result<()> {
    let mut sums = Sums::default();
    let mut after = beginning();
    loop {
        let lines = page(tx, part, places, &mut after).await?;
        if lines.is_empty() {
            break;
        }
        add(&mut sums, &lines)?;
    }
    let redeemed = move_in::adopted_redemptions(tx, part.tenant_id).await?;
    add_redeemed(&mut sums, &redeemed);
    let less = |rows: Vec<CountRow>| rows.into_iter().map(less_of).collect::<Vec<_>>();
    rollups::add_by_source(tx, less(sums.by_source())).await?;
    rollups::add_by_voucher(tx, less(sums.by_voucher())).await?;
    let totals = sums.totals().into_iter().map(less_in_all);
    rollups::add_totals(tx, totals.collect()).await?;
    move_in::forget_customers(tx, part.tenant_id).await?;
    let payments = move_in::payments(tx, part.tenant_id, places.cards).await?;
    let cards = paid(&payments).rows().into_iter().map(|row| CardRow {
        payments: row.payments.saturating_neg(),
        paid_minor: row.paid_minor.saturating_neg(),
        ..row
    });
    rollups::add_cards(tx, cards.collect()).await
}

/// Before any line.
fn beginning() -> (Ts, Uuid) {
    (Ts(Timestamp::from_seconds(-62_000_000_000)), Uuid::nil())
}

async fn page(
    tx: &mut Tx,
    part: Part<'_>,
    places: Places,
    after: &mut (Ts, Uuid),
) -> storage::Result<Vec<Line>> {
    let lines = move_in::lines(tx, part.customer_id, places.credit, (*after, PAGE)).await?;
    if let Some(last) = lines.last() {
        *after = (last.created_at, last.id);
    }
    Ok(lines)
}

async fn put_credit(tx: &mut Tx, sums: &Sums) -> storage::Result<()> {
    rollups::add_by_source(tx, sums.by_source()).await?;
    rollups::add_by_voucher(tx, sums.by_voucher()).await?;
    rollups::add_totals(tx, sums.totals()).await
}

fn add(sums: &mut Sums, lines: &[Line]) -> storage::Result<()> {
    for line in lines {
        if line.kind == ADOPTED {
            let flow = CreditFlow {
                granted_minor: line.amount_minor.max(0),
                spent_minor: line.amount_minor.min(0).saturating_neg(),
                ..CreditFlow::default()
            };
            if flow != CreditFlow::default() {
                let moved = CreditSums { flow, ..CreditSums::default() };
                adopted(sums, line.created_at.0).add(moved);
            }
        } else {
            sums.add(line)?;
        }
    }
    Ok(())
}

/// What an earlier service had granted and spent in the quarter of an hour of that moment.
fn adopted(sums: &mut Sums, at: Timestamp) -> &mut CreditSums {
    sums.sources.entry((MIGRATION.to_owned(), counted_in(at))).or_default()
}

fn add_redeemed(sums: &mut Sums, rows: &[AdoptedRow]) {
    for row in rows {
        let at = row.created_at.0;
        let redeemed = CreditSums {
            redemptions: 1,
            redeemed_minor: row.credit_minor,
            ..CreditSums::default()
        };
        adopted(sums, at).add(redeemed);
        let voucher = sums.vouchers.entry(row.code.clone()).or_default();
        voucher.times.entry(counted_in(at)).or_default().add(redeemed);
        voucher.last_redeemed_at = voucher.last_redeemed_at.max(Some(at));
    }
}

fn less_of(row: CountRow) -> CountRow {
    CountRow {
        redemptions: row.redemptions.saturating_neg(),
        redeemed_minor: row.redeemed_minor.saturating_neg(),
        granted_minor: row.granted_minor.saturating_neg(),
        taken_back_minor: row.taken_back_minor.saturating_neg(),
        spent_minor: row.spent_minor.saturating_neg(),
        expired_minor: row.expired_minor.saturating_neg(),
        ..row
    }
}

fn less_in_all(row: TotalRow) -> TotalRow {
    TotalRow {
        taken_back_minor: row.taken_back_minor.saturating_neg(),
        spent_minor: row.spent_minor.saturating_neg(),
        expired_minor: row.expired_minor.saturating_neg(),
        redemptions: row.redemptions.saturating_neg(),
        last_redeemed_at: None,
        ..row
    }
}

fn paid(payments: &[Payment]) -> CardSums {
    let mut sums = CardSums::default();
    for payment in payments {
        sums.add(payment);
    }
    sums
}
