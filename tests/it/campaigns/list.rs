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

    /// However it is spelled, and with each status.
    async fn a_part_of_the_name_is_enough(app: &TestApp) {
        for name in ["Muscat bills", "Salalah 50% off", "Salalah BILLS", "فواتير صلالة"] {
            campaign(app, name, json!({ "active": name != "Salalah BILLS" })).await;
            app.clock.advance_seconds(1);
        }
        for (query, expected) in [
            ("q=bills", &["Salalah BILLS", "Muscat bills"][..]),
            ("q=%20SALALAH%20%20bi", &["Salalah BILLS"]),
            ("q=salalah&status=running", &["Salalah 50% off"]),
            ("q=%D8%B5%D9%84%D8%A7%D9%84%D8%A9", &["فواتير صلالة"]),
            // What means anything in a pattern means itself.
            ("q=%25", &["Salalah 50% off"]),
            ("q=_", &[]),
            ("q=!", &[]),
        ] {
            let found = app.sovereign_admin().get(&format!("/billing/campaigns?{query}")).await.expect(200);
            assert_eq!(names(&found), expected, "{query}");
        }
        let admin = app.sovereign_admin();
        let first = admin.get("/billing/campaigns?q=bills&limit=1").await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        let next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        assert_eq!(names(&first.expect(200)), ["Salalah BILLS"]);
        assert_eq!(names(&admin.get(&next).await.expect(200)), ["Muscat bills"]);
        for query in [format!("q={}", "x".repeat(81)), "q=A%00B".to_owned()] {
            let problem = admin.get(&format!("/billing/campaigns?{query}")).await;
            assert_eq!(problem.expect_problem(400, "invalid_request")["field"], "q");
        }
        let listed = app.database().run(&["campaign", "list", "--search", "MUSCAT", "--json"]).expect_json();
        assert_eq!(names(&listed), ["Muscat bills"]);
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
