//! `DELETE /billing/vouchers/revoke/{code}`.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::json;

use super::{
    PREFIXES, SPELLINGS, SPELT, assert_field, issue, issuers, listed, listed_codes, no_codes,
    refuses_others, revoke,
};
use crate::harness::on_both;

/// A text as one segment of a path: every byte of it escaped.
fn segment(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        write!(escaped, "%{byte:02X}").unwrap();
    }
    escaped
}

on_both! {
    async fn a_revoked_voucher_is_gone_but_kept(app: &TestApp) {
        app.issue("GOING", 10, 5).await;
        app.issue("STAYING", 10, 5).await;
        let redeemer = app.customer("redeemer").await;
        redeemer.redeem("GOING").await.expect(200);
        app.clock.advance_seconds(60);
        revoke(app, "GOING").await;

        assert_eq!(listed_codes(app).await, ["STAYING"]);
        assert_eq!(redeemer.available_minor().await, 10_000, "what was redeemed stays");
        let late = app.customer("late").await;
        late.redeem("GOING").await.expect_problem(400, "voucher_unknown");
        let kept = "SELECT COUNT(*) FROM promo_codes WHERE code = 'GOING' AND NOT active \
                    AND deleted_at > created_at AND times_redeemed = 1";
        assert_eq!(app.number(kept).await, 1);
    }

    /// One answer for a code that never was and for one that was revoked.
    async fn only_a_live_voucher_can_be_revoked(app: &TestApp) {
        app.issue("TWICE", 10, 0).await;
        revoke(app, "TWICE").await;
        let before = app.number("SELECT COUNT(*) FROM audit_log").await;
        let answers = async |code: &str| {
            let path = format!("/billing/vouchers/revoke/{code}");
            let answer = app.sovereign_admin().delete(&path).await;
            let mut problem = answer.expect_problem(404, "not_found");
            problem.as_object_mut().unwrap().remove("instance");
            problem
        };
        assert_eq!(answers("TWICE").await, answers("NEVER-WAS").await);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log").await, before);
    }

    /// An inactive voucher is live; only a revocation ends it.
    async fn an_inactive_voucher_can_be_revoked(app: &TestApp) {
        let body = json!({ "code": "PAUSED", "credit_omr": 1, "active": false });
        issue(app, &body).await;
        revoke(app, "PAUSED").await;
        assert_eq!(listed(app).await.len(), 0);
    }

    async fn a_code_is_the_same_however_it_is_typed(app: &TestApp) {
        for spelling in SPELLINGS {
            app.issue(SPELT, 10, 0).await;
            revoke(app, &segment(spelling)).await;
            assert_eq!(listed(app).await.len(), 0, "{spelling:?}");
        }
    }

    async fn what_is_no_code(app: &TestApp) {
        for code in no_codes().iter().filter(|code| (1..=2_000).contains(&code.len())) {
            let path = format!("/billing/vouchers/revoke/{}", segment(code));
            let answer = app.sovereign_admin().delete(&path).await;
            assert_field(&answer.expect_problem(400, "invalid_request"), "code");
        }
    }

    async fn only_issuers_may_revoke(app: &TestApp) {
        refuses_others(app, Method::DELETE, "/billing/vouchers/revoke/ANY-CODE", None).await;
        for issuer in issuers(app) {
            for prefix in PREFIXES {
                app.issue("MINE", 10, 0).await;
                let path = format!("{prefix}/billing/vouchers/revoke/MINE");
                assert_eq!(issuer.delete(&path).await.expect(200), json!({ "ok": true }));
                assert_eq!(listed(app).await.len(), 0);
            }
        }
    }

    /// A stranger learns nothing of which codes there are.
    async fn a_stranger_learns_nothing(app: &TestApp) {
        app.issue("SECRET", 10, 0).await;
        for code in ["SECRET", "NEVER-WAS", "x"] {
            let path = format!("/billing/vouchers/revoke/{code}");
            app.member("stranger").delete(&path).await.expect_problem(403, "forbidden");
            app.anyone().delete(&path).await.expect_problem(401, "unauthorized");
        }
        assert_eq!(listed(app).await.len(), 1);
    }

    /// Of many revocations at once, one is told that it revoked.
    async fn revoked_by_many_at_once(app: &TestApp) {
        app.issue("RUSH", 10, 0).await;
        let revocations: Vec<_> = (0..10)
            .map(|_| {
                let admin = app.sovereign_admin();
                tokio::spawn(
                    async move { admin.delete("/billing/vouchers/revoke/RUSH").await.status },
                )
            })
            .collect();
        let mut statuses = Vec::new();
        for revocation in revocations {
            statuses.push(revocation.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
        let events = "SELECT COUNT(*) FROM outbox WHERE type = 'voucher.revoked'";
        assert_eq!(app.number(events).await, 1);
    }
}
