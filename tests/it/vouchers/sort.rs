//! `GET /billing/vouchers/list?sort=`: by code, by what was spent, by the last redemption; a page at a time, and with every
//! filter.

use serde_json::{Value, json};

use super::{assert_field, codes};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, TestApp, on_both};

const LIST: &str = "/billing/vouchers/list";

/// All pages of so many, in their order.
async fn follow(app: &TestApp, query: &str, limit: usize) -> Vec<String> {
    let mut path = format!("{LIST}?{query}&limit={limit}");
    let mut found = Vec::new();
    loop {
        let reply = app.sovereign_admin().get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let page: Value = reply.expect(200);
        assert!(page.as_array().unwrap().len() <= limit, "{page}");
        found.extend(codes(&page));
        let Some(link) = link else { return found };
        link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path);
    }
}

async fn add_up(app: &TestApp) {
    app.clock.advance_seconds(600);
    app.run_job("roll-up").await;
}

/// C was redeemed first and spent most, A last and spent less, B and D never; B is in a campaign, and A is paused since.
async fn four(app: &TestApp) {
    let bills = campaign(app, "Bills", json!({})).await;
    app.issue("D-4", 20, 0).await;
    app.clock.advance_seconds(1);
    app.issue("C-3", 20, 0).await;
    app.clock.advance_seconds(1);
    issue_in(app, &bills, "B-2", 20).await;
    app.clock.advance_seconds(1);
    app.issue("A-1", 20, 0).await;
    app.customer("first").await.checkout("l", "C-3").await.expect(200);
    app.clock.advance_seconds(60);
    app.customer("second").await.checkout("m", "A-1").await.expect(200);
    app.issue_as(json!({ "code": "A-1", "credit_omr": 20, "active": false })).await;
}

on_both! {
    async fn each_order_a_page_at_a_time(app: &TestApp) {
        four(app).await;
        add_up(app).await;
        for (sort, expected) in [
            ("newest", ["A-1", "B-2", "C-3", "D-4"]),
            ("code", ["A-1", "B-2", "C-3", "D-4"]),
            ("spent", ["C-3", "A-1", "B-2", "D-4"]),
            ("last_redeemed", ["A-1", "C-3", "B-2", "D-4"]),
            ("", ["A-1", "B-2", "C-3", "D-4"]),
        ] {
            for limit in 1..=5 {
                assert_eq!(follow(app, &format!("sort={sort}"), limit).await, expected, "{sort}, {limit} on a page");
            }
        }
        app.clock.advance_seconds(1);
        app.issue("AA-NEW", 20, 0).await;
        assert_eq!(follow(app, "sort=code", 2).await, ["A-1", "AA-NEW", "B-2", "C-3", "D-4"]);
        assert_eq!(follow(app, "sort=spent", 2).await, ["C-3", "A-1", "AA-NEW", "B-2", "D-4"]);
    }

    /// Those of a tag are looked for where an order begins, and then among all that have it.
    async fn those_of_a_tag_are_in_order(app: &TestApp) {
        four(app).await;
        add_up(app).await;
        for code in ["A-1", "C-3", "D-4"] {
            let path = format!("/billing/vouchers/code/{code}/tags/shop");
            app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        for (sort, expected) in [
            ("code", ["A-1", "C-3", "D-4"]),
            ("spent", ["C-3", "A-1", "D-4"]),
            ("last_redeemed", ["A-1", "C-3", "D-4"]),
        ] {
            for limit in 1..=4 {
                assert_eq!(follow(app, &format!("tag=shop&sort={sort}"), limit).await, expected, "{sort}, {limit} on a page");
            }
            assert_eq!(follow(app, &format!("tag=none&sort={sort}"), 2).await, [""; 0]);
        }
    }

    /// Whatever is filtered, each order has the same vouchers.
    async fn every_filter_holds_in_every_order(app: &TestApp, Setup::with_mail()) {
        four(app).await;
        let (far, past) = ("2030-01-01T00:00:00Z", "2027-02-01T00:00:00Z");
        let later = campaign(app, "Later", json!({ "starts_at": far })).await;
        issue_in(app, &later, "LATER-1", 5).await;
        let over = campaign(app, "Over", json!({ "starts_at": past, "ends_at": "2027-03-01T12:02:00Z" })).await;
        issue_in(app, &over, "OVER-1", 5).await;
        let poor = campaign(app, "Poor", json!({ "budget_minor": 5_000 })).await;
        issue_in(app, &poor, "POOR-1", 5).await;
        issue_in(app, &poor, "POOR-2", 5).await;
        app.customer("third").await.redeem("POOR-1").await.expect(200);
        let resting = campaign(app, "Resting", json!({ "active": false })).await;
        issue_in(app, &resting, "REST-1", 5).await;
        app.issue("GONE-1", 5, 0).await;
        app.revoke("GONE-1").await;
        app.issue("ONCE-1", 5, 1).await;
        app.customer("fourth").await.redeem("ONCE-1").await.expect(200);
        add_up(app).await;
        let statuses = ["", "live", "scheduled", "paused", "exhausted", "ended", "revoked"];
        let mut seen = 0;
        for filter in statuses.map(|status| format!("status={status}")).into_iter().chain(["q=-1".to_owned(), "campaign=Poor".to_owned(), "campaign=Poor&status=exhausted&q=2".to_owned()]) {
            let mut expected = follow(app, &format!("{filter}&sort=newest"), 100).await;
            expected.sort();
            seen += expected.len();
            for sort in ["code", "spent", "last_redeemed"] {
                let mut found = follow(app, &format!("{filter}&sort={sort}"), 2).await;
                if sort == "code" {
                    assert_eq!(found, expected, "{filter}");
                }
                found.sort();
                assert_eq!(found, expected, "{filter} by {sort}");
            }
        }
        assert!(seen >= 30, "there were {seen}");
    }

    async fn another_order_is_refused(app: &TestApp) {
        let problem = app.sovereign_admin().get(&format!("{LIST}?sort=price")).await.expect_problem(400, "invalid_request");
        assert_field(&problem, "sort");
    }

    async fn the_page_and_the_command_have_it_too(app: &TestApp, Setup::with_mail()) {
        four(app).await;
        add_up(app).await;
        let mut browser = crate::pages::administrator(app, "maryam").await;
        let shown = browser.get("/admin/vouchers?sort=spent&q=-").await.expect(200);
        shown.has(&["value=\"spent\" selected", "may not be in the order yet"]);
        let place = |code: &str| shown.text.find(&format!(">{code}</bdi>")).unwrap();
        assert!(place("C-3") < place("A-1") && place("A-1") < place("B-2"));
        browser.get("/admin/vouchers?sort=price").await.expect(400).has(&["href=\"#sort\""]);
        let listed = app.database().run(&["voucher", "list", "--sort", "spent", "--json"]).expect_json();
        assert_eq!(codes(&listed), ["C-3", "A-1", "B-2", "D-4"]);
    }
}
