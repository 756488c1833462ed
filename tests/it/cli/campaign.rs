//! `sovereign campaign`: the same campaigns as over HTTP, at the same moment.

use serde_json::{Value, json};

use crate::harness::{TestApp, on_both};

async fn listed(app: &TestApp) -> Value {
    app.sovereign_admin().get("/billing/campaigns").await.expect(200)
}

on_both! {
    async fn command_line_and_http_see_the_same(app: &TestApp) {
        let database = app.database();
        let create = ["campaign", "create", "Muscat bills", "--budget", "10000.5", "--per-customer", "1", "--json"];
        let made = database.run(&create).expect_json();
        assert_eq!((&made["budget_minor"], &made["remaining_minor"]), (&json!(10_000_500), &json!(10_000_500)));
        assert_eq!(listed(app).await[0]["id"], made["id"]);
        let issue = ["voucher", "issue", "BILL-200", "--credit", "200", "--campaign", "muscat bills", "--json"];
        assert_eq!(database.run(&issue).expect_json()["campaign_id"], made["id"]);
        app.customer("kestrel").await.redeem("BILL-200").await.expect(200);

        let edit = ["campaign", "edit", "MUSCAT bills", "--budget", "200", "--name", "Bills", "--json"];
        let edited = database.run(&edit).expect_json();
        assert_eq!((&edited["name"], &edited["granted_minor"], &edited["status"]), (&json!("Bills"), &json!(200_000), &json!("exhausted")));
        let list = database.run(&["campaign", "list", "--status", "exhausted", "--json"]).expect_json();
        assert_eq!(list[0]["id"], made["id"]);
        assert_eq!(database.run(&["campaign", "list", "--status", "paused", "--json"]).expect_json(), json!([]));
        let of_campaign = ["voucher", "list", "--campaign", "Bills", "--status", "exhausted", "--json"];
        assert_eq!(database.run(&of_campaign).expect_json()[0]["code"], "BILL-200");
        let table = database.run(&["campaign", "list"]).expect_answer();
        assert!(table.contains("200.000 of 200.000 OMR granted"), "{table}");
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE actor = 'cli' AND action LIKE 'campaign.%'").await, 2);
    }

    async fn what_is_wrong_is_said(app: &TestApp) {
        let database = app.database();
        for (arguments, said) in [
            (&["campaign", "create", " "][..], "name must have 1 to 80 characters"),
            (&["campaign", "create", "A", "--budget", "much"], "--budget must be an amount such as 10000.000"),
            (&["campaign", "create", "A", "--starts-at", "soon", "--per-customer", "-1"], "starts_at must be a moment"),
            (&["campaign", "edit", "nonesuch", "--budget", "1"], "there is no campaign with this name or identifier"),
            (&["campaign", "list", "--status", "gone"], "status must be one of"),
            (&["voucher", "issue", "GIFT-1", "--credit", "5", "--campaign", "nonesuch"], "campaign_id must be"),
        ] {
            let refused = database.run(arguments).expect(1);
            assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.stderr);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns").await, 0);
    }
}
