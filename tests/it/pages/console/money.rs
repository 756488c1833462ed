//! The saved card and the limit of what is used.

use serde_json::Value;

use super::{browser_of, follow, kestrel, lacks, setup};
use crate::harness::{Card, Customer, TestApp, on_both};

const PAGE: &str = "/console/kestrel/card";

async fn limit(customer: &Customer) -> Value {
    let path = format!("/billing/usage/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)["spending_limit_minor"].clone()
}

/// Somebody who paid by card, which is saved.
async fn with_card(app: &TestApp) -> Customer {
    let customer = app.customer("kestrel").await;
    customer.checkout("m", "").await.expect(200);
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    customer
}

on_both! {
    async fn the_card_is_shown_and_changed_at_stripe(app: &TestApp, setup()) {
        with_card(app).await;
        let mut browser = browser_of(app, "kestrel").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Visa •••• 4242", "Good until", "Change the card"]);
        let policy = shown.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        let there = browser.submit(PAGE, &[("act", "change")]).await;
        let session = app.stripe().all("billing_portal.session").pop().unwrap();
        assert_eq!(there.location(), session["url"].as_str().unwrap());
        assert_eq!(session["return_url"], format!("https://test.sovereign.example{PAGE}"));
        browser.get("/console/kestrel").await.expect(200).has(&["Your card pays it."]);
    }

    async fn without_a_card_it_says_how_one_is_saved(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 20).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["No card is saved."]);
        lacks(&shown, &["Change the card"]);
        browser.submit(PAGE, &[("act", "change")]).await.expect(409).has(&["No card was used here yet."]);
    }

    async fn the_limit_is_typed_as_people_write_amounts(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(PAGE).await.expect(200).has(&["Spending limit (OMR)", "none"]);
        for wrong in ["x", "-1", "1.2345", ".5", "1e3", "99999999999999999999"] {
            let again = browser.submit(PAGE, &[("act", "limit"), ("limit", wrong)]).await.expect(400);
            again.has(&["Enter an amount in OMR", "href=\"#limit\"", &format!("value=\"{wrong}\"")]);
        }
        assert_eq!(limit(&customer).await, Value::Null);
        for (typed, minor) in [("12.5", 12_500), ("25", 25_000), ("0", 0), ("1.234", 1_234)] {
            browser.get(PAGE).await.expect(200);
            browser.submit(PAGE, &[("act", "limit"), ("limit", typed)]).await.location();
            assert_eq!(limit(&customer).await, minor);
        }
        let saved = browser.get(PAGE).await.expect(200);
        saved.has(&["1.234\u{a0}OMR", "value=\"1.234\""]);
        let none = browser.submit(PAGE, &[("act", "limit"), ("limit", "")]).await;
        follow(&mut browser, &none, "The limit is saved.").await;
        assert_eq!(limit(&customer).await, Value::Null);
    }
}
