//! Letters about requests for approvals: one for each decision.

use serde_json::{Value, json};

use super::{assert_has, email, read_arabic, setup, waiting};
use crate::harness::{Customer, TestApp, on_both};

async fn ask(customer: &Customer) -> Value {
    let path = format!("/tenant/orgs/{}/approvals", customer.tenant_id);
    let wanted = json!({
        "apps": ["odoo", "n8n"], "tiers": ["premium"], "monthly_minor": 25_000, "reason": "x",
    });
    customer.client.post(&path, &wanted).await.expect(201)
}

async fn decide(app: &TestApp, request: &Value, how: &str, body: Value) {
    let path = format!("/billing/admin/approvals/{}/{how}", request["id"].as_str().unwrap());
    app.sovereign_admin().post(&path, &body).await.expect(200);
}

on_both! {
    async fn each_decision_is_told_with_its_note(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        let request = ask(&customer).await;
        assert_eq!(waiting(app).await, 0, "a request is its Organization's own");
        let until = json!({ "note": "for <this> year", "valid_days": 30 });
        decide(app, &request, "approve", until).await;
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: your request is approved");
        assert_has(&mail.text.unwrap(), &[
            "Apps: odoo, n8n", "Tiers: premium", "A month up to: 25.000 OMR",
            "Until: 31 March 2027", "Note: for <this> year", "/console",
        ]);
        assert_has(&mail.html.unwrap(), &["for &#60;this&#62; year"]);
        decide(app, &request, "revoke", json!({})).await;
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: an approval is taken back");
        let text = mail.text.unwrap();
        assert!(!text.contains("Until") && !text.contains("Note"), "{text}");

        let request = ask(&customer).await;
        decide(app, &request, "refuse", json!({ "note": "too much" })).await;
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: your request is refused");
        assert_has(&mail.text.unwrap(), &["Note: too much"]);
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }

    /// What was approved and is revoked before anybody was told was never there.
    async fn only_what_is_true_is_told(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        let request = ask(&customer).await;
        decide(app, &request, "approve", json!({})).await;
        decide(app, &request, "revoke", json!({})).await;
        assert_eq!(waiting(app).await, 2);
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: an approval is taken back");
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }

    async fn in_arabic(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        read_arabic(app).await;
        let request = ask(&customer).await;
        decide(app, &request, "approve", json!({})).await;
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(mail.header("Subject"), &["تمت الموافقة على طلبك"]);
        assert_has(&mail.text.unwrap(), &["التطبيقات", "odoo, n8n", "الشهر حتى"]);
    }
}
