//! Adds the credit ledger and the cards' payments up by the quarter of an hour, so that whoever asks for a year reads
//! sums and not each line.
//!
//! It happens after the fact: a checkout writes its lines and no sum. A line is added up once it is old enough that none
//! comes before it any more (seals of the audit log wait for as long); what is newer, `newer` adds up for whoever asks.

use std::collections::BTreeMap;

use sovereign_domain::book::EntryKind;
use sovereign_domain::campaign::counted_in;
use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::done::Done;
use super::rollup_customers;
use super::seal_audit::MARGIN_SECONDS;
use crate::app::App;
use crate::ids;
use crate::storage::rollups::{
    self, CardRow, CountRow, CreditSums, Line, Payment, Rollup, TotalRow,
};
use crate::storage::{self, Error, Tx, funnel};

/// The most lines of one transaction.
const PAGE: u16 = 5_000;

/// Adds up what is old enough, a page of lines of each kind; answers how many they were, and whether there may be more.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub async fn step(app: &App) -> storage::Result<Done> {
    let due = ids::first_of(app.clock.now().plus_seconds(-MARGIN_SECONDS));
    let credit = told_apart(credit_step(app, due).await)?;
    let cards = told_apart(cards_step(app, due, credit.more).await)?;
    Ok(Done { count: credit.count.saturating_add(cards.count), more: credit.more || cards.more })
}

/// Both believed that they had the job's lease: the other one's sums stand.
fn told_apart(done: storage::Result<Done>) -> storage::Result<Done> {
    match done {
        Err(error) if error.is_conflict() => {
            tracing::warn!(%error, "sums were written by another process");
            Ok(Done { count: 0, more: true })
        }
        done => done,
    }
}

async fn credit_step(app: &App, due: Uuid) -> storage::Result<Done> {
    let mut tx = app.store.read().await?;
    let from = rollups::before(&mut tx, Rollup::Credit).await?;
    let lines = rollups::lines(&mut tx, from, due, PAGE.into()).await?;
    drop(tx);
    let Some(last) = lines.last() else { return Ok(Done::all(0)) };
    let to = ids::next_to(last.id);
    let mut sums = Sums::default();
    for line in &lines {
        sums.add(line)?;
    }
    let mut tx = app.store.begin().await?;
    rollups::advance(&mut tx, Rollup::Credit, (from, to)).await?;
    rollups::add_by_source(&mut tx, sums.by_source()).await?;
    rollups::add_by_voucher(&mut tx, sums.by_voucher()).await?;
    rollups::add_totals(&mut tx, sums.totals()).await?;
    funnel::add_customers(&mut tx, rollup_customers::customers(&lines)).await?;
    tx.commit().await?;
    Ok(Done::up_to(PAGE, lines.len()))
}

/// With `behind`, credit is not added up as far: no payment is looked at before the redemption that it may follow.
async fn cards_step(app: &App, due: Uuid, behind: bool) -> storage::Result<Done> {
    let mut tx = app.store.read().await?;
    let due = if behind { due.min(rollups::before(&mut tx, Rollup::Credit).await?) } else { due };
    let from = rollups::before(&mut tx, Rollup::Cards).await?;
    let payments = rollups::payments(&mut tx, from, due, PAGE.into()).await?;
    drop(tx);
    let Some(last) = payments.last() else { return Ok(Done::all(0)) };
    let to = ids::next_to(last.id);
    let mut sums = CardSums::default();
    for payment in &payments {
        sums.add(payment);
    }
    let mut tx = app.store.begin().await?;
    rollups::advance(&mut tx, Rollup::Cards, (from, to)).await?;
    rollups::add_cards(&mut tx, sums.rows()).await?;
    funnel::note_payments(&mut tx, rollup_customers::paid(&payments)).await?;
    tx.commit().await?;
    Ok(Done::up_to(PAGE, payments.len()))
}

/// What lines of the ledger come to: where the credit came from, and by voucher.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) sources: BTreeMap<(String, Timestamp), CreditSums>,
    pub(crate) vouchers: BTreeMap<String, VoucherSums>,
}

/// What lines on a voucher's credit come to.
#[derive(Debug, Clone, Default)]
pub(crate) struct VoucherSums {
    pub(crate) times: BTreeMap<Timestamp, CreditSums>,
    pub(crate) last_redeemed_at: Option<Timestamp>,
}

impl VoucherSums {
    pub(crate) fn total(&self) -> CreditSums {
        let mut total = CreditSums::default();
        for sums in self.times.values() {
            total.add(*sums);
        }
        total
    }
}

impl Sums {
    pub(super) fn add(&mut self, line: &Line) -> storage::Result<()> {
        let kind = EntryKind::parse(&line.kind).ok_or_else(|| {
            Error::corrupt("credit_ledger", format!("kind {:?} of line {}", line.kind, line.id))
        })?;
        let moved =
            CreditSums { flow: CreditFlow::of(kind, line.amount_minor), ..CreditSums::default() };
        self.add_at(line, line.created_at.0, moved);
        let Some((lot_at, lot_minor)) = line.lot_at.zip(line.lot_minor) else { return Ok(()) };
        // A lot of a voucher is granted and released whole; its redemption was when the lot was made.
        let redemptions = match (kind, line.source.as_deref()) {
            (EntryKind::Grant, Some("voucher")) => 1,
            (EntryKind::Release, Some("voucher")) => -1,
            _ => return Ok(()),
        };
        let redeemed_minor = lot_minor.saturating_mul(redemptions);
        let redeemed = CreditSums { redemptions, redeemed_minor, ..CreditSums::default() };
        self.add_at(line, lot_at.0, redeemed);
        if let Some(code) = &line.reference
            && redemptions > 0
        {
            let voucher = self.vouchers.entry(code.clone()).or_default();
            voucher.last_redeemed_at = voucher.last_redeemed_at.max(Some(line.created_at.0));
        }
        Ok(())
    }

    fn add_at(&mut self, line: &Line, moment: Timestamp, sums: CreditSums) {
        // A line without a lot is of what is owed, and moves no credit.
        let Some(source) = line.source.as_deref().filter(|_| sums != CreditSums::default()) else {
            return;
        };
        let since = counted_in(moment);
        self.sources.entry((source.to_owned(), since)).or_default().add(sums);
        if let Some(code) = line.reference.as_ref().filter(|_| source == "voucher") {
            let voucher = self.vouchers.entry(code.clone()).or_default();
            voucher.times.entry(since).or_default().add(sums);
        }
    }

    pub(super) fn by_source(&self) -> Vec<CountRow> {
        let rows = self.sources.iter();
        rows.map(|((source, since), sums)| CountRow::new(source.clone(), *since, *sums)).collect()
    }

    pub(super) fn by_voucher(&self) -> Vec<CountRow> {
        let rows = self.vouchers.iter().flat_map(|(code, voucher)| {
            voucher
                .times
                .iter()
                .map(move |(since, sums)| CountRow::new(code.clone(), *since, *sums))
        });
        rows.collect()
    }

    pub(super) fn totals(&self) -> Vec<TotalRow> {
        let rows = self.vouchers.iter().map(|(code, voucher)| {
            let CreditSums { flow, redemptions, .. } = voucher.total();
            TotalRow {
                code: code.clone(),
                taken_back_minor: flow.taken_back_minor,
                spent_minor: flow.spent_minor,
                expired_minor: flow.expired_minor,
                last_redeemed_at: voucher.last_redeemed_at.map(storage::Ts),
                redemptions,
            }
        });
        rows.collect()
    }
}

/// What cards paid, by the quarter of an hour: how often, and how much.
#[derive(Debug, Default)]
pub(crate) struct CardSums {
    pub(crate) times: BTreeMap<Timestamp, (i64, i64)>,
}

impl CardSums {
    pub(super) fn add(&mut self, payment: &Payment) {
        let (payments, paid_minor) =
            self.times.entry(counted_in(payment.created_at.0)).or_default();
        *payments = payments.saturating_add(1);
        *paid_minor = paid_minor.saturating_add(payment.amount_minor);
    }

    pub(super) fn rows(&self) -> Vec<CardRow> {
        let rows = self.times.iter();
        rows.map(|(since, (payments, paid_minor))| CardRow {
            since: storage::Ts(*since),
            payments: *payments,
            paid_minor: *paid_minor,
        })
        .collect()
    }
}

/// Sorts after every line that there is by `now`, whatever the clocks of the servers that wrote them; identifiers of an
/// earlier service lie anywhere beyond.
fn end(now: Timestamp) -> Uuid {
    ids::first_of(now.plus_days(1))
}

/// What is in no sum yet: the lines of the ledger after those that are added up. `tx` is a snapshot, in which the sums
/// are read too.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub(crate) async fn newer(tx: &mut Tx, now: Timestamp) -> storage::Result<Sums> {
    let end = end(now);
    let mut from = rollups::before(tx, Rollup::Credit).await?;
    let mut sums = Sums::default();
    loop {
        let lines = rollups::lines(tx, from, end, PAGE.into()).await?;
        for line in &lines {
            sums.add(line)?;
        }
        match lines.last() {
            Some(last) if lines.len() == usize::from(PAGE) => from = ids::next_to(last.id),
            _ => return Ok(sums),
        }
    }
}

/// The same of what cards paid.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn newer_payments(tx: &mut Tx, now: Timestamp) -> storage::Result<CardSums> {
    let end = end(now);
    let mut from = rollups::before(tx, Rollup::Cards).await?;
    let mut sums = CardSums::default();
    loop {
        let payments = rollups::payments(tx, from, end, PAGE.into()).await?;
        for payment in &payments {
            sums.add(payment);
        }
        match payments.last() {
            Some(last) if payments.len() == usize::from(PAGE) => from = ids::next_to(last.id),
            _ => return Ok(sums),
        }
    }
}
