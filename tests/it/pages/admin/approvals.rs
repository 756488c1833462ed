//! The pages of what Organizations ask for: those that wait, and the answer with its reason.

use serde_json::{Value, json};

use super::{administrator, follow, lacks, superadmin};
use crate::harness::{Customer, Setup, TestApp, on_both};

const LIST: &str = "/admin/approvals";

async fn ask(customer: &Customer, wanted: Value) -> String {
    let path = format!("/tenant/orgs/{}/approvals", customer.tenant_id);
    let asked = customer.client.post(&path, &wanted).await.expect(201);
    format!("{LIST}/{}", asked["id"].as_str().unwrap())
}

async fn states(app: &TestApp) -> Vec<String> {
    app.texts("SELECT state || ' ' || COALESCE(note, '-') FROM approvals ORDER BY id").await
}

on_both! {
    async fn one_is_approved_for_some_days_and_revoked(app: &TestApp, Setup::with_mail()) {
        let customer = app.customer("ahmed").await;
        let wanted = json!({ "apps": ["odoo"], "tiers": ["premium"], "monthly_minor": 16_000, "reason": "for <the> shop" });
        let page = ask(&customer, wanted).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&[
            &format!("href=\"{page}\""), "<code dir=\"ltr\">odoo</code>", "<code dir=\"ltr\">premium</code>", "16.000\u{a0}OMR",
            "aria-current=\"page\">Approvals<",
        ]);
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["for &#60;the&#62; shop", "value=\"approve\"", "value=\"refuse\""]);
        lacks(&shown, &["value=\"revoke\"", "ahmed@example.com", "/admin/organizations/"]);
        let fields = [("act", "approve"), ("note", "go on\r\nwith it"), ("days", "٣٠")];
        let pressed = browser.submit(&page, &fields).await;
        let shown = follow(&mut browser, &pressed, "The request is approved.").await;
        shown.has(&["go on\nwith it", "Counts until", "value=\"revoke\""]);
        lacks(&shown, &["value=\"approve\""]);
        browser.get(LIST).await.expect(200).has(&["No request waits for an answer."]);
        browser.get(&format!("{LIST}?state=approved")).await.expect(200).has(&[&page]);
        // Whoever is slower is told how it stands.
        let late = browser.submit(&page, &[("act", "refuse")]).await;
        follow(&mut browser, &late, "somebody else was faster").await;
        let pressed = browser.submit(&page, &[("act", "revoke"), ("note", "enough")]).await;
        let shown = follow(&mut browser, &pressed, "The approval is revoked.").await;
        lacks(&shown, &["value=\"approve\"", "value=\"revoke\""]);
        assert_eq!(states(app).await, ["revoked enough"]);
        let letters = "SELECT COUNT(*) FROM letters WHERE kind LIKE 'approval%'";
        assert_eq!(app.number(letters).await, 2);
    }

    async fn one_is_refused_with_a_reason(app: &TestApp, Setup::with_mail()) {
        let customer = app.customer("ahmed").await;
        let page = ask(&customer, json!({ "apps": ["odoo"], "reason": "needed" })).await;
        let mut browser = superadmin(app).await;
        browser.get(&page).await.expect(200).has(&[&format!("/admin/organizations/{}", customer.tenant_id)]);
        let long = "x".repeat(1_001);
        for (fields, field) in [
            ([("act", "refuse"), ("note", &*long)], "note"),
            ([("act", "approve"), ("days", "0")], "days"),
            ([("act", "approve"), ("days", "soon")], "days"),
            ([("act", "approve"), ("days", "3661")], "days"),
        ] {
            let told = browser.submit(&page, &fields).await.expect(400);
            told.has(&[&format!("href=\"#{field}\""), fields[1].1]);
        }
        // A button that nobody knows decides nothing.
        browser.submit(&page, &[("act", "")]).await.expect(200);
        assert_eq!(states(app).await, ["requested -"]);
        let pressed = browser.submit(&page, &[("act", "refuse"), ("note", "too large")]).await;
        follow(&mut browser, &pressed, "The request is refused.").await.has(&["too large"]);
        assert_eq!(states(app).await, ["refused too large"]);
        browser.language = "ar";
        browser.get(&page).await.expect(200).has(&["dir=\"rtl\"", "مرفوض"]);
        browser.get(&format!("{LIST}?state=all")).await.expect(200).has(&["الموافقات", &page]);
    }

    async fn nobody_answers_what_they_asked_themselves(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let customer = app.customer("ahmed").await;
        let page = ask(&customer, json!({ "apps": ["odoo"], "reason": "needed" })).await;
        browser.get(&page).await.expect(200);
        app.execute(
            "UPDATE approvals SET requested_by = (SELECT id FROM users WHERE email = 'maryam@example.com')",
        )
        .await;
        browser.submit(&page, &[("act", "approve")]).await.expect(403).has(&["You asked for this yourself"]);
        assert_eq!(states(app).await, ["requested -"]);
    }

    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let customer = app.customer("ahmed").await;
        let page = ask(&customer, json!({ "apps": ["odoo"], "reason": "needed" })).await;
        let mut browser = app.browser();
        browser.sign_in(app, "sara@example.com").await;
        browser.get("/console").await.expect(200);
        for path in [LIST, &page] {
            browser.get(path).await.expect(403).has(&["This takes another role"]);
        }
        browser.submit(&page, &[("act", "approve")]).await.expect(403);
        assert_eq!(states(app).await, ["requested -"]);
        let mut browser = administrator(app, "maryam").await;
        for path in [format!("{LIST}/x"), format!("{LIST}/01997f53-a000-7000-8000-000000000001")] {
            browser.get(&path).await.expect(404).has(&["There is no such request"]);
        }
        for query in ["state=lost", "after=x"] {
            browser.get(&format!("{LIST}?{query}")).await.expect(400);
        }
    }
}
