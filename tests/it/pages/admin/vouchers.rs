//! The list of vouchers: who sees it, what is looked for, and its pages.

use serde_json::json;

use super::{administrator, lacks};
use crate::harness::{Setup, on_both};

const LIST: &str = "/admin/vouchers";

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let mut browser = app.browser();
        let away = browser.get("/admin/vouchers?q=gift").await;
        assert_eq!(away.location(), "/sign-in?return_to=%2Fadmin%2Fvouchers%3Fq%3Dgift");
        browser.sign_in(app, "sara@example.com").await;
        for path in [LIST, "/admin/vouchers/new", "/admin/vouchers/GIFT-1"] {
            let page = browser.get(path).await.expect(403);
            page.has(&["This takes another role"]);
            lacks(&page, &["name=\"credit\"", "<table"]);
        }
        lacks(&browser.get("/console").await.expect(200), &["href=\"/admin\""]);
        for path in ["/admin/vouchers/new", "/admin/vouchers/GIFT-1"] {
            let fields = [("code", "MINE-100"), ("credit", "100"), ("act", "pause")];
            browser.submit(path, &fields).await.expect(403);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes WHERE active").await, 1);

        let mut browser = administrator(app, "maryam").await;
        browser.get("/console").await.expect(200).has(&["href=\"/admin\""]);
        assert_eq!(browser.get("/admin").await.location(), LIST);
        browser.get(LIST).await.expect(200).has(&["GIFT-1"]);
        // A role that was taken away is gone at once.
        app.execute("UPDATE users SET role = 'member'").await;
        browser.get(LIST).await.expect(403);
    }

    async fn an_empty_list_says_what_to_do(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&["No voucher yet", "href=\"/admin/vouchers/new\""]);
    }

    async fn each_row_says_how_it_stands(app: &TestApp, Setup::with_mail()) {
        let body = json!({
            "code": "OMAN-200", "credit_omr": 200, "max_redemptions": 3, "description": "For <b>shops</b>\nand more",
        });
        app.issue_as(body).await;
        app.issue("OMAN-FULL", 5, 1).await;
        app.issue_as(json!({ "code": "OMAN-PAUSED", "credit_omr": 5, "active": false })).await;
        app.issue("OMAN-GONE", 5, 0).await;
        app.revoke("OMAN-GONE").await;
        app.customer("kestrel").await.redeem("OMAN-FULL").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get(LIST).await.expect(200);
        page.has(&["200.000\u{a0}OMR", "0 of 3", "1 of 1", ">live<", ">paused<", ">exhausted<", "For &#60;b&#62;shops"]);
        lacks(&page, &["OMAN-GONE", "and more"]);
        let gone = browser.get("/admin/vouchers?status=revoked").await.expect(200);
        gone.has(&["OMAN-GONE", ">revoked<", "<option value=\"revoked\" selected>"]);
        lacks(&gone, &["OMAN-200"]);
        let found = browser.get("/admin/vouchers?q=pau&status=").await.expect(200);
        found.has(&["OMAN-PAUSED", "value=\"pau\""]);
        lacks(&found, &["OMAN-200"]);
        browser.get("/admin/vouchers?q=nonesuch").await.expect(200).has(&["No voucher is like that"]);
        browser.language = "ar";
        browser.get(LIST).await.expect(200).has(&["dir=\"rtl\"", ">سارية<", "1 من 1"]);
    }

    async fn pages_lead_to_the_older_and_back(app: &TestApp, Setup::with_mail()) {
        for number in 0..51 {
            app.issue(&format!("GIFT-{number:02}"), 5, 0).await;
            app.clock.advance_seconds(1);
        }
        app.issue("OTHER-1", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        let first = browser.get("/admin/vouchers?q=gift").await.expect(200);
        first.has(&["GIFT-50", "GIFT-01", "Older vouchers"]);
        lacks(&first, &["GIFT-00", "OTHER-1", "Newest vouchers"]);
        let (_, link) = first.text.split_once("rel=\"next\" href=\"").unwrap();
        let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        assert!(link.starts_with("/admin/vouchers?q=gift&after="), "{link}");
        let second = browser.get(&link).await.expect(200);
        second.has(&["GIFT-00", "Newest vouchers", "href=\"/admin/vouchers?q=gift\""]);
        lacks(&second, &["GIFT-01", "Older vouchers"]);
    }

    async fn what_is_not_understood_is_said(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let long = format!("q={}", "A".repeat(65));
        for (query, told) in [
            ("status=gone", "Choose one of these"),
            (&*long, "Look for at most 64 characters"),
            ("after=x", "This address is not one of ours"),
        ] {
            let page = browser.get(&format!("{LIST}?{query}")).await.expect(400);
            page.has(&["There is a problem", told, "aria-invalid=\"true\""]);
        }
    }
}
