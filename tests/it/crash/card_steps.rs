//! `kill -9` between every two steps of an order that a card pays.
//!
//! A line of [`STEPS`] is what somebody was about and the fail point at which the process that did it was killed.
//! Afterwards the jobs run, the server starts again, the customer asks again under the same key, and Stripe
//! sends its events again, each twice. What is in the books and at Stripe then is what there is of somebody
//! for whom nothing was killed, row by row.
//!
//! A further way to pay, such as a renewal, is a variant of [`About`]: what comes before (`prepare`), which job
//! does it (`job`) when what is due (`come_due`), or what a server is asked (`ask`), and what a person does
//! afterwards (`finish`); then a line in [`STEPS`] for each `reach!` on its way.

mod traces;
mod world;

use std::collections::BTreeSet;
use std::path::Path;

use self::world::{About, World};
use crate::harness::{Engine, TestDatabase};

const STEPS: [(About, &str); 26] = [
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
];

async fn killed_at_each_step(engine: Engine) {
    let world = World::start(TestDatabase::started(engine).await).await;
    let mut server = world.serve();
    let mut person = 0;
    for about in About::ALL {
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
            person += 1;
        }
    }
    server.stop().expect(0);
    world.end(person).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    killed_at_each_step(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    killed_at_each_step(Engine::Postgres).await;
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
    let killed_at: BTreeSet<String> = STEPS.iter().map(|(_, point)| (*point).to_owned()).collect();
    assert_eq!(killed_at, found);
}
