//! Stripe's events: each once, in any order, however often; only Stripe's, and only ours.

use serde_json::json;

use super::{paid, times_redeemed, waiting};
use crate::harness::{Event, Setup, TestApp, on_both, stripe_signature};

/// All orders of so many things.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let with_last = |order: &Vec<usize>| -> Vec<Vec<usize>> {
        let at = |place| {
            let mut order = order.clone();
            order.insert(place, count - 1);
            order
        };
        (0..count).map(at).collect()
    };
    shorter.iter().flat_map(with_last).collect()
}

/// The events of one paid order that this program acts upon, and some that it does not.
fn told(app: &TestApp, order_id: &str) -> Vec<Event> {
    let events = app.stripe().events().into_iter();
    let of_order = events.filter(|event| event.body.contains(order_id));
    let wanted = [
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
        "charge.succeeded",
        "customer.created",
    ];
    of_order.filter(|event| wanted.contains(&event.kind.as_str())).collect()
}

on_both! {
    /// Whatever comes first and however often, the order is fulfilled once.
    async fn every_order_of_events_comes_to_the_same(app: &TestApp, Setup::with_stripe()) {
        for (number, order) in permutations(5).into_iter().enumerate() {
            let waiting = waiting(app, &format!("person-{number}")).await;
            paid(app, &waiting.session_id);
            let events = told(app, waiting.answer["order_id"].as_str().unwrap());
            assert_eq!(events.len(), 5, "{events:?}");
            for index in order {
                for _ in 0..2 {
                    assert_eq!(app.stripe().deliver(&events[index]).await, 200);
                }
            }
            assert_eq!(waiting.status(app).await, "completed");
            let orders = i64::try_from(number + 1).unwrap();
            assert_eq!(app.number("SELECT COUNT(*) FROM subscriptions").await, orders);
            assert_eq!(app.number("SELECT COUNT(*) FROM invoices").await, orders);
            assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, orders);
            assert_eq!(times_redeemed(app).await, orders);
        }
    }

    /// Anybody can find the address; only Stripe can sign.
    async fn what_stripe_did_not_sign_is_refused(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        let event = app.stripe().last_event("checkout.session.completed");
        let now = app.clock_seconds();
        let secret = [app.stripe().webhook_secret()];
        let send = async |signature: String| app.send_event(&signature, &event.body).await.status;
        assert_eq!(send(stripe_signature(&["whsec_somebody".into()], now, &event.body)).await, 400);
        assert_eq!(send(stripe_signature(&secret, now - 301, &event.body)).await, 400);
        assert_eq!(send(String::new()).await, 400);
        assert_eq!(waiting.status(app).await, "pending");
        assert_eq!(app.number("SELECT COUNT(*) FROM stripe_webhook_events").await, 0);
        let good = stripe_signature(&["whsec_somebody".into(), secret[0].clone()], now - 299, &event.body);
        assert_eq!(send(good).await, 200);
        assert_eq!(waiting.status(app).await, "completed");
    }

    /// One Stripe account may serve many Sovereigns.
    async fn what_is_anothers_is_left_alone(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        let event = app.stripe().last_event("checkout.session.completed");
        let body = event.body.replace(crate::harness::FQDN, "another.example");
        let signature = stripe_signature(&[app.stripe().webhook_secret()], app.clock_seconds(), &body);
        let reply = app.send_event(&signature, &body).await;
        assert_eq!(reply.expect(200), json!({ "ok": true }));
        assert_eq!(waiting.status(app).await, "pending");
        let kept = "SELECT COUNT(*) FROM stripe_webhook_events WHERE status = 'ignored' \
                    AND payload LIKE '%another.example%'";
        assert_eq!(app.number(kept).await, 1);
    }

    /// Another amount than the order asked for completes nothing, and a person is told.
    async fn another_amount_completes_nothing(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.execute("UPDATE orders SET charge_minor = 5010, rounding_minor = -10").await;
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(2).await;
        assert_eq!(waiting.status(app).await, "pending");
        let told = "SELECT COUNT(*) FROM alarms WHERE kind = 'amount_mismatch'";
        assert_eq!(app.number(told).await, 1);
        app.execute("UPDATE orders SET charge_minor = 5000, rounding_minor = 0").await;
    }

    /// Kinds that nothing is done about are kept and acknowledged.
    async fn unknown_kinds_are_kept(app: &TestApp, Setup::with_stripe()) {
        let body = json!({
            "id": "evt_new", "object": "event", "type": "price.invented",
            "data": { "object": { "id": "x_1", "metadata": { "sovereign": crate::harness::FQDN } } },
        }).to_string();
        let signature = stripe_signature(&[app.stripe().webhook_secret()], app.clock_seconds(), &body);
        app.send_event(&signature, &body).await.expect(200);
        let kept = "SELECT COUNT(*) FROM stripe_webhook_events WHERE event_type = 'price.invented'";
        assert_eq!(app.number(kept).await, 1);
        for body in ["", "[]", "{\"id\":1}", "{\"id\":\"evt\"}"] {
            let secret = [app.stripe().webhook_secret()];
            let signature = stripe_signature(&secret, app.clock_seconds(), body);
            app.send_event(&signature, body).await.expect(400);
        }
    }
}

impl TestApp {
    fn clock_seconds(&self) -> i64 {
        use sovereign::clock::Clock as _;
        self.clock.now().seconds()
    }

    /// A webhook with this signature.
    async fn send_event(&self, signature: &str, body: &str) -> crate::harness::Reply {
        let headers = [("stripe-signature", signature)];
        let body = Some(body.as_bytes().to_vec());
        self.anyone().send(reqwest::Method::POST, "/billing/webhook", &headers, body).await
    }
}
