//! Editing a campaign: what stays, what is cleared, and of two who edit one the second is told.

use reqwest::Method;
use serde_json::{Value, json};

use super::{campaign, issue_in, put, read};
use crate::harness::{Reply, TestApp, on_both};

async fn put_if(app: &TestApp, id: &str, tag: &str, body: Value) -> Reply {
    let path = format!("/billing/campaigns/{id}");
    let bytes = body.to_string().into_bytes();
    app.sovereign_admin().send(Method::PUT, &path, &[("If-Match", tag)], Some(bytes)).await
}

on_both! {
    async fn absent_members_stay_and_empty_ones_go(app: &TestApp) {
        let all = json!({
            "budget_minor": 5_000, "starts_at": "2027-03-01T00:00:00Z", "ends_at": "2027-04-01T00:00:00Z",
            "per_customer": 1,
        });
        let id = campaign(app, "Bills", all).await;
        app.clock.advance_seconds(60);
        let edited = put(app, &id, json!({ "budget_minor": 6_000, "ends_at": "", "name": null })).await.expect(200);
        assert_eq!((&edited["budget_minor"], &edited["name"]), (&json!(6_000), &json!("Bills")));
        assert_eq!((&edited["starts_at"], edited.get("ends_at")), (&json!("2027-03-01T00:00:00Z"), None));
        assert_eq!((&edited["per_customer"], &edited["updated_at"]), (&json!(1), &json!("2027-03-01T12:01:00Z")));
        // What changes nothing is no edit.
        app.clock.advance_seconds(60);
        let same = put(app, &id, json!({ "budget_minor": 6_000 })).await.expect(200);
        assert_eq!(same["updated_at"], "2027-03-01T12:01:00Z");
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'campaign.edit'").await, 1);
        // Its own name is no other's.
        put(app, &id, json!({ "name": "BILLS" })).await.expect(200);
        campaign(app, "Other", json!({})).await;
        let taken = put(app, &id, json!({ "name": "other" })).await.expect_problem(400, "invalid_request");
        assert_eq!(taken["field"], "name");
        let ends = put(app, &id, json!({ "ends_at": "2027-02-01T00:00:00Z" })).await;
        assert_eq!(ends.expect_problem(400, "invalid_request")["field"], "ends_at");
        put(app, "not-an-id", json!({})).await.expect_problem(404, "not_found");
    }

    async fn the_second_of_two_is_told(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 5_000 })).await;
        let seen = app.sovereign_admin().get(&format!("/billing/campaigns/{id}")).await;
        let seen = seen.headers["etag"].to_str().unwrap().to_owned();
        let first = put_if(app, &id, &seen, json!({ "budget_minor": 6_000 })).await;
        let after = first.headers["etag"].to_str().unwrap().to_owned();
        assert_ne!(seen, after);
        first.expect(200);
        let told = put_if(app, &id, &seen, json!({ "budget_minor": 7_000 })).await;
        assert_eq!(told.expect_problem(412, "campaign_edited")["field"], "If-Match");
        assert_eq!(read(app, &id).await["budget_minor"], 6_000);
        put_if(app, &id, &after, json!({ "budget_minor": 7_000 })).await.expect(200);
        put_if(app, &id, "*", json!({ "budget_minor": 8_000 })).await.expect(200);
    }

    /// A redemption is no edit.
    async fn redemptions_leave_the_tag(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 50_000 })).await;
        issue_in(app, &id, "GIFT-1", 5).await;
        let path = format!("/billing/campaigns/{id}");
        let tag = |reply: &Reply| reply.headers["etag"].to_str().unwrap().to_owned();
        let before = tag(&app.sovereign_admin().get(&path).await);
        app.customer("kestrel").await.redeem("GIFT-1").await.expect(200);
        let after = app.sovereign_admin().get(&path).await;
        assert_eq!(tag(&after), before);
        assert_eq!(after.expect(200)["granted_minor"], 5_000);
    }
}
