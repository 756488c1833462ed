//! `POST /billing/vouchers/issue` with members out of their range: 400, naming the member, and
//! nothing is stored. Bodies of wrong types are refused in `hostile::bodies`.

use serde_json::{Value, json};

use super::{assert_field, listed, no_codes};
use crate::harness::{TestApp, on_both};

/// Sends a valid body with these members instead; it is refused for `field`.
async fn refused(app: &TestApp, field: &str, members: Value) {
    let mut body = json!({ "code": "WELCOME-10", "credit_omr": 10 });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let answer = app.sovereign_admin().post("/billing/vouchers/issue", &body).await;
    assert_field(&answer.expect_problem(400, "invalid_request"), field);
}

async fn assert_nothing_happened(app: &TestApp) {
    assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_log").await, 0);
    let events = "SELECT COUNT(*) FROM outbox WHERE type LIKE 'voucher.%'";
    assert_eq!(app.number(events).await, 0);
}

on_both! {
    async fn what_is_no_code(app: &TestApp) {
        for code in no_codes() {
            refused(app, "code", json!({ "code": code })).await;
        }
        assert_nothing_happened(app).await;
    }

    async fn without_a_code_or_a_credit(app: &TestApp) {
        let admin = app.sovereign_admin();
        let answer = admin.post("/billing/vouchers/issue", &json!({ "credit_omr": 10 })).await;
        assert_field(&answer.expect_problem(400, "invalid_request"), "code");
        let answer = admin.post("/billing/vouchers/issue", &json!({ "code": "WELCOME-10" })).await;
        assert_field(&answer.expect_problem(400, "invalid_request"), "credit_omr");
        assert_nothing_happened(app).await;
    }

    async fn numbers_beyond_their_limits(app: &TestApp) {
        let values = |values: &[i64]| values.iter().map(|value| json!(value)).collect::<Vec<_>>();
        let beyond = [
            ("credit_omr", values(&[0, -1, i64::MIN, 1_000_000_001, 1 << 31, 1 << 32, i64::MAX])),
            ("max_redemptions", values(&[-1, i64::MIN, 1_000_000_001, 1 << 31, 1 << 32])),
            ("credit_valid_days", values(&[-1, i64::MIN, 36_501, 1 << 31, 1 << 32])),
        ];
        for (field, values) in beyond {
            for value in values {
                refused(app, field, json!({ field: value })).await;
            }
        }
        assert_nothing_happened(app).await;
    }

    async fn descriptions_that_are_too_long_or_not_text(app: &TestApp) {
        for description in [
            "x".repeat(501),
            "ش".repeat(501),
            "🎁".repeat(501),
            "bell \u{7}".into(),
            "\u{9b}".into(),
        ] {
            refused(app, "description", json!({ "description": description })).await;
        }
        assert_nothing_happened(app).await;
    }

    /// A refused edit changes nothing of the voucher that is there.
    async fn a_refused_edit(app: &TestApp) {
        app.issue("WELCOME-10", 7, 3).await;
        refused(app, "credit_omr", json!({ "credit_omr": 0, "max_redemptions": 9 })).await;
        refused(app, "max_redemptions", json!({ "max_redemptions": -1 })).await;
        let vouchers = listed(app).await;
        assert_eq!(vouchers.len(), 1);
        assert_eq!(vouchers[0]["credit_omr"], 7);
        assert_eq!(vouchers[0]["max_redemptions"], 3);
    }
}
