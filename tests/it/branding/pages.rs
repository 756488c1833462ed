//! Pages in the franchisee's name and colours, with where to ask for help.

use serde_json::json;

use super::{SVG, put_logo, set};
use crate::harness::{FQDN, Setup, TestApp, on_both};

/// The address of the accents' style sheet that a page links to.
fn sheet(page: &str) -> Option<String> {
    let at = page.find("/assets/brand-")?;
    page[at..].split('"').next().map(str::to_owned)
}

async fn page(app: &TestApp, language: &'static str) -> String {
    let mut browser = app.browser();
    browser.language = language;
    browser.get("/terms").await.expect(200).text
}

on_both! {
    async fn they_are_the_franchisees(app: &TestApp, Setup::with_mail()) {
        let plain = page(app, "en").await;
        assert!(plain.contains(&format!("· {FQDN}</title>")) && !plain.contains("<img"), "{plain}");
        assert!(sheet(&plain).is_none() && !plain.contains("mailto:"), "{plain}");

        set(app, json!({
            "name": "Kestrel <Cloud>", "name_ar": "سحابة العوسق", "accent": "#9b1c1c",
            "support_email": "help@kestrel.example", "support_url": "https://kestrel.example/help",
            "terms": "Own words.\nAnd <more>.",
        })).await;
        let logo = put_logo(&app.sovereign_admin(), SVG).await.expect(200)["logo"].clone();
        let english = page(app, "en").await;
        for wanted in [
            "· Kestrel &#60;Cloud&#62;</title>", "<bdi>Kestrel &#60;Cloud&#62;</bdi>",
            &format!("<img src=\"{}\" alt=\"\">", logo.as_str().unwrap()),
            "href=\"mailto:help@kestrel.example\"", "href=\"https://kestrel.example/help\"",
            "href=\"/terms\"", "<p>Own words.</p>", "<p>And &#60;more&#62;.</p>",
        ] {
            assert!(english.contains(wanted), "no {wanted} in {english}");
        }
        let arabic = page(app, "ar").await;
        for wanted in ["· سحابة العوسق</title>", "<bdi>سحابة العوسق</bdi>", "ليست له قيمة نقدية"] {
            assert!(arabic.contains(wanted), "no {wanted} in {arabic}");
        }
    }

    /// The style sheet has both accents and the text on them, and another address once they are others.
    async fn the_style_sheet_changes_with_the_accents(app: &TestApp, Setup::with_mail()) {
        set(app, json!({ "accent": "#9b1c1c", "accent_dark": "#f0a0a0" })).await;
        let first = sheet(&page(app, "en").await).unwrap();
        let served = app.anyone().get(&first).await;
        assert_eq!(
            (served.status, served.text.as_str()),
            (200, ":root{--accent:light-dark(#9b1c1c,#f0a0a0);--on-accent:light-dark(#ffffff,#101214)}\n")
        );
        assert_eq!(served.headers["content-type"], "text/css; charset=utf-8");
        assert_eq!(served.headers["cache-control"], "public, max-age=31536000, immutable");
        set(app, json!({ "accent": "#1c3f9b" })).await;
        let second = sheet(&page(app, "en").await).unwrap();
        assert_ne!(first, second);
        assert!(app.anyone().get(&second).await.text.contains("light-dark(#1c3f9b,#f0a0a0)"));
        // A page that somebody opened before still has its colours.
        assert_eq!(app.anyone().get(&first).await.status, 200);
        let forged = first.replace("9b1c1c", "9b1c1d");
        assert_eq!(app.anyone().get(&forged).await.status, 404);
        set(app, json!({ "accent": "", "accent_dark": "" })).await;
        assert_eq!(sheet(&page(app, "en").await), None);
    }

    /// A voucher's page has the words of its issuer.
    async fn a_vouchers_page_says_what_its_credit_is(app: &TestApp, Setup::with_mail()) {
        app.issue("TEN", 10, 0).await;
        set(app, json!({ "name": "Kestrel Cloud" })).await;
        let mut browser = app.browser();
        browser.get("/redeem?code=TEN").await.expect(200).has(&[
            "A voucher from Kestrel Cloud", "a promotion of Kestrel Cloud: it is free of charge",
        ]);
        set(app, json!({ "terms": "Own words." })).await;
        let shown = browser.get("/redeem?code=TEN").await.expect(200);
        shown.has(&["Own words."]);
        assert!(!shown.text.contains("free of charge"), "{}", shown.text);
    }
}
