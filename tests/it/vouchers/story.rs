//! `GET /billing/vouchers/code/{code}/history` and `…/redemptions`: what was done to a voucher, and who redeemed it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{issue, refuses_others, revoke};
use crate::harness::{Setup, TestApp, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";

async fn read(app: &TestApp, what: &str) -> Vec<Value> {
    let path = format!("/billing/vouchers/code/{CODE}/{what}");
    app.sovereign_admin().get(&path).await.expect(200).as_array().unwrap().clone()
}

/// All pages of `what`, so many on each; how many pages there were.
async fn follow(app: &TestApp, what: &str, limit: usize) -> (Vec<Value>, usize) {
    let mut path = format!("/billing/vouchers/code/{CODE}/{what}?limit={limit}");
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let reply = app.sovereign_admin().get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let page = reply.expect(200);
        assert!(page.as_array().unwrap().len() <= limit, "{page}");
        all.extend(page.as_array().unwrap().clone());
        pages += 1;
        let Some(link) = link else { return (all, pages) };
        link.strip_prefix('<').unwrap().split_once('>').unwrap().0.clone_into(&mut path);
    }
}

on_both! {
    async fn everything_that_was_done_with_what_it_changed(app: &TestApp) {
        let mut body = json!({ "code": CODE, "credit_omr": 200, "max_redemptions": 5 });
        issue(app, &body).await;
        app.clock.advance_seconds(60);
        body["credit_omr"] = json!(150);
        body["credit_valid_days"] = json!(90);
        app.superadmin().post("/billing/vouchers/issue", &body).await.expect(200);
        body["active"] = json!(false);
        issue(app, &body).await;
        body["active"] = json!(true);
        issue(app, &body).await;
        revoke(app, CODE).await;
        issue(app, &body).await;
        // A voucher of another name is another story.
        app.issue("OMANTEL-MUSCAT-2000", 5, 0).await;

        let done = read(app, "history").await;
        let kinds: Vec<_> = done.iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["brought_back", "revoked", "resumed", "paused", "edited", "issued"]);
        assert_eq!(done[4]["changes"], json!([
            { "member": "credit_minor", "before": 200_000, "after": 150_000 },
            { "member": "credit_valid_days", "before": null, "after": 90 },
        ]));
        assert_eq!(done[4]["email"], "root@example.com");
        assert_eq!(done[4]["at"], "2027-03-01T12:01:00Z");
        assert_eq!(done[3]["changes"], json!([{ "member": "active", "before": true, "after": false }]));
        assert_eq!(done[5]["changes"].as_array().unwrap().len(), 3, "what it has: {}", done[5]);
        assert_eq!(done[5]["email"], "campaigns@example.com");
        assert_eq!(follow(app, "history", 4).await, (done, 2));
    }

    async fn what_was_done_at_the_command_line_is_there(app: &TestApp) {
        let issue = ["voucher", "issue", CODE, "--credit", "5"];
        app.database().run(&issue).expect_answer();
        let done = read(app, "history").await;
        assert_eq!((&done[0]["actor"], &done[0].get("email")), (&json!("cli"), &None));
    }

    /// Who redeemed it, and what is left of it: spent, released or not.
    async fn every_redemption_with_what_is_left(app: &TestApp, Setup::with_stripe()) {
        app.issue(CODE, 4, 0).await;
        let banked = app.customer("banked").await;
        banked.redeem(CODE).await.expect(200);
        app.clock.advance_seconds(1);
        let reserved = app.customer("reserved").await;
        // 9 rial, of which a card is to pay 5.
        reserved.checkout("m", CODE).await.expect(200);
        app.clock.advance_seconds(1);
        let given_up = app.customer("given-up").await;
        given_up.checkout("m", CODE).await.expect(200);
        given_up.checkout("l", "").await.expect(200);

        let found = read(app, "redemptions").await;
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one["slug"].as_str().unwrap(), one["state"].as_str().unwrap(), one["left_minor"].as_i64().unwrap()))
            .collect();
        assert_eq!(shown, [("given-up", "released", 0), ("reserved", "reserved", 0), ("banked", "redeemed", 4_000)]);
        assert!(found.iter().all(|one| one["credit_minor"] == 4_000 && one["currency"] == "OMR"), "{found:?}");
        assert_eq!(found[2]["tenant_id"], banked.tenant_id.as_str());
        assert_eq!(follow(app, "redemptions", 1).await, (found, 3));
    }

    /// Where there are more than are put in order at once, they come all the same.
    async fn many_redemptions_are_walked_along(app: &TestApp) {
        app.issue(CODE, 4, 0).await;
        app.issue("OTHER-1", 4, 0).await;
        for name in ["first", "second", "third"] {
            let customer = app.customer(name).await;
            customer.redeem(CODE).await.expect(200);
            customer.redeem("OTHER-1").await.expect(200);
        }
        let few = read(app, "redemptions").await;
        app.execute("UPDATE promo_codes SET times_redeemed = 5001, adopted_redemptions = 4998").await;
        let many = read(app, "redemptions").await;
        assert_eq!((many.len(), &many), (3, &few));
        assert_eq!(follow(app, "redemptions", 2).await, (few, 2));
    }

    async fn spent_credit_is_not_left(app: &TestApp) {
        app.issue(CODE, 20, 0).await;
        app.customer("kestrel").await.checkout("m", CODE).await.expect(200);
        let found = read(app, "redemptions").await;
        assert_eq!((&found[0]["credit_minor"], &found[0]["left_minor"]), (&json!(20_000), &json!(11_000)));
    }

    async fn only_issuers_may_read_it(app: &TestApp) {
        for what in ["history", "redemptions"] {
            let path = format!("/billing/vouchers/code/NEVER-ISSUED/{what}");
            refuses_others(app, Method::GET, &path, None).await;
            let admin = app.sovereign_admin();
            admin.get(&path).await.expect_problem(404, "not_found");
            let bad = format!("/billing/vouchers/code/{CODE}/{what}?before=x");
            assert_eq!(admin.get(&bad).await.expect_problem(400, "invalid_request")["field"], "before");
            let bad = format!("/billing/vouchers/code/{CODE}/{what}?limit=0");
            assert_eq!(admin.get(&bad).await.expect_problem(400, "invalid_request")["field"], "limit");
        }
    }
}
