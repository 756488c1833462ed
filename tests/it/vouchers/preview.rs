//! `POST /billing/vouchers/redeem-preview`: what a code is worth, for anyone.

use serde_json::{Value, json};
use sovereign::limits::Limits;

use super::{PREFIXES, SPELLINGS, SPELT, assert_field, issue, listed, no_codes, revoke};
use crate::harness::{Client, Reply, Setup, on_both};

async fn preview(client: &Client, code: &str) -> Reply {
    client.post("/billing/vouchers/redeem-preview", &json!({ "code": code })).await
}

/// The whole of a preview. A member more could be one that must not be shown.
fn shown(code: &str, accepting: bool) -> Value {
    json!({
        "code": code,
        "credit_omr": 10,
        "credit_minor": 10_000,
        "currency": "OMR",
        "description": "",
        "active": true,
        "accepting_redemptions": accepting,
        "credit_valid_days": 0,
    })
}

on_both! {
    async fn nobody_needs_a_token(app: &TestApp) {
        let body = json!({
            "code": "WELCOME-10", "credit_omr": 10, "description": "A month on us",
            "max_redemptions": 77, "credit_valid_days": 90,
        });
        issue(app, &body).await;
        let mut expected = shown("WELCOME-10", true);
        expected["description"] = json!("A month on us");
        expected["credit_valid_days"] = json!(90);
        // A page may still hold the token of a session that has ended.
        let expired = app.token("late", sovereign::auth::Role::Member);
        app.clock.advance_days(1_000);
        for client in [
            app.anyone(),
            app.bearing("broken"),
            app.bearing(""),
            app.bearing("a.b.c"),
            app.bearing(&expired),
            app.member("visitor"),
            app.sovereign_admin(),
        ] {
            for prefix in PREFIXES {
                let path = format!("{prefix}/billing/vouchers/redeem-preview");
                let seen = client.post(&path, &json!({ "code": "WELCOME-10" })).await.expect(200);
                assert_eq!(seen, expected);
            }
        }
    }

    async fn a_preview_consumes_nothing(app: &TestApp) {
        app.issue("LOOK-10", 10, 1).await;
        for _ in 0..3 {
            assert_eq!(preview(&app.anyone(), "LOOK-10").await.expect(200), shown("LOOK-10", true));
        }
        assert_eq!(listed(app).await[0]["times_redeemed"], 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
        app.customer("kestrel").await.redeem("LOOK-10").await.expect(200);
    }

    async fn a_code_is_the_same_however_it_is_typed(app: &TestApp) {
        app.issue(SPELT, 10, 0).await;
        for spelling in SPELLINGS {
            let seen = preview(&app.anyone(), spelling).await.expect(200);
            assert_eq!(seen, shown(SPELT, true), "{spelling:?}");
        }
    }

    /// Nothing at all is named as such; what can be no code is answered as one that nobody has.
    async fn what_is_no_code(app: &TestApp) {
        for code in no_codes() {
            let answer = preview(&app.anyone(), &code).await;
            if code.trim().is_empty() {
                assert_field(&answer.expect_problem(400, "invalid_request"), "code");
            } else {
                answer.expect_problem(404, "not_found");
            }
        }
        for body in [json!({}), json!({ "code": null }), json!({ "promo_code": "WELCOME-10" })] {
            let answer = app.anyone().post("/billing/vouchers/redeem-preview", &body).await;
            assert_field(&answer.expect_problem(400, "invalid_request"), "code");
        }
    }

    /// Nobody can tell a revoked code from one that never was, whatever its state had been.
    async fn a_revoked_code_leaves_no_trace(app: &TestApp) {
        app.issue("REVOKED", 10, 0).await;
        app.issue("WAS-CAPPED", 10, 1).await;
        app.customer("kestrel").await.redeem("WAS-CAPPED").await.expect(200);
        issue(app, &json!({ "code": "WAS-PAUSED", "credit_omr": 10, "active": false })).await;
        for code in ["REVOKED", "WAS-CAPPED", "WAS-PAUSED"] {
            revoke(app, code).await;
        }
        let mut answers = Vec::new();
        for code in ["NEVER-WAS", "REVOKED", "WAS-CAPPED", "WAS-PAUSED"] {
            let reply = preview(&app.anyone(), code).await;
            assert!(!reply.text.contains(code), "{}", reply.text);
            let mut problem = reply.expect_problem(404, "not_found");
            problem.as_object_mut().unwrap().remove("instance").unwrap();
            answers.push(problem);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
    }

    async fn an_inactive_voucher_answers_410(app: &TestApp) {
        issue(app, &json!({ "code": "PAUSED", "credit_omr": 10, "active": false })).await;
        let mut expected = shown("PAUSED", false);
        expected["active"] = json!(false);
        assert_eq!(preview(&app.anyone(), "PAUSED").await.expect(410), expected);
        issue(app, &json!({ "code": "PAUSED", "credit_omr": 10, "active": true })).await;
        assert_eq!(preview(&app.anyone(), "PAUSED").await.expect(200), shown("PAUSED", true));
    }

    async fn a_voucher_at_its_cap_answers_410(app: &TestApp) {
        app.issue("CAPPED", 10, 2).await;
        for name in ["first", "second"] {
            assert_eq!(preview(&app.anyone(), "CAPPED").await.expect(200), shown("CAPPED", true));
            app.customer(name).await.redeem("CAPPED").await.expect(200);
        }
        assert_eq!(preview(&app.anyone(), "CAPPED").await.expect(410), shown("CAPPED", false));
    }

    /// A cap may be edited below the counter, and above it again (Decision 5).
    async fn a_cap_below_the_counter_answers_410(app: &TestApp) {
        app.issue("SHRUNK", 10, 0).await;
        for name in ["first", "second", "third"] {
            app.customer(name).await.redeem("SHRUNK").await.expect(200);
        }
        for (cap, open) in [(2, false), (3, false), (4, true), (1, false), (0, true)] {
            app.issue("SHRUNK", 10, cap).await;
            let reply = preview(&app.anyone(), "SHRUNK").await;
            let seen = reply.expect(if open { 200 } else { 410 });
            assert_eq!(seen, shown("SHRUNK", open), "cap {cap}");
            assert_eq!(listed(app).await[0]["times_redeemed"], 3);
        }
        app.issue("SHRUNK", 10, 1).await;
        let late = app.customer("late").await;
        late.redeem("SHRUNK").await.expect_problem(400, "voucher_exhausted");
    }

    async fn asking_too_often_is_refused(app: &TestApp, limited()) {
        const BURST: usize = 60;
        app.issue("POPULAR", 10, 0).await;
        let visitor = app.anyone();
        let mut answered = 0;
        let refused = loop {
            let reply = preview(&visitor, "POPULAR").await;
            if reply.status != 200 {
                break reply;
            }
            answered += 1;
            assert!(answered < 50 * BURST, "nobody stops it");
        };
        assert!(answered >= BURST, "only {answered} at once");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait} s");
        refused.expect_problem(429, "too_many_requests");
        // What a client writes into this header is not believed, nor does its token help.
        let forwarded = [("X-Forwarded-For", "198.51.100.7")];
        let body = Some(json!({ "code": "POPULAR" }).to_string().into_bytes());
        let path = "/api/billing/vouchers/redeem-preview";
        let mut refused = 0;
        for _ in 0..10 {
            let admin = app.sovereign_admin();
            let reply = admin.send(reqwest::Method::POST, path, &forwarded, body.clone()).await;
            refused += usize::from(reply.status == 429);
        }
        assert!(refused > 0, "another name for the same address");
        app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
    }
}

fn limited() -> Setup {
    Setup { limits: Limits::on(Vec::new()), ..Setup::default() }
}
