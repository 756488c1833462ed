//! Asking for codes, and what is refused.

use reqwest::Method;
use serde_json::json;

use super::{BULK, IMPORT, JOB, ask, issued};
use crate::harness::on_both;

on_both! {
    async fn what_could_be_guessed_is_refused_and_what_is_wrong_named(app: &TestApp) {
        let admin = app.sovereign_admin();
        for (field, says, body) in [
            ("count", "count", json!({ "credit_omr": 5 })),
            ("count", "from 1 to 100000", json!({ "count": 0, "credit_omr": 5 })),
            ("count", "from 1 to 100000", json!({ "count": 100_001, "credit_omr": 5 })),
            ("count", "", json!({ "count": 1.5, "credit_omr": 5 })),
            ("length", "at least 12", json!({ "count": 1, "credit_omr": 5, "length": 11 })),
            ("length", "at least 12", json!({ "count": 1, "credit_omr": 5, "length": -1 })),
            ("length", "at least 17", json!({ "count": 1, "credit_omr": 5, "length": 16, "alphabet": "digits" })),
            ("length", "at least 18", json!({ "count": 1, "credit_omr": 5, "length": 17, "alphabet": "digits", "check_character": true })),
            ("length", "at most 56", json!({ "count": 1, "credit_omr": 5, "length": 57, "prefix": "OMANTEL-" })),
            ("length", "at most 55", json!({ "count": 1, "credit_omr": 5, "length": 56, "prefix": "OMANTEL-", "check_character": true })),
            ("prefix", "only letters", json!({ "count": 1, "credit_omr": 5, "prefix": "OMAN TEL" })),
            ("alphabet", "clear, letters, digits", json!({ "count": 1, "credit_omr": 5, "alphabet": "greek" })),
            ("credit_omr", "whole number", json!({ "count": 1, "credit_omr": 0 })),
            ("max_redemptions", "unlimited", json!({ "count": 1, "credit_omr": 5, "max_redemptions": -1 })),
            ("credit_valid_days", "for good", json!({ "count": 1, "credit_omr": 5, "credit_valid_days": 36_501 })),
            ("description", "at most 500", json!({ "count": 1, "credit_omr": 5, "description": "x".repeat(501) })),
            ("campaign_id", "campaign", json!({ "count": 1, "credit_omr": 5, "campaign_id": "nonesuch" })),
        ] {
            let problem = admin.post(BULK, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(says), "{body}: {problem}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    }

    /// Who does not know whether they were heard asks again under the same identifier.
    async fn asked_for_twice_it_is_begun_once(app: &TestApp) {
        let id = "01a400f6-3600-7001-9c59-0180e54c0e5b";
        let first = ask(app, 10, json!({ "id": id })).await;
        assert_eq!(first["id"], id);
        app.run_job(JOB).await;
        let again = ask(app, 10, json!({ "id": id })).await;
        assert_eq!((&again["state"], &again["done"]), (&json!("done"), &json!(10)));
        app.run_job(JOB).await;
        assert_eq!(issued(app, &first).await.len(), 10);
        for members in [json!({ "id": id, "prefix": "X" }), json!({ "id": id, "count": 11 })] {
            let mut body = json!({ "count": 10, "credit_omr": 200 });
            body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            let other = app.sovereign_admin().post(BULK, &body).await;
            assert_eq!(other.expect_problem(400, "invalid_request")["field"], "id");
        }
        let entries = "SELECT COUNT(*) FROM audit_log WHERE action = 'bulk.create'";
        assert_eq!(app.number(entries).await, 1);
    }

    async fn only_issuers_may(app: &TestApp) {
        let one = format!("{BULK}/01a400f6-3600-7001-9c59-0180e54c0e5b");
        let (cancel, resume) = (format!("{one}/cancel"), format!("{one}/resume"));
        for (method, path) in [
            (Method::POST, BULK), (Method::GET, BULK), (Method::GET, &one), (Method::POST, &cancel),
            (Method::POST, &resume), (Method::POST, IMPORT),
        ] {
            let body = || Some(json!({ "count": 1, "credit_omr": 5 }).to_string().into_bytes());
            app.anyone().send(method.clone(), path, &[], body()).await.expect_problem(401, "unauthorized");
            let member = app.member("passer-by").send(method.clone(), path, &[], body()).await;
            member.expect_problem(403, "forbidden");
            if path.starts_with(&one) {
                let admin = app.sovereign_admin().send(method, path, &[], body()).await;
                admin.expect_problem(404, "not_found");
            }
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    }
}
