//! `GET /billing/vouchers/code/{code}/timeline`: everything that happened to a voucher, on one line of time.

use reqwest::Method;
use serde_json::{Value, json};

use super::{issue, refuses_others, revoke};
use crate::harness::{Setup, TestApp, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";

/// All pages, so many on each; how many pages there were.
async fn follow(app: &TestApp, limit: usize) -> (Vec<Value>, usize) {
    let mut path = format!("/billing/vouchers/code/{CODE}/timeline?limit={limit}");
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

fn kinds(all: &[Value]) -> Vec<&str> {
    all.iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

on_both! {
    /// An edit between two redemptions is between them, and what was given back has its moment.
    async fn everything_is_in_its_order(app: &TestApp, Setup::with_stripe()) {
        let mut body = json!({ "code": CODE, "credit_omr": 4 });
        issue(app, &body).await;
        app.clock.advance_seconds(60);
        let banked = app.customer("banked").await;
        banked.redeem(CODE).await.expect(200);
        app.clock.advance_seconds(60);
        body["credit_omr"] = json!(5);
        app.superadmin().post("/billing/vouchers/issue", &body).await.expect(200);
        app.clock.advance_seconds(60);
        let given_up = app.customer("given-up").await;
        given_up.checkout("m", CODE).await.expect(200);
        app.clock.advance_seconds(60);
        // Another order takes the place of the one that waits, which gives the voucher back.
        given_up.checkout("l", "").await.expect(200);
        app.clock.advance_seconds(60);
        let path = format!("/billing/vouchers/code/{CODE}/tags/spring");
        app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        app.clock.advance_seconds(60);
        revoke(app, CODE).await;
        // Of another voucher it tells nothing.
        app.issue("OMANTEL-MUSCAT-2000", 5, 0).await;
        banked.redeem("OMANTEL-MUSCAT-2000").await.expect(200);

        let (all, _) = follow(app, 200).await;
        assert_eq!(kinds(&all), ["revoked", "tagged", "released", "redeemed", "edited", "redeemed", "issued"]);
        let moments: Vec<_> = all.iter().map(|one| one["at"].as_str().unwrap()).collect();
        let minute = |minute: usize| format!("2027-03-01T12:{minute:02}:00Z");
        assert_eq!(moments, (0..7).rev().map(minute).collect::<Vec<_>>());
        let released = &all[2];
        assert_eq!((&released["slug"], &released["credit_minor"]), (&json!("given-up"), &json!(5_000)));
        assert_eq!((&released["state"], &released["currency"]), (&json!("released"), &json!("OMR")));
        assert_eq!(released["redemption_id"], all[3]["redemption_id"]);
        assert_eq!(released["order_id"], all[3]["order_id"]);
        assert_eq!((released.get("actor"), &released["changes"]), (None, &json!([])));
        assert_eq!(all[4]["email"], "root@example.com");
        assert_eq!(all[4]["changes"], json!([{ "member": "credit_minor", "before": 4_000, "after": 5_000 }]));
        assert_eq!((&all[5]["tenant_id"], &all[5]["state"]), (&json!(banked.tenant_id), &json!("redeemed")));
        assert_eq!(all[5].get("order_id"), None);
        for limit in 1..=8 {
            let expected = 7_usize.div_ceil(limit);
            assert_eq!(follow(app, limit).await, (all.clone(), expected), "{limit} on a page");
        }
    }

    /// Of one moment, too, nothing is skipped or there twice.
    async fn of_one_moment_each_comes_once(app: &TestApp, Setup::with_stripe()) {
        app.issue(CODE, 4, 0).await;
        for name in ["first", "second", "third"] {
            let customer = app.customer(name).await;
            customer.checkout("m", CODE).await.expect(200);
            customer.checkout("l", "").await.expect(200);
        }
        issue(app, &json!({ "code": CODE, "credit_omr": 5 })).await;
        let (all, _) = follow(app, 200).await;
        let expected = ["released"; 3].into_iter().chain(["redeemed"; 3]).chain(["edited", "issued"]);
        assert_eq!(kinds(&all), expected.collect::<Vec<_>>());
        for limit in 1..=5 {
            assert_eq!(follow(app, limit).await.0, all, "{limit} on a page");
        }
    }

    /// Where there are more redemptions than are put in order at once, they come all the same.
    async fn many_redemptions_are_walked_along(app: &TestApp) {
        app.issue(CODE, 4, 0).await;
        app.issue("OTHER-1", 4, 0).await;
        for name in ["first", "second", "third"] {
            app.clock.advance_seconds(1);
            let customer = app.customer(name).await;
            customer.redeem(CODE).await.expect(200);
            customer.redeem("OTHER-1").await.expect(200);
            app.clock.advance_seconds(1);
            let path = format!("/billing/vouchers/code/{CODE}/tags/{name}");
            app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        let (few, _) = follow(app, 200).await;
        app.execute("UPDATE promo_codes SET times_redeemed = 5001, adopted_redemptions = 4998").await;
        assert_eq!(kinds(&few), ["tagged", "redeemed", "tagged", "redeemed", "tagged", "redeemed", "issued"]);
        for limit in [1, 2, 3, 200] {
            assert_eq!(follow(app, limit).await.0, few, "{limit} on a page");
        }
    }

    async fn a_redemption_that_waits_says_so(app: &TestApp, Setup::with_stripe()) {
        app.issue(CODE, 4, 0).await;
        app.clock.advance_seconds(1);
        app.customer("waits").await.checkout("m", CODE).await.expect(200);
        let (all, _) = follow(app, 200).await;
        assert_eq!((&all[0]["kind"], &all[0]["state"]), (&json!("redeemed"), &json!("reserved")));
    }

    async fn only_issuers_may_read_it(app: &TestApp) {
        let path = "/billing/vouchers/code/NEVER-ISSUED/timeline";
        refuses_others(app, Method::GET, path, None).await;
        let admin = app.sovereign_admin();
        admin.get(path).await.expect_problem(404, "not_found");
        for (query, field) in [("after=x", "after"), ("limit=0", "limit"), ("limit=201", "limit")] {
            let bad = format!("/billing/vouchers/code/{CODE}/timeline?{query}");
            assert_eq!(admin.get(&bad).await.expect_problem(400, "invalid_request")["field"], field);
        }
    }
}
