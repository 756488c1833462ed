//! Making a campaign, and what is refused.

use reqwest::Method;
use serde_json::json;

use super::{campaign, read};
use crate::harness::on_both;

const PATH: &str = "/billing/campaigns";

on_both! {
    async fn absent_members_have_their_defaults(app: &TestApp) {
        let admin = app.sovereign_admin();
        let made = admin.post(PATH, &json!({ "name": " Muscat bills " })).await;
        assert!(made.headers["etag"].to_str().unwrap().starts_with('"'));
        let made = made.expect(201);
        let expected = json!({
            "id": made["id"], "name": "Muscat bills", "active": true, "status": "running", "budget_minor": 0,
            "granted_minor": 0, "currency": "OMR", "redemptions": 0, "per_customer": 0,
            "created_at": "2027-03-01T12:00:00Z", "updated_at": "2027-03-01T12:00:00Z",
        });
        assert_eq!(made, expected);
        let mut details = expected;
        details["vouchers"] = json!(0);
        assert_eq!(read(app, made["id"].as_str().unwrap()).await, details);
        let entry = "SELECT COUNT(*) FROM audit_log WHERE action = 'campaign.create'";
        assert_eq!(app.number(entry).await, 1);
    }

    async fn every_member_is_stored(app: &TestApp) {
        let id = campaign(app, "حملة الصيدليات", json!({
            "active": false, "budget_minor": 12_345, "starts_at": "2027-03-02T00:00:00+04:00",
            "ends_at": "2027-04-01T00:00:00+04:00", "per_customer": 2, "granted_minor": 99, "status": "ended",
        })).await;
        let stored = read(app, &id).await;
        assert_eq!(stored["status"], "paused");
        assert_eq!((&stored["budget_minor"], &stored["remaining_minor"]), (&json!(12_345), &json!(12_345)));
        assert_eq!(stored["starts_at"], "2027-03-01T20:00:00Z");
        assert_eq!(stored["ends_at"], "2027-03-31T20:00:00Z");
        assert_eq!((&stored["per_customer"], &stored["granted_minor"]), (&json!(2), &json!(0)));
    }

    async fn what_is_wrong_is_named(app: &TestApp) {
        let admin = app.sovereign_admin();
        for (field, body) in [
            ("name", json!({})),
            ("name", json!({ "name": "  " })),
            ("name", json!({ "name": "n".repeat(81) })),
            ("name", json!({ "name": "a\nb" })),
            ("budget_minor", json!({ "name": "A", "budget_minor": -1 })),
            ("budget_minor", json!({ "name": "A", "budget_minor": 1_000_000_000_000_001_i64 })),
            ("budget_minor", json!({ "name": "A", "budget_minor": 1.5 })),
            ("per_customer", json!({ "name": "A", "per_customer": 1_001 })),
            ("starts_at", json!({ "name": "A", "starts_at": "tomorrow" })),
            ("ends_at", json!({ "name": "A", "ends_at": "2027-13-01T00:00:00Z" })),
            ("ends_at", json!({ "name": "A", "starts_at": "2027-04-01T00:00:00Z", "ends_at": "2027-04-01T00:00:00Z" })),
        ] {
            let problem = admin.post(PATH, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}: {problem}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns").await, 0);
    }

    async fn a_name_is_there_once(app: &TestApp) {
        campaign(app, "Muscat  bills", json!({})).await;
        let again = app.sovereign_admin().post(PATH, &json!({ "name": "MUSCAT bills" })).await;
        let problem = again.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "name");
        assert!(problem["detail"].as_str().unwrap().contains("another campaign"), "{problem}");
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns").await, 1);
    }

    async fn only_issuers_may(app: &TestApp) {
        let nowhere = format!("{PATH}/01a400f6-3600-7001-9c59-0180e54c0e5b");
        for (method, path) in [
            (Method::POST, PATH), (Method::GET, PATH), (Method::GET, &nowhere), (Method::PUT, &nowhere),
            (Method::GET, &format!("{nowhere}/days")), (Method::GET, &format!("{nowhere}/days/csv")),
        ] {
            let body = || Some(json!({ "name": "A" }).to_string().into_bytes());
            let nobody = app.anyone().send(method.clone(), path, &[], body()).await;
            nobody.expect_problem(401, "unauthorized");
            let member = app.member("passer-by").send(method.clone(), path, &[], body()).await;
            member.expect_problem(403, "forbidden");
            if path != PATH {
                let admin = app.sovereign_admin().send(method, path, &[], body()).await;
                admin.expect_problem(404, "not_found");
            }
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns").await, 0);
    }
}
