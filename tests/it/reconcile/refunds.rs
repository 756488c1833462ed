//! Refunds and disputes, there and here: what was done at Stripe is taken down, the rest is left for a person.

use super::{PATIENCE_SECONDS, finds, finds_nothing, id, is_left, open_alarms, paid, waiting};
use crate::harness::{Card, Setup, TestApp, on_both};

/// A payment that came too late and was sent back; answers the refund.
async fn sent_back(app: &TestApp) -> String {
    let first = waiting(app, "ahmed").await;
    first.customer.checkout("l", "FOUR").await.expect(200);
    let newer = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(id(&newer), Card::Good);
    app.stripe().deliver_all(1).await;
    app.stripe().reopen(&first.session_id);
    first.pay(app);
    app.stripe().deliver_all(1).await;
    app.clock.advance_seconds(PATIENCE_SECONDS);
    let refunds = app.stripe().all("refund");
    assert_eq!(refunds.len(), 1);
    id(&refunds[0]).to_owned()
}

/// A dispute is written here as Stripe has it.
async fn write_dispute(app: &TestApp, dispute: &str, amount_minor: i64) {
    app.execute(&format!(
        "INSERT INTO disputes (id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
             amount_minor, clawed_minor, status, created_at, updated_at) \
         SELECT id, '{dispute}', id, order_id, customer_id, tenant_id, {amount_minor}, 0, \
             'open', created_at, created_at FROM card_payments"
    ))
    .await;
}

on_both! {
    async fn a_refund_from_the_dashboard_is_taken_down(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        let refund = app.stripe().refund_from_dashboard(id(&charge), 2_000);
        finds_nothing(app).await;
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds(app, "refund_not_here", 1, 1).await;
        finds_nothing(app).await;
        assert_eq!(open_alarms(app).await, []);
        let booked = app.texts("SELECT stripe_refund_id FROM refunds WHERE card_minor = 2000").await;
        assert_eq!(booked, [refund]);
    }

    /// It failed: no money has moved.
    async fn a_refund_that_failed_there_is_no_finding(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        let refund = app.stripe().refund_from_dashboard(id(&charge), 2_000);
        app.stripe().settle_refund(&refund, false);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
    }

    async fn a_refund_that_stripe_lacks_is_left(app: &TestApp, Setup::with_stripe()) {
        let refund = sent_back(app).await;
        finds_nothing(app).await;
        app.stripe().forget(&refund);
        is_left(app, "refund_not_there", &refund).await;
    }

    async fn another_amount_of_a_refund_is_left(app: &TestApp, Setup::with_stripe()) {
        let refund = sent_back(app).await;
        app.execute("UPDATE refunds SET card_minor = 4990").await;
        is_left(app, "amount_differs", &refund).await;
        app.execute("UPDATE refunds SET card_minor = 5000").await;
        finds_nothing(app).await;
    }

    /// A bank sends a refund back days after Stripe called it sent: an alarm of its own says so.
    async fn a_refund_that_failed_afterwards_is_taken_down(app: &TestApp, Setup::with_stripe()) {
        let refund = sent_back(app).await;
        app.stripe().settle_refund(&refund, false);
        finds(app, "refund_state_differs", 1, 1).await;
        finds_nothing(app).await;
        let alarms = "SELECT COUNT(*) FROM alarms WHERE kind = 'refund_failed'";
        assert_eq!(app.number(alarms).await, 1);
    }

    async fn a_refund_that_is_called_failed_here_is_left(app: &TestApp, Setup::with_stripe()) {
        let refund = sent_back(app).await;
        app.execute("UPDATE refunds SET status = 'failed'").await;
        is_left(app, "refund_state_differs", &refund).await;
        app.execute("UPDATE refunds SET status = 'succeeded'").await;
        finds_nothing(app).await;
    }

    /// Sent, and the answer has not come: the job that sends refunds finds it, and no person has to.
    async fn a_refund_on_its_way_is_no_finding(app: &TestApp, Setup::with_stripe()) {
        sent_back(app).await;
        app.execute("UPDATE refunds SET status = 'pending', stripe_refund_id = NULL").await;
        finds_nothing(app).await;
        app.each_minute().await;
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds WHERE status = 'succeeded'").await, 1);
        assert_eq!(app.stripe().all("refund").len(), 1);
    }

    async fn a_dispute_is_taken_down_and_a_question_is_not(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        let dispute = app.stripe().inquire(id(&charge), 5_000);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
        app.stripe().escalate(&dispute);
        finds(app, "dispute_not_here", 1, 1).await;
        finds_nothing(app).await;
        assert_eq!(open_alarms(app).await, []);
        assert_eq!(app.texts("SELECT stripe_dispute_id FROM disputes").await, [dispute]);
    }

    async fn a_dispute_of_another_amount_is_left(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        let dispute = app.stripe().dispute(id(&charge), 5_000);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        write_dispute(app, &dispute, 5_000).await;
        finds_nothing(app).await;
        app.execute("UPDATE disputes SET amount_minor = 4000").await;
        is_left(app, "amount_differs", &dispute).await;
        app.execute("DELETE FROM disputes").await;
    }

    async fn a_dispute_that_stripe_lacks_is_left(app: &TestApp, Setup::with_stripe()) {
        paid(app, "ahmed").await;
        write_dispute(app, "du_1gone", 5_000).await;
        is_left(app, "dispute_not_there", "du_1gone").await;
        app.execute("DELETE FROM disputes").await;
    }
}
