//! Charges there, payments and orders here.

use serde_json::json;

use super::{
    OPEN_ALARMS, PATIENCE_SECONDS, finds, finds_nothing, id, is_left, open_alarms, own, paid,
    reconcile, waiting,
};
use crate::harness::{Setup, on_both};

const NO_ORDER: &str = "01997f53-a000-7000-8000-000000000009";

on_both! {
    /// No event ever came. The order is completed, once.
    async fn what_was_paid_there_is_completed_here(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let charge = waiting.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds(app, "paid_not_here", 1, 1).await;
        assert_eq!(waiting.status(app).await, "completed");
        let payment = format!("SELECT COUNT(*) FROM card_payments WHERE charge_id = '{}'", id(&charge));
        assert_eq!(app.number(&payment).await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM invoices").await, 1);
        assert_eq!(open_alarms(app).await, []);
        finds_nothing(app).await;
        // The event comes after all.
        app.stripe().deliver_all(2).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM subscriptions").await, 1);
    }

    /// What has just been paid may have its event still on the way.
    async fn what_is_new_is_left_for_the_next_run(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        waiting.pay(app);
        finds_nothing(app).await;
        assert_eq!(waiting.status(app).await, "pending");
    }

    /// A newer checkout took its place and was paid: the money goes back, as an event would have had it.
    async fn what_was_paid_too_late_goes_back(app: &TestApp, Setup::with_stripe()) {
        let first = waiting(app, "ahmed").await;
        let newer = first.customer.checkout("l", "FOUR").await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(id(&session), crate::harness::Card::Good);
        app.stripe().reopen(&first.session_id);
        first.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds(app, "paid_not_here", 2, 2).await;
        assert_eq!(first.status(app).await, "superseded");
        let completed = "SELECT COUNT(*) FROM orders WHERE status = 'completed'";
        assert_eq!(app.number(completed).await, 1);
        assert!(newer["order_id"].is_string());
        let refunds = app.stripe().all("refund");
        assert_eq!(refunds.len(), 1);
        assert_eq!(refunds[0]["amount"], 5_000);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
    }

    /// Somebody has refunded it at Stripe meanwhile: completing its order would give something away.
    async fn what_has_gone_back_already_is_left(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let charge = waiting.pay(app);
        app.stripe().refund_from_dashboard(id(&charge), 1_000);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "paid_not_here", id(&charge)).await;
        assert_eq!(waiting.status(app).await, "pending");
    }

    async fn a_payment_that_stripe_lacks_is_left(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        finds_nothing(app).await;
        app.stripe().forget(id(&charge));
        is_left(app, "paid_not_there", id(&charge)).await;
    }

    /// An Organization brought it along from another Sovereign, whose account at Stripe has it.
    async fn what_another_sovereign_charged_is_no_finding(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        let refund = app.stripe().refund_from_dashboard(id(&charge), 1_000);
        let dispute = app.stripe().dispute(id(&charge), 4_000);
        app.stripe().lose(&dispute);
        app.stripe().deliver_all(1).await;
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
        for object in [id(&charge), &refund, &dispute] {
            app.stripe().forget(object);
        }
        app.execute("UPDATE card_payments SET foreign_fqdn = 'b.example'").await;
        finds_nothing(app).await;
        app.execute("UPDATE card_payments SET foreign_fqdn = NULL").await;
        let run = reconcile(app).await;
        for kind in ["paid_not_there", "refund_not_there", "dispute_not_there"] {
            assert_eq!(run["counts"][kind]["found"], 1, "{run}");
        }
    }

    async fn another_amount_than_ours_is_left(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        app.execute("UPDATE card_payments SET amount_minor = 4990").await;
        is_left(app, "amount_differs", id(&charge)).await;
        app.execute("UPDATE card_payments SET amount_minor = 5000").await;
        finds_nothing(app).await;
    }

    async fn another_amount_than_the_order_asks_for_is_left(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.execute("UPDATE orders SET charge_minor = 5010, rounding_minor = -10").await;
        let charge = waiting.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "amount_differs", id(&charge)).await;
        assert_eq!(waiting.status(app).await, "pending");
        app.execute("UPDATE orders SET charge_minor = 5000, rounding_minor = 0").await;
        finds(app, "paid_not_here", 1, 1).await;
    }

    async fn another_currency_is_left(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let charge = app.stripe().charge_from_elsewhere(json!({
            "amount": 5_000, "currency": "usd", "metadata": own(&waiting.order_id),
        }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "amount_differs", &charge).await;
    }

    async fn a_second_payment_of_an_order_is_left(app: &TestApp, Setup::with_stripe()) {
        let (waiting, _) = paid(app, "ahmed").await;
        let charge = app.stripe().charge_from_elsewhere(json!({
            "amount": 5_000, "currency": "omr", "metadata": own(&waiting.order_id),
        }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "duplicate_payment", &charge).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 1);
    }

    /// A charge with our name, of an order that is not here; until it is refunded.
    async fn an_orphan_is_left(app: &TestApp, Setup::with_stripe()) {
        let orphan = json!({ "amount": 5_000, "currency": "omr", "metadata": own(NO_ORDER) });
        let charge = app.stripe().charge_from_elsewhere(orphan);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "orphan_charge", &charge).await;
        app.stripe().refund_from_dashboard(&charge, 5_000);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
    }

    /// One that names no order at all is an orphan too.
    async fn a_name_without_an_order_is_an_orphan(app: &TestApp, Setup::with_stripe()) {
        let charge = app.stripe().charge_from_elsewhere(json!({
            "amount": 5_000, "currency": "omr", "metadata": { "sovereign": crate::harness::FQDN },
        }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "orphan_charge", &charge).await;
    }

    /// Somebody charges a customer of ours at the dashboard, and writes no name on it.
    async fn a_nameless_charge_of_our_customer_is_left(app: &TestApp, Setup::with_stripe()) {
        let (waiting, charge) = paid(app, "ahmed").await;
        let nameless = app.stripe().charge_from_elsewhere(json!({
            "amount": 7_000, "currency": "omr", "customer": charge["customer"],
        }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        is_left(app, "unnamed_charge", &nameless).await;
        let alarms = app.superadmin().get(OPEN_ALARMS).await.expect(200);
        assert_eq!(alarms[0]["tenant_id"], waiting.customer.tenant_id.as_str());
        let detail = alarms[0]["detail"].as_str().unwrap();
        assert!(detail.contains("unnamed_charge") && detail.contains("7.000"), "{detail}");
    }

    /// What an earlier service's subscription charges names no order of ours, month after month.
    async fn a_subscription_that_stripe_bills_is_no_finding(app: &TestApp, Setup::with_stripe()) {
        let (_, charge) = paid(app, "ahmed").await;
        app.execute("UPDATE subscriptions SET billed_by = 'stripe'").await;
        app.stripe().charge_from_elsewhere(json!({
            "amount": 7_000, "currency": "omr", "customer": charge["customer"],
        }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds_nothing(app).await;
        app.execute("UPDATE subscriptions SET billed_by = 'sovereign'").await;
    }
}
