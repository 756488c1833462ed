//! Sessions there, orders that wait here.

use serde_json::json;

use super::{PATIENCE_SECONDS, finds, finds_nothing, is_left, open_alarms, own, waiting};
use crate::harness::{Card, Setup, on_both};

const NO_ORDER: &str = "01997f53-a000-7000-8000-000000000009";
const REDEEMED: &str = "SELECT CAST(times_redeemed AS bigint) FROM promo_codes WHERE code = 'FOUR'";

on_both! {
    /// It expired, and no event came: the credit and the voucher come back.
    async fn an_order_whose_session_expired_is_closed(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.clock.advance_seconds(3 * 3_600);
        assert_eq!(app.stripe().expire_due(), 1);
        finds(app, "session_ended", 1, 1).await;
        assert_eq!(waiting.status(app).await, "expired");
        assert_eq!(app.number(REDEEMED).await, 0);
        assert_eq!(open_alarms(app).await, []);
        finds_nothing(app).await;
    }

    /// A slow payment failed in the end.
    async fn an_order_whose_payment_failed_late_is_closed(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.stripe().pay(&waiting.session_id, Card::Async);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
        app.stripe().settle_async(&waiting.session_id, false);
        finds(app, "session_ended", 1, 1).await;
        assert_eq!(waiting.status(app).await, "failed");
    }

    /// Stripe does not have it. While it could be paid, wherever it is, the order waits.
    async fn an_order_whose_session_is_gone_is_closed(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.stripe().forget(&waiting.session_id);
        app.clock.advance_seconds(3_600);
        finds_nothing(app).await;
        assert_eq!(waiting.status(app).await, "pending");
        app.clock.advance_seconds(2 * 3_600);
        finds(app, "session_gone", 1, 1).await;
        assert_eq!(waiting.status(app).await, "failed");
        assert_eq!(app.number(REDEEMED).await, 0);
        finds_nothing(app).await;
    }

    /// A page where somebody can pay for an order that is not here, as after a restored backup.
    async fn a_session_of_no_order_is_left(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
        app.stripe().set_metadata(&waiting.session_id, &own(NO_ORDER));
        is_left(app, "orphan_session", &waiting.session_id).await;
        app.stripe().set_metadata(&waiting.session_id, &json!({ "sovereign": "another.example" }));
        finds_nothing(app).await;
    }
}
