//! Money that comes when its order has ended: the order is completed after all, or the money goes back.

use super::{last_session, paid, times_redeemed, waiting};
use crate::harness::{Event, Setup, TestApp, Trouble, on_both};

const SENT: &str = "SELECT COUNT(*) FROM refunds WHERE status = 'succeeded'";

/// A session that is paid after a newer checkout took its order's place and was paid; nobody was told yet.
async fn paid_too_late(app: &TestApp) -> String {
    let waiting = waiting(app, "ahmed").await;
    waiting.customer.checkout("l", "FOUR").await.expect(200);
    paid(app, &last_session(app));
    app.stripe().deliver_all(1).await;
    app.stripe().reopen(&waiting.session_id);
    paid(app, &waiting.session_id);
    waiting.session_id
}

fn completed(app: &TestApp, session_id: &str) -> Event {
    let event = app.stripe().last_event("checkout.session.completed");
    assert!(event.body.contains(session_id), "{event:?}");
    event
}

on_both! {
    /// The Organization has subscribed otherwise meanwhile: the card is refunded, and a person is told.
    async fn money_that_nobody_needs_goes_back(app: &TestApp, Setup::with_stripe()) {
        paid_too_late(app).await;
        app.stripe().deliver_all(2).await;
        let superseded = "SELECT COUNT(*) FROM orders WHERE status = 'superseded'";
        assert_eq!(app.number(superseded).await, 1);
        let refunds = app.stripe().all("refund");
        assert_eq!(refunds.len(), 1);
        assert_eq!(refunds[0]["amount"], 5_000);
        let sent = "SELECT COUNT(*) FROM refunds WHERE status = 'succeeded' AND card_minor = 5000";
        assert_eq!(app.number(sent).await, 1);
        let told = "SELECT COUNT(*) FROM alarms WHERE kind = 'late_payment'";
        assert_eq!(app.number(told).await, 1);
        assert_eq!(app.stripe().objects_without_metadata(), []);
    }

    /// The bank takes its time: the refund is asked about, and not sent again when Stripe has forgotten its key.
    async fn a_refund_that_takes_its_time_is_sent_once(app: &TestApp, Setup::with_stripe()) {
        app.stripe().refunds_are("pending");
        let session_id = paid_too_late(app).await;
        assert_eq!(app.stripe().deliver(&completed(app, &session_id)).await, 200);
        let pending = "SELECT COUNT(*) FROM refunds WHERE status = 'pending' \
                       AND stripe_refund_id IS NOT NULL";
        assert_eq!(app.number(pending).await, 1);
        app.clock.advance_seconds(25 * 3_600);
        app.each_minute().await;
        assert_eq!(app.number(pending).await, 1);
        let refunds = app.stripe().all("refund");
        assert_eq!(refunds.len(), 1);
        app.stripe().settle_refund(refunds[0]["id"].as_str().unwrap(), true);
        app.each_minute().await;
        assert_eq!(app.number(SENT).await, 1);
    }

    /// It was sent, and Stripe says that it failed: it is found in Stripe's list.
    async fn a_refund_sent_before_a_failure_is_found(app: &TestApp, Setup::with_stripe()) {
        let session_id = paid_too_late(app).await;
        app.stripe().trouble("POST /v1/refunds", Trouble::ErrorAfter, 1);
        assert_eq!(app.stripe().deliver(&completed(app, &session_id)).await, 200);
        assert_eq!(app.stripe().all("refund").len(), 1);
        assert_eq!(app.number(SENT).await, 1);
    }

    /// Its answer never came, and Stripe has forgotten its key.
    async fn a_refund_whose_answer_was_lost_is_not_sent_again(app: &TestApp, Setup::with_stripe()) {
        let session_id = paid_too_late(app).await;
        app.stripe().trouble("POST /v1/refunds", Trouble::CutAfter, 4);
        app.stripe().trouble("GET /v1/refunds", Trouble::Unavailable, 4);
        assert_eq!(app.stripe().deliver(&completed(app, &session_id)).await, 500);
        app.clock.advance_seconds(25 * 3_600);
        app.each_minute().await;
        assert_eq!(app.stripe().all("refund").len(), 1);
        assert_eq!(app.number(SENT).await, 1);
        let alarms = "SELECT COUNT(*) FROM alarms WHERE kind = 'refund_failed'";
        assert_eq!(app.number(alarms).await, 0);
    }

    /// Nothing stands in its way: the voucher is redeemed again, and the order is completed.
    async fn an_order_comes_back_where_nothing_is_in_its_way(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.clock.advance_seconds(3 * 3_600);
        app.stripe().expire_due();
        app.stripe().deliver_all(1).await;
        assert_eq!(times_redeemed(app).await, 0);
        app.stripe().reopen(&waiting.session_id);
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(2).await;
        assert_eq!(waiting.status(app).await, "completed");
        assert_eq!(times_redeemed(app).await, 1);
        assert_eq!(app.stripe().all("refund").len(), 0);
    }
}
