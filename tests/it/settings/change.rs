//! Reading and changing.

use serde_json::{Value, json};
use sovereign::auth::Role;

use super::{LIVE_KEY, PATH, PUBLIC_KEY, SECRET_KEY, WEBHOOK_SECRET, ends, root};
use crate::harness::{Setup, TestApp, assert_shape, on_both};

const NOTED: &str = "SELECT count(*) FROM audit_log WHERE action = 'settings.stripe'";

on_both! {
    /// An absent member stays, an empty one clears, and no answer has a secret in it.
    async fn absent_stays_and_empty_clears(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        let none = root.get(PATH).await.expect(200);
        assert_shape(
            &none,
            "stripe_secret_key_configured:bool stripe_webhook_secret_configured:bool \
             stripe_secret_key_last4:string stripe_webhook_secret_last4:string \
             stripe_public_key:string currency:text updated_at:time problem?:text",
        );
        assert_eq!(ends(&none), [&json!(""), &json!(""), &json!(""), &Value::Null]);
        assert_eq!(none["stripe_secret_key_configured"], false);
        assert_eq!(none["currency"], "OMR");
        assert!(none["updated_at"].is_string());

        app.clock.advance_seconds(5);
        let keys = json!({ "stripe_secret_key": format!(" {SECRET_KEY}\n"),
            "stripe_public_key": PUBLIC_KEY });
        let set = root.put(PATH, &keys).await.expect(200);
        assert_eq!(ends(&set), [&json!("AAAA"), &json!(""), &json!(PUBLIC_KEY), &json!("test")]);
        assert_ne!(set["updated_at"], none["updated_at"]);
        let webhook = json!({ "stripe_webhook_secret": WEBHOOK_SECRET, "stripe_secret_key": null });
        root.put(PATH, &webhook).await.expect(200);
        let read = root.get(PATH).await;
        assert!(!read.text.contains("51Nsecret"), "{}", read.text);
        let read = read.expect(200);
        assert_eq!(ends(&read), [&json!("AAAA"), &json!("CCCC"), &json!(PUBLIC_KEY), &json!("test")]);
        assert_eq!(read["stripe_webhook_secret_configured"], true);

        // A client sends the whole object back; nothing changes and nothing is noted.
        assert_eq!(app.number(NOTED).await, 2);
        app.clock.advance_seconds(5);
        assert_eq!(root.put(PATH, &read).await.expect(200), read);
        assert_eq!(app.number(NOTED).await, 2);

        let cleared = root.put(PATH, &json!({ "stripe_secret_key": "" })).await.expect(200);
        assert_eq!(ends(&cleared), [&json!(""), &json!("CCCC"), &json!(PUBLIC_KEY), &Value::Null]);
        assert!(app.payments().stripe().is_none());
    }

    /// Neither the log's lines nor the columns have a secret in them.
    async fn what_was_changed_is_noted_and_no_secret(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        let keys = json!({ "stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET });
        root.put(PATH, &keys).await.expect(200);
        root.put(PATH, &json!({ "stripe_webhook_secret": "" })).await.expect(200);
        let log = root.get("/auth/admin/audit?action=settings.stripe").await;
        assert!(!log.text.contains("51Nsecret"), "{}", log.text);
        let log = log.expect(200);
        let newest = &log[0];
        assert_eq!(newest["before"]["stripe_webhook_secret"], json!({ "last4": "CCCC" }), "{log}");
        assert_eq!(newest["after"]["stripe_webhook_secret"], Value::Null);
        assert_eq!(newest["after"]["stripe_secret_key"], json!({ "last4": "AAAA" }));
        let text = "SELECT CAST(COALESCE(before, '{}') AS text) || CAST(COALESCE(after, '{}') AS text) \
                    FROM audit_log WHERE action = 'settings.stripe'";
        for line in app.texts(text).await {
            assert!(!line.contains("51Nsecret"), "{line}");
        }
    }

    async fn keys_of_another_kind_are_refused_by_field(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        root.put(PATH, &json!({ "stripe_secret_key": SECRET_KEY })).await.expect(200);
        for (field, value) in [
            ("stripe_secret_key", PUBLIC_KEY),
            ("stripe_secret_key", WEBHOOK_SECRET),
            ("stripe_secret_key", "sk_test_"),
            ("stripe_secret_key", "sk_test_51N secret"),
            ("stripe_webhook_secret", SECRET_KEY),
            ("stripe_public_key", SECRET_KEY),
            ("stripe_public_key", "pk_live_51NpublicDDDD"),
        ] {
            let refused = root.put(PATH, &json!({ field: value })).await;
            assert!(!refused.text.contains("51N"), "{}", refused.text);
            let refused = refused.expect_problem(400, "invalid_request");
            assert_eq!(refused["field"], field, "{value}");
        }
        let wrong = json!({ "stripe_secret_key": 7 });
        let refused = root.put(PATH, &wrong).await.expect_problem(400, "invalid_request");
        assert_eq!(refused["field"], "stripe_secret_key");
        let read = root.get(PATH).await.expect(200);
        assert_eq!(ends(&read), [&json!("AAAA"), &json!(""), &json!(""), &json!("test")]);

        root.put(PATH, &json!({ "stripe_public_key": PUBLIC_KEY })).await.expect(200);
        let live = json!({ "stripe_secret_key": LIVE_KEY });
        let refused = root.put(PATH, &live).await.expect_problem(400, "invalid_request");
        assert_eq!(refused["field"], "stripe_secret_key");
        let both = json!({ "stripe_secret_key": LIVE_KEY, "stripe_public_key": "" });
        let changed = root.put(PATH, &both).await.expect(200);
        assert_eq!(ends(&changed), [&json!("BBBB"), &json!(""), &json!(""), &json!("live")]);
    }

    /// A token that is older must sign in again (RFC 9470); reading needs no new sign-in.
    async fn a_change_takes_a_recent_sign_in(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        app.clock.advance_seconds(601);
        let late = root.put(PATH, &json!({ "stripe_secret_key": SECRET_KEY })).await;
        late.expect_problem(401, "sign_in_again");
        let read = root.get(PATH).await.expect(200);
        assert_eq!(read["stripe_secret_key_configured"], false);
        let other = app.signed_in("campaigns", Role::SovereignAdmin);
        other.get(PATH).await.expect_problem(403, "forbidden");
    }

    /// The one that is replaced stays good for a day, and no longer; one that is cleared ends at once.
    async fn a_replaced_webhook_secret_is_good_for_a_day(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        let secrets = || {
            let secrets = app.payments().webhook_secrets();
            secrets.iter().map(|secret| secret.last4().to_owned()).collect::<Vec<_>>()
        };
        assert!(secrets().is_empty());
        root.put(PATH, &json!({ "stripe_webhook_secret": WEBHOOK_SECRET })).await.expect(200);
        assert_eq!(secrets(), ["CCCC"]);
        let next = json!({ "stripe_webhook_secret": "whsec_51NsecretEEEE" });
        root.put(PATH, &next).await.expect(200);
        assert_eq!(secrets(), ["EEEE", "CCCC"]);
        root.put(PATH, &next).await.expect(200);
        assert_eq!(secrets(), ["EEEE", "CCCC"], "the same again replaces nothing");
        app.clock.advance_seconds(86_400 - 1);
        assert_eq!(secrets(), ["EEEE", "CCCC"]);
        app.clock.advance_seconds(1);
        assert_eq!(secrets(), ["EEEE"]);

        let root = app.sign_in("root@example.com").await.client;
        root.put(PATH, &json!({ "stripe_webhook_secret": WEBHOOK_SECRET })).await.expect(200);
        root.put(PATH, &json!({ "stripe_webhook_secret": "" })).await.expect(200);
        assert!(secrets().is_empty());
    }

    /// With a key a remainder is for a card; without one it is refused.
    async fn a_key_makes_remainders_chargeable(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        let customer = app.customer("kestrel").await;
        let orders = "SELECT count(*) FROM orders";
        customer.checkout("m", "").await.expect_problem(503, "payment_not_configured");
        assert!(app.payments().stripe().is_none());
        assert_eq!(app.number(orders).await, 0);
        root.put(PATH, &json!({ "stripe_secret_key": SECRET_KEY })).await.expect(200);
        assert!(app.payments().stripe().is_some());
        // Nobody answers there: what counts is that the remainder was for a card.
        customer.checkout("m", "").await;
        assert_eq!(app.number(orders).await, 1);
    }
}

/// Stripe counts the króna otherwise than ISO 4217 does: nothing is charged a hundredfold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn currencies_that_cannot_be_charged_are_refused() {
    let said = |code: &'static str, minimum: Option<i64>| async move {
        let mut setup = Setup { currency: Some(code), ..Setup::with_mail() };
        setup.stripe.minimum_charge_minor = minimum;
        let app = TestApp::start_with(crate::harness::Engine::Sqlite, setup).await;
        let root = root(&app).await;
        let answer = root.put(PATH, &json!({ "stripe_secret_key": SECRET_KEY })).await;
        app.finish().await;
        answer
    };
    for (code, expected) in [("ISK", "decimals"), ("IDR", "stripe.minimum_charge_minor")] {
        let refused = said(code, None).await.expect_problem(400, "invalid_request");
        assert_eq!(refused["field"], "stripe_secret_key");
        assert!(refused["detail"].as_str().unwrap().contains(expected), "{refused}");
    }
    for (code, minimum) in [("IDR", Some(800_000)), ("JPY", None)] {
        assert_eq!(said(code, minimum).await.expect(200)["currency"], code);
    }
}
