//! Stripe's customer portal.

use serde_json::json;

use super::{paid, waiting};
use crate::harness::{Setup, Trouble, on_both};

const OPEN: &str = "POST /v1/billing_portal/sessions";

on_both! {
    async fn owners_and_admins_are_sent_there(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(1).await;
        let path = format!("/billing/portal/{}", waiting.customer.tenant_id);
        let admin = waiting.customer.add_member(app, "salma", "admin").await;
        for client in [&waiting.customer.client, &admin.client] {
            let opened = client.post(&path, &json!({})).await.expect(200);
            let session = app.stripe().all("billing_portal.session").pop().unwrap();
            assert_eq!(opened, json!({ "portal_url": session["url"] }));
            assert_eq!(session["return_url"], "https://test.sovereign.example/console");
            let customer = app.stripe().all("customer").pop().unwrap();
            assert_eq!(session["customer"], customer["id"]);
        }
        // Each visit has a link of its own.
        assert_eq!(app.stripe().all("billing_portal.session").len(), 2);
        let viewer = waiting.customer.add_member(app, "viewer", "viewer").await;
        viewer.client.post(&path, &json!({})).await.expect_problem(403, "forbidden");
        app.member("stranger").post(&path, &json!({})).await.expect_problem(404, "not_found");
        app.superadmin().post(&path, &json!({})).await.expect_problem(404, "not_found");
    }

    async fn who_never_paid_by_card_is_told_so(app: &TestApp, Setup::with_stripe()) {
        let customer = app.customer("ahmed").await;
        let path = format!("/billing/portal/{}", customer.tenant_id);
        customer.client.post(&path, &json!({})).await.expect_problem(409, "no_card_customer");
        assert_eq!(app.stripe().count("POST", "/v1/billing_portal/sessions"), 0);
    }

    async fn without_a_key_there_is_none(app: &TestApp) {
        let customer = app.customer("ahmed").await;
        let path = format!("/billing/portal/{}", customer.tenant_id);
        let refused = customer.client.post(&path, &json!({})).await;
        refused.expect_problem(503, "payment_not_configured");
    }

    async fn stripes_trouble_is_told(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        let path = format!("/billing/portal/{}", waiting.customer.tenant_id);
        let open = async || waiting.customer.client.post(&path, &json!({})).await;
        app.stripe().trouble(OPEN, Trouble::CutAfter, 1);
        open().await.expect(200);
        app.stripe().trouble(OPEN, Trouble::Unavailable, 4);
        open().await.expect_problem(503, "stripe_unavailable");
        let customer = app.stripe().all("customer").pop().unwrap();
        app.stripe().forget(customer["id"].as_str().unwrap());
        open().await.expect_problem(409, "no_card_customer");
    }
}
