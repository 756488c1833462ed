//! `GET /billing/vouchers/list?q=&status=`: a part of the code, and how a voucher stands.

use serde_json::json;

use super::{assert_field, codes, issue, revoke};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{TestApp, on_both};

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let path = format!("/billing/vouchers/list?{query}");
    codes(&app.sovereign_admin().get(&path).await.expect(200))
}

/// One of each status, the newest last.
async fn one_of_each(app: &TestApp) {
    for code in ["OMAN-LIVE", "OMAN-PAUSED", "OMAN-FULL", "OMAN-REVOKED", "QATAR_LIVE"] {
        app.issue(code, 5, i64::from(code == "OMAN-FULL")).await;
        app.clock.advance_seconds(1);
    }
    issue(app, &json!({ "code": "OMAN-PAUSED", "credit_omr": 5, "active": false })).await;
    revoke(app, "OMAN-REVOKED").await;
    app.customer("kestrel").await.redeem("OMAN-FULL").await.expect(200);
}

on_both! {
    async fn each_status_has_its_own(app: &TestApp) {
        one_of_each(app).await;
        for (status, expected) in [
            ("live", &["QATAR_LIVE", "OMAN-LIVE"][..]),
            ("paused", &["OMAN-PAUSED"]),
            ("exhausted", &["OMAN-FULL"]),
            ("revoked", &["OMAN-REVOKED"]),
            ("", &["QATAR_LIVE", "OMAN-FULL", "OMAN-PAUSED", "OMAN-LIVE"]),
        ] {
            assert_eq!(found(app, &format!("status={status}")).await, expected, "{status}");
        }
        // What a row says of itself is what it is found by.
        for status in ["live", "paused", "exhausted", "revoked"] {
            let path = format!("/billing/vouchers/list?status={status}");
            let list = app.sovereign_admin().get(&path).await.expect(200);
            assert!(list.as_array().unwrap().iter().all(|one| one["status"] == status), "{list}");
        }
    }

    /// Whoever looks for a code that was revoked finds it, in whichever campaign, operation and tag it is.
    async fn all_are_those_that_are_revoked_too(app: &TestApp) {
        one_of_each(app).await;
        let campaign = campaign(app, "Oman", json!({})).await;
        for code in ["IN-1", "IN-2"] {
            app.clock.advance_seconds(1);
            issue_in(app, &campaign, code, 5).await;
        }
        revoke(app, "IN-1").await;
        for code in ["OMAN-REVOKED", "IN-2"] {
            let path = format!("/billing/vouchers/code/{code}/tags/spring");
            app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        let all = ["IN-2", "IN-1", "QATAR_LIVE", "OMAN-REVOKED", "OMAN-FULL", "OMAN-PAUSED", "OMAN-LIVE"];
        let bulk = "bulk=00000000-0000-4000-8000-000000000000";
        for (query, expected) in [
            ("status=all", &all[..]),
            ("status=all&q=revoked", &["OMAN-REVOKED"]),
            ("status=all&campaign=oman", &["IN-2", "IN-1"]),
            ("status=all&tag=spring", &["IN-2", "OMAN-REVOKED"]),
            (&*format!("status=all&{bulk}"), &[]),
            (&*format!("status=all&campaign=oman&{bulk}"), &[]),
        ] {
            assert_eq!(found(app, query).await, expected, "{query}");
            let path = format!("/billing/vouchers/count?{query}");
            let counted = app.sovereign_admin().get(&path).await.expect(200);
            assert_eq!(counted["count"], expected.len(), "{query}");
            let file = app.sovereign_admin().get(&format!("/billing/vouchers/csv?{query}")).await;
            let lines = file.text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned());
            assert_eq!(lines.collect::<Vec<_>>(), expected, "{query}");
        }
        // Changed are those too.
        let edit = json!({ "action": "restore", "status": "all", "count": all.len() });
        app.sovereign_admin().post("/billing/vouchers/bulk/edit", &edit).await.expect(202);
        app.run_job("issue-in-bulk").await;
        assert!(found(app, "status=revoked").await.is_empty());
        assert_eq!(found(app, "").await, all);
    }

    /// A voucher moves from list to list as it is redeemed, edited and brought back.
    async fn a_status_is_never_of_before(app: &TestApp) {
        one_of_each(app).await;
        issue(app, &json!({ "code": "OMAN-FULL", "credit_omr": 5, "max_redemptions": 2 })).await;
        issue(app, &json!({ "code": "OMAN-REVOKED", "credit_omr": 5 })).await;
        issue(app, &json!({ "code": "OMAN-LIVE", "credit_omr": 5, "active": false })).await;
        assert_eq!(found(app, "status=live").await, ["QATAR_LIVE", "OMAN-REVOKED", "OMAN-FULL"]);
        assert_eq!(found(app, "status=paused").await, ["OMAN-PAUSED", "OMAN-LIVE"]);
        app.customer("merlin").await.redeem("OMAN-FULL").await.expect(200);
        assert_eq!(found(app, "status=exhausted").await, ["OMAN-FULL"]);
        assert!(found(app, "status=revoked").await.is_empty());
    }

    async fn a_part_of_the_code_is_enough(app: &TestApp) {
        one_of_each(app).await;
        for (part, expected) in [
            ("oman-l", &["OMAN-LIVE"][..]),
            ("live", &["QATAR_LIVE", "OMAN-LIVE"]),
            ("%20Live%20", &["QATAR_LIVE", "OMAN-LIVE"]),
            ("OMAN", &["OMAN-FULL", "OMAN-PAUSED", "OMAN-LIVE"]),
            // What means anything in a pattern means itself.
            ("_", &["QATAR_LIVE"]),
            ("%25", &[]),
            ("!", &[]),
            ("%5C", &[]),
            ("'", &[]),
            ("", &["QATAR_LIVE", "OMAN-FULL", "OMAN-PAUSED", "OMAN-LIVE"]),
        ] {
            assert_eq!(found(app, &format!("q={part}")).await, expected, "{part}");
        }
        assert_eq!(found(app, "q=oman&status=paused").await, ["OMAN-PAUSED"]);
        assert_eq!(found(app, "q=oman&status=revoked").await, ["OMAN-REVOKED"]);
    }

    /// The link to the next page asks for the same.
    async fn the_links_keep_what_is_looked_for(app: &TestApp) {
        one_of_each(app).await;
        let admin = app.sovereign_admin();
        let first = admin.get("/billing/vouchers/list?q=live&status=live&limit=1").await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
        assert_eq!(codes(&first.expect(200)), ["QATAR_LIVE"]);
        let second = admin.get(&next).await;
        assert!(!second.headers.contains_key("link"));
        assert_eq!(codes(&second.expect(200)), ["OMAN-LIVE"]);
    }

    async fn what_is_not_understood_is_named(app: &TestApp) {
        let admin = app.sovereign_admin();
        for (query, field) in
            [("status=gone", "status"), (&*format!("q={}", "A".repeat(65)), "q"), ("q=A%00B", "q")]
        {
            let path = format!("/billing/vouchers/list?{query}");
            let problem = admin.get(&path).await.expect_problem(400, "invalid_request");
            assert_field(&problem, field);
        }
    }
}
