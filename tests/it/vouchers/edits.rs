//! `If-Match` and `If-None-Match`: of two who edit one voucher, the second is told.

use reqwest::Method;
use serde_json::{Value, json};

use super::{issue, listed, refuses_others, revoke};
use crate::harness::{Reply, TestApp, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";

fn tag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}

async fn read(app: &TestApp) -> Reply {
    app.sovereign_admin().get(&format!("/billing/vouchers/code/{CODE}")).await
}

async fn edit(app: &TestApp, header: (&str, &str), credit: i64) -> Reply {
    let body = json!({ "code": CODE, "credit_omr": credit });
    let bytes = body.to_string().into_bytes();
    let admin = app.sovereign_admin();
    admin.send(Method::POST, "/billing/vouchers/issue", &[header], Some(bytes)).await
}

on_both! {
    async fn the_second_of_two_is_told(app: &TestApp) {
        issue(app, &json!({ "code": CODE, "credit_omr": 200 })).await;
        let seen = tag(&read(app).await);
        let first = edit(app, ("If-Match", &seen), 150).await;
        let after = tag(&first);
        assert_eq!(first.expect(200)["credit_omr"], 150);
        assert_ne!(seen, after);
        let told = edit(app, ("If-Match", &seen), 100).await.expect_problem(412, "voucher_edited");
        assert_eq!(told["field"], "If-Match");
        assert_eq!(read(app).await.expect(200)["credit_omr"], 150);
        // Nothing of it was noted either.
        let entries = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.issue'";
        assert_eq!(app.number(entries).await, 2);
        let both = format!("\"x\", {after}");
        assert_eq!(edit(app, ("If-Match", &both), 100).await.expect(200)["credit_omr"], 100);
    }

    /// A redemption is no edit: whoever edits a campaign while it runs is not in the way of its customers.
    async fn redemptions_leave_the_tag_as_it_is(app: &TestApp) {
        issue(app, &json!({ "code": CODE, "credit_omr": 200 })).await;
        let seen = tag(&read(app).await);
        app.customer("kestrel").await.redeem(CODE).await.expect(200);
        let reply = read(app).await;
        assert_eq!(tag(&reply), seen);
        assert_eq!(reply.expect(200)["times_redeemed"], 1);
        edit(app, ("If-Match", &seen), 150).await.expect(200);
    }

    async fn every_edit_changes_the_tag(app: &TestApp) {
        let mut tags = Vec::new();
        for body in [
            json!({ "code": CODE, "credit_omr": 200 }),
            json!({ "code": CODE, "credit_omr": 201 }),
            json!({ "code": CODE, "credit_omr": 201, "description": "x" }),
            json!({ "code": CODE, "credit_omr": 201, "active": false }),
            json!({ "code": CODE, "credit_omr": 201, "max_redemptions": 7 }),
            json!({ "code": CODE, "credit_omr": 201, "credit_valid_days": 7 }),
        ] {
            issue(app, &body).await;
            tags.push(tag(&read(app).await));
        }
        revoke(app, CODE).await;
        tags.push(tag(&read(app).await));
        let distinct = tags.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(distinct, tags.len(), "{tags:?}");
    }

    async fn a_new_one_takes_the_place_of_none(app: &TestApp) {
        let none = ("If-None-Match", "*");
        edit(app, none, 200).await.expect(200);
        let told = edit(app, none, 100).await.expect_problem(412, "voucher_taken");
        assert_eq!(told["field"], "If-None-Match");
        revoke(app, CODE).await;
        edit(app, none, 100).await.expect_problem(412, "voucher_taken");
        // Nor is one edited that there is not.
        let body = json!({ "code": "NEVER-ISSUED", "credit_omr": 5 }).to_string().into_bytes();
        let header = [("If-Match", "\"x\"")];
        let admin = app.sovereign_admin();
        let reply = admin.send(Method::POST, "/billing/vouchers/issue", &header, Some(body)).await;
        reply.expect_problem(412, "voucher_edited");
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 1);
    }

    async fn one_is_read_revoked_or_not(app: &TestApp) {
        issue(app, &json!({ "code": CODE, "credit_omr": 200, "description": "For shops" })).await;
        let path = format!("/billing/vouchers/code/{}", CODE.to_lowercase());
        let admin = app.sovereign_admin();
        let one = admin.get(&path).await.expect(200);
        assert_eq!((&one["code"], &one["status"]), (&Value::from(CODE), &Value::from("live")));
        let all = listed(app).await;
        assert_eq!(all, [one]);
        revoke(app, CODE).await;
        let one = admin.get(&path).await.expect(200);
        assert_eq!(one["status"], "revoked");
        assert!(one["deleted_at"].is_string(), "{one}");
        admin.get("/billing/vouchers/code/NEVER-ISSUED").await.expect_problem(404, "not_found");
        admin.get("/billing/vouchers/code/x").await.expect_problem(400, "invalid_request");
    }

    async fn only_issuers_may_read(app: &TestApp) {
        refuses_others(app, Method::GET, "/billing/vouchers/code/NEVER-ISSUED", None).await;
    }
}
