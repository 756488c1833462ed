//! The address of an Organization that has never paid is free again after seven days.

use serde_json::json;

use super::life::{DAY, actions, status, told};
use crate::harness::{Customer, Setup, TestApp, on_both};

const JOB: &str = "free-addresses";
pub(super) const SECONDS: i64 = 7 * DAY;

async fn is_available(app: &TestApp, slug: &str) -> bool {
    let reply = app.anyone().get(&format!("/tenant/check-slug/{slug}")).await.expect(200);
    reply["available"].as_bool().unwrap()
}

/// Fails where it is freed, however often that is tried.
async fn assert_kept(app: &TestApp, customer: &Customer, why: &str) {
    app.run_job(JOB).await;
    assert_ne!(status(app, &customer.tenant_id).await, "deleted", "{why}");
    assert_eq!(told(app, "tenant.deleted", &customer.tenant_id).await, 0, "{why}");
}

on_both! {
    async fn it_is_free_after_seven_days(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        app.clock.advance_seconds(SECONDS - 1);
        assert_kept(app, &ahmed, "a second too early").await;
        assert!(!is_available(app, "kestrel").await);
        app.clock.advance_seconds(1);
        for _ in 0..3 {
            app.run_job(JOB).await;
        }
        assert_eq!(status(app, &ahmed.tenant_id).await, "deleted");
        assert_eq!(told(app, "tenant.deleted", &ahmed.tenant_id).await, 1);
        assert_eq!(actions(app, &ahmed.tenant_id).await, ["organization.create", "organization.free"]);
        assert!(is_available(app, "kestrel").await);
        app.member("sara").make_organization("kestrel").await;
        app.member("kestrel").get(&format!("/tenant/orgs/{}", ahmed.tenant_id)).await
            .expect_problem(404, "not_found");
        app.run_job("relay-events").await;
        app.run_job("end-organizations").await;
    }

    /// Whoever has paid, was given credit, or is about to pay, keeps it; so does whoever was suspended.
    async fn who_has_paid_keeps_it(app: &TestApp, Setup::with_stripe()) {
        app.issue("TEN", 10, 0).await;
        app.issue("ONE", 1, 0).await;
        let mut kept = Vec::new();
        for name in ["paid", "banked", "waits", "active", "suspended", "gave-up"] {
            kept.push(app.customer(name).await);
        }
        let gave_up = kept.pop().unwrap();
        kept[0].checkout("m", "TEN").await.expect(200);
        kept[1].redeem("ONE").await.expect(200);
        app.execute(&format!(
            "UPDATE organizations SET status = 'active' WHERE id = '{}'", kept[3].tenant_id
        )).await;
        let set = format!("/tenant/admin/tenants/{}/status", kept[4].tenant_id);
        app.superadmin().put(&set, &json!({ "status": "suspended" })).await.expect(200);
        gave_up.checkout("m", "ONE").await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().expire(session["id"].as_str().unwrap());
        app.stripe().deliver_all(1).await;
        app.clock.advance_seconds(SECONDS);
        kept[2].checkout("m", "").await.expect(200);
        for customer in &kept {
            assert_kept(app, customer, &customer.tenant_id).await;
        }
        // A voucher that was lent to an order which came to nothing is no payment.
        assert_eq!(status(app, &gave_up.tenant_id).await, "deleted");
        assert_eq!(told(app, "tenant.deleted", &gave_up.tenant_id).await, 1);
    }

    /// A checkout at the same moment: it is paid and stays, or there is no such Organization any more.
    async fn a_checkout_at_that_moment_is_one_or_the_other(app: &TestApp) {
        app.issue("TEN", 10, 0).await;
        let (mut paid, mut freed) = (0, 0);
        for round in 0..24 {
            let customer = app.customer(&format!("round-{round}")).await;
            let id = customer.tenant_id.clone();
            app.clock.advance_seconds(SECONDS);
            // Who comes first changes from round to round.
            let job = async {
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                app.run_job(JOB).await;
            };
            let (reply, ()) = tokio::join!(customer.checkout("m", "TEN"), job);
            let told = told(app, "tenant.deleted", &id).await;
            let orders = format!("SELECT COUNT(*) FROM orders WHERE tenant_id = '{id}'");
            let orders = app.number(&orders).await;
            match reply.status {
                200 => {
                    assert_eq!((status(app, &id).await.as_str(), told, orders), ("provisioning", 0, 1));
                    paid += 1;
                }
                403 => {
                    assert_eq!((status(app, &id).await.as_str(), told, orders), ("deleted", 1, 0));
                    freed += 1;
                }
                _ => panic!("{}", reply.text),
            }
        }
        assert_eq!(paid + freed, 24);
        let redeemed = "SELECT CAST(times_redeemed AS bigint) FROM promo_codes WHERE code = 'TEN'";
        assert_eq!(app.number(redeemed).await, paid);
    }

    /// Two who want the same free address.
    async fn a_freed_address_has_one_new_owner(app: &TestApp) {
        app.customer("kestrel").await;
        app.clock.advance_seconds(SECONDS);
        app.run_job(JOB).await;
        let body = json!({ "slug": "kestrel", "name": "Kestrel", "plan_id": "m" });
        let (sara, khalid) = (app.member("sara"), app.member("khalid"));
        let (one, other) =
            tokio::join!(sara.post("/tenant/orgs", &body), khalid.post("/tenant/orgs", &body));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
}
