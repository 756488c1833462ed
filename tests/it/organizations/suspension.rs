//! An administrator suspends an Organization, and ends that: its people can read, nothing is bought, and no
//! further month is billed.

use serde_json::json;

use super::life::{actions, admin_path, path, status, subscribed};
use crate::harness::{Card, Setup, TestApp, on_both};

async fn set(app: &TestApp, id: &str, wanted: &str) -> serde_json::Value {
    let path = format!("{}/status", admin_path(id));
    app.superadmin().put(&path, &json!({ "status": wanted })).await.expect(200)
}

on_both! {
    async fn members_read_and_change_nothing(app: &TestApp) {
        app.issue("FIVE", 5, 0).await;
        let ahmed = subscribed(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        let sara = ahmed.add_member(app, "sara", "viewer").await;
        app.member("khalid").get("/tenant/orgs").await.expect(200);
        assert_eq!(set(app, id, "suspended").await, json!({ "ok": true, "id": id, "status": "suspended" }));
        for read in [
            path(id), format!("{}/members", path(id)), format!("{}/environments", path(id)),
            format!("/billing/subscription/{id}"), format!("/billing/invoices/{id}"),
        ] {
            ahmed.client.get(&read).await.expect(200);
            sara.client.get(&read).await.expect(200);
        }
        let invited = json!({ "email": "khalid@example.com", "role": "viewer" });
        let order = json!({ "tenant_id": id, "order_id": "00000000-0000-4000-8000-000000000000" });
        let before = app.state().await;
        for (route, body) in [
            ("/billing/checkout".to_owned(), ahmed.checkout_body("m", "FIVE")),
            ("/billing/vouchers/redeem".to_owned(), json!({ "tenant_id": id, "code": "FIVE" })),
            (format!("/billing/subscription/{id}/cancel"), json!({ "at": "now" })),
            (format!("/billing/subscription/{id}/change"), json!({ "plan_id": "l" })),
            (format!("{}/members", path(id)), invited.clone()),
            (format!("{}/invitations", path(id)), invited),
            (format!("{}/environments", path(id)), json!({ "name": "stg" })),
            ("/provisioning/start".to_owned(), order),
        ] {
            ahmed.client.post(&route, &body).await.expect_problem(403, "organization_suspended");
        }
        ahmed.client.put(&path(id), &json!({ "name": "x" })).await
            .expect_problem(403, "organization_suspended");
        before.assert_unchanged(&app.state().await);
        // Whoever wants to leave may.
        let user = app.user_id("sara").await;
        sara.client.delete(&format!("{}/members/{user}", path(id))).await.expect(200);
        set(app, id, "active").await;
        ahmed.redeem("FIVE").await.expect(200);
    }

    async fn the_ways_from_one_to_the_other(app: &TestApp) {
        let id = app.customer("kestrel").await.tenant_id;
        assert_eq!(set(app, &id, "suspended").await["status"], "suspended");
        assert_eq!(set(app, &id, "suspended").await["status"], "suspended", "as it is");
        assert_eq!(set(app, &id, "active").await["status"], "provisioning", "where it was");
        assert_eq!(set(app, &id, "active").await["status"], "active", "the operator has looked");
        assert_eq!(set(app, &id, "suspended").await["status"], "suspended");
        assert_eq!(set(app, &id, "active").await["status"], "active");
        let found = actions(app, &id).await;
        let expected = ["suspend", "resume", "resume", "suspend", "resume"].map(|one| format!("organization.{one}"));
        assert_eq!(found[found.len() - 5..], expected);

        let path = format!("{}/status", admin_path(&id));
        for wrong in ["deleted", "provisioning", "", "Active"] {
            let reply = app.superadmin().put(&path, &json!({ "status": wrong })).await;
            assert_eq!(reply.expect_problem(400, "invalid_request")["field"], "status");
        }
        for other in [app.sovereign_admin(), app.member("kestrel")] {
            other.put(&path, &json!({ "status": "suspended" })).await.expect_problem(403, "forbidden");
        }
        let (nowhere, active) = (admin_path("none"), json!({ "status": "active" }));
        let none = app.superadmin().put(&format!("{nowhere}/status"), &active).await;
        none.expect_problem(404, "not_found");
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        let gone = app.superadmin().put(&path, &json!({ "status": "active" })).await;
        gone.expect_problem(409, "organization_deleted");
        assert_eq!(status(app, &id).await, "deleted");
    }

    /// The paid month ends, nothing is charged, and the next one begins when it is active again.
    async fn no_further_month_is_billed(app: &TestApp, Setup::with_stripe()) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        ahmed.checkout("m", "").await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().deliver_all(1).await;
        set(app, id, "active").await;
        app.clock.advance_days(10);
        set(app, id, "suspended").await;
        let read = format!("/billing/subscription/{id}");
        for (days, expected) in [(10, "active"), (30, "suspended"), (60, "suspended")] {
            app.clock.advance_days(days);
            app.run_job("renew-subscriptions").await;
            app.run_job("retry-payments").await;
            let now = app.member("kestrel").get(&read).await.expect(200);
            assert_eq!(now["status"], expected);
        }
        assert_eq!(app.stripe().all("charge").len(), 1);
        set(app, id, "active").await;
        app.run_job("renew-subscriptions").await;
        let now = app.member("kestrel").get(&read).await.expect(200);
        assert_eq!(now["status"], "active");
        let start = now["current_period_start"].as_str().unwrap();
        let start = sovereign_domain::timestamp::Timestamp::parse_rfc3339(start).unwrap();
        assert_eq!(start.seconds(), app.now_seconds(), "from now on, and not for what was before");
        assert_eq!(app.stripe().all("charge").len(), 2);
    }
}
