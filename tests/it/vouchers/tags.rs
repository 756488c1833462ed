//! `/billing/vouchers/tags` and `…/code/{code}/tags`: the words by which administrators sort vouchers.

use serde_json::{Value, json};

use super::revoke;
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Reply, TestApp, on_both};

async fn tag(app: &TestApp, code: &str, tag: &str) -> Value {
    let path = format!("/billing/vouchers/code/{code}/tags/{tag}");
    app.sovereign_admin().put(&path, &json!({})).await.expect(200)["tags"].clone()
}

async fn untag(app: &TestApp, code: &str, tag: &str) -> Value {
    let path = format!("/billing/vouchers/code/{code}/tags/{tag}");
    app.sovereign_admin().delete(&path).await.expect(200)["tags"].clone()
}

async fn known(app: &TestApp) -> Value {
    app.sovereign_admin().get("/billing/vouchers/tags").await.expect(200)["tags"].clone()
}

/// The codes that the list has, in its order, all of its pages.
async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    let mut path = format!("/billing/vouchers/list?limit=2&{query}");
    let mut codes = Vec::new();
    loop {
        let reply = app.sovereign_admin().get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let page = reply.expect(200);
        codes.extend(
            page.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()),
        );
        let Some(link) = link else { return codes };
        link.strip_prefix('<').unwrap().split_once('>').unwrap().0.clone_into(&mut path);
    }
}

async fn count(app: &TestApp, query: &str) -> Value {
    let path = format!("/billing/vouchers/count?{query}");
    app.sovereign_admin().get(&path).await.expect(200)["count"].clone()
}

/// Vouchers of every status with the tag `spring`, and one with another.
async fn some(app: &TestApp) {
    let bills = campaign(app, "Bills", json!({})).await;
    let paused = campaign(app, "Paused", json!({ "active": false })).await;
    let over = campaign(app, "Over", json!({ "ends_at": "2027-03-01T12:00:01Z" })).await;
    let later = campaign(app, "Later", json!({ "starts_at": "2027-09-01T00:00:00Z" })).await;
    let small = campaign(app, "Small", json!({ "budget_minor": 1_000 })).await;
    for (place, campaign) in [&bills, &paused, &over, &later, &small].into_iter().enumerate() {
        issue_in(app, campaign, &format!("IN-{place}"), 5).await;
        app.clock.advance_seconds(1);
    }
    for code in ["ALONE-1", "ALONE-2", "ALONE-3", "OTHER-1"] {
        app.issue(code, 5, 1).await;
        app.clock.advance_seconds(1);
    }
    app.customer("kestrel").await.redeem("ALONE-1").await.expect(200);
    for code in ["IN-0", "IN-1", "IN-2", "IN-3", "IN-4", "ALONE-1", "ALONE-2", "ALONE-3"] {
        tag(app, code, "spring").await;
    }
    tag(app, "OTHER-1", "autumn").await;
    revoke(app, "ALONE-3").await;
}

on_both! {
    async fn a_voucher_gets_and_loses_them(app: &TestApp) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue("GIFT-2", 5, 0).await;
        assert_eq!(tag(app, "gift-1", "Spring%20%20Bills").await, json!(["spring bills"]));
        assert_eq!(tag(app, "GIFT-1", "spring bills").await, json!(["spring bills"]), "it has it already");
        assert_eq!(tag(app, "GIFT-1", "a%2Fb").await, json!(["a/b", "spring bills"]));
        assert_eq!(tag(app, "GIFT-2", "صيدليات").await, json!(["صيدليات"]));
        assert_eq!(known(app).await, json!(["a/b", "spring bills", "صيدليات"]));
        let read = app.sovereign_admin().get("/billing/vouchers/code/GIFT-1").await.expect(200);
        assert_eq!(read["tags"], json!(["a/b", "spring bills"]));
        // One that no voucher has any more is forgotten.
        assert_eq!(untag(app, "GIFT-1", "a%2Fb").await, json!(["spring bills"]));
        assert_eq!(untag(app, "GIFT-1", "a%2Fb").await, json!(["spring bills"]), "it has it no more");
        assert_eq!(known(app).await, json!(["spring bills", "صيدليات"]));
        let preview = app.anyone().post("/billing/vouchers/redeem-preview", &json!({ "code": "GIFT-1" })).await;
        assert!(!preview.expect(200).to_string().contains("spring"), "customers see nothing of it");
    }

    async fn what_is_no_tag_is_refused(app: &TestApp) {
        app.issue("GIFT-1", 5, 0).await;
        let admin = app.sovereign_admin();
        for tag in ["%20", "a,b", "a;b", &"x".repeat(41)] {
            let path = format!("/billing/vouchers/code/GIFT-1/tags/{tag}");
            let problem = admin.put(&path, &json!({})).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "tag", "{problem}");
        }
        admin.put("/billing/vouchers/code/NONESUCH/tags/a", &json!({})).await.expect_problem(404, "not_found");
        for number in 1..=20 {
            tag(app, "GIFT-1", &format!("tag {number}")).await;
        }
        let full = admin.put("/billing/vouchers/code/GIFT-1/tags/more", &json!({})).await;
        assert_eq!(full.expect_problem(400, "invalid_request")["field"], "tag");
        assert_eq!(tag(app, "GIFT-1", "tag 20").await.as_array().unwrap().len(), 20);
        assert_eq!(app.number("SELECT COUNT(*) FROM voucher_tags").await, 20);
        assert_eq!(app.number("SELECT COUNT(*) FROM tags WHERE tag = 'more'").await, 0);
    }

    /// Whatever else is looked for, in each order and of each status, the list and the count have the same.
    async fn the_list_has_those_of_a_tag(app: &TestApp) {
        some(app).await;
        for (query, expected) in [
            ("tag=spring", &["ALONE-2", "ALONE-1", "IN-4", "IN-3", "IN-2", "IN-1", "IN-0"][..]),
            ("tag=%20SPRING%20", &["ALONE-2", "ALONE-1", "IN-4", "IN-3", "IN-2", "IN-1", "IN-0"]),
            ("tag=spring&status=live", &["ALONE-2", "IN-0"]),
            ("tag=spring&status=exhausted", &["ALONE-1", "IN-4"]),
            ("tag=spring&status=scheduled", &["IN-3"]),
            ("tag=spring&status=ended", &["IN-2"]),
            ("tag=spring&status=paused", &["IN-1"]),
            ("tag=spring&status=revoked", &["ALONE-3"]),
            ("tag=spring&q=in-", &["IN-4", "IN-3", "IN-2", "IN-1", "IN-0"]),
            ("tag=spring&campaign=bills", &["IN-0"]),
            ("tag=autumn", &["OTHER-1"]),
            ("tag=nonesuch", &[]),
        ] {
            assert_eq!(listed(app, query).await, expected, "{query}");
            assert_eq!(count(app, query).await, expected.len(), "{query}");
            for sort in ["code", "spent", "last_redeemed"] {
                let mut sorted = listed(app, &format!("{query}&sort={sort}")).await;
                assert!(sort != "code" || sorted.is_sorted(), "{query}: {sorted:?}");
                let mut expected = expected.to_vec();
                sorted.sort();
                expected.sort_unstable();
                assert_eq!(sorted, expected, "{query} {sort}");
            }
        }
        let csv = app.sovereign_admin().get("/billing/vouchers/csv?tag=autumn").await;
        assert_eq!((csv.text.lines().count(), csv.text.contains("OTHER-1")), (2, true), "{}", csv.text);
        for query in ["tag=a,b", &format!("tag={}", "x".repeat(41))] {
            let path = format!("/billing/vouchers/list?{query}");
            let problem = app.sovereign_admin().get(&path).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "tag");
        }
    }

    async fn each_change_is_told_of(app: &TestApp) {
        app.issue("GIFT-1", 5, 0).await;
        let events = app.events().await.len();
        let before = app.sovereign_admin().get("/billing/vouchers/code/GIFT-1").await;
        tag(app, "GIFT-1", "spring").await;
        tag(app, "GIFT-1", "bills").await;
        untag(app, "GIFT-1", "spring").await;
        untag(app, "GIFT-1", "never").await;
        let history = app.sovereign_admin().get("/billing/vouchers/code/GIFT-1/history").await.expect(200);
        let told: Vec<_> = history.as_array().unwrap().iter().map(|one| (one["kind"].clone(), one["changes"].clone())).collect();
        let tags = |before: &[&str], after: &[&str]| {
            (json!("tagged"), json!([{ "member": "tags", "before": before, "after": after }]))
        };
        assert_eq!(told[..3], [tags(&["bills", "spring"], &["bills"]), tags(&["spring"], &["bills", "spring"]), tags(&[], &["spring"])]);
        assert_eq!((&told[3].0, told.len()), (&json!("issued"), 4));
        assert_eq!(app.events().await.len(), events, "nobody else is told");
        // Whoever edits the voucher meanwhile is not in the way.
        let etag = |reply: &Reply| reply.headers["etag"].clone();
        assert_eq!(etag(&app.sovereign_admin().get("/billing/vouchers/code/GIFT-1").await), etag(&before));
    }

    /// Several who give and take the same tag at once fail never, and leave no tag that no voucher has.
    async fn at_once(app: &TestApp) {
        for number in 0..8 {
            app.issue(&format!("GIFT-{number}"), 5, 0).await;
        }
        let change = async |number: usize| {
            for _ in 0..4 {
                let code = format!("GIFT-{number}");
                tag(app, &code, "spring").await;
                untag(app, &code, "spring").await;
            }
        };
        futures_util::future::join_all((0..8).map(change)).await;
        assert_eq!(known(app).await, json!([]));
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.tag'").await, 64);
    }
}
