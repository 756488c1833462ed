//! The letter that credit will not cover the next month.

use sovereign_domain::tax::TaxRules;

use super::{assert_has, email, file, read_arabic, setup, waiting};
use crate::harness::{Customer, FQDN, Setup, TestApp, on_both};

/// Plan M (9 OMR) until 1 April, and 1 OMR left.
async fn customer(app: &TestApp) -> Customer {
    app.issue("TEN", 10, 0).await;
    let customer = app.customer("kestrel").await;
    customer.checkout("m", "TEN").await.expect(200);
    app.execute("UPDATE subscriptions SET price_minor = 9000").await;
    customer
}

on_both! {
    async fn in_english(app: &TestApp, setup()) {
        let customer = customer(app).await;
        file(app, 1, "credit_low", &customer.tenant_id, None).await;
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        let subject = "kestrel: the credit does not cover the next month";
        assert_eq!(mail.header("Subject"), subject);
        for text in [mail.text.unwrap(), mail.html.unwrap()] {
            assert_has(&text, &[
                "begins on 1 April 2027", "1.000 OMR", "9.000 OMR", "8.000 OMR",
                &format!("https://{FQDN}/console"), "Redeem another voucher before that day",
            ]);
        }
        assert_eq!(waiting(app).await, 0);
    }

    async fn in_arabic(app: &TestApp, setup()) {
        let customer = customer(app).await;
        read_arabic(app).await;
        file(app, 1, "credit_low", &customer.tenant_id, None).await;
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: الرصيد لا يكفي للشهر القادم");
        for text in [mail.text.unwrap(), mail.html.unwrap()] {
            assert_has(&text, &["1 أبريل 2027", "1.000 OMR", "9.000 OMR", "8.000 OMR", "قسيمة أخرى"]);
        }
    }

    async fn the_price_is_with_tax(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false }, ..setup()
    }) {
        app.issue("TEN", 10, 0).await;
        let customer = app.customer("kestrel").await;
        customer.checkout("m", "TEN").await.expect(200);
        app.execute("UPDATE subscriptions SET price_minor = 9000").await;
        file(app, 1, "credit_low", &customer.tenant_id, None).await;
        app.each_minute().await;
        let text = app.sink().next_to(&email("kestrel")).await.text.unwrap();
        assert_has(&text, &["0.550 OMR", "9.450 OMR", "8.900 OMR"]);
    }

    /// It stays away where it is not true any more.
    async fn there_is_none_without_a_reason(app: &TestApp, setup()) {
        let customer = customer(app).await;
        for (change, undo) in [
            ("UPDATE customers SET payment_method_id = 'pm_1'",
                "UPDATE customers SET payment_method_id = NULL"),
            ("UPDATE subscriptions SET cancel_at_period_end = TRUE",
                "UPDATE subscriptions SET cancel_at_period_end = FALSE"),
            ("UPDATE subscriptions SET status = 'past_due'",
                "UPDATE subscriptions SET status = 'active'"),
        ] {
            app.execute(change).await;
            file(app, 1, "credit_low", &customer.tenant_id, None).await;
            assert_eq!(app.send_letters().await, 1);
            assert_eq!(waiting(app).await, 0, "{change}");
            app.execute(undo).await;
        }
        app.issue("EIGHT", 8, 0).await;
        customer.redeem("EIGHT").await.expect(200);
        file(app, 1, "credit_low", &customer.tenant_id, None).await;
        app.send_letters().await;
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }
}
