//! Vouchers join campaigns and leave them; lists of them tell how each stands.

use serde_json::{Value, json};

use super::{campaign, granted, issue_in, put, read, stands};
use crate::harness::{Setup, TestApp, on_both};

async fn list(app: &TestApp, query: &str) -> Vec<Value> {
    let list = app.sovereign_admin().get(&format!("/billing/vouchers/list?{query}")).await;
    list.expect(200).as_array().unwrap().clone()
}

fn codes(vouchers: &[Value]) -> Vec<&str> {
    vouchers.iter().map(|voucher| voucher["code"].as_str().unwrap()).collect()
}

on_both! {
    async fn by_identifier_or_by_name(app: &TestApp) {
        let id = campaign(app, "Muscat bills", json!({})).await;
        let admin = app.sovereign_admin();
        let issue = async |campaign: Value| {
            let body = json!({ "code": "GIFT-1", "credit_omr": 5, "campaign_id": campaign });
            admin.post("/billing/vouchers/issue", &body).await
        };
        for named in [json!(id), json!("muscat BILLS"), json!(format!(" {} ", id.to_uppercase()))] {
            assert_eq!(issue(named).await.expect(200)["campaign_id"], json!(id));
            // What is not sent, or null, stays.
            assert_eq!(issue(Value::Null).await.expect(200)["campaign_id"], json!(id));
            assert_eq!(issue(json!("")).await.expect(200).get("campaign_id"), None);
        }
        for wrong in [json!("Nonesuch"), json!("01a400f6-3600-7001-9c59-0180e54c0e5b")] {
            let problem = issue(wrong).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "campaign_id");
        }
        let history = admin.get("/billing/vouchers/code/GIFT-1/history").await.expect(200);
        let left = json!([{ "member": "campaign", "before": "Muscat bills", "after": null }]);
        assert_eq!(history[0]["changes"], left);
    }

    /// A redemption counts where its voucher was then, and is released there.
    async fn what_was_redeemed_counts_where_it_was(app: &TestApp, Setup::with_stripe()) {
        let old = campaign(app, "Old", json!({ "budget_minor": 8_000 })).await;
        let new = campaign(app, "New", json!({ "budget_minor": 4_000 })).await;
        issue_in(app, &old, "FOUR", 4).await;
        app.customer("first").await.redeem("FOUR").await.expect(200);
        let second = app.customer("second").await;
        second.checkout("m", "FOUR").await.expect(200);
        issue_in(app, &new, "FOUR", 4).await;
        assert_eq!((granted(app, &old).await, granted(app, &new).await), ((8_000, 2), (0, 0)));
        app.customer("third").await.redeem("FOUR").await.expect(200);
        app.customer("fourth").await.redeem("FOUR").await.expect_problem(400, "voucher_budget_spent");
        assert_eq!((granted(app, &old).await, granted(app, &new).await), ((8_000, 2), (4_000, 1)));
        // The order of before gives back to the campaign of before.
        second.checkout("l", "").await.expect(200);
        assert_eq!((granted(app, &old).await, granted(app, &new).await), ((4_000, 1), (4_000, 1)));
        assert_eq!((&read(app, &old).await["vouchers"], &read(app, &new).await["vouchers"]), (&json!(0), &json!(1)));
    }

    /// Each status has the vouchers that say that they stand so, also within a campaign, page by page and in the
    /// file.
    async fn a_status_has_exactly_those_that_stand_so(app: &TestApp) {
        let campaigns = [
            ("running", json!({})),
            ("budget", json!({ "budget_minor": 7_000 })),
            ("paused", json!({ "active": false })),
            ("later", json!({ "starts_at": "2027-03-02T00:00:00Z", "ends_at": "2027-03-03T00:00:00Z" })),
            ("over", json!({ "ends_at": "2027-03-01T00:00:00Z" })),
            ("over-and-paused", json!({ "active": false, "ends_at": "2027-03-01T00:00:00Z" })),
        ];
        let mut names = vec![""];
        for (name, members) in &campaigns {
            campaign(app, name, members.clone()).await;
            names.push(name);
        }
        for (index, name) in names.iter().enumerate() {
            for (kind, extra) in [
                ("PLAIN", json!({})),
                ("OFF", json!({ "active": false })),
                ("FULL", json!({ "max_redemptions": 1 })),
                ("LARGE", json!({ "credit_omr": 9 })),
                ("GONE", json!({})),
            ] {
                let code = format!("{kind}-{index}");
                let mut body = json!({ "code": code, "credit_omr": 5, "campaign_id": name });
                body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
                app.issue_as(body).await;
                app.clock.advance_seconds(1);
                if kind == "GONE" {
                    app.revoke(&code).await;
                }
            }
        }
        app.execute("UPDATE promo_codes SET times_redeemed = 1, adopted_redemptions = 1 WHERE code LIKE 'FULL%'").await;

        let live = list(app, "").await;
        let all = [live.clone(), list(app, "status=revoked").await].concat();
        assert_eq!((live.len(), all.len()), (28, 35));
        for status in ["live", "scheduled", "paused", "exhausted", "ended", "revoked"] {
            let found = list(app, &format!("status={status}")).await;
            let stand_so: Vec<Value> = all.iter().filter(|one| one["status"] == status).cloned().collect();
            assert!(!found.is_empty(), "{status}");
            assert_eq!(codes(&found), codes(&stand_so), "{status}");
            // A page at a time.
            let mut path = format!("/billing/vouchers/list?status={status}&limit=3");
            let mut paged = Vec::new();
            loop {
                let reply = app.sovereign_admin().get(&path).await;
                let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
                paged.extend(reply.expect(200).as_array().unwrap().clone());
                let Some(link) = link else { break };
                link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path);
            }
            assert_eq!(codes(&paged), codes(&found), "{status}");
            for (name, _) in &campaigns {
                let found = list(app, &format!("status={status}&campaign={name}")).await;
                let index = names.iter().position(|one| one == name).unwrap();
                let inside: Vec<&str> = codes(&stand_so)
                    .into_iter()
                    .filter(|code| code.ends_with(&format!("-{index}")))
                    .collect();
                assert_eq!(codes(&found), inside, "{status} in {name}");
            }
            let file = app.sovereign_admin().get(&format!("/billing/vouchers/csv?status={status}")).await;
            assert_eq!(file.text.lines().count(), found.len() + 1, "{status}");
        }
        let large = list(app, "q=large-2").await;
        assert_eq!(large[0]["status"], "exhausted", "too little is left for it");
        let other = app.sovereign_admin().get("/billing/vouchers/list?campaign=nonesuch").await;
        assert_eq!(other.expect_problem(400, "invalid_request")["field"], "campaign");
    }

    /// More campaigns than are looked into one after another.
    async fn of_many_campaigns_too(app: &TestApp) {
        let time = json!({ "starts_at": "2027-03-02T00:00:00Z" });
        for number in 0..52 {
            let id = campaign(app, &format!("Later {number}"), time.clone()).await;
            issue_in(app, &id, &format!("LATER-{number:02}"), 5).await;
            issue_in(app, &campaign(app, &format!("Now {number}"), json!({ "budget_minor": 7_000 })).await, &format!("NOW-{number:02}"), 5).await;
            issue_in(app, &format!("Now {number}"), &format!("LARGE-{number:02}"), 9).await;
            app.clock.advance_seconds(1);
        }
        for (status, prefix) in [("scheduled", "LATER"), ("live", "NOW"), ("exhausted", "LARGE")] {
            let found = list(app, &format!("status={status}")).await;
            let expected: Vec<String> = (0..52).rev().map(|number| format!("{prefix}-{number:02}")).collect();
            assert_eq!(codes(&found), expected, "{status}");
            assert!(found.iter().all(|one| one["status"] == status), "{status}");
        }
        assert!(list(app, "status=paused").await.is_empty());
        assert!(list(app, "status=ended").await.is_empty());
    }

    /// Nobody reads what is remembered of a voucher whose campaign has changed.
    async fn an_edit_of_the_campaign_is_seen_at_once(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "GIFT-1", 5).await;
        for round in 0..20 {
            let active = round % 2 == 0;
            put(app, &id, json!({ "active": active })).await.expect(200);
            let expected = if active { 200 } else { 410 };
            assert_eq!(stands(app, "GIFT-1").await.0, expected, "round {round}");
        }
    }
}
