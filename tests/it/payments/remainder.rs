//! The remainder of an order goes to a card: what is asked of Stripe, and what a payment brings.

use serde_json::json;

use super::{last_session, paid, times_redeemed, waiting};
use crate::harness::{FQDN, Setup, TestApp, on_both};

on_both! {
    /// Credit is held, the rest is asked of a card, and nothing is spent yet.
    async fn a_session_is_opened_for_the_rest(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        assert_eq!(waiting.answer["credit_balance"], 0);
        assert_eq!(waiting.answer.get("paid_by_credit"), None);
        let session = app.stripe().object(&waiting.session_id);
        assert_eq!(waiting.answer["session_url"], session["url"]);
        assert_eq!((&session["amount_total"], &session["currency"]), (&json!(5_000), &json!("omr")));
        assert_eq!(waiting.status(app).await, "pending");
        assert_eq!(waiting.customer.available_minor().await, 0);
        assert_eq!(times_redeemed(app).await, 1);
        let order_id = waiting.answer["order_id"].as_str().unwrap();
        assert_eq!(session["client_reference_id"], order_id);
        assert_eq!(session["metadata"]["sovereign"], FQDN);
        assert_eq!(session["metadata"]["organization"], waiting.customer.tenant_id);
        assert_eq!(session["metadata"]["order_id"], order_id);
    }

    /// Stripe says so, and the order is completed: subscription, invoice, and a card for later.
    async fn a_payment_completes_the_order(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "completed");
        let (client, tenant) = (&waiting.customer.client, &waiting.customer.tenant_id);
        let path = format!("/billing/subscription/{tenant}");
        assert_eq!(client.get(&path).await.expect(200)["status"], "active");
        let invoices = client.get(&format!("/billing/invoices/{tenant}")).await.expect(200);
        assert_eq!(invoices[0]["amount_baisa"], 9_000);
        assert_eq!(app.number("SELECT amount_minor FROM card_payments").await, 5_000);
        let saved = "SELECT COUNT(*) FROM customers WHERE payment_method_id IS NOT NULL \
                     AND card_last4 <> '' AND stripe_customer_id IS NOT NULL";
        assert_eq!(app.number(saved).await, 1);
    }

    /// Every object says whose it is, the charge above all: the split of the revenue hangs on it.
    async fn every_object_says_whose_it_is(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(1).await;
        assert_eq!(app.stripe().objects_without_metadata(), []);
        let charges = app.stripe().all("charge");
        assert_eq!(charges.len(), 1);
        assert_eq!(charges[0]["metadata"]["sovereign"], FQDN);
        assert_eq!(charges[0]["metadata"]["order_id"], waiting.answer["order_id"]);
    }

    /// A retry sends the customer to the same page, and makes nothing at Stripe.
    async fn a_retry_has_the_same_session(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let again = waiting.customer.checkout("m", "FOUR").await.expect(200);
        assert_eq!(again, waiting.answer);
        assert_eq!(app.stripe().all("checkout.session").len(), 1);
    }

    /// A declined card leaves the page open, and the order waiting.
    async fn a_declined_card_may_be_replaced(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.stripe().pay(&waiting.session_id, crate::harness::Card::Declined);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "pending");
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "completed");
    }

    /// A session that ran out gives everything back, and the same code is good again.
    async fn an_expired_session_gives_everything_back(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.clock.advance_seconds(3 * 3_600);
        assert_eq!(app.stripe().expire_due(), 1);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "expired");
        assert_eq!(times_redeemed(app).await, 0);
        waiting.customer.checkout("m", "FOUR").await.expect(200);
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        assert_eq!(times_redeemed(app).await, 1);
    }

    /// A payment that takes its time, and fails, closes the order.
    async fn a_slow_payment_that_fails_closes_the_order(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        app.stripe().pay(&waiting.session_id, crate::harness::Card::Async);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "pending");
        app.stripe().settle_async(&waiting.session_id, false);
        app.stripe().deliver_all(1).await;
        assert_eq!(waiting.status(app).await, "failed");
        assert_eq!(times_redeemed(app).await, 0);
    }

    /// However many wait, the youngest is asked about as well.
    async fn the_job_asks_about_all_that_wait(app: &TestApp, Setup::with_stripe()) {
        let mut last = None;
        for number in 0..51 {
            last = Some(waiting(app, &format!("person-{number}")).await);
        }
        paid(app, &last_session(app));
        app.clock.advance_seconds(300);
        app.each_minute().await;
        assert_eq!(last.unwrap().status(app).await, "completed");
    }

    /// Nobody told: the job asks, and finds out.
    async fn the_job_asks_for_what_nobody_told(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        app.each_minute().await;
        assert_eq!(waiting.status(app).await, "pending");
        app.clock.advance_seconds(300);
        app.each_minute().await;
        assert_eq!(waiting.status(app).await, "completed");
    }
}

/// What the page says that a customer comes back to.
async fn returned(app: &TestApp, order: &str, language: &str) -> (u16, String) {
    let client = app.anyone();
    let headers = [("accept-language", language)];
    let path = format!("/checkout/return?order={order}");
    let reply = client.send(reqwest::Method::GET, &path, &headers, None).await;
    (reply.status, reply.text)
}

on_both! {
    /// Whoever comes back reads how it stands at Stripe, whether anybody was told or not.
    async fn the_customer_comes_back_to_the_truth(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let order = waiting.answer["order_id"].as_str().unwrap();
        let (status, text) = returned(app, order, "en").await;
        assert!(status == 200 && text.contains("Not paid yet"), "{status} {text}");
        paid(app, &waiting.session_id);
        let (status, text) = returned(app, order, "en").await;
        assert!(status == 200 && text.contains("Your order is complete"), "{status} {text}");
        assert_eq!(waiting.status(app).await, "completed");
        let (status, text) = returned(app, order, "ar").await;
        assert!(status == 200 && text.contains("اكتمل طلبك"), "{status} {text}");
        for nothing in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(returned(app, nothing, "en").await.0, 404, "{nothing}");
        }
    }
}
