//! A new checkout takes the place of the one that waits: nobody waits a day for their own code.

use super::{last_session, paid, times_redeemed, waiting};
use crate::harness::{Card, Setup, Trouble, on_both};

on_both! {
    /// The older session can be paid no more, and its credit is free for the new order.
    async fn the_older_session_ends_first(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let answer = waiting.customer.checkout("l", "FOUR").await.expect(200);
        assert_ne!(answer["order_id"], waiting.answer["order_id"]);
        assert_eq!(waiting.status(app).await, "superseded");
        assert_eq!(app.stripe().object(&waiting.session_id)["status"], "expired");
        assert_eq!(times_redeemed(app).await, 1);
        let session = app.stripe().object(&last_session(app));
        assert_eq!(session["amount_total"], 12_000);
    }

    /// Stripe says that it failed, and had done it: what the session has become tells.
    async fn a_failure_of_stripes_holds_nobody_up(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let expire = "POST /v1/checkout/sessions/:id/expire";
        app.stripe().trouble(expire, Trouble::ErrorAfter, 1);
        waiting.customer.checkout("l", "FOUR").await.expect(200);
        assert_eq!(app.stripe().object(&waiting.session_id)["status"], "expired");
        assert_eq!(times_redeemed(app).await, 1);
    }

    /// It was paid a moment ago: it is completed, and the new one is refused.
    async fn one_that_is_paid_is_completed_instead(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        let refused = waiting.customer.checkout("l", "FOUR").await;
        assert_eq!(refused.expect(409)["code"], "already_subscribed");
        assert_eq!(waiting.status(app).await, "completed");
    }

    /// It is paid and has not cleared: nothing else can be ordered meanwhile.
    async fn one_that_is_processing_stands(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.stripe().pay(&waiting.session_id, Card::Async);
        let refused = waiting.customer.checkout("l", "FOUR").await;
        assert_eq!(refused.expect(409)["code"], "payment_in_progress");
        assert_eq!(waiting.status(app).await, "pending");
        app.stripe().settle_async(&waiting.session_id, true);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "completed");
    }
}
