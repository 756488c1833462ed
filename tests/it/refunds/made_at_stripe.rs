//! Refunds that somebody made at Stripe's dashboard.

use serde_json::json;

use super::{Paid, alarms, paid, parts, root, setup};
use crate::harness::{Card, StripeFake, TestApp, on_both};

/// The refunds of an order: what went back, and what became of it.
async fn made(paid: &Paid, app: &TestApp) -> Vec<(i64, i64, String)> {
    let listed = paid.refunds(app).await;
    let refunds = listed["refunds"].as_array().unwrap().iter();
    let of = refunds.map(|refund| {
        let (credit, card) = parts(refund);
        (credit, card, refund["status"].as_str().unwrap().to_owned())
    });
    of.collect()
}

fn succeeded(credit: i64, card: i64) -> (i64, i64, String) {
    (credit, card, "succeeded".to_owned())
}

/// A charge that another Sovereign made on the same account at Stripe: its identifier.
async fn charge_of_another(app: &TestApp) -> String {
    let order_id = "00000000-0000-4000-8000-000000000001";
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("mode", "payment"),
            ("success_url", "https://another.example/paid"),
            ("cancel_url", "https://another.example/left"),
            ("line_items[0][price_data][currency]", "omr"),
            ("line_items[0][price_data][unit_amount]", "9500"),
            ("line_items[0][price_data][product_data][name]", "Plan M, March"),
            ("line_items[0][quantity]", "1"),
            ("payment_intent_data[metadata][sovereign]", "another.example"),
            ("payment_intent_data[metadata][order_id]", order_id),
        ])
        .finish();
    let stripe = app.stripe();
    let made = reqwest::Client::new()
        .post(format!("{}/v1/checkout/sessions", stripe.url()))
        .bearer_auth(stripe.secret_key())
        .header("stripe-version", StripeFake::api_version())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 200);
    let session = stripe.all("checkout.session").pop().unwrap();
    stripe.pay(session["id"].as_str().unwrap(), Card::Good);
    stripe.all("charge").pop().unwrap()["id"].as_str().unwrap().to_owned()
}

on_both! {
    /// One account may serve many Sovereigns: what happens to another's payments is theirs.
    async fn what_is_anothers_is_left_alone(app: &TestApp, setup()) {
        let charge_id = charge_of_another(app).await;
        app.stripe().refund_from_dashboard(&charge_id, 1_000);
        let dispute = app.stripe().dispute(&charge_id, 8_500);
        app.stripe().lose(&dispute);
        app.stripe().deliver_all(2).await;
        for table in ["refunds", "disputes", "card_payments", "alarms"] {
            assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        let ignored = "SELECT COUNT(*) FROM stripe_webhook_events WHERE status = 'ignored' \
                       AND event_type IN ('refund.created', 'charge.dispute.closed')";
        assert_eq!(app.number(ignored).await, 2);
    }

    /// Booked once, with a credit note, whatever Stripe says how often.
    async fn they_are_booked_once(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let first = app.stripe().refund_from_dashboard(&paid.charge_id, 2_000);
        app.stripe().deliver_all(2).await;
        app.stripe().refund_from_dashboard(&paid.charge_id, 2_000);
        app.stripe().deliver_all(2).await;
        assert_eq!(made(&paid, app).await, [succeeded(0, 2_000), succeeded(0, 2_000)]);
        assert_eq!(paid.left(app).await, (4_000, 1_000));
        let listed = paid.refunds(app).await;
        assert_eq!(listed["refunds"][0]["stripe_refund_id"], first);
        assert_eq!(listed["refunds"][0]["requested_by"], "system");
        let rest = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(parts(&rest), (4_000, 1_000));
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(app.number("SELECT COUNT(number) FROM refunds").await, 3);
        assert_eq!(paid.wallet().await, (4_000, 0));
    }

    /// The refund is told first, of a payment that nobody has told of.
    async fn the_payment_may_be_unknown_yet(app: &TestApp, setup()) {
        let customer = app.customer("ahmed").await;
        let answer = customer.checkout("m", "").await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        let charge = app.stripe().all("charge").pop().unwrap();
        let charge_id = charge["id"].as_str().unwrap().to_owned();
        app.stripe().refund_from_dashboard(&charge_id, 1_000);
        assert_eq!(app.stripe().deliver(&app.stripe().last_event("refund.created")).await, 200);
        let order_id = answer["order_id"].as_str().unwrap().to_owned();
        let paid = Paid { customer, order_id, charge_id };
        assert_eq!(made(&paid, app).await, [succeeded(0, 1_000)]);
        assert_eq!(paid.refunds(app).await["order_status"], "completed");
        app.stripe().deliver_all(1).await;
        assert_eq!(made(&paid, app).await, [succeeded(0, 1_000)]);
    }

    /// Ours failed, and somebody made it there instead: that is the same refund.
    async fn one_in_place_of_ours_that_failed_is_ours(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().refunds_are("failed");
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(refund["status"], "failed");
        app.stripe().refund_from_dashboard(&paid.charge_id, 5_000);
        app.stripe().deliver_all(2).await;
        assert_eq!(made(&paid, app).await, [succeeded(4_000, 5_000)]);
        assert_eq!(alarms(app, "reconcile").await, 0);
    }

    /// More than is left here is a matter for a person, and is not booked.
    async fn more_than_is_left_is_not_booked(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().refunds_are("failed");
        let wish = json!({ "card_minor": 3_000 });
        paid.refund(&root(app).await, "a", wish).await.expect(200);
        app.stripe().refund_from_dashboard(&paid.charge_id, 5_000);
        app.stripe().deliver_all(1).await;
        assert_eq!(made(&paid, app).await, [(0, 3_000, "failed".to_owned())]);
        assert_eq!(alarms(app, "reconcile").await, 1);
    }
}
