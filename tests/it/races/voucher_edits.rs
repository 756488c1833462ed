//! A voucher that is edited or revoked while customers check out with it.

use std::sync::Arc;

use serde_json::json;

use super::{at_once, customers, statuses};
use crate::harness::on_both;

on_both! {
    /// The value flips between 10 and 20 while customers order at the value they saw: whoever is served
    /// got exactly that, and everybody else was told the new value.
    async fn nobody_gets_another_value_than_they_saw(app: &TestApp) {
        app.issue("FLIP", 10, 0).await;
        let callers = customers(app, 200).await;
        let admin = app.sovereign_admin();
        let replies = at_once(300, |index| {
            let admin = admin.clone();
            let caller = callers.get(index).map(Arc::clone);
            async move {
                let Some(caller) = caller else {
                    let body = json!({ "code": "FLIP", "credit_omr": 10 + 10 * (index % 2) });
                    return admin.post("/billing/vouchers/issue", &body).await;
                };
                let mut body = caller.checkout_body("m", "FLIP");
                body["promo_value_minor"] = json!(10_000);
                caller.client.post("/billing/checkout", &body).await
            }
        })
        .await;
        statuses(&replies);
        let (mut served, mut told) = (0, 0);
        for (reply, caller) in replies.into_iter().zip(&callers) {
            if reply.status == 200 {
                assert_eq!(caller.available_minor().await, 1_000);
                served += 1;
            } else {
                let problem = reply.expect_problem(409, "voucher_changed");
                assert_eq!(problem["credit_minor"], 20_000);
                assert_eq!(caller.available_minor().await, 0);
                told += 1;
            }
        }
        assert_eq!(served + told, 200);
        let other = "SELECT COUNT(*) FROM promo_redemptions WHERE credit_minor <> 10000";
        assert_eq!(app.number(other).await, 0);
    }

    /// A revoke in the middle of a rush: what was accepted before it stays, nothing is accepted after.
    async fn nothing_is_redeemed_after_a_revoke(app: &TestApp) {
        app.issue("ENDING", 50, 0).await;
        let callers = customers(app, 300).await;
        let admin = app.sovereign_admin();
        let replies = at_once(callers.len() + 1, |index| {
            let (admin, caller) = (admin.clone(), callers.get(index).map(Arc::clone));
            async move {
                match caller {
                    Some(caller) => caller.checkout("m", "ENDING").await,
                    None => admin.delete("/billing/vouchers/revoke/ENDING").await,
                }
            }
        })
        .await;
        statuses(&replies);
        let late = app.customer("too-late").await.checkout("m", "ENDING").await;
        late.expect_problem(400, "voucher_unknown");
        let served =
            replies.iter().take(callers.len()).filter(|reply| reply.status == 200).count() as i64;
        for refused in replies.into_iter().take(callers.len()).filter(|r| r.status != 200) {
            refused.expect_problem(400, "voucher_unknown");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, served);
        let counter = "SELECT CAST(times_redeemed AS bigint) FROM promo_codes";
        assert_eq!(app.number(counter).await, served);
    }

    /// The cap is lowered and raised during a rush: nothing is accepted at or above the cap of its
    /// moment (`verify` compares each redemption with the cap it met).
    async fn the_cap_of_the_moment_holds(app: &TestApp) {
        app.issue("ELASTIC", 50, 40).await;
        let callers = customers(app, 200).await;
        let admin = app.sovereign_admin();
        let replies = at_once(230, |index| {
            let (admin, caller) = (admin.clone(), callers.get(index).map(Arc::clone));
            async move {
                let Some(caller) = caller else {
                    let cap = if index % 2 == 0 { 10 } else { 60 };
                    let body = json!({ "code": "ELASTIC", "credit_omr": 50, "max_redemptions": cap });
                    return admin.post("/billing/vouchers/issue", &body).await;
                };
                caller.checkout("m", "ELASTIC").await
            }
        })
        .await;
        statuses(&replies);
        let served = replies.iter().take(200).filter(|reply| reply.status == 200).count() as i64;
        assert!((10..=60).contains(&served), "{served} served");
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, served);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions WHERE ordinal > cap").await, 0);
    }
}
