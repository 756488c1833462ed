//! Two processes do it once, and what is done twice changes nothing.

use sovereign::jobs::{self, Outcome};

use super::{PATIENCE_SECONDS, finds_nothing, id, open_alarms, paid, waiting};
use crate::harness::{Engine, SecondServer, Setup, TestApp, on_both};

on_both! {
    /// While one is at it another one is told so.
    async fn who_comes_second_leaves_it_alone(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        waiting.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        let held = app.stripe().hold("GET /v1/charges");
        let (first, second) = (app.runner(), app.runner());
        let job = jobs::find("reconcile").unwrap();
        let meanwhile = async {
            held.arrived(1).await;
            let outcome = second.run_now(&job).await.unwrap();
            held.release();
            outcome
        };
        let (first, second) = tokio::join!(first.run_now(&job), meanwhile);
        assert_eq!((first.unwrap(), second), (Outcome::Done(1), Outcome::Held));
        assert_eq!(waiting.status(app).await, "completed");
        assert_eq!(app.number("SELECT COUNT(*) FROM reconcile_runs").await, 1);
    }

    /// The event comes while the run is at the same order.
    async fn an_event_in_the_middle_is_no_harm(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        waiting.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        let held = app.stripe().hold("GET /v1/disputes");
        let event = app.stripe().last_event("checkout.session.completed");
        let job = jobs::find("reconcile").unwrap();
        let runner = app.runner();
        let meanwhile = async {
            // The order is found to be open, and not mended yet.
            held.arrived(1).await;
            assert_eq!(app.stripe().deliver(&event).await, 200);
            held.release();
        };
        let (outcome, ()) = tokio::join!(runner.run_now(&job), meanwhile);
        assert!(matches!(outcome.unwrap(), Outcome::Done(_)));
        assert_eq!(waiting.status(app).await, "completed");
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM invoices").await, 1);
        assert_eq!(open_alarms(app).await, []);
        assert_eq!(app.stripe().all("refund").len(), 0);
    }
}

/// Two servers of one database, each with an engine of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_do_it_once() {
    let app = TestApp::start_with(Engine::Postgres, Setup::with_stripe()).await;
    let second = SecondServer::beside(&app).await;
    let (_, charge) = paid(&app, "salma").await;
    let refund = app.stripe().refund_from_dashboard(id(&charge), 1_000);
    let waiting = waiting(&app, "ahmed").await;
    waiting.pay(&app);
    app.clock.advance_seconds(PATIENCE_SECONDS);
    let job = jobs::find("reconcile").unwrap();
    let (ours, theirs) = (app.runner(), second.runner());
    let (one, other) = tokio::join!(ours.run_now(&job), theirs.run_now(&job));
    for outcome in [one.unwrap(), other.unwrap()] {
        assert!(matches!(outcome, Outcome::Done(_) | Outcome::Held), "{outcome:?}");
    }
    assert_eq!(waiting.status(&app).await, "completed");
    assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM subscriptions").await, 2);
    assert_eq!(open_alarms(&app).await, []);
    assert_eq!(app.texts("SELECT stripe_refund_id FROM refunds").await, [refund]);
    drop((ours, theirs));
    second.stop().await;
    finds_nothing(&app).await;
    app.finish().await;
}
