//! Organizations in pages: found by every administrator, suspended and ended by the superadmin.

use super::{administrator, follow, lacks, superadmin};
use crate::harness::{Setup, on_both};

const LIST: &str = "/admin/organizations";

on_both! {
    async fn they_are_listed_with_what_they_come_to(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&["No Organization yet."]);
        app.issue("TWENTY", 20, 0).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.checkout("m", "TWENTY").await.expect(200);
        app.customer("osprey").await;
        app.execute("UPDATE organizations SET name = 'Merlin 100%_Books' WHERE slug LIKE 'osprey%'").await;
        let list = browser.get(LIST).await.expect(200);
        list.has(&["kestrel", "Merlin 100%_Books", "20.000\u{a0}OMR", "9.000\u{a0}OMR", "11.000\u{a0}OMR"]);
        lacks(&list, &[&format!("{LIST}/")]);
        for (query, has, lack) in [
            ("q=MERLIN", "Merlin", "kestrel"),
            ("q=0%25_b", "Merlin", "kestrel"),
            ("q=kest", "kestrel", "Merlin"),
            ("status=provisioning&q=osprey", "Merlin", "kestrel"),
        ] {
            let found = browser.get(&format!("{LIST}?{query}")).await.expect(200);
            found.has(&[has]);
            lacks(&found, &[lack]);
        }
        for query in ["q=1%25_b", "status=deleted", "q=kest&status=suspended"] {
            browser.get(&format!("{LIST}?{query}")).await.expect(200).has(&["No Organization is like that."]);
        }
        browser.get(&format!("{LIST}?status=gone")).await.expect(400).has(&["href=\"#status\""]);
        browser.get(&format!("{LIST}?after=x")).await.expect(400).has(&["href=\"#q\""]);
        // What is in one is the superadmin's.
        browser.get(&format!("{LIST}/{}", kestrel.tenant_id)).await.expect(403);
        let api = app.sovereign_admin().get("/billing/admin/organizations?q=MERLIN").await.expect(200);
        assert_eq!((api.as_array().unwrap().len(), &api[0]["name"]), (1, &"Merlin 100%_Books".into()));
        app.sovereign_admin().get("/billing/admin/organizations?status=gone").await.expect_problem(400, "invalid_request");
    }

    async fn one_is_suspended_and_goes_on(app: &TestApp, Setup::with_mail()) {
        let kestrel = app.customer("kestrel").await;
        let page = format!("{LIST}/{}", kestrel.tenant_id);
        let mut browser = superadmin(app).await;
        browser.get(LIST).await.expect(200).has(&[&format!("href=\"{page}\"")]);
        browser.get(&page).await.expect(200).has(&["kestrel@example.com", "value=\"suspend\"", "being set up"]);
        let pressed = browser.submit(&page, &[("act", "suspend")]).await;
        follow(&mut browser, &pressed, "The Organization is suspended.").await.has(&[">suspended<", "value=\"resume\""]);
        kestrel.checkout("m", "").await.expect_problem(403, "organization_suspended");
        let pressed = browser.submit(&page, &[("act", "resume")]).await;
        follow(&mut browser, &pressed, "The suspension is over.").await.has(&["value=\"suspend\""]);
        // Nothing is to be taken back.
        let pressed = browser.submit(&page, &[("act", "keep")]).await;
        follow(&mut browser, &pressed, "Nothing was done").await;
    }

    /// What ends with it is shown first, its address has to be typed, and it can be taken back.
    async fn one_is_deleted_and_kept_after_all(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        let kestrel = app.customer("kestrel").await;
        let mut body = kestrel.checkout_body("m", "TWENTY");
        body["apps"] = serde_json::json!(["wordpress"]);
        kestrel.client.post("/billing/checkout", &body).await.expect(200);
        let slug = app.texts("SELECT slug FROM organizations").await.remove(0);
        let page = format!("{LIST}/{}", kestrel.tenant_id);
        let preview = format!("/tenant/admin/tenants/{}/delete-preview", kestrel.tenant_id);
        let impact = app.superadmin().get(&preview).await.expect(200);
        assert_eq!((impact["members"].as_i64(), impact["credit_minor"].as_i64()), (Some(1), Some(11_000)));
        assert_eq!((&impact["slug"], &impact["subscription"]), (&slug.clone().into(), &"active".into()));
        assert_eq!((impact["apps"].as_array().unwrap().len(), &impact["deletion_at"]), (1, &"2027-03-31T12:00:00Z".into()));
        let mut browser = superadmin(app).await;
        browser.get(&page).await.expect(200).has(&["One person loses access", "WordPress", "Credit of 11.000\u{a0}OMR", "deleted on 31 March 2027", "for 30 days"]);
        let wrong = browser.submit(&page, &[("act", "delete"), ("confirm", "other")]).await.expect(400);
        wrong.has(&["href=\"#confirm\"", "value=\"other\""]);
        let pressed = browser.submit(&page, &[("act", "delete"), ("confirm", &slug)]).await;
        follow(&mut browser, &pressed, "The Organization will be deleted.").await.has(&["It will be deleted", "value=\"keep\""]);
        let pressed = browser.submit(&page, &[("act", "keep")]).await;
        follow(&mut browser, &pressed, "The Organization stays.").await.has(&["value=\"suspend\""]);
        app.clock.advance_seconds(601);
        browser.get(&page).await.expect(200).has(&["This needs a fresh sign-in"]);
        browser.submit(&page, &[("act", "delete"), ("confirm", &slug)]).await.expect(401);
        assert_eq!(app.number("SELECT COUNT(*) FROM organizations WHERE deletion_at IS NOT NULL").await, 0);
        browser.get(&format!("{LIST}/nobody")).await.expect(404).has(&["There is no such Organization"]);
        app.superadmin().get("/tenant/admin/tenants/nobody/delete-preview").await.expect_problem(404, "not_found");
    }
}
