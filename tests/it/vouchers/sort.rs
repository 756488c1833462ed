//! `GET /billing/vouchers/list?sort=`: by when they were issued, by code, by value, by what was spent, by the last redemption and
//! by how often they were redeemed; in both directions, a page at a time, and with every filter.

use serde_json::{Value, json};

use super::{assert_field, codes as codes_of};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, TestApp, on_both};

const LIST: &str = "/billing/vouchers/list";

/// All pages of so many, in their order.
async fn follow(app: &TestApp, query: &str, limit: usize) -> Vec<String> {
    let found = follow_values(app, query, limit).await;
    found.into_iter().map(|(code, _)| code).collect()
}

/// The same, each with its value.
async fn follow_values(app: &TestApp, query: &str, limit: usize) -> Vec<(String, i64)> {
    let mut path = format!("{LIST}?{query}&limit={limit}");
    let mut found = Vec::new();
    loop {
        let reply = app.sovereign_admin().get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let page: Value = reply.expect(200);
        let rows = page.as_array().unwrap();
        assert!(rows.len() <= limit, "{page}");
        found.extend(rows.iter().map(|row| {
            (row["code"].as_str().unwrap().to_owned(), row["credit_minor"].as_i64().unwrap())
        }));
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

/// More than are put in order at once.
const COPIES: usize = 1_001;

/// Each order, and the other way round.
const ORDERS: [(&str, &str); 6] = [
    ("newest", "oldest"),
    ("code", "code_desc"),
    ("credit", "credit_asc"),
    ("spent", "spent_asc"),
    ("last_redeemed", "last_redeemed_asc"),
    ("used", "used_asc"),
];

/// Of which something became, by what an order goes by.
fn ranked(sort: &str) -> &'static [&'static str] {
    match sort {
        "spent" => &["C-3", "A-1"],
        "used" => &["POOR-1", "ONCE-1", "C-3", "A-1"],
        _ => &["POOR-1", "ONCE-1", "A-1", "C-3"],
    }
}

/// Puts as many beside a voucher that stand as it does, with its tags.
async fn multiply(app: &TestApp, code: &str, number: usize) {
    let name = format!("'COPY-{number}-' || CAST(n AS text)");
    let numbers = format!(
        "(WITH RECURSIVE numbers (n) AS (SELECT 10001 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) \
          SELECT n FROM numbers) AS all_numbers",
        10_000 + COPIES
    );
    app.execute(&format!(
        "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
             times_redeemed, adopted_redemptions, created_at, updated_at, deleted_at, campaign_id) \
         SELECT {name}, credit_omr, credit_minor, '', active, 0, 0, 0, created_at, updated_at, deleted_at, campaign_id \
         FROM promo_codes, {numbers} WHERE code = '{code}'"
    ))
    .await;
    app.execute(&format!(
        "INSERT INTO voucher_tags (code, tag, created_at) SELECT {name}, tag, created_at FROM voucher_tags, {numbers} \
         WHERE code = '{code}'"
    ))
    .await;
}

/// The newest, in another order: of those of which nothing became, the newest are first.
fn in_order(newest: &[(String, i64)], sort: &str) -> Vec<String> {
    let codes = |all: &[(String, i64)]| all.iter().map(|(code, _)| code.clone()).collect();
    let mut sorted = newest.to_vec();
    match sort {
        "newest" => codes(newest),
        "code" => {
            sorted.sort();
            codes(&sorted)
        }
        "credit" => {
            sorted.sort_by(|(a, more), (b, other)| (other, b).cmp(&(more, a)));
            codes(&sorted)
        }
        _ => {
            let (ranked, all): (_, Vec<String>) = (ranked(sort), codes(newest));
            let first =
                ranked.iter().map(|code| (*code).to_owned()).filter(|code| all.contains(code));
            let others = all.iter().filter(|code| !ranked.contains(&code.as_str())).cloned();
            first.chain(others).collect()
        }
    }
}

/// Whether each of these orders has the vouchers of each filter that the newest first have; answers how many they are in all.
async fn compare_orders(app: &TestApp, limit: usize, sorts: &[&str]) -> usize {
    let statuses = ["", "live", "scheduled", "paused", "exhausted", "ended", "revoked", "all"];
    let others = [
        "q=-1",
        "campaign=Poor",
        "campaign=Poor&status=exhausted&q=2",
        "tag=shop",
        "tag=shop&status=paused",
        "tag=shop&status=all",
    ];
    let filters = statuses.map(|status| format!("status={status}"));
    let mut seen = 0;
    for filter in filters.into_iter().chain(others.map(str::to_owned)) {
        let newest = follow_values(app, &format!("{filter}&sort=newest"), 1_000).await;
        seen += newest.len();
        for sort in sorts {
            let order = ORDERS.iter().find(|(one, other)| one == sort || other == sort).unwrap();
            let mut expected = in_order(&newest, order.0);
            if order.1 == *sort {
                expected.reverse();
            }
            let found = follow(app, &format!("{filter}&sort={sort}"), limit).await;
            assert_eq!(found, expected, "{filter} by {sort}");
        }
    }
    seen
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
            ("used", ["C-3", "A-1", "B-2", "D-4"]),
            ("", ["A-1", "B-2", "C-3", "D-4"]),
            // The other way round.
            ("oldest", ["D-4", "C-3", "B-2", "A-1"]),
            ("code_desc", ["D-4", "C-3", "B-2", "A-1"]),
            ("spent_asc", ["D-4", "B-2", "A-1", "C-3"]),
            ("last_redeemed_asc", ["D-4", "B-2", "C-3", "A-1"]),
            ("used_asc", ["D-4", "B-2", "A-1", "C-3"]),
            // Of one value, by code.
            ("credit", ["D-4", "C-3", "B-2", "A-1"]),
            ("credit_asc", ["A-1", "B-2", "C-3", "D-4"]),
        ] {
            for limit in 1..=5 {
                assert_eq!(follow(app, &format!("sort={sort}"), limit).await, expected, "{sort}, {limit} on a page");
            }
        }
        app.clock.advance_seconds(1);
        app.issue("AA-NEW", 20, 0).await;
        assert_eq!(follow(app, "sort=code", 2).await, ["A-1", "AA-NEW", "B-2", "C-3", "D-4"]);
        assert_eq!(follow(app, "sort=spent", 2).await, ["C-3", "A-1", "AA-NEW", "B-2", "D-4"]);
        app.issue_as(json!({ "code": "B-2", "credit_omr": 30 })).await;
        app.issue_as(json!({ "code": "A-1", "credit_omr": 5 })).await;
        assert_eq!(follow(app, "sort=credit", 2).await, ["B-2", "D-4", "C-3", "AA-NEW", "A-1"]);
    }

    /// One that was redeemed more often is before one that was redeemed since; what was given back does not count.
    async fn how_often_they_were_redeemed_counts(app: &TestApp, Setup::with_stripe()) {
        for code in ["ONCE-1", "TWICE-1", "NEVER-1"] {
            app.issue(code, 4, 0).await;
        }
        app.customer("first").await.redeem("TWICE-1").await.expect(200);
        app.customer("second").await.redeem("TWICE-1").await.expect(200);
        app.customer("third").await.redeem("ONCE-1").await.expect(200);
        let given_up = app.customer("given-up").await;
        given_up.checkout("m", "NEVER-1").await.expect(200);
        given_up.checkout("l", "").await.expect(200);
        add_up(app).await;
        assert_eq!(follow(app, "sort=used", 1).await, ["TWICE-1", "ONCE-1", "NEVER-1"]);
        assert_eq!(follow(app, "sort=used_asc", 1).await, ["NEVER-1", "ONCE-1", "TWICE-1"]);
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
        for code in ["A-1", "C-3", "D-4"] {
            let path = format!("/billing/vouchers/code/{code}/tags/shop");
            app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        let all: Vec<&str> = ORDERS.iter().flat_map(|(sort, reversed)| [*sort, *reversed]).collect();
        assert!(compare_orders(app, 2, &all).await > 40);
        // The same of so many of each status that they are found along the order.
        let copies = [("A-1", 1), ("B-2", 2), ("GONE-1", 3), ("LATER-1", 4), ("OVER-1", 5), ("POOR-2", 6), ("REST-1", 7)];
        for (code, number) in copies {
            multiply(app, code, number).await;
        }
        let some = ["oldest", "code_desc", "credit", "spent", "last_redeemed_asc", "used"];
        assert!(compare_orders(app, 1_000, &some).await > 14 * COPIES);
        app.execute("DELETE FROM voucher_tags WHERE code LIKE 'COPY-%'").await;
        app.execute("DELETE FROM promo_codes WHERE code LIKE 'COPY-%'").await;
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
        assert_eq!(codes_of(&listed), ["C-3", "A-1", "B-2", "D-4"]);
    }
}
