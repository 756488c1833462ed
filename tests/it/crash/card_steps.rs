//! `kill -9` between every two steps of an order that a card pays.
//!
//! A line of [`STEPS`] is what somebody was about and the fail point at which the process that did it was killed.
//! Afterwards the jobs run, the server starts again, the customer asks again under the same key, and Stripe
//! sends its events again, each twice. What is in the books and at Stripe then is what there is of somebody
//! for whom nothing was killed, row by row.
//!
//! A further way to pay is a variant of [`About`]: what comes before (`prepare`), which job does it (`job`) when
//! what is due (`come_due`), or what a server is asked (`ask`), and what a person does afterwards (`finish`); then
//! a line in [`STEPS`] for each `reach!` on its way.

mod about;
mod months;
mod traces;
mod world;

use std::collections::BTreeSet;
use std::path::Path;

use self::about::About;
use self::world::World;
use crate::harness::{Engine, TestDatabase};
use crate::{bulk, event_endpoints, events, mailings, moves, organizations};

const STEPS: [(About, &str); 62] = [
    (About::Checkout, "order_pending"),
    (About::Checkout, "customer_created"),
    (About::Checkout, "customer_kept"),
    (About::Checkout, "session_created"),
    (About::Checkout, "session_attached"),
    (About::Payment, "event_kept"),
    (About::Payment, "session_asked"),
    (About::Payment, "card_asked"),
    (About::Payment, "order_completed"),
    (About::Payment, "event_finished"),
    (About::PaymentUntold, "session_asked"),
    (About::PaymentUntold, "card_asked"),
    (About::PaymentUntold, "order_completed"),
    (About::LatePayment, "card_asked"),
    (About::LatePayment, "refund_filed"),
    (About::LatePayment, "refund_sent"),
    (About::LatePayment, "refund_settled"),
    (About::LatePayment, "event_finished"),
    (About::RevivingPayment, "card_asked"),
    (About::RevivingPayment, "order_completed"),
    (About::RevivingPayment, "event_finished"),
    (About::SecondCheckout, "session_expired"),
    (About::SecondCheckout, "order_superseded"),
    (About::SecondCheckout, "order_pending"),
    (About::SecondCheckout, "session_created"),
    (About::SecondCheckout, "session_attached"),
    (About::Renewal, "renewal_pending"),
    (About::Renewal, "charge_asked"),
    (About::Renewal, "card_asked"),
    (About::Renewal, "order_completed"),
    (About::DeclinedRenewal, "renewal_pending"),
    (About::DeclinedRenewal, "charge_asked"),
    (About::DeclinedRenewal, "attempt_failed"),
    (About::SlowRenewal, "renewal_pending"),
    (About::SlowRenewal, "charge_asked"),
    (About::SlowRenewal, "intent_attached"),
    (About::SlowRenewalPaid, "event_kept"),
    (About::SlowRenewalPaid, "card_asked"),
    (About::SlowRenewalPaid, "order_completed"),
    (About::SlowRenewalPaid, "event_finished"),
    (About::Retry, "renewal_pending"),
    (About::Retry, "charge_asked"),
    (About::Retry, "card_asked"),
    (About::Retry, "order_completed"),
    (About::DeclinedRetry, "renewal_pending"),
    (About::DeclinedRetry, "charge_asked"),
    (About::DeclinedRetry, "attempt_failed"),
    (About::PayLink, "payment_wanted"),
    (About::PayLink, "session_created"),
    (About::PayLink, "session_attached"),
    (About::PayLinkLeft, "payment_wanted"),
    (About::PayLinkLeft, "session_created"),
    (About::PayLinkPaid, "event_kept"),
    (About::PayLinkPaid, "session_asked"),
    (About::PayLinkPaid, "card_asked"),
    (About::PayLinkPaid, "order_completed"),
    (About::PayLinkPaid, "event_finished"),
    (About::FirstLink, "payment_wanted"),
    (About::FirstLink, "customer_created"),
    (About::FirstLink, "customer_kept"),
    (About::FirstLink, "session_created"),
    (About::FirstLink, "session_attached"),
];

async fn killed_at_each_step(engine: Engine, ways: &[About]) {
    let world = World::start(TestDatabase::started(engine).await).await;
    let mut server = world.serve();
    let mut person = 0;
    for &about in ways {
        let mut expected = None;
        let points = STEPS.iter().filter(|(of, _)| *of == about).map(|(_, point)| Some(*point));
        for point in std::iter::once(None).chain(points) {
            about.prepare(&world, &server, person).await;
            match point {
                None => about.unhurt(&world, server, person).await,
                Some(point) => about.killed(&world, server, point, person).await,
            }
            server = world.recover(about, person).await;
            let found = world.traces(person).await;
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_eq!(found, *expected, "{about:?} killed at {point:?}");
            assert_eq!(world.charges(person), about.charges(), "{about:?} killed at {point:?}");
            person += 1;
        }
    }
    server.stop().expect(0);
    world.end(person).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_on_sqlite() {
    killed_at_each_step(Engine::Sqlite, &About::ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_on_postgres() {
    killed_at_each_step(Engine::Postgres, &About::ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewals_on_sqlite() {
    killed_at_each_step(Engine::Sqlite, &About::RENEWALS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewals_on_postgres() {
    killed_at_each_step(Engine::Postgres, &About::RENEWALS).await;
}

/// The places that the files below `directory` name with `reach!`.
fn places(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            places(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let named = text.split("reach!(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        found.extend(named.map(str::to_owned));
    }
}

/// A step that nobody is killed at shows nothing.
#[test]
fn each_fail_point_has_a_line() {
    let mut found = BTreeSet::new();
    places(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/usecase"), &mut found);
    let here = STEPS.iter().map(|(_, point)| *point);
    let killed_at: BTreeSet<String> = here
        .chain(events::killed_at())
        .chain(event_endpoints::killed_at())
        .chain(organizations::killed_at())
        .chain(bulk::killed_at())
        .chain(mailings::killed_at())
        .chain(moves::killed_at())
        .map(str::to_owned)
        .collect();
    assert_eq!(killed_at, found);
}
