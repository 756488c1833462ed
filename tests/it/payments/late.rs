//! Money that comes when its order has ended: the order is completed after all, or the money goes back.

use super::{last_session, paid, times_redeemed, waiting};
use crate::harness::{Setup, on_both};

on_both! {
    /// The Organization has subscribed otherwise meanwhile: the card is refunded, and a person is told.
    async fn money_that_nobody_needs_goes_back(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        waiting.customer.checkout("l", "FOUR").await.expect(200);
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        app.stripe().reopen(&waiting.session_id);
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(2).await;
        assert_eq!(waiting.status(app).await, "superseded");
        let refunds = app.stripe().all("refund");
        assert_eq!(refunds.len(), 1);
        assert_eq!(refunds[0]["amount"], 5_000);
        let sent = "SELECT COUNT(*) FROM refunds WHERE status = 'succeeded' AND card_minor = 5000";
        assert_eq!(app.number(sent).await, 1);
        let told = "SELECT COUNT(*) FROM alarms WHERE kind = 'late_payment'";
        assert_eq!(app.number(told).await, 1);
        assert_eq!(app.stripe().objects_without_metadata(), []);
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
