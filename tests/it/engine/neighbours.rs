//! One request that cannot be decided does not take others down with it.

use serde_json::json;

use super::batches::{REDEEMED, all_at_once, crowd};
use crate::harness::on_both;

on_both! {
    /// An Organization whose row cannot be read fails every batch it is in: alone, it fails alone.
    async fn an_unreadable_account_fails_alone(app: &TestApp) {
        app.issue("CROWD-20", 20, 0).await;
        let customers = crowd(app, 60).await;
        let broken = &customers[30];
        // A list is what belongs there.
        app.execute(&format!(
            "UPDATE organizations SET apps = '{{}}' WHERE id = '{}'",
            broken.tenant_id
        ))
        .await;
        let requests = customers.iter().map(|c| (c, c.checkout_body("m", "CROWD-20"))).collect();
        let replies = all_at_once("/billing/checkout", requests).await;
        for (number, reply) in replies.into_iter().enumerate() {
            if number == 30 {
                let problem = reply.expect_problem(500, "internal");
                assert!(!problem.to_string().contains("apps"), "what is inside stays inside");
            } else {
                assert_eq!(reply.expect(200)["credit_balance_minor"], 11_000, "{number}");
            }
        }
        assert_eq!(app.number(REDEEMED).await, 59);
        // Mended, it finds nothing half done.
        app.execute(&format!(
            "UPDATE organizations SET apps = '[]' WHERE id = '{}'",
            broken.tenant_id
        ))
        .await;
        broken.checkout("m", "CROWD-20").await.expect(200);
    }

    /// A person with many Organizations and one voucher, all at once: one of them gets it.
    async fn one_person_for_many_organizations_redeems_once(app: &TestApp) {
        app.issue("CROWD-20", 20, 0).await;
        let customers = crowd(app, 30).await;
        for customer in &customers[1..] {
            let body = json!({ "email": "user-0@example.com", "role": "admin" });
            let path = format!("/tenant/orgs/{}/members", customer.tenant_id);
            customer.client.post(&path, &body).await.expect(201);
        }
        let person = &customers[0];
        let requests =
            customers.iter().map(|c| (person, c.checkout_body("m", "CROWD-20"))).collect();
        let replies = all_at_once("/billing/checkout", requests).await;
        let (paid, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(paid.len(), 1);
        for reply in refused {
            reply.expect_problem(400, "voucher_redeemed_by_you");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
    }
}
