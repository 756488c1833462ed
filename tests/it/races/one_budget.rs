//! A campaign's budget, asked for by everybody at once through many codes: what it grants is exact.

use std::sync::Arc;

use serde_json::json;

use super::{at_once, customers, statuses};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Engine, SecondServer, TestApp, on_both};

/// What the campaign says that it granted, and what its redemptions sum up to.
async fn granted(app: &TestApp, id: &str) -> (i64, i64) {
    let campaign = app.sovereign_admin().get(&format!("/billing/campaigns/{id}")).await.expect(200);
    let live = "SELECT CAST(COALESCE(SUM(credit_minor), 0) AS bigint) FROM promo_redemptions WHERE state <> 'released'";
    (campaign["granted_minor"].as_i64().unwrap(), app.number(live).await)
}

on_both! {
    /// Forty codes of one budget: exactly as many are redeemed as it has room for.
    async fn it_is_spent_to_its_end_and_no_further(app: &TestApp) {
        const ROOM: usize = 53;
        let id = campaign(app, "Launch", json!({ "budget_minor": 20_000 * ROOM + 19_999 })).await;
        for index in 0..40 {
            issue_in(app, &id, &format!("V-{index:02}"), 20).await;
        }
        let callers = customers(app, 240).await;
        let replies = at_once(callers.len(), |index| {
            let caller = Arc::clone(&callers[index]);
            async move { caller.checkout("m", &format!("V-{:02}", index % 40)).await }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&200), counts.get(&400)), (Some(&ROOM), Some(&(240 - ROOM))));
        for refused in replies.into_iter().filter(|reply| reply.status == 400) {
            refused.expect_problem(400, "voucher_budget_spent");
        }
        let all = 20_000 * ROOM as i64;
        assert_eq!(granted(app, &id).await, (all, all));
    }

    /// One customer asks for twenty codes at once, of which the campaign gives each three.
    async fn no_customer_gets_more_than_each_may(app: &TestApp) {
        let id = campaign(app, "Three each", json!({ "per_customer": 3 })).await;
        for index in 0..20 {
            issue_in(app, &id, &format!("V-{index:02}"), 5).await;
        }
        let caller = &customers(app, 1).await[0];
        let replies = at_once(20, |index| {
            let caller = Arc::clone(caller);
            async move { caller.redeem(&format!("V-{index:02}")).await }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&200), counts.get(&400)), (Some(&3), Some(&17)));
        assert_eq!(granted(app, &id).await, (15_000, 15_000));
    }

    /// Vouchers go from one campaign to the other, and budgets change, while they are redeemed.
    async fn edits_beside_redemptions_leave_the_counts_right(app: &TestApp) {
        let ids = [
            campaign(app, "One", json!({ "budget_minor": 10_000_000 })).await,
            campaign(app, "Two", json!({ "budget_minor": 10_000_000 })).await,
        ];
        for index in 0..10 {
            issue_in(app, &ids[index % 2], &format!("V-{index:02}"), 20).await;
        }
        let callers = customers(app, 160).await;
        let admin = app.sovereign_admin();
        let replies = at_once(callers.len() + 60, |index| {
            let (admin, caller) = (admin.clone(), callers.get(index).map(Arc::clone));
            let id = ids[index % 3 % 2].clone();
            async move {
                if let Some(caller) = caller {
                    return caller.checkout("m", &format!("V-{:02}", index % 10)).await;
                }
                if index % 4 == 0 {
                    let body = json!({ "budget_minor": 10_000_000 + index });
                    return admin.put(&format!("/billing/campaigns/{id}"), &body).await;
                }
                let code = format!("V-{:02}", index % 10);
                let body = json!({ "code": code, "credit_omr": 20, "campaign_id": id });
                admin.post("/billing/vouchers/issue", &body).await
            }
        })
        .await;
        assert_eq!(statuses(&replies), [(200, replies.len())].into());
        let mut sum = 0;
        for id in &ids {
            sum += granted(app, id).await.0;
        }
        assert_eq!(sum, 160 * 20_000);
    }
}

/// Two servers on one PostgreSQL, each with half of the callers, through codes in opposing orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_one_budget() {
    const ROOM: usize = 71;
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    let id = campaign(&app, "Launch", json!({ "budget_minor": 20_000 * ROOM })).await;
    for index in 0..20 {
        issue_in(&app, &id, &format!("V-{index:02}"), 20).await;
    }
    let callers = customers(&app, 300).await;
    let replies = at_once(callers.len(), |index| {
        let (code, caller) = if index % 2 == 0 {
            (index / 2 % 20, Arc::clone(&callers[index]))
        } else {
            let name = format!("customer-{index:04}");
            (19 - index / 2 % 20, Arc::new(second.customer(&app, &name, &callers[index])))
        };
        async move { caller.checkout("m", &format!("V-{code:02}")).await }
    })
    .await;
    let counts = statuses(&replies);
    assert_eq!((counts.get(&200), counts.get(&400)), (Some(&ROOM), Some(&(300 - ROOM))));
    let all = 20_000 * ROOM as i64;
    assert_eq!(granted(&app, &id).await, (all, all));
    second.stop().await;
    app.finish().await;
}
