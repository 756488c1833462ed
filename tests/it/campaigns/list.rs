//! The list of campaigns.

use serde_json::{Value, json};

use super::{campaign, issue_in};
use crate::harness::on_both;

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

on_both! {
    async fn newest_first_a_page_at_a_time(app: &TestApp) {
        let admin = app.sovereign_admin();
        assert_eq!(admin.get("/billing/campaigns").await.expect(200), json!([]));
        for number in 0..5 {
            campaign(app, &format!("C{number}"), json!({})).await;
            app.clock.advance_seconds(1);
        }
        let all = admin.get("/billing/campaigns").await.expect(200);
        assert_eq!(names(&all), ["C4", "C3", "C2", "C1", "C0"]);
        let mut path = "/billing/campaigns?limit=2&status=running".to_owned();
        let mut seen = Vec::new();
        loop {
            let reply = admin.get(&path).await;
            let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
            seen.extend(reply.expect(200).as_array().unwrap().clone());
            let Some(link) = link else { break };
            link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path);
        }
        assert_eq!(Value::Array(seen), all);
        for (query, field) in [("after=x", "after"), ("limit=0", "limit"), ("status=gone", "status")] {
            let problem = admin.get(&format!("/billing/campaigns?{query}")).await;
            assert_eq!(problem.expect_problem(400, "invalid_request")["field"], field);
        }
    }

    async fn a_status_has_exactly_those_that_stand_so(app: &TestApp) {
        campaign(app, "running", json!({ "budget_minor": 5 })).await;
        campaign(app, "scheduled", json!({ "starts_at": "2027-03-02T00:00:00Z" })).await;
        campaign(app, "paused", json!({ "active": false, "starts_at": "2027-03-02T00:00:00Z" })).await;
        campaign(app, "ended", json!({ "ends_at": "2027-03-01T12:00:00Z" })).await;
        campaign(app, "exhausted", json!({ "budget_minor": 5_000 })).await;
        issue_in(app, "exhausted", "FIVE", 5).await;
        app.customer("kestrel").await.redeem("FIVE").await.expect(200);
        for status in ["running", "scheduled", "paused", "ended", "exhausted"] {
            let found = app.sovereign_admin().get(&format!("/billing/campaigns?status={status}")).await.expect(200);
            assert_eq!(names(&found), [status]);
            assert_eq!(found[0]["status"], status);
        }
    }
}
