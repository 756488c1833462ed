//! Arabic for readers of Arabic: the program's own, the administrator's, and English where there is none.

use serde_json::json;

use super::{add_app, cards, change};
use crate::harness::on_both;

on_both! {
    async fn readers_of_arabic_see_arabic(app: &TestApp) {
        let mut browser = app.browser();
        browser.language = "ar";
        let page = browser.get("/apps/wordpress").await.expect(200);
        page.has(&[
            "dir=\"rtl\"", "موقع إلكتروني ومدونة", "محرر للصفحات والمقالات", "WordPress", "مجاني مع أي باقة",
            "ثبّت التطبيق", "content=\"WordPress: موقع إلكتروني ومدونة\"",
        ]);
        browser.get("/plans").await.expect(200).has(&["نواتان", "بحسب الاستهلاك", "نسخ احتياطي يومي"]);
        browser.get("/industries/pharmacy").await.expect(200).has(&["صيدلية", "حزمة الصيدلية"]);
        browser.get("/bundles/law-pack").await.expect(200).has(&["حزمة مكتب المحاماة"]);
        browser.get("/apps").await.expect(200).has(&["34 تطبيقًا", "المتاجر الإلكترونية"]);
        browser.get("/").await.expect(200).has(&["لدي قسيمة", "صيدلية"]);
        browser.get("/apps/nonesuch").await.expect(404).has(&["لا توجد صفحة كهذه"]);
    }

    /// A translation of words that are gone would say something else.
    async fn changed_english_has_no_arabic_until_somebody_writes_it(app: &TestApp) {
        let mut browser = app.browser();
        browser.language = "ar";
        change(app, "apps/wordpress", json!({ "tagline": "Something else" })).await;
        let page = browser.get("/apps/wordpress").await.expect(200);
        page.has(&["<span lang=\"en\" dir=\"ltr\">Something else</span>", "محرر للصفحات والمقالات"]);
        assert!(!page.text.contains("موقع إلكتروني ومدونة"));
        change(app, "apps/wordpress", json!({ "tagline_ar": "شيء آخر", "features_ar": ["ميزة"] })).await;
        browser.get("/apps/wordpress").await.expect(200).has(&["شيء آخر", "<li><bdi>ميزة</bdi></li>"]);
        // Taken back, English is shown again, and the program's own where it fits.
        change(app, "apps/wordpress", json!({ "tagline_ar": "" })).await;
        browser.get("/apps/wordpress").await.expect(200).has(&["Something else"]);
        add_app(app, "fax", json!({ "name": "Fax", "name_ar": "فاكس", "tagline": "Sends" })).await;
        assert_eq!(cards(&browser.get("/apps?q=فاكس").await.expect(200).text), ["fax"]);
        browser.language = "en";
        let english = browser.get("/apps/fax").await.expect(200);
        assert!(!english.text.contains("فاكس"));
    }

    /// Clients send back what they read; the program's Arabic is not written down by that.
    async fn what_is_sent_back_is_not_kept(app: &TestApp) {
        let mut whole = app.anyone().get("/catalog/apps/wordpress").await.expect(200);
        assert_eq!(whole["tagline_ar"], "موقع إلكتروني ومدونة");
        assert!(whole.get("spellings_ar").is_none());
        whole["tagline"] = json!("Something else");
        change(app, "apps/wordpress", whole).await;
        let after = app.anyone().get("/catalog/apps/wordpress").await.expect(200);
        assert!(after.get("tagline_ar").is_none(), "{after}");
        assert!(after["description_ar"].is_string());
        let wrong = app.superadmin().put("/catalog/admin/apps/wordpress", &json!({ "name_ar": 7 })).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "name_ar");
    }
}
