//! What credit does not cover: a card pays it first, or nothing is installed.

use serde_json::json;

use super::{install, installed, path, price_tiers, told};
use crate::harness::{Card, Setup, TestApp, on_both};

fn last_session(app: &TestApp) -> String {
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    session["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn a_card_pays_before_anything_is_installed(app: &TestApp, Setup::with_stripe()) {
        price_tiers(app).await;
        app.issue("NINE", 9, 0).await;
        let customer = app.customer("ahmed").await;
        customer.checkout("m", "NINE").await.expect(200);
        let problem = install(&customer, "jitsi").await.expect_problem(409, "payment_required");
        let session = last_session(app);
        assert!(problem["session_url"].as_str().unwrap().contains(&session), "{problem}");
        assert_eq!((installed(app, &customer).await.len(), told(app, "tenant.app_install_requested").await.len()), (0, 0));
        // Asked again, it is the same page.
        let again = install(&customer, "jitsi").await.expect_problem(409, "payment_required");
        assert_eq!((&again["session_url"], &again["order_id"]), (&problem["session_url"], &problem["order_id"]));
        app.stripe().pay(&session, Card::Good);
        app.stripe().deliver_all(1).await;
        assert_eq!(installed(app, &customer).await, ["jitsi"]);
        assert_eq!(told(app, "tenant.app_install_requested").await.len(), 1);
        assert_eq!(install(&customer, "jitsi").await.expect(200)["status"], "already_installed");
        let charged = app.number("SELECT CAST(sum(amount_minor) AS bigint) FROM card_payments").await;
        assert_eq!(charged, 4_000);
        app.verify().await;
    }

    async fn what_is_not_paid_changes_nothing(app: &TestApp, Setup::with_stripe()) {
        price_tiers(app).await;
        app.issue("TEN", 10, 0).await;
        let customer = app.customer("ahmed").await;
        customer.checkout("m", "TEN").await.expect(200);
        let body = json!({ "slug": "erpnext", "dep_choices": { "mariadb": "dedicated" } });
        let path = path(&customer);
        customer.client.post(&path, &body).await.expect_problem(409, "payment_required");
        app.stripe().expire(&last_session(app));
        app.stripe().deliver_all(1).await;
        assert_eq!(installed(app, &customer).await, [""; 0]);
        assert_eq!(customer.available_minor().await, 1_000);
        assert_eq!(told(app, "tenant.app_install_requested").await, []);
        // Nothing is in the way of another.
        assert_eq!(install(&customer, "uptime-kuma").await.expect(200)["status"], "queued");
        assert_eq!(customer.available_minor().await, 0);
        app.verify().await;
    }

    async fn where_no_card_is_taken_nothing_is_installed(app: &TestApp) {
        price_tiers(app).await;
        app.issue("NINE", 9, 0).await;
        let customer = app.customer("ahmed").await;
        customer.checkout("m", "NINE").await.expect(200);
        install(&customer, "jitsi").await.expect_problem(503, "payment_not_configured");
        assert_eq!(installed(app, &customer).await, [""; 0]);
        // Priced at nothing, it needs no card.
        let body = json!({ "price_minor": 0 });
        app.superadmin().put("/catalog/admin/tiers/premium", &body).await.expect(200);
        install(&customer, "jitsi").await.expect(200);
        assert_eq!(installed(app, &customer).await, ["jitsi"]);
    }
}
