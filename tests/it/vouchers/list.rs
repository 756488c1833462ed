//! `GET /billing/vouchers/list`: live vouchers, newest first, a thousand a page (Decision 12).

use reqwest::Method;
use serde_json::json;

use super::{PREFIXES, codes, issue, issuers, listed_codes, refuses_others, revoke};
use crate::harness::{Client, Engine, Reply, TestApp, on_both};

const LIST: &str = "/billing/vouchers/list";

/// Puts vouchers B-0001 to B-`count` into the database, three made at every second, and as many
/// revoked ones between them.
async fn insert_many(app: &TestApp, count: i64) {
    let at = match app.engine {
        Engine::Sqlite => "(1700000000 + n / 3) * 1000000",
        Engine::Postgres => "to_timestamp(1700000000 + n / 3)",
    };
    let number = match app.engine {
        Engine::Sqlite => "printf('%04d', n)",
        Engine::Postgres => "lpad(n::text, 4, '0')",
    };
    for (letter, deleted_at) in [("B", "NULL"), ("R", at)] {
        app.execute(&format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at, \
                 deleted_at) \
             SELECT '{letter}-' || {number}, 1, 1000, '', TRUE, 0, 0, 0, {at}, {at}, {deleted_at} \
             FROM (WITH RECURSIVE numbers (n) AS \
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
                 SELECT n FROM numbers) AS all_numbers"
        ))
        .await;
    }
}

/// The address of the next page, where the answer names one.
fn next(reply: &Reply) -> Option<String> {
    let link = reply.headers.get("link")?.to_str().unwrap();
    let (target, parameters) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(parameters, "; rel=\"next\"");
    Some(target.to_owned())
}

/// Follows the links from `path` to the end; answers the codes of each page.
async fn follow(client: &Client, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(address) = path {
        let reply = client.get(&address).await;
        path = next(&reply);
        pages.push(codes(&reply.expect(200)));
        assert!(pages.len() < 20, "the links lead in a circle");
    }
    pages
}

on_both! {
    async fn an_empty_list(app: &TestApp) {
        for prefix in PREFIXES {
            let reply = app.sovereign_admin().get(&format!("{prefix}{LIST}")).await;
            assert!(reply.headers.get("link").is_none());
            assert_eq!(reply.headers["content-type"], "application/json");
            assert_eq!(reply.expect(200), json!([]));
        }
    }

    async fn newest_first_and_live_ones_only(app: &TestApp) {
        for code in ["OLDEST", "REVOKED", "MIDDLE", "NEWEST"] {
            app.issue(code, 10, 0).await;
            app.clock.advance_seconds(1);
        }
        revoke(app, "REVOKED").await;
        assert_eq!(listed_codes(app).await, ["NEWEST", "MIDDLE", "OLDEST"]);
        // An edit makes it no newer, a resurrection neither.
        app.issue("OLDEST", 20, 0).await;
        assert_eq!(listed_codes(app).await, ["NEWEST", "MIDDLE", "OLDEST"]);
        app.issue("REVOKED", 20, 0).await;
        assert_eq!(listed_codes(app).await, ["NEWEST", "MIDDLE", "REVOKED", "OLDEST"]);
        // Inactive ones are live.
        issue(app, &json!({ "code": "MIDDLE", "credit_omr": 1, "active": false })).await;
        assert_eq!(listed_codes(app).await, ["NEWEST", "MIDDLE", "REVOKED", "OLDEST"]);
    }

    async fn the_links_lead_through_every_voucher_once(app: &TestApp) {
        insert_many(app, 2_300).await;
        // 2,300 and 2,299 are of one second, 2,298 to 2,296 of the one before, and so on.
        let expected: Vec<String> = (1..=2_300).rev().map(|n| format!("B-{n:04}")).collect();
        for prefix in PREFIXES {
            let path = format!("{prefix}{LIST}");
            let pages = follow(&app.sovereign_admin(), &path).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 300]);
            assert_eq!(pages.concat(), expected);
            let link = next(&app.sovereign_admin().get(&path).await).unwrap();
            assert!(link.starts_with(&format!("{path}?")), "{link}");
        }
    }

    async fn a_full_page_is_not_followed_by_an_empty_one(app: &TestApp) {
        insert_many(app, 1_000).await;
        let reply = app.sovereign_admin().get(LIST).await;
        assert_eq!(next(&reply), None);
        assert_eq!(reply.expect(200).as_array().unwrap().len(), 1_000);
    }

    /// Pages neither repeat nor skip a voucher when others come and go in the meantime.
    async fn pages_stand_while_vouchers_come_and_go(app: &TestApp) {
        insert_many(app, 8).await;
        let admin = app.sovereign_admin();
        let first = admin.get(&format!("{LIST}?limit=3")).await;
        let link = next(&first).unwrap();
        assert_eq!(codes(&first.expect(200)), ["B-0008", "B-0007", "B-0006"]);
        app.issue("BRAND-NEW", 10, 0).await;
        revoke(app, "B-0006").await;
        revoke(app, "B-0004").await;
        let rest = follow(&admin, &link).await;
        assert_eq!(rest, [vec!["B-0005", "B-0003", "B-0002"], vec!["B-0001"]]);
    }

    /// An earlier service let a code be anything, and a moment it did not know be the year 1.
    async fn the_links_lead_through_adopted_vouchers(app: &TestApp) {
        let adopted = ["A&B=C", "A>B", "50% OFF", "summer", "ÜBER\"", "رصيد", "A#B+C", ""];
        let at = match app.engine {
            Engine::Sqlite => "-62135596800000000",
            Engine::Postgres => "'0001-01-01T00:00:00Z'",
        };
        for code in adopted {
            app.execute(&format!(
                "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                     max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
                 VALUES ('{code}', 1, 1000, '', TRUE, 0, 0, 0, {at}, {at})"
            ))
            .await;
        }
        let pages = follow(&app.sovereign_admin(), &format!("{LIST}?limit=1")).await;
        let mut expected = adopted;
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(pages.concat(), expected);
    }

    async fn only_issuers_may_list(app: &TestApp) {
        refuses_others(app, Method::GET, LIST, None).await;
        refuses_others(app, Method::GET, &format!("{LIST}?after=1.A&limit=2"), None).await;
        for issuer in issuers(app) {
            for prefix in PREFIXES {
                assert_eq!(issuer.get(&format!("{prefix}{LIST}")).await.expect(200), json!([]));
            }
        }
    }
}
