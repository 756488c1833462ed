//! `/billing/vouchers/views`: lists of vouchers that administrators keep under a name.

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::harness::{TestApp, on_both};

const VIEWS: &str = "/billing/vouchers/views";

async fn kept(app: &TestApp) -> Vec<Value> {
    app.superadmin().get(VIEWS).await.expect(200).as_array().unwrap().clone()
}

on_both! {
    async fn they_are_kept_for_all_who_administer(app: &TestApp) {
        let bills = campaign(app, "Bills", json!({})).await;
        let filter = json!({ "q": " oman ", "status": "paused", "campaign": "bills", "tag": "Spring  Bills", "sort": "spent" });
        let made = app.sovereign_admin().post(VIEWS, &json!({ "name": " Muscat,  paused ", "filter": filter })).await.expect(201);
        assert_eq!(made["name"], "Muscat, paused");
        let expected = json!({ "q": "OMAN", "status": "paused", "campaign": bills, "tag": "spring bills", "sort": "spent" });
        assert_eq!(made["filter"], expected, "as it is written, and the campaign by its identifier");
        let all = app.sovereign_admin().post(VIEWS, &json!({ "name": "All" })).await.expect(201);
        assert_eq!(all["filter"], json!({}));
        assert_eq!(kept(app).await, [all.clone(), made.clone()], "by name");
        let path = format!("{VIEWS}/{}", made["id"].as_str().unwrap());
        app.superadmin().delete(&path).await.expect(200);
        app.superadmin().delete(&path).await.expect_problem(404, "not_found");
        app.superadmin().delete(&format!("{VIEWS}/x")).await.expect_problem(404, "not_found");
        assert_eq!(kept(app).await, [all]);
        let audited = "SELECT action FROM audit_log WHERE action LIKE 'view.%' ORDER BY id";
        assert_eq!(app.database().texts(audited).await, ["view.create", "view.create", "view.delete"]);
    }

    async fn what_cannot_be_kept_is_told(app: &TestApp) {
        app.sovereign_admin().post(VIEWS, &json!({ "name": "Mine" })).await.expect(201);
        let taken = app.superadmin().post(VIEWS, &json!({ "name": "MINE" })).await;
        assert_eq!(taken.expect_problem(409, "view_taken")["field"], "name");
        for (body, field) in [
            (json!({ "name": " " }), "name"),
            (json!({ "name": "x".repeat(61) }), "name"),
            (json!({ "name": "a\u{7}" }), "name"),
            (json!({ "name": "A", "filter": { "status": "gone" } }), "status"),
            (json!({ "name": "A", "filter": { "campaign": "nonesuch" } }), "campaign"),
            (json!({ "name": "A", "filter": { "bulk": "x" } }), "bulk"),
            (json!({ "name": "A", "filter": { "tag": "a,b" } }), "tag"),
            (json!({ "name": "A", "filter": { "sort": "price" } }), "sort"),
            (json!({ "name": "A", "filter": [null, "live"] }), "filter"),
        ] {
            let problem = app.sovereign_admin().post(VIEWS, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{problem}");
        }
        for number in 1..100 {
            app.sovereign_admin().post(VIEWS, &json!({ "name": format!("List {number}") })).await.expect(201);
        }
        app.sovereign_admin().post(VIEWS, &json!({ "name": "Another" })).await.expect_problem(409, "too_many_views");
        assert_eq!(kept(app).await.len(), 100);
    }

    /// Of several who keep one of the same name at once, one does.
    async fn at_once(app: &TestApp) {
        let keep = async |_| app.sovereign_admin().post(VIEWS, &json!({ "name": "Mine" })).await.status;
        let mut statuses = futures_util::future::join_all((0..8).map(keep)).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }
}
