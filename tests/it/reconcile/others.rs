//! One Stripe account serves many Sovereigns: what is another's is neither touched nor told.

use serde_json::{Value, json};

use super::{PATIENCE_SECONDS, finds, finds_nothing, id, open_alarms, paid, waiting};
use crate::harness::{Setup, TestApp, on_both};

const ANOTHER: &str = "another.sovereign.example";

/// A charge of another Sovereign's, for an order that may even be called as one of ours is.
fn anothers(app: &TestApp, order_id: &str, customer: &Value) -> String {
    app.stripe().charge_from_elsewhere(json!({
        "amount": 5_000, "currency": "omr", "customer": customer,
        "metadata": { "sovereign": ANOTHER, "organization": "x", "order_id": order_id },
    }))
}

on_both! {
    async fn what_is_anothers_is_left_alone(app: &TestApp, Setup::with_stripe()) {
        let (waiting, charge) = paid(app, "ahmed").await;
        let foreign = anothers(app, &waiting.order_id, &charge["customer"]);
        app.stripe().refund_from_dashboard(&foreign, 1_000);
        app.stripe().dispute(&foreign, 4_000);
        // Nobody's at all, of nobody's customer.
        app.stripe().charge_from_elsewhere(json!({ "amount": 90, "currency": "usd" }));
        app.clock.advance_seconds(PATIENCE_SECONDS);
        let changes = |app: &TestApp| {
            app.stripe().calls().iter().filter(|call| call.method != "GET").count()
        };
        let before = changes(app);
        finds_nothing(app).await;
        assert_eq!(changes(app), before, "nothing was changed at Stripe");
        assert_eq!(open_alarms(app).await, []);
    }

    /// However many of theirs are newer: the list is read to its end.
    async fn ours_is_found_among_many(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let charge = waiting.pay(app);
        for _ in 0..230 {
            anothers(app, &waiting.order_id, &charge["customer"]);
        }
        app.clock.advance_seconds(PATIENCE_SECONDS);
        finds(app, "paid_not_here", 1, 1).await;
        assert_eq!(waiting.status(app).await, "completed");
        let recorded = format!("SELECT COUNT(*) FROM card_payments WHERE charge_id = '{}'", id(&charge));
        assert_eq!(app.number(&recorded).await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 1);
    }
}
