//! Many callers, one voucher.

use std::sync::Arc;

use serde_json::json;

use super::{at_once, customers, statuses};
use crate::harness::{Customer, on_both};

on_both! {
    /// A thousand callers and K slots: exactly K get one.
    async fn k_slots_and_a_thousand_callers_give_exactly_k(app: &TestApp) {
        const SLOTS: usize = 137;
        app.issue("LAUNCH", 200, SLOTS as i64).await;
        let callers = customers(app, 1_000).await;
        let replies = at_once(callers.len(), |index| {
            let caller = Arc::clone(&callers[index]);
            async move { caller.checkout("m", "LAUNCH").await }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!(counts.get(&200), Some(&SLOTS));
        assert_eq!(counts.get(&400), Some(&(1_000 - SLOTS)));
        for refused in replies.into_iter().filter(|reply| reply.status == 400) {
            refused.expect_problem(400, "voucher_exhausted");
        }
        let slots = SLOTS as i64;
        for (sql, expected) in [
            ("SELECT COUNT(*) FROM promo_redemptions", slots),
            ("SELECT COUNT(*) FROM orders WHERE status = 'completed'", slots),
            ("SELECT COUNT(*) FROM subscriptions", slots),
            ("SELECT CAST(times_redeemed AS bigint) FROM promo_codes", slots),
            ("SELECT COUNT(DISTINCT ordinal) FROM promo_redemptions", slots),
            ("SELECT CAST(SUM(balance_minor) AS bigint) FROM wallets", slots * 191_000),
        ] {
            assert_eq!(app.number(sql).await, expected, "{sql}");
        }
    }

    /// Without a cap everybody is served, and the counter misses nobody.
    async fn an_unlimited_voucher_serves_everybody(app: &TestApp) {
        app.issue("FOR-ALL", 10, 0).await;
        let callers = customers(app, 400).await;
        let replies = at_once(callers.len(), |index| {
            let caller = Arc::clone(&callers[index]);
            async move { caller.checkout("m", "FOR-ALL").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&400));
        let counter = "SELECT CAST(times_redeemed AS bigint) FROM promo_codes";
        assert_eq!(app.number(counter).await, 400);
    }

    /// One user, a hundred Organizations, one code: it is redeemed once.
    async fn one_user_redeems_once_through_many_organizations(app: &TestApp) {
        app.issue("ONCE", 50, 0).await;
        let client = app.member("collector");
        let mut organizations = Vec::new();
        for index in 0..100 {
            let tenant_id = client.make_organization(&format!("shell-{index}")).await;
            organizations.push(Arc::new(Customer { client: client.clone(), tenant_id }));
        }
        let replies = at_once(organizations.len(), |index| {
            let organization = Arc::clone(&organizations[index]);
            // Half of them by checkout, half straight into the wallet: one rule, one engine.
            async move {
                if index % 2 == 0 {
                    organization.checkout("m", "ONCE").await
                } else {
                    organization.redeem("ONCE").await
                }
            }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!(counts.get(&200), Some(&1));
        for refused in replies.into_iter().filter(|reply| reply.status != 200) {
            refused.expect_problem(400, "voucher_redeemed_by_you");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 1);
    }

    /// One Organization, many admins, one code: it is redeemed once.
    async fn one_organization_redeems_once_through_many_admins(app: &TestApp) {
        app.issue("ONCE", 50, 0).await;
        let owner = app.customer("family-business").await;
        let mut admins = Vec::new();
        for index in 0..60 {
            let admin = app.member(&format!("admin-{index}"));
            admin.get("/tenant/orgs").await.expect(200);
            let email = format!("admin-{index}@example.com");
            let path = format!("/tenant/orgs/{}/members", owner.tenant_id);
            owner.client.post(&path, &json!({ "email": email, "role": "admin" })).await.expect(201);
            let tenant_id = owner.tenant_id.clone();
            admins.push(Arc::new(Customer { client: admin, tenant_id }));
        }
        let replies = at_once(admins.len(), |index| {
            let admin = Arc::clone(&admins[index]);
            async move { admin.redeem("ONCE").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&1));
        for refused in replies.into_iter().filter(|reply| reply.status != 200) {
            refused.expect_problem(400, "voucher_redeemed_by_organization");
        }
        assert_eq!(owner.available_minor().await, 50_000);
    }
}
