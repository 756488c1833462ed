//! The list of vouchers as a file, imported into a fresh Sovereign: equal, to the last byte of its own file.

use serde_json::json;

use super::{IMPORT, JOB, ask, codes, issued, press};
use crate::campaigns::campaign;
use crate::harness::{TestApp, on_both};

async fn file(app: &TestApp, query: &str) -> String {
    let reply = app.sovereign_admin().get(&format!("/billing/vouchers/csv?{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.text
}

async fn import(app: &TestApp, file: &str) {
    let asked = app.sovereign_admin().post_text(IMPORT, file).await.expect(202);
    app.run_job(JOB).await;
    let lines = file.lines().count() as i64;
    assert!(asked["total"].as_i64().unwrap() < lines, "the first line is no voucher");
    press(app, &asked, "cancel").await.expect_problem(409, "bulk_not_now");
}

on_both! {
    async fn what_is_exported_is_imported(app: &TestApp) {
        let admin = app.sovereign_admin();
        campaign(app, "=Bills; \"spring\"", json!({})).await;
        let asked = ask(app, 1_200, json!({ "prefix": "B-", "campaign_id": "=Bills; \"spring\"", "check_character": true })).await;
        app.run_job(JOB).await;
        app.clock.advance_seconds(60);
        for (code, description) in [
            ("-MINUS", "=SUM(A1), للصيدليات \"كلها\"\nوأخرى"), ("P.1", "'=x"), ("P.2", " spaces "), ("P_3", "'"), ("P_4", "a;b\tc"),
        ] {
            let body = json!({ "code": code, "credit_omr": 7, "max_redemptions": 3, "credit_valid_days": 30, "description": description });
            app.issue_as(body).await;
            app.clock.advance_seconds(1);
        }
        app.issue_as(json!({ "code": "P_4", "credit_omr": 9, "active": false })).await;
        for (code, tag) in [("P.1", "صيدليات"), ("P.1", "spring bills"), ("P.2", "=1+1")] {
            admin.put(&format!("/billing/vouchers/code/{code}/tags/{tag}"), &json!({})).await.expect(200);
        }
        let vouchers = issued(app, &asked).await;
        for code in &codes(&vouchers)[..3] {
            admin.delete(&format!("/billing/vouchers/revoke/{code}")).await.expect(200);
        }
        let (list, revoked) = (file(app, "").await, file(app, "status=revoked").await);
        assert_eq!((list.matches("B-").count() / 2, revoked.matches("B-").count() / 2), (1_197, 3));

        let fresh = TestApp::start(app.engine).await;
        fresh.clock.advance_seconds(3_600);
        campaign(&fresh, "=Bills; \"spring\"", json!({})).await;
        import(&fresh, &list).await;
        import(&fresh, &revoked).await;
        assert_eq!(file(&fresh, "").await, list);
        assert_eq!(file(&fresh, "status=revoked").await, revoked);
        // Who has them already gets none of them a second time.
        let again = fresh.sovereign_admin().post_text(IMPORT, list.clone()).await;
        again.expect_problem(400, "import_refused");
        fresh.finish().await;
    }
}
