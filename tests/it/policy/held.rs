//! What an Organization has goes on when the policy is tightened.

use serde_json::{Value, json};

use super::{assert_forbidden, change, checkout, holds, set, with_credit};
use crate::harness::{Customer, TestApp, on_both};

/// Nothing at all may be had any more.
fn nothing() -> Value {
    json!({
        "allowed_apps": [], "allowed_plans": [], "allowed_tiers": [], "max_environments": 1,
        "max_monthly_spend_minor": 0, "allowed_environments": ["prod"],
    })
}

/// With plan L and two apps.
async fn subscribed(app: &TestApp) -> Customer {
    let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
    checkout(&customer, "l", &["uptime-kuma", "n8n"]).await.expect(200);
    customer
}

async fn month(app: &TestApp) {
    app.clock.advance_days(31);
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

on_both! {
    async fn renewals_go_on(app: &TestApp) {
        let customer = subscribed(app).await;
        set(app, nothing()).await;
        for paid in 1..=3 {
            month(app).await;
            assert_eq!(customer.available_minor().await, 200_000 - 16_000 * (paid + 1));
        }
        let held = ("l".to_owned(), vec!["uptime-kuma".to_owned(), "n8n".to_owned()]);
        assert_eq!(holds(app, &customer).await, held);
        let path = format!("/billing/subscription/{}", customer.tenant_id);
        assert_eq!(customer.client.get(&path).await.expect(200)["status"], "active");
    }

    /// Less is always allowed, and another thing is not, however little it costs.
    async fn it_can_be_reduced_and_not_replaced(app: &TestApp) {
        let customer = subscribed(app).await;
        let (mut with_addon, addon) = (json!({}), "daily-backup");
        with_addon["addons"] = json!([addon]);
        change(&customer, with_addon).await.expect(200);
        set(app, nothing()).await;
        assert_forbidden(change(&customer, json!({ "plan_id": "s" })).await, "allowed_plans");
        let swapped = json!({ "apps": ["uptime-kuma", "ghost"] });
        assert_forbidden(change(&customer, swapped).await, "allowed_apps");
        change(&customer, json!({ "apps": ["uptime-kuma"] })).await.expect(200);
        change(&customer, json!({ "addons": [] })).await.expect(200);
        // What was given up is new again.
        let again = json!({ "apps": ["uptime-kuma", "n8n"] });
        assert_forbidden(change(&customer, again).await, "allowed_apps");
        let cancel = format!("/billing/subscription/{}/cancel", customer.tenant_id);
        let resume = format!("/billing/subscription/{}/resume", customer.tenant_id);
        customer.client.post(&cancel, &json!({ "at": "period_end" })).await.expect(200);
        customer.client.post(&resume, &json!({})).await.expect(200);
        customer.client.post(&cancel, &json!({ "at": "now" })).await.expect(200);
        // A subscription that has ended holds nothing.
        app.clock.advance_seconds(61);
        assert_forbidden(checkout(&customer, "l", &["uptime-kuma"]).await, "allowed_plans");
    }

    /// Above the limit already: what makes a month cheaper goes, what makes it dearer does not.
    async fn a_month_above_the_limit_can_become_cheaper(app: &TestApp) {
        let customer = subscribed(app).await;
        set(app, json!({ "max_monthly_spend_minor": 6_000 })).await;
        let dearer = change(&customer, json!({ "plan_id": "xl" })).await;
        assert_forbidden(dearer, "max_monthly_spend_minor");
        change(&customer, json!({ "plan_id": "m" })).await.expect(200);
        let back = change(&customer, json!({ "plan_id": "l" })).await;
        let problem = assert_forbidden(back, "max_monthly_spend_minor");
        assert_eq!(problem["policy"]["asked"], 16_000);
    }

    /// A retry of what was answered before the policy has that answer.
    async fn a_retry_has_its_first_answer(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        let body = json!({ "tenant_id": customer.tenant_id, "plan_id": "l" });
        let first = customer.client.post_keyed("/billing/checkout", "once", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        set(app, nothing()).await;
        let again = customer.client.post_keyed("/billing/checkout", "once", &body).await;
        again.assert_replays(&first);
    }
}
