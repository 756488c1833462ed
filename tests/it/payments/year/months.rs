//! The months that were paid, against the calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};
use sovereign::storage::Ts;
use sovereign_domain::calendar::TimeZone;
use uuid::Uuid;

use super::rows::{Books, Invoice, Subscription};

/// Each subscription's months follow each other as the calendar says, from its first moment on; after a
/// suspension, from the moment it was paid. One that is active has paid for now.
pub(super) fn compare(books: &Books, zone: &TimeZone, now_seconds: i64) {
    let settled = settled(books);
    let suspended: BTreeSet<Uuid> = books
        .letters
        .iter()
        .filter(|(kind, _)| kind == "suspended")
        .map(|(_, order)| order.expect("an order"))
        .collect();
    let mut chains = 0;
    for (tenant_id, months) in by_organization(books) {
        let of_it = |subscription: &&Subscription| subscription.tenant_id == *tenant_id;
        let subscriptions: Vec<&Subscription> = books.subscriptions.iter().filter(of_it).collect();
        let begun: BTreeSet<Uuid> = subscriptions.iter().map(|s| s.order_id).collect();
        // In the order in which they were paid: a new subscription may begin in a month that is paid already.
        let mut chain: Vec<&Invoice> = Vec::new();
        for month in months {
            if begun.contains(&month.order_id) && !chain.is_empty() {
                follow(&chain, &suspended, &settled, zone);
                chain.clear();
                chains += 1;
            }
            assert!(!chain.is_empty() || begun.contains(&month.order_id), "{month:?}");
            chain.push(month);
        }
        follow(&chain, &suspended, &settled, zone);
        chains += 1;
        let last = subscriptions.last().expect("a subscription");
        let end = chain.last().unwrap().period_end;
        if last.status == "active" {
            assert!(end.0.seconds() > now_seconds, "{tenant_id}: {last:?} is not paid for");
        } else if last.status == "past_due" {
            assert!(end.0.seconds() <= now_seconds, "{tenant_id}: {last:?} owes nothing yet");
        }
        ends_before_the_next(&subscriptions, &settled);
    }
    assert_eq!(chains, books.subscriptions.len(), "each subscription was paid for");
}

/// When each order was paid in full.
fn settled(books: &Books) -> BTreeMap<Uuid, i64> {
    let draws = books.ledger.iter().filter(|entry| ["draw", "post"].contains(&&*entry.kind));
    let draws = draws.map(|entry| (entry.order_id.unwrap(), entry.created_at));
    let payments = books.payments.iter().filter(|payment| payment.purpose == "order");
    let payments = payments.map(|payment| (payment.order_id, payment.created_at));
    let mut settled = BTreeMap::new();
    for (order, Ts(at)) in draws.chain(payments) {
        let latest = settled.entry(order).or_insert(at.micros());
        *latest = at.micros().max(*latest);
    }
    settled
}

/// The paid invoices of each Organization, in the order in which their orders were paid.
fn by_organization(books: &Books) -> BTreeMap<&str, Vec<&Invoice>> {
    let settled = settled(books);
    let mut months: BTreeMap<&str, Vec<&Invoice>> = BTreeMap::new();
    for invoice in books.invoices.iter().filter(|invoice| invoice.status == "paid") {
        months.entry(&invoice.tenant_id).or_default().push(invoice);
    }
    for months in months.values_mut() {
        months.sort_by_key(|month| (settled[&month.order_id], month.period_start.0));
    }
    months
}

fn follow(
    chain: &[&Invoice],
    suspended: &BTreeSet<Uuid>,
    settled: &BTreeMap<Uuid, i64>,
    zone: &TimeZone,
) {
    let paid_at = |month: &Invoice| settled[&month.order_id];
    let start_of = |month: &Invoice| month.period_start.0.micros();
    let mut anchor = paid_at(chain[0]);
    let mut number = 0;
    let mut end = None;
    for month in chain {
        if end.is_some() && suspended.contains(&month.order_id) {
            anchor = paid_at(month);
            number = 0;
            assert!(Some(anchor) >= end, "{month:?} overlaps");
        } else if let Some(end) = end {
            assert_eq!(start_of(month), end, "{month:?} does not follow");
        }
        assert_eq!(start_of(month), anniversary(anchor, number, zone), "{month:?}");
        number += 1;
        let next = anniversary(anchor, number, zone);
        assert_eq!(month.period_end.0.micros(), next, "{month:?}, {number} months in");
        end = Some(next);
    }
}

/// So many months after `anchor`, by the calendar: both in microseconds.
fn anniversary(anchor: i64, months: i64, zone: &TimeZone) -> i64 {
    let first = Timestamp::from_microsecond(anchor).unwrap().to_zoned(zone.clone());
    first.checked_add(months.months()).unwrap().timestamp().as_microsecond()
}

/// A subscription ends before the one that follows it begins.
fn ends_before_the_next(subscriptions: &[&Subscription], settled: &BTreeMap<Uuid, i64>) {
    for pair in subscriptions.windows(2) {
        let [one, next] = pair else { unreachable!() };
        assert_eq!(one.status, "canceled", "{next:?} is beside it");
        assert!(one.updated_at.0.micros() <= settled[&next.order_id], "{one:?} {next:?}");
    }
}
