//! The Organization's name, its data, and its end.

use serde_json::Value;

use super::{browser_of, follow, kestrel, lacks, organization, setup};
use crate::harness::on_both;

const SETTINGS: &str = "/console/kestrel/settings";
const CLOSE: &str = "/console/kestrel/close";

on_both! {
    async fn it_is_called_something_else(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(SETTINGS).await.expect(200).has(&["value=\"kestrel\""]);
        let wrong = browser.submit(SETTINGS, &[("act", "call"), ("name", " ")]).await.expect(400);
        wrong.has(&["There is a problem", "href=\"#name\"", "Enter a name of 1 to 100 characters"]);
        let saved = browser.submit(SETTINGS, &[("act", "call"), ("name", "صيدلية الصقر")]).await;
        follow(&mut browser, &saved, "The name is saved.").await.has(&["صيدلية الصقر"]);
        assert_eq!(organization(&customer).await["name"], "صيدلية الصقر");
    }

    async fn the_data_is_taken_along(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(SETTINGS).await.expect(200).has(&["Download everything", "orders.csv"]);
        let file = browser.submit(SETTINGS, &[("act", "export")]).await.expect(200);
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"kestrel.json\"");
        let document: Value = serde_json::from_str(&file.text).unwrap();
        assert_eq!(document["organization_id"], customer.tenant_id);
        assert_eq!(document["data"]["orders"].as_array().unwrap().len(), 1);
        let table = browser.submit(SETTINGS, &[("act", "export"), ("file", "orders.csv")]).await.expect(200);
        assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(table.text.lines().count(), 2);
        let audited = "SELECT count(*) FROM audit_log WHERE action = 'organization.export'";
        assert_eq!(app.number(audited).await, 2);
    }

    /// What ends with it stands there; the word is typed; in the grace it is taken back.
    async fn it_is_closed_by_its_name_and_kept_after_all(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        let shown = browser.get(CLOSE).await.expect(200);
        shown.has(&[
            "it ends on 31 March 2027", "11.000\u{a0}OMR of credit, which is lost", "The plan, without money back",
            "For 30 days you can take it back", "type kestrel",
        ]);
        let wrong = browser.submit(CLOSE, &[("act", "close"), ("confirm", "falcon")]).await.expect(400);
        wrong.has(&["There is a problem", "href=\"#confirm\"", "value=\"falcon\""]);
        assert!(organization(&customer).await.get("deletion_at").is_none());
        // Pressed twice, it keeps the first date.
        for _ in 0..2 {
            browser.submit(CLOSE, &[("act", "close"), ("confirm", " Kestrel ")]).await.location();
            app.clock.advance_seconds(60);
        }
        let closing = browser.get(CLOSE).await.expect(200);
        closing.has(&["The Organization will be closed.", "closes on 31 March 2027", "Keep the Organization"]);
        lacks(&closing, &["type kestrel"]);
        let now = organization(&customer).await;
        assert_eq!((now["status"].as_str(), now["deletion_at"].is_string()), (Some("suspended"), true));
        browser.get("/console/kestrel").await.expect(200).has(&["closes on 31 March 2027", CLOSE]);

        browser.get(CLOSE).await.expect(200);
        let kept = browser.submit(CLOSE, &[("act", "keep")]).await;
        follow(&mut browser, &kept, "The Organization stays.").await;
        assert!(organization(&customer).await.get("deletion_at").is_none());
        browser.submit(CLOSE, &[("act", "keep")]).await.expect(409).has(&["There is nothing to take back."]);
    }

    /// What the operator closes, the owner does not keep.
    async fn the_operators_word_stands(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        let path = format!("/tenant/admin/tenants/{}", customer.tenant_id);
        app.superadmin().delete(&path).await.expect(200);
        let shown = browser.get(CLOSE).await.expect(200);
        shown.has(&["The operator closes this Organization"]);
        lacks(&shown, &["Keep the Organization"]);
        browser.submit(CLOSE, &[("act", "keep")]).await.expect(403).has(&["Only the operator can take that back."]);
    }

    /// A browser that was left open is not enough.
    async fn it_takes_a_fresh_sign_in(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        app.clock.advance_seconds(601);
        let shown = browser.get(CLOSE).await.expect(200);
        shown.has(&["This needs a fresh sign-in", "/sign-in?return_to=%2Fconsole%2Fkestrel%2Fclose"]);
        lacks(&shown, &["type kestrel"]);
        browser.submit(CLOSE, &[("act", "close"), ("confirm", "kestrel")]).await.expect(401)
            .has(&["This needs a fresh sign-in"]);
        assert!(organization(&customer).await.get("deletion_at").is_none());
        let mut fresh = browser_of(app, "kestrel").await;
        fresh.get(CLOSE).await.expect(200).has(&["type kestrel"]);
    }
}
