//! `POST /billing/vouchers/bulk/edit` and `…/undo`: all that a filter has is changed, each as if it had been changed alone.

use reqwest::Method;
use serde_json::{Value, json};

use super::ask;
use crate::campaigns::{campaign, issue_in};
use crate::harness::{TestApp, on_both};

const EDIT: &str = "/billing/vouchers/bulk/edit";

async fn edit(app: &TestApp, body: Value) -> Value {
    app.sovereign_admin().post(EDIT, &body).await.expect(202)
}

async fn carried_out(app: &TestApp, operation: &Value) -> Value {
    app.run_job("issue-in-bulk").await;
    let path = format!("/billing/vouchers/bulk/{}", operation["id"].as_str().unwrap());
    app.sovereign_admin().get(&path).await.expect(200)
}

async fn undo(app: &TestApp, operation: &Value) -> Value {
    let path = format!("/billing/vouchers/bulk/{}/undo", operation["id"].as_str().unwrap());
    app.sovereign_admin().post_text(&path, "").await.expect(202)
}

async fn count(app: &TestApp, query: &str) -> i64 {
    let path = format!("/billing/vouchers/count?{query}");
    app.sovereign_admin().get(&path).await.expect(200)["count"].as_i64().unwrap()
}

/// Every voucher as it stands, revoked ones too, without when it was changed.
async fn all(app: &TestApp) -> Vec<String> {
    let sql = "SELECT code || ' ' || CAST(active AS text) || ' ' || COALESCE(CAST(credit_valid_days AS text), '-') || ' ' || \
               CASE WHEN deleted_at IS NULL THEN 'there' ELSE 'gone' END FROM promo_codes ORDER BY code";
    app.database().texts(sql).await
}

async fn some(app: &TestApp) {
    for (code, days) in [("GIFT-1", 30), ("GIFT-2", 0), ("OTHER-1", 30)] {
        app.issue_as(json!({ "code": code, "credit_omr": 5, "credit_valid_days": days })).await;
    }
    app.issue_as(json!({ "code": "GIFT-3", "credit_omr": 5, "active": false })).await;
    app.issue("GIFT-4", 5, 0).await;
    app.revoke("GIFT-4").await;
}

on_both! {
    /// What is done is done to all that the filter has, and to nothing else; undone, everything is as it was.
    async fn each_action_is_done_and_undone(app: &TestApp) {
        some(app).await;
        let before = all(app).await;
        for (body, changed, status, left) in [
            (json!({ "action": "pause", "q": "gift" }), 2, "paused", 3),
            (json!({ "action": "resume", "q": "gift", "status": "paused" }), 1, "live", 4),
            (json!({ "action": "revoke", "q": "gift" }), 3, "revoked", 4),
            (json!({ "action": "restore", "status": "revoked" }), 1, "live", 4),
            (json!({ "action": "extend", "days": 10 }), 2, "live", 3),
        ] {
            let expected = count(app, &format!("status={}&q={}", body["status"].as_str().unwrap_or(""), body["q"].as_str().unwrap_or(""))).await;
            let asked = edit(app, body.clone()).await;
            assert_eq!((&asked["kind"], &asked["state"], &asked["total"], &asked["done"]), (&json!("edit"), &json!("running"), &json!(expected), &json!(0)));
            assert_eq!(all(app).await, before, "it was only asked for");
            let done = carried_out(app, &asked).await;
            assert_eq!((&done["state"], &done["done"], &done["changed"], &done["action"]), (&json!("done"), &json!(expected), &json!(changed), &body["action"]), "{done}");
            assert_eq!(count(app, &format!("status={status}")).await, left, "{body}");
            assert_ne!(all(app).await, before);
            let undone = carried_out(app, &undo(app, &done).await).await;
            assert_eq!((&undone["state"], &undone["changed"]), (&json!("done"), &json!(changed)), "{undone}");
            assert_eq!(all(app).await, before, "{body}");
        }
    }

    /// As many lines of the audit log and events as if each had been changed alone, in the name of whoever asked.
    async fn each_is_told_of(app: &TestApp) {
        some(app).await;
        let (lines, events) = (app.number("SELECT COUNT(*) FROM audit_log").await, app.events().await.len());
        let asked = edit(app, json!({ "action": "revoke", "status": "live" })).await;
        carried_out(app, &asked).await;
        let revoked = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.revoke'";
        // One line is that it was asked for.
        assert_eq!((app.number("SELECT COUNT(*) FROM audit_log").await - lines, app.number(revoked).await), (4, 4));
        let told: Vec<_> = app.events().await.into_iter().skip(events).map(|event| event.kind).collect();
        assert_eq!(told, ["voucher.revoked"; 3]);
        let history = app.sovereign_admin().get("/billing/vouchers/code/GIFT-1/history").await.expect(200);
        assert_eq!((&history[0]["kind"], &history[0]["email"]), (&json!("revoked"), &json!("campaigns@example.com")));
        app.anyone().post("/billing/vouchers/redeem-preview", &json!({ "code": "GIFT-1" })).await.expect_problem(404, "not_found");
    }

    /// Those get a tag that lack it, and lose it who have it; undone, each has what it had.
    async fn tags_are_given_and_taken(app: &TestApp) {
        some(app).await;
        app.sovereign_admin().put("/billing/vouchers/code/GIFT-1/tags/spring", &json!({})).await.expect(200);
        let tags = "SELECT code || ' ' || tag FROM voucher_tags ORDER BY code";
        for (body, changed, after) in [
            (json!({ "action": "tag", "edit_tag": " Spring", "q": "gift" }), 2, &["GIFT-1 spring", "GIFT-2 spring", "GIFT-3 spring"][..]),
            (json!({ "action": "untag", "edit_tag": "spring", "tag": "spring" }), 1, &[]),
        ] {
            let asked = edit(app, body.clone()).await;
            assert_eq!(asked["edit_tag"], "spring");
            let done = carried_out(app, &asked).await;
            assert_eq!((&done["state"], &done["changed"]), (&json!("done"), &json!(changed)), "{done}");
            assert_eq!(app.database().texts(tags).await, after, "{body}");
            let undone = carried_out(app, &undo(app, &done).await).await;
            assert_eq!((&undone["state"], &undone["changed"]), (&json!("done"), &json!(changed)), "{undone}");
            assert_eq!(app.database().texts(tags).await, ["GIFT-1 spring"], "{body}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.tag'").await, 7);
        for tag in [json!(null), json!(""), json!("a;b")] {
            let body = json!({ "action": "tag", "edit_tag": tag, "q": "gift" });
            assert_eq!(app.sovereign_admin().post(EDIT, &body).await.expect_problem(400, "invalid_request")["field"], "edit_tag");
        }
    }

    /// Many are changed in slices; stopped it goes on where it was, and what is issued meanwhile is left alone.
    async fn many_are_changed_in_slices(app: &TestApp) {
        ask(app, 2_500, json!({})).await;
        app.run_job("issue-in-bulk").await;
        app.clock.advance_seconds(1);
        let asked = edit(app, json!({ "action": "pause" })).await;
        app.clock.advance_seconds(1);
        app.issue("LATER-1", 5, 0).await;
        app.edit_one_slice(&asked["id"]).await;
        assert_eq!(count(app, "status=paused").await, 1_000);
        let path = format!("/billing/vouchers/bulk/{}", asked["id"].as_str().unwrap());
        app.sovereign_admin().post_text(&format!("{path}/cancel"), "").await.expect(200);
        app.run_job("issue-in-bulk").await;
        assert_eq!(count(app, "status=paused").await, 1_000);
        app.sovereign_admin().post_text(&format!("{path}/resume"), "").await.expect(200);
        let done = carried_out(app, &asked).await;
        assert_eq!((&done["done"], &done["changed"]), (&json!(2_500), &json!(2_500)));
        assert_eq!((count(app, "status=paused").await, count(app, "status=live").await), (2_500, 1));
        let undone = carried_out(app, &undo(app, &done).await).await;
        assert_eq!(undone["changed"], 2_500);
        assert_eq!(count(app, "status=live").await, 2_501);
    }

    /// What somebody changed since is not brought back.
    async fn an_undo_leaves_alone_what_was_changed_since(app: &TestApp) {
        some(app).await;
        let first = edit(app, json!({ "action": "pause", "q": "gift" })).await;
        let first = carried_out(app, &first).await;
        let second = edit(app, json!({ "action": "revoke", "q": "gift-1" })).await;
        carried_out(app, &second).await;
        let undone = carried_out(app, &undo(app, &first).await).await;
        assert_eq!((&undone["total"], &undone["changed"]), (&json!(1), &json!(1)));
        let path = format!("/billing/vouchers/bulk/{}/undo", first["id"].as_str().unwrap());
        app.sovereign_admin().post_text(&path, "").await.expect_problem(409, "bulk_not_now");
    }

    async fn vouchers_of_a_campaign_are_chosen_too(app: &TestApp) {
        let bills = campaign(app, "Bills", json!({})).await;
        issue_in(app, &bills, "BILL-1", 5).await;
        app.issue("ALONE-1", 5, 0).await;
        let asked = edit(app, json!({ "action": "pause", "campaign": "bills", "count": 1 })).await;
        carried_out(app, &asked).await;
        assert_eq!(count(app, "status=paused").await, 1);
        assert_eq!((count(app, "campaign=Bills").await, count(app, "campaign=Bills&status=live").await), (1, 0));
    }

    /// Asked for twice under one identifier it is begun once; another number than expected changes nothing.
    async fn nothing_is_done_twice_or_by_mistake(app: &TestApp) {
        some(app).await;
        let body = json!({ "action": "pause", "q": "gift", "count": 3, "id": "01a400f6-3600-7001-9c59-0180e54c0e5b" });
        let first = edit(app, body.clone()).await;
        carried_out(app, &first).await;
        let again = edit(app, body).await;
        assert_eq!((&again["id"], &again["state"]), (&first["id"], &json!("done")));
        for (body, field) in [
            (json!({ "action": "revoke", "q": "gift", "id": "01a400f6-3600-7001-9c59-0180e54c0e5b" }), "id"),
            (json!({ "action": "pause", "q": "other", "id": "01a400f6-3600-7001-9c59-0180e54c0e5b" }), "id"),
            (json!({ "action": "pause", "q": "gift", "count": 2 }), "count"),
            (json!({ "action": "pause", "q": "nonesuch" }), "count"),
            (json!({ "action": "delete" }), "action"),
            (json!({ "action": "extend" }), "days"),
            (json!({ "action": "extend", "days": 0 }), "days"),
            (json!({ "action": "pause", "status": "gone" }), "status"),
            (json!({ "action": "pause", "campaign": "nonesuch" }), "campaign"),
        ] {
            let problem = app.sovereign_admin().post(EDIT, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{problem}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 1);
    }

    async fn only_issuers_may(app: &TestApp) {
        app.issue("GIFT-1", 5, 0).await;
        let made = ask(app, 1, json!({})).await;
        let undo = format!("/billing/vouchers/bulk/{}/undo", made["id"].as_str().unwrap());
        app.sovereign_admin().post_text(&undo, "").await.expect_problem(409, "bulk_not_now");
        for (method, path) in [(Method::POST, EDIT), (Method::POST, &undo), (Method::GET, "/billing/vouchers/count")] {
            let body = br#"{"action":"pause"}"#.to_vec();
            app.member("passer-by").send(method.clone(), path, &[], Some(body.clone())).await.expect_problem(403, "forbidden");
            app.anyone().send(method, path, &[], Some(body)).await.expect_problem(401, "unauthorized");
        }
    }
}
