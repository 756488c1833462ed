//! `POST /billing/vouchers/issue` of a code that is there already: an edit, or, after a
//! revocation, a resurrection (Decision 6).

use serde_json::{Value, json};

use super::{issue, listed, revoke};
use crate::harness::{Customer, on_both};

async fn redeems(customer: &Customer, code: &str) {
    customer.redeem(code).await.expect(200);
}

on_both! {
    async fn an_edit_changes_what_it_names_and_nothing_else(app: &TestApp) {
        let first = json!({
            "code": "SALALAH-25", "credit_omr": 25, "description": "Khareef", "active": false,
            "max_redemptions": 50, "credit_valid_days": 90,
        });
        issue(app, &first).await;
        app.clock.advance_days(1);
        let mut expected = listed(app).await.remove(0);

        let edited = issue(app, &json!({ "code": "salalah-25", "credit_omr": 30 })).await;
        expected["credit_omr"] = json!(30);
        expected["credit_minor"] = json!(30_000);
        assert_eq!(edited, expected, "created_at and every absent member are as they were");

        for (member, value) in [
            ("description", json!("Autumn")),
            ("description", json!("")),
            ("active", json!(true)),
            ("max_redemptions", json!(70)),
            ("max_redemptions", json!(0)),
            ("credit_valid_days", json!(30)),
            ("credit_valid_days", json!(0)),
        ] {
            let edit = json!({ "code": "SALALAH-25", "credit_omr": 30, member: value.clone() });
            if member == "active" {
                expected["status"] = json!("live");
            }
            expected[member] = value;
            assert_eq!(issue(app, &edit).await, expected, "{member}");
        }
        assert_eq!(listed(app).await, [expected]);
    }

    /// Clients send back the object they got. What only the Sovereign knows stays as it is.
    async fn a_client_may_echo_the_whole_object(app: &TestApp) {
        app.issue("ECHO-10", 10, 5).await;
        redeems(&app.customer("kestrel").await, "ECHO-10").await;
        app.clock.advance_seconds(60);
        let voucher = listed(app).await.remove(0);
        assert_eq!(voucher["times_redeemed"], 1);
        assert_eq!(issue(app, &voucher).await, voucher);

        let mut echo = voucher.clone();
        let members = json!({
            "times_redeemed": 0, "created_at": "1970-01-01T00:00:00Z", "credit_minor": 1,
            "currency": "XXX", "adopted_redemptions": 4, "deleted_at": "2026-01-01T00:00:00Z",
            "id": 7, "tiers": [{ "x": [null, true] }],
        });
        echo.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(issue(app, &echo).await, voucher);
        echo["times_redeemed"] = json!("many");
        echo["created_at"] = Value::Null;
        assert_eq!(issue(app, &echo).await, voucher, "not even its type matters");
        assert_eq!(listed(app).await, [voucher]);
    }

    /// Another code is another voucher, whatever was sent along.
    async fn the_code_itself_never_changes(app: &TestApp) {
        app.issue("FIRST-10", 10, 5).await;
        let first = listed(app).await.remove(0);
        app.clock.advance_seconds(1);
        let mut renamed = first.clone();
        renamed["code"] = json!("SECOND-10");
        let second = issue(app, &renamed).await;
        assert_eq!(second["created_at"], "2027-03-01T12:00:01Z");
        assert_eq!(listed(app).await, [second, first]);
    }

    /// A redeemed credit stays what it was, in its value and in its end.
    async fn edits_are_for_later_redemptions(app: &TestApp) {
        let voucher = |credit: i64, days: i64| json!({ "code": "MOVES", "credit_omr": credit, "credit_valid_days": days });
        issue(app, &voucher(10, 30)).await;
        let early = app.customer("early-bird").await;
        redeems(&early, "MOVES").await;
        issue(app, &voucher(25, 0)).await;
        let late = app.customer("late-riser").await;
        redeems(&late, "MOVES").await;
        assert_eq!(early.available_minor().await, 10_000);
        assert_eq!(late.available_minor().await, 25_000);
        issue(app, &voucher(1, 1)).await;
        app.clock.advance_days(29);
        assert_eq!(early.available_minor().await, 10_000);
        app.clock.advance_days(2);
        assert_eq!(early.available_minor().await, 0, "for 30 days, as it said at the redemption");
        assert_eq!(late.available_minor().await, 25_000, "for good, as it said at the redemption");
    }

    /// Revoked and issued again, it is the same voucher: since when, how often, and for whom no
    /// more.
    async fn a_resurrected_voucher_remembers(app: &TestApp) {
        let first = json!({
            "code": "PHOENIX", "credit_omr": 10, "description": "Muscat", "max_redemptions": 3,
        });
        let created_at = issue(app, &first).await["created_at"].clone();
        let past = app.customer("past-redeemer").await;
        redeems(&past, "PHOENIX").await;
        revoke(app, "PHOENIX").await;
        app.clock.advance_days(100);

        let again = issue(app, &json!({ "code": " phoenix ", "credit_omr": 20 })).await;
        assert_eq!(again["created_at"], created_at);
        assert_eq!(again["times_redeemed"], 1);
        assert_eq!(again["active"], true);
        assert_eq!(again["description"], "Muscat");
        assert_eq!(again["max_redemptions"], 3);
        assert_eq!(again["credit_omr"], 20);
        assert!(again.get("deleted_at").is_none());
        assert_eq!(listed(app).await, [again]);

        let refused = past.redeem("PHOENIX").await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let organization = past.client.make_organization("second-try").await;
        let elsewhere = Customer { client: past.client.clone(), tenant_id: organization };
        let refused = elsewhere.redeem("PHOENIX").await;
        let problem = refused.expect_problem(400, "voucher_redeemed_by_you");
        assert_eq!(problem["field"], "code");
        let refused = elsewhere.checkout("m", "PHOENIX").await;
        let problem = refused.expect_problem(400, "voucher_redeemed_by_you");
        assert_eq!(problem["field"], "promo_code");
        let colleague = app.member("colleague");
        colleague.get("/tenant/orgs").await.expect(200);
        let member = json!({ "email": "colleague@example.com", "role": "admin" });
        let members = format!("/tenant/orgs/{}/members", past.tenant_id);
        past.client.post(&members, &member).await.expect(201);
        let colleague = Customer { client: colleague, tenant_id: past.tenant_id.clone() };
        let refused = colleague.redeem("PHOENIX").await;
        refused.expect_problem(400, "voucher_redeemed_by_organization");

        let new = app.customer("newcomer").await;
        redeems(&new, "PHOENIX").await;
        assert_eq!(new.available_minor().await, 20_000);
        assert_eq!(listed(app).await[0]["times_redeemed"], 2);
    }

    /// Its cap counts what was redeemed before.
    async fn a_resurrected_voucher_is_not_refilled(app: &TestApp) {
        app.issue("ONCE", 10, 1).await;
        redeems(&app.customer("first").await, "ONCE").await;
        revoke(app, "ONCE").await;
        app.issue("ONCE", 10, 1).await;
        let second = app.customer("second").await;
        second.redeem("ONCE").await.expect_problem(400, "voucher_exhausted");
        assert_eq!(second.available_minor().await, 0);
    }

    /// Edits wait for each other: one voucher, and a record of them without gaps.
    async fn issued_by_many_at_once(app: &TestApp) {
        let issues: Vec<_> = (1..=20)
            .map(|credit| {
                let admin = app.sovereign_admin();
                let body =
                    json!({ "code": "RUSH", "credit_omr": credit, "max_redemptions": credit });
                tokio::spawn(async move {
                    admin.post("/billing/vouchers/issue", &body).await.expect(200)
                })
            })
            .collect();
        for issue in issues {
            let stored = issue.await.unwrap();
            assert_eq!(stored["credit_omr"], stored["max_redemptions"], "one edit, whole");
        }
        let vouchers = listed(app).await;
        assert_eq!(vouchers.len(), 1);
        assert_eq!(vouchers[0]["credit_omr"], vouchers[0]["max_redemptions"]);
        let events = "SELECT COUNT(*) FROM outbox WHERE type = 'voucher.issued'";
        assert_eq!(app.number(events).await, 20);
        // One found nothing there, each of the others what exactly one had left.
        let before =
            "SELECT COUNT(DISTINCT CAST(before->>'credit_minor' AS bigint)) FROM audit_log";
        assert_eq!(app.number(before).await, 19);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE before IS NULL").await, 1);
    }
}
