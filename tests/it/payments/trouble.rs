//! Stripe fails, stays silent, or cannot be reached: nothing is lost, nothing is done twice, and a retry goes
//! on where the last try ended.

use super::{last_session, paid, times_redeemed, waiting};
use crate::harness::{Setup, Trouble, on_both};

const CREATE: &str = "POST /v1/checkout/sessions";

on_both! {
    /// Whatever happens to the first calls, there is one session and one customer at the end.
    async fn what_passes_is_survived(app: &TestApp, Setup::with_stripe()) {
        for (number, trouble) in [
            Trouble::RateLimited, Trouble::Unavailable, Trouble::CutBefore, Trouble::CutAfter,
            Trouble::SilentAfter,
        ].into_iter().enumerate() {
            app.issue("FOUR", 4, 0).await;
            app.stripe().trouble(CREATE, trouble, 1);
            let customer = app.customer(&format!("person-{number}")).await;
            let answer = customer.checkout("m", "FOUR").await.expect(200);
            assert!(answer["session_url"].is_string(), "{trouble:?}: {answer}");
            assert_eq!(app.stripe().all("checkout.session").len(), number + 1, "{trouble:?}");
            assert_eq!(app.stripe().all("customer").len(), number + 1, "{trouble:?}");
        }
    }

    /// Nobody answers: the order waits, and the customer's retry goes on with it.
    async fn a_retry_goes_on_when_stripe_is_back(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        app.stripe().refuse_connections().await;
        let refused = customer.checkout("m", "FOUR").await;
        assert_eq!(refused.expect(503)["code"], "payment_unresolved");
        assert_eq!(times_redeemed(app).await, 1);
        app.stripe().accept_connections().await;
        let answer = customer.checkout("m", "FOUR").await.expect(200);
        assert!(answer["session_url"].is_string(), "{answer}");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        let completed = "SELECT COUNT(*) FROM orders WHERE status = 'completed'";
        assert_eq!(app.number(completed).await, 1);
    }

    /// It was done, and Stripe says that it failed: what was made is found.
    async fn what_was_made_before_a_failure_is_found(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        app.stripe().trouble(CREATE, Trouble::ErrorAfter, 1);
        let answer = customer.checkout("m", "FOUR").await.expect(200);
        assert_eq!(app.stripe().all("checkout.session").len(), 1);
        assert_eq!(app.stripe().object(&last_session(app))["url"], answer["session_url"]);
    }

    /// It was not done, and Stripe's failure stands under the key: the order ends when no session of it
    /// could be paid any more.
    async fn an_order_without_a_session_ends(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        app.stripe().trouble(CREATE, Trouble::ErrorBefore, 1);
        let refused = customer.checkout("m", "FOUR").await;
        assert_eq!(refused.expect(503)["code"], "payment_unresolved");
        app.clock.advance_seconds(7_000);
        app.each_minute().await;
        assert_eq!(times_redeemed(app).await, 1);
        app.clock.advance_seconds(1_000);
        app.each_minute().await;
        assert_eq!(times_redeemed(app).await, 0);
        let failed = "SELECT COUNT(*) FROM orders WHERE status = 'failed'";
        assert_eq!(app.number(failed).await, 1);
        customer.checkout("m", "FOUR").await.expect(200);
    }

    /// Stripe decides against it: nothing was consumed.
    async fn a_refusal_consumes_nothing(app: &TestApp, Setup::with_stripe()) {
        app.stripe().set_minimum("omr", 100_000);
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        let refused = customer.checkout("m", "FOUR").await;
        assert_eq!(refused.expect(503)["code"], "payment_refused");
        assert_eq!(times_redeemed(app).await, 0);
        assert_eq!(customer.available_minor().await, 0);
        let held = "SELECT COUNT(*) FROM orders WHERE status = 'failed'";
        assert_eq!(app.number(held).await, 1);
    }

    /// A refund that gets lost on its way is sent once.
    async fn a_webhook_that_fails_is_taken_the_next_time(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        let event = app.stripe().last_event("checkout.session.completed");
        app.stripe().refuse_connections().await;
        assert_eq!(app.stripe().deliver(&event).await, 500);
        assert_eq!(waiting.status(app).await, "pending");
        app.stripe().accept_connections().await;
        assert_eq!(app.stripe().deliver(&event).await, 200);
        assert_eq!(waiting.status(app).await, "completed");
    }
}
