//! That the run met enough of everything to say something.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::books::{charged, drawn};
use super::days::World;
use super::rows::Books;

type Counts = BTreeMap<&'static str, usize>;

pub(super) fn compare(books: &Books, world: &World<'_>) {
    let mut met = in_the_books(books);
    met.extend(in_the_world(world));
    let least = [
        ("paid by credit alone", 2_000),
        ("paid by card alone", 2_000),
        ("paid by both", 200),
        ("rounded", 500),
        ("declined and recovered", 100),
        ("wanted its customer and recovered", 20),
        ("suspended and back", 50),
        ("suspended", 100),
        ("canceled subscriptions", 100),
        ("Organizations that came back", 20),
        ("credit that expired", 30),
        ("warned of low credit", 50),
        ("payments that came too late and went back", 3),
        ("refunds asked for", 100),
        ("refunds with credit", 15),
        ("refunds to cards", 40),
        ("refunds at the dashboard", 8),
        ("orders that ended unpaid", 100),
        ("months that begin on 29 February", 20),
        ("months that begin on a 31st", 50),
        ("troubled calls", 200),
        ("pages left", 100),
        ("pages paid", 500),
        ("slow payments", 20),
        ("late payments", 10),
        ("cards mended", 50),
        ("cards broken", 100),
        ("cards taken away", 5),
        ("ended at once", 20),
        ("ended with the period", 50),
        ("resumed", 20),
        ("credit that came later", 100),
        ("events never handed over", 5_000),
        ("events late", 200),
        ("events repeated", 200),
        ("events handed over again after a failure", 3),
        ("requests refused while something was in the way", 10),
    ];
    let short: Vec<_> = least
        .into_iter()
        .filter(|(what, least)| met.get(what).is_none_or(|count| count < least))
        .collect();
    assert!(short.is_empty(), "too few of {short:?}: {met:#?}");
}

fn in_the_books(books: &Books) -> Counts {
    let (drawn, charged) = (drawn(books), charged(books));
    let completed: Vec<_> = books.orders.iter().filter(|o| o.status == "completed").collect();
    let ids: BTreeSet<Uuid> = completed.iter().map(|order| order.id).collect();
    let told = |kind: &str| -> BTreeSet<Uuid> {
        let letters = books.letters.iter().filter(|(other, _)| other == kind);
        letters.filter_map(|(_, order)| *order).collect()
    };
    let recovered = |kind| told(kind).intersection(&ids).count();
    let paid_by = |credit: bool, card: bool| {
        let by = |order: &&Uuid| (drawn.contains_key(order), charged.contains_key(order));
        ids.iter().filter(|order| by(order) == (credit, card)).count()
    };
    let mut subscriptions: BTreeMap<&str, usize> = BTreeMap::new();
    for subscription in &books.subscriptions {
        *subscriptions.entry(&subscription.tenant_id).or_default() += 1;
    }
    let begins = |of: fn(&str) -> bool| {
        let paid = books.invoices.iter().filter(|invoice| invoice.status == "paid");
        let day = |at: Timestamp| at.to_string()[..10].to_owned();
        paid.filter(|invoice| of(&day(invoice.period_start.0))).count()
    };
    Counts::from([
        ("paid by credit alone", paid_by(true, false)),
        ("paid by card alone", paid_by(false, true)),
        ("paid by both", paid_by(true, true)),
        ("rounded", completed.iter().filter(|order| order.rounding_minor != 0).count()),
        ("asked more than once", completed.iter().filter(|order| order.attempt > 1).count()),
        ("declined and recovered", recovered("payment_failed")),
        ("wanted its customer and recovered", recovered("confirm_payment")),
        ("suspended and back", recovered("suspended")),
        ("suspended", told("suspended").len()),
        (
            "canceled subscriptions",
            books.subscriptions.iter().filter(|s| s.status == "canceled").count(),
        ),
        ("Organizations that came back", subscriptions.values().filter(|n| **n > 1).count()),
        ("credit that expired", books.ledger.iter().filter(|e| e.kind == "expiry").count()),
        ("warned of low credit", books.letters.iter().filter(|l| l.0 == "credit_low").count()),
        ("refunds with credit", books.refunds.iter().filter(|r| r.credit_minor > 0).count()),
        ("refunds to cards", books.refunds.iter().filter(|r| r.card_minor > 0).count()),
        (
            "payments that came too late and went back",
            books.payments.iter().filter(|payment| payment.purpose == "returned").count(),
        ),
        (
            "orders that ended unpaid",
            books.orders.iter().filter(|o| !["completed", "due"].contains(&&*o.status)).count(),
        ),
        ("months that begin on 29 February", begins(|day| day == "2028-02-29")),
        ("months that begin on a 31st", begins(|day| day.ends_with("-31"))),
    ])
}

fn in_the_world(world: &World<'_>) -> Counts {
    let (seen, post) = (&world.seen, &world.post);
    Counts::from([
        ("troubled calls", seen.trouble),
        ("jobs that said what failed", seen.failed_jobs),
        ("refunds asked for", seen.refunds_asked_for),
        ("refunds at the dashboard", seen.refunds_at_the_dashboard),
        ("pages left", seen.pages_left),
        ("pages paid", seen.pages_paid),
        ("slow payments", seen.slow_payments),
        ("late payments", seen.late_payments),
        ("cards mended", seen.cards_mended),
        ("cards broken", seen.cards_broken),
        ("cards taken away", seen.cards_taken_away),
        ("ended at once", seen.ends_now),
        ("ended with the period", seen.ends_later),
        ("resumed", seen.resumed),
        ("credit that came later", seen.top_ups),
        ("events never handed over", post.never),
        ("events late", post.late),
        ("events repeated", post.repeated),
        ("events handed over again after a failure", post.again),
        ("requests refused while something was in the way", seen.refused.values().sum()),
    ])
}
