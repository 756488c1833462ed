//! The branding in pages: looked at, saved, changed by two at once, and its logo.

use serde_json::json;

use super::{administrator, follow, hidden, lacks, superadmin};
use crate::harness::{Setup, on_both};

const PAGE: &str = "/admin/branding";
const LOGO: &str = "/admin/branding/logo";
const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8z\"/></svg>";
const ROWS: &str = "SELECT count(*) FROM branding WHERE version > 0";

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        assert!(browser.get(PAGE).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        browser.get("/console").await.expect(200);
        browser.get(PAGE).await.expect(403).has(&["This takes another role"]);
        browser.get("/console").await.expect(200);
        for act in ["save", "look", "remove-logo"] {
            browser.submit(PAGE, &[("act", act), ("name", "Mine")]).await.expect(403);
        }
        browser.upload(LOGO, SVG).await.expect(403);
        assert_eq!(app.number(ROWS).await, 0);
        administrator(app, "maryam").await.get(PAGE).await.expect(200).has(&["name=\"accent\""]);
        superadmin(app).await.get(PAGE).await.expect(200).has(&["name=\"accent\""]);
    }

    /// The whole page is as it would be, and nothing else is before it is saved.
    async fn it_is_looked_at_and_saved(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let form = browser.get(PAGE).await.expect(200);
        form.has(&["Look at it before you save it.", "There is no logo"]);
        let seen = hidden(&form, "seen");
        assert_eq!(seen, "0");
        let fields = [
            ("seen", &*seen), ("name", "Kestrel Cloud"), ("name_ar", "سحابة العوسق"), ("accent", "#9B1C1C"),
            ("accent_dark", ""), ("host", ""), ("support_email", "Help@Kestrel.example"), ("support_phone", "+968 2400"),
            ("support_url", ""), ("terms", "One.\r\nTwo."), ("terms_ar", ""),
        ];
        let looked = browser.submit(PAGE, &[&fields[..], &[("act", "look")]].concat()).await.expect(200);
        looked.has(&[
            "A voucher from Kestrel Cloud", "· Kestrel Cloud</title>", "/assets/brand-9b1c1c-", "fill=\"#9b1c1c\"",
            "mailto:help@kestrel.example", "<bdi>Two.</bdi>", "value=\"#9B1C1C\"", "20.000\u{a0}OMR", "Nothing is saved yet.",
        ]);
        assert_eq!(app.number(ROWS).await, 0);
        lacks(&browser.get("/").await.expect(200), &["Kestrel Cloud", "/assets/brand-"]);

        browser.get(PAGE).await.expect(200);
        let pressed = browser.submit(PAGE, &[&fields[..], &[("act", "save")]].concat()).await;
        let saved = follow(&mut browser, &pressed, "The branding is saved.").await;
        saved.has(&["value=\"Kestrel Cloud\"", "value=\"#9b1c1c\"", "value=\"help@kestrel.example\"", "One.\nTwo."]);
        assert_eq!(hidden(&saved, "seen"), "1");
        browser.get("/").await.expect(200).has(&["Kestrel Cloud", "/assets/brand-9b1c1c-"]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "سحابة العوسق", "الهوية"]);
    }

    async fn everything_that_is_wrong_is_told_at_once_and_kept(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200);
        let (long, words) = ("a".repeat(61), "a".repeat(2_001));
        let fields = [
            ("name", &*long), ("accent", "#ffcc00"), ("accent_dark", "teal"), ("host", "https://cloud.example"),
            ("support_email", "help"), ("support_phone", "call us"), ("support_url", "http://kestrel.example"),
            ("terms", &*words),
        ];
        for act in ["look", "save"] {
            let again = browser.submit(PAGE, &[&fields[..], &[("act", act)]].concat()).await.expect(400);
            again.has(&[
                "href=\"#name\"", "href=\"#accent\"", "href=\"#accent_dark\"", "href=\"#host\"", "href=\"#support_email\"",
                "href=\"#support_phone\"", "href=\"#support_url\"", "href=\"#terms\"", "value=\"teal\"", "value=\"#ffcc00\"",
                "The nearest one that they can is #", "value=\"https://cloud.example\"",
            ]);
            lacks(&again, &["href=\"#name_ar\"", "href=\"#terms_ar\"", "/assets/brand-"]);
        }
        assert_eq!(app.number(ROWS).await, 0);
    }

    /// Whoever was slower sees what the other has changed, and saves again, or does not.
    async fn two_administrators_do_not_overwrite_each_other(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let seen = hidden(&browser.get(PAGE).await.expect(200), "seen");
        let other = json!({ "name": "Osprey Cloud", "support_phone": "+968 2400" });
        app.sovereign_admin().put("/billing/admin/branding", &other).await.expect(200);
        let fields = [("act", "save"), ("name", "Kestrel Cloud"), ("support_phone", "+968 2400")];
        let late = browser.submit(PAGE, &[&fields[..], &[("seen", &*seen)]].concat()).await.expect(409);
        late.has(&["Somebody else has changed the branding", "<bdi>Osprey Cloud</bdi>", "<bdi>Kestrel Cloud</bdi>", "value=\"Kestrel Cloud\""]);
        lacks(&late, &["<bdi>+968 2400</bdi>"]);
        let seen = hidden(&late, "seen");
        let pressed = browser.submit(PAGE, &[&fields[..], &[("seen", &*seen)]].concat()).await;
        follow(&mut browser, &pressed, "The branding is saved.").await.has(&["<bdi>Kestrel Cloud</bdi>"]);
        // The same again, from an old form, is there already.
        let pressed = browser.submit(PAGE, &[&fields[..], &[("seen", "0")]].concat()).await;
        follow(&mut browser, &pressed, "The branding is saved.").await;
        assert_eq!(app.number("SELECT version FROM branding").await, 2);
    }

    async fn a_logo_is_sent_and_taken_away(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200);
        browser.upload(LOGO, "").await.expect(400).has(&["href=\"#file\"", "Choose a file"]);
        let refused = browser.upload(LOGO, "GIF89a").await.expect(400);
        refused.has(&["href=\"#file\"", "This file can be no logo.", "the file is no PNG, JPEG, WebP or SVG picture", "action=\"/admin/branding\""]);
        let scripted = SVG.replace("<path", "<script>x()</script><path");
        browser.upload(LOGO, &scripted).await.expect(400).has(&["This file can be no logo."]);
        browser.upload(LOGO, &"a".repeat(33 * 1024)).await.expect(400).has(&["may have 32768"]);
        browser.upload(LOGO, &"a".repeat(257 * 1024)).await.expect(413).has(&["This file can be no logo."]);
        assert_eq!(app.number(ROWS).await, 0);

        let pressed = browser.upload(LOGO, SVG).await;
        assert_eq!(pressed.location(), PAGE);
        let set = follow(&mut browser, &pressed, "The logo is saved.").await;
        set.has(&["/assets/logo-", "value=\"remove-logo\""]);
        browser.get("/").await.expect(200).has(&["<img src=\"/assets/logo-"]);
        browser.get(PAGE).await.expect(200);
        let pressed = browser.submit(PAGE, &[("act", "remove-logo")]).await;
        let none = follow(&mut browser, &pressed, "The logo is taken away.").await;
        none.has(&["There is no logo"]);
        lacks(&none, &["/assets/logo-"]);
    }
}
