//! What the policy wants an approval for: asked for by the Organization, decided by somebody else.

use serde_json::{Value, json};

use super::{assert_forbidden, change, checkout, set, with_credit};
use crate::harness::{Customer, Reply, TestApp, on_both};

const ADMIN: &str = "/billing/admin/approvals";

fn path(customer: &Customer) -> String {
    format!("/tenant/orgs/{}/approvals", customer.tenant_id)
}

async fn ask(customer: &Customer, mut body: Value) -> Value {
    body["reason"] = json!("for the shop");
    customer.client.post(&path(customer), &body).await.expect(201)
}

async fn decide(app: &TestApp, request: &Value, how: &str, body: Value) -> Reply {
    let path = format!("{ADMIN}/{}/{how}", request["id"].as_str().unwrap());
    app.sovereign_admin().post(&path, &body).await
}

#[track_caller]
fn assert_wants_approval(reply: Reply, rule: &str) -> Value {
    let problem = reply.expect_problem(403, "approval_required");
    assert_eq!(problem["policy"]["rule"], rule, "{problem}");
    problem
}

on_both! {
    async fn an_approved_app_can_be_ordered(app: &TestApp) {
        set(app, json!({ "approval": { "apps": ["odoo"] } })).await;
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        let problem = assert_wants_approval(checkout(&customer, "m", &["odoo"]).await, "approval.apps");
        assert!(problem["detail"].as_str().unwrap().contains("POST /tenant/orgs/{id}/approvals"));
        let request = ask(&customer, json!({ "apps": ["odoo"] })).await;
        assert_eq!((&request["state"], &request["apps"]), (&json!("requested"), &json!(["odoo"])));
        assert_eq!(request["requested_by"], app.user_id("ahmed").await.as_str());
        assert_wants_approval(checkout(&customer, "m", &["odoo"]).await, "approval.apps");

        // The administrator sees what was asked, and by which Organization.
        let waiting = app.sovereign_admin().get(&format!("{ADMIN}?state=requested")).await.expect(200);
        assert_eq!(waiting.as_array().unwrap().len(), 1);
        assert_eq!((&waiting[0]["organization"], &waiting[0]["reason"]), (&json!("kestrel"), &json!("for the shop")));
        assert_eq!(waiting[0].get("requested_by"), None);
        let approved = decide(app, &request, "approve", json!({ "note": "go on" })).await.expect(200);
        assert_eq!((&approved["state"], &approved["note"]), (&json!("approved"), &json!("go on")));
        decide(app, &request, "approve", json!({})).await.expect_problem(409, "approval_decided");
        decide(app, &request, "refuse", json!({})).await.expect_problem(409, "approval_decided");
        let shown = customer.client.get(&path(&customer)).await.expect(200);
        assert_eq!((&shown[0]["state"], &shown[0]["note"]), (&json!("approved"), &json!("go on")));
        checkout(&customer, "m", &["odoo"]).await.expect(200);

        // It is nobody else's.
        let other = with_credit(app, app.member("salma"), "osprey").await;
        assert_wants_approval(checkout(&other, "m", &["odoo"]).await, "approval.apps");
        let root = app.superadmin();
        for action in ["approval.request", "approval.approve"] {
            let lines = root.get(&format!("/auth/admin/audit?action={action}")).await.expect(200);
            assert_eq!(lines.as_array().unwrap().len(), 1, "{action}");
            assert_eq!(lines[0]["tenant_id"], customer.tenant_id.as_str());
        }
    }

    /// Above what needs none, up to what was approved; a change asks as an order does.
    async fn an_approved_month_has_its_limit(app: &TestApp) {
        set(app, json!({ "approval": { "above_monthly_minor": 9_000 } })).await;
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        checkout(&customer, "m", &[]).await.expect(200);
        let refused = change(&customer, json!({ "plan_id": "l" })).await;
        let problem = assert_wants_approval(refused, "approval.above_monthly_minor");
        assert_eq!((&problem["policy"]["limit"], &problem["policy"]["asked"]), (&json!(9_000), &json!(16_000)));
        let request = ask(&customer, json!({ "monthly_minor": 16_000 })).await;
        decide(app, &request, "approve", json!({})).await.expect(200);
        change(&customer, json!({ "plan_id": "l" })).await.expect(200);
        let beyond = change(&customer, json!({ "plan_id": "xl" })).await;
        assert_wants_approval(beyond, "approval.above_monthly_minor");
    }

    async fn one_ends_and_one_is_revoked(app: &TestApp) {
        set(app, json!({ "approval": { "apps": ["odoo", "ghost"] } })).await;
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        checkout(&customer, "m", &[]).await.expect(200);
        let odoo = ask(&customer, json!({ "apps": ["odoo"] })).await;
        let ghost = ask(&customer, json!({ "apps": ["ghost"] })).await;
        let given = decide(app, &odoo, "approve", json!({ "valid_days": 2 })).await.expect(200);
        assert!(given["expires_at"].is_string(), "{given}");
        decide(app, &ghost, "approve", json!({})).await.expect(200);
        app.clock.advance_seconds(2 * 86_400);
        let late = change(&customer, json!({ "apps": ["odoo"] })).await;
        assert_wants_approval(late, "approval.apps");
        change(&customer, json!({ "apps": ["ghost"] })).await.expect(200);
        decide(app, &ghost, "revoke", json!({ "note": "enough" })).await.expect(200);
        decide(app, &ghost, "revoke", json!({})).await.expect_problem(409, "approval_decided");
        // What it has goes on; given up, it is new again.
        change(&customer, json!({ "apps": ["ghost", "n8n"] })).await.expect(200);
        change(&customer, json!({ "apps": ["n8n"] })).await.expect(200);
        // Sooner, it would be a retry of the change before.
        app.clock.advance_seconds(61);
        let again = change(&customer, json!({ "apps": ["ghost", "n8n"] })).await;
        assert_wants_approval(again, "approval.apps");
    }

    /// An approval lifts what asks for one, and nothing else.
    async fn what_is_forbidden_is_not_approved(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        let request = ask(&customer, json!({ "apps": ["odoo"], "monthly_minor": 50_000 })).await;
        decide(app, &request, "approve", json!({})).await.expect(200);
        set(app, json!({ "denied_apps": ["odoo"], "approval": { "apps": ["odoo"] } })).await;
        assert_forbidden(checkout(&customer, "m", &["odoo"]).await, "denied_apps");
        set(app, json!({ "max_monthly_spend_minor": 8_000 })).await;
        assert_forbidden(checkout(&customer, "m", &[]).await, "max_monthly_spend_minor");
    }

    /// Whoever asked does not answer, whatever their role.
    async fn nobody_approves_their_own(app: &TestApp) {
        let root = app.superadmin();
        let customer = with_credit(app, root.clone(), "own").await;
        let request = ask(&customer, json!({ "apps": ["odoo"] })).await;
        for how in ["approve", "refuse"] {
            let path = format!("{ADMIN}/{}/{how}", request["id"].as_str().unwrap());
            root.post(&path, &json!({})).await.expect_problem(403, "own_request");
        }
        let refused = decide(app, &request, "refuse", json!({ "note": " no " })).await.expect(200);
        assert_eq!((&refused["state"], &refused["note"]), (&json!("refused"), &json!("no")));
    }

    async fn what_is_wrong_is_named(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        let with = |name: &str, value: Value| {
            let mut body = json!({ "reason": "needed" });
            body[name] = value;
            body
        };
        for (body, field) in [
            (json!({ "apps": ["odoo"] }), "reason"),
            (json!({ "apps": ["odoo"], "reason": "  " }), "reason"),
            (json!({ "apps": ["odoo"], "reason": "x".repeat(1_001) }), "reason"),
            (json!({ "reason": "needed" }), "apps"),
            (with("apps", json!(["nothing"])), "apps"),
            (with("tiers", json!(["Not A Tier"])), "tiers"),
            (with("monthly_minor", json!(0)), "monthly_minor"),
        ] {
            let problem = customer.client.post(&path(&customer), &body).await;
            let problem = problem.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}");
        }
        let request = ask(&customer, json!({ "tiers": ["premium"] })).await;
        for (body, field) in [
            (json!({ "valid_days": 0 }), "valid_days"),
            (json!({ "valid_days": 3_661 }), "valid_days"),
            (json!({ "note": "x".repeat(1_001) }), "note"),
        ] {
            let problem = decide(app, &request, "approve", body).await;
            assert_eq!(problem.expect_problem(400, "invalid_request")["field"], field);
        }
        app.sovereign_admin().get(&format!("{ADMIN}?state=open")).await.expect_problem(400, "invalid_request");
        let none = json!({ "id": "nonsense" });
        decide(app, &none, "approve", json!({})).await.expect_problem(404, "not_found");
        for _ in 1..20 {
            ask(&customer, json!({ "apps": ["odoo"] })).await;
        }
        let more = customer.client.post(&path(&customer), &with("apps", json!(["odoo"]))).await;
        more.expect_problem(409, "approvals_waiting");
        // In pages, newest first.
        let page = customer.client.get(&format!("{}?limit=15", path(&customer))).await;
        let link = page.headers["link"].to_str().unwrap().to_owned();
        let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
        assert_eq!(page.expect(200).as_array().unwrap().len(), 15);
        let rest = customer.client.get(&next).await.expect(200);
        assert_eq!(rest.as_array().unwrap().len(), 5);
        assert_eq!(rest[4]["id"], request["id"]);
    }
}
