//! `POST /billing/vouchers/issue` of a code that was never issued.

use serde_json::json;

use super::{PREFIXES, SPELLINGS, SPELT, issue, issuers, listed, listed_codes, refuses_others};
use crate::harness::{Setup, on_both};

on_both! {
    async fn absent_members_have_their_defaults(app: &TestApp) {
        let voucher = issue(app, &json!({ "code": "WELCOME-10", "credit_omr": 10 })).await;
        let stored = json!({
            "code": "WELCOME-10",
            "credit_omr": 10,
            "credit_minor": 10_000,
            "currency": "OMR",
            "description": "",
            "active": true,
            "status": "live",
            "max_redemptions": 0,
            "times_redeemed": 0,
            "granted_minor": 0,
            "credit_valid_days": 0,
            "created_at": "2027-03-01T12:00:00Z",
            "spent_minor": 0,
            "expired_minor": 0,
            "tags": [],
        });
        assert_eq!(voucher, stored);
        assert_eq!(listed(app).await, [stored]);
        let nulls = json!({
            "code": "NULLS", "credit_omr": 10, "description": null, "active": null,
            "max_redemptions": null, "credit_valid_days": null,
        });
        let voucher = issue(app, &nulls).await;
        assert_eq!(voucher["active"], true, "null is absent");
        assert_eq!(voucher["max_redemptions"], 0);
    }

    async fn every_member_is_stored_as_sent(app: &TestApp) {
        let sent = json!({
            "code": " omantel-muscat-200",
            "credit_omr": 200,
            "description": "Muscat launch\nكوبون ترحيبي 🎁",
            "active": false,
            "max_redemptions": 50,
            "credit_valid_days": 90,
        });
        let voucher = issue(app, &sent).await;
        assert_eq!(voucher["code"], "OMANTEL-MUSCAT-200");
        for member in
            ["credit_omr", "description", "active", "max_redemptions", "credit_valid_days"]
        {
            assert_eq!(voucher[member], sent[member], "{member}");
        }
        assert_eq!(voucher["credit_minor"], 200_000);
        assert_eq!(listed(app).await, [voucher]);
    }

    /// Any case, spaces around it, full-width letters and Arabic digits make no other voucher.
    async fn a_code_is_the_same_however_it_is_typed(app: &TestApp) {
        for (credit, spelling) in (1..).zip(SPELLINGS) {
            let voucher = issue(app, &json!({ "code": spelling, "credit_omr": credit })).await;
            assert_eq!(voucher["code"], SPELT, "{spelling:?}");
            assert_eq!(voucher["credit_omr"], credit);
        }
        assert_eq!(listed_codes(app).await, [SPELT]);
    }

    async fn codes_have_3_to_64_characters(app: &TestApp) {
        for code in ["A.1".to_owned(), "A".repeat(64), format!("  {}  ", "B".repeat(64))] {
            let voucher = issue(app, &json!({ "code": code, "credit_omr": 1 })).await;
            assert_eq!(voucher["code"], code.trim());
        }
    }

    async fn numbers_may_be_as_large_as_their_limits(app: &TestApp) {
        let smallest = json!({ "code": "SMALLEST", "credit_omr": 1, "max_redemptions": 0 });
        assert_eq!(issue(app, &smallest).await["credit_minor"], 1_000);
        let largest = json!({
            "code": "LARGEST", "credit_omr": 1_000_000_000, "max_redemptions": 1_000_000_000,
            "credit_valid_days": 36_500,
        });
        let largest = issue(app, &largest).await;
        assert_eq!(largest["credit_omr"], 1_000_000_000);
        assert_eq!(largest["credit_minor"], 1_000_000_000_000_i64);
        assert_eq!(largest["max_redemptions"], 1_000_000_000);
        assert_eq!(largest["credit_valid_days"], 36_500);
        // JSON knows one kind of number; some clients write all of them with a point.
        let float = json!({ "code": "FLOAT", "credit_omr": 25.0 });
        assert_eq!(issue(app, &float).await["credit_omr"], 25);
    }

    async fn descriptions_have_up_to_500_characters_of_any_script(app: &TestApp) {
        let long = [
            "x".repeat(500),
            "ش".repeat(500),
            "🎁".repeat(500),
            "رصيد ترحيبي من عُمانتل ".repeat(20),
            "two\r\nlines\tand a tab".to_owned(),
        ];
        for description in long {
            let body = json!({ "code": "LONG", "credit_omr": 1, "description": description });
            assert_eq!(issue(app, &body).await["description"], description);
            assert_eq!(listed(app).await[0]["description"], description);
        }
    }

    async fn only_issuers_may_issue(app: &TestApp) {
        let body = json!({ "code": "WELCOME-10", "credit_omr": 10 });
        let issue = "/billing/vouchers/issue";
        refuses_others(app, reqwest::Method::POST, issue, Some(&body)).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
        for issuer in issuers(app) {
            for prefix in PREFIXES {
                let voucher = issuer.post(&format!("{prefix}{issue}"), &body).await.expect(200);
                assert_eq!(voucher["code"], "WELCOME-10");
            }
        }
    }

    /// Who owns an Organization may do so in it, and issues nothing.
    async fn an_owner_is_no_issuer(app: &TestApp) {
        let owner = app.customer("kestrel").await;
        let body = json!({ "code": "FOR-MYSELF", "credit_omr": 1_000 });
        let refused = owner.client.post("/billing/vouchers/issue", &body).await;
        refused.expect_problem(403, "forbidden");
    }

    /// `_omr` means whole units of whatever the Sovereign's currency is.
    async fn the_currency_is_the_sovereigns(app: &TestApp, in_yen()) {
        let voucher = issue(app, &json!({ "code": "SAKURA", "credit_omr": 500 })).await;
        assert_eq!(voucher["credit_omr"], 500);
        assert_eq!(voucher["credit_minor"], 500);
        assert_eq!(voucher["currency"], "JPY");
    }
}

fn in_yen() -> Setup {
    Setup { currency: Some("JPY"), ..Setup::default() }
}
