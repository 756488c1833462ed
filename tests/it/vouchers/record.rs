//! What issuing and revoking leave behind: a line in the audit log with the voucher before and
//! after, and an event that waits to be published.

use serde_json::json;

use super::{issue, revoke};
use crate::harness::{TestApp, on_both};

/// How many lines of the audit log satisfy the condition.
async fn audited(app: &TestApp, condition: &str) -> i64 {
    app.number(&format!("SELECT COUNT(*) FROM audit_log WHERE {condition}")).await
}

/// How many waiting events satisfy the condition.
async fn waiting(app: &TestApp, condition: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM outbox WHERE type LIKE 'voucher.%'";
    app.number(&format!("{sql} AND {condition}")).await
}

/// A member of a JSON column as a number; both databases read this alike.
fn number(column: &str, member: &str) -> String {
    format!("CAST({column}->>'{member}' AS bigint)")
}

on_both! {
    async fn an_issue_an_edit_and_a_revocation(app: &TestApp) {
        let admin = app.sovereign_admin();
        let body = json!({ "code": "trace-10", "credit_omr": 10, "max_redemptions": 5 });
        let (method, bytes) = (reqwest::Method::POST, Some(body.to_string().into_bytes()));
        let id = [("X-Request-Id", "first-issue")];
        admin.send(method, "/billing/vouchers/issue", &id, bytes).await.expect(200);
        issue(app, &json!({ "code": "TRACE-10", "credit_omr": 20, "description": "edited" })).await;
        revoke(app, "TRACE-10").await;
        issue(app, &json!({ "code": "TRACE-10", "credit_omr": 30 })).await;

        assert_eq!(audited(app, "subject = 'TRACE-10' AND tenant_id IS NULL").await, 4);
        let actor = "actor = (SELECT id FROM users WHERE subject = 'campaigns')";
        assert_eq!(audited(app, actor).await, 4);
        let (before, after) = (number("before", "credit_minor"), number("after", "credit_minor"));
        let cap = number("after", "max_redemptions");
        for line in [
            format!(
                "action = 'voucher.issue' AND request_id = 'first-issue' AND before IS NULL \
                     AND {after} = 10000 AND {cap} = 5"
            ),
            format!(
                "action = 'voucher.issue' AND {before} = 10000 AND {after} = 20000 AND {cap} = 5 \
                     AND before->>'description' = '' AND after->>'description' = 'edited'"
            ),
            format!(
                "action = 'voucher.revoke' AND {before} = 20000 AND {after} = 20000 \
                     AND before->>'deleted_at' IS NULL \
                     AND after->>'deleted_at' = '2027-03-01T12:00:00Z'"
            ),
            format!(
                "action = 'voucher.issue' AND {before} = 20000 AND {after} = 30000 \
                     AND before->>'deleted_at' IS NOT NULL AND after->>'deleted_at' IS NULL"
            ),
        ] {
            assert_eq!(audited(app, &line).await, 1, "{line}");
        }
    }

    async fn every_change_is_an_event(app: &TestApp) {
        let body = json!({ "code": "NEWS-10", "credit_omr": 10, "max_redemptions": 5 });
        issue(app, &body).await;
        issue(app, &json!({ "code": "NEWS-10", "credit_omr": 20 })).await;
        revoke(app, "NEWS-10").await;
        assert_eq!(
            waiting(app, "data->>'code' = 'NEWS-10' AND data->>'currency' = 'OMR'").await,
            3
        );
        let (credit, cap) = (number("data", "credit_minor"), number("data", "max_redemptions"));
        for event in [
            format!("type = 'voucher.issued' AND {credit} = 10000 AND {cap} = 5"),
            format!("type = 'voucher.issued' AND {credit} = 20000 AND {cap} = 5"),
            format!("type = 'voucher.revoked' AND {credit} = 20000 AND {cap} = 5"),
        ] {
            assert_eq!(waiting(app, &event).await, 1, "{event}");
        }
    }

    /// What was refused, and what only looks, leaves nothing.
    async fn nothing_else_is_recorded(app: &TestApp) {
        let admin = app.sovereign_admin();
        admin.delete("/billing/vouchers/revoke/NEVER-WAS").await.expect(404);
        admin.get("/billing/vouchers/list").await.expect(200);
        let preview = json!({ "code": "NEVER-WAS" });
        app.anyone().post("/billing/vouchers/redeem-preview", &preview).await.expect(404);
        assert_eq!(audited(app, "TRUE").await, 0);
        assert_eq!(waiting(app, "TRUE").await, 0);
    }
}
