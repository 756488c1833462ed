//! Signing in with the keyboard alone, and with scripts turned off; and what a page weighs.

use std::fmt::Write as _;

use reqwest::Method;

use crate::harness::{Look, Setup, on_both};

const EMAIL: &str = "aisha@example.com";

/// A drawing of a little less than 32 KiB.
fn large_logo() -> String {
    let mut drawing = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 97 97\"><path d=\"M0 0",
    );
    for number in 1_u32.. {
        if drawing.len() > 32_600 {
            break;
        }
        write!(drawing, "L{} {}", number * 7_919 % 89, number * 1_049 % 97).unwrap();
    }
    drawing + "\"/></svg>"
}

on_both! {
    async fn somebody_signs_in_by_the_keyboard(app: &TestApp, Setup::with_mail()) {
        let tab = app.chromium(Look::DESKTOP).await;
        tab.open("/sign-in").await.expect(200);
        assert_eq!(tab.key("Tab").await.unwrap().name, "Skip to the content");
        tab.tab_to("E-mail address").await;
        tab.write("nobody").await;
        tab.key_away("Enter").await.expect(400);
        // The summary has the keyboard, and its link leads to the field, which has kept what was written.
        assert!(tab.focused().await.unwrap().name.starts_with("There is a problem"));
        tab.tab_to("Enter an e-mail address, such as ahmed@example.com").await;
        tab.key("Enter").await;
        assert_eq!(tab.focused().await.unwrap().name, "E-mail address");
        assert_eq!(tab.value("E-mail address").await, "nobody");
        tab.fill("E-mail address", EMAIL).await;
        tab.key_away("Enter").await.expect(200);
        tab.tab_to("Code").await;
        tab.write(&app.next_code(EMAIL).await).await;
        tab.key_away("Enter").await.expect(200);
        assert_eq!(tab.address().await, "/console");
        tab.tab_to("Sign out").await;
        tab.key_away("Enter").await.expect(200);
        assert_eq!(tab.address().await, "/sign-in");
        tab.close().await;
    }

    async fn nothing_needs_a_script(app: &TestApp, Setup::with_mail()) {
        let tab = app.chromium(Look::PHONE.arabic().without_script()).await;
        tab.open("/console").await.expect(200);
        assert_eq!(tab.address().await, "/sign-in?return_to=%2Fconsole");
        tab.sign_in(app, EMAIL).await.expect(200);
        assert_eq!(tab.address().await, "/console");
        tab.has(&[EMAIL, "حسابك"]).await;
        // The language that is chosen stays.
        tab.press("English").await.expect(200);
        tab.has(&["Your account"]).await;
        tab.reload().await.expect(200);
        tab.has(&["Your account"]).await;
        // The second press may take the place of the first: then nothing is told of the page that it led to.
        tab.press_twice("Sign out").await;
        tab.back().await;
        tab.reload().await.expect(200);
        assert!(tab.address().await.starts_with("/sign-in"), "{}", tab.address().await);
        tab.close().await;
    }

    /// The page that a printed link leads to, with the largest logo there can be, on a telephone that was never here.
    async fn the_landing_page_is_light(app: &TestApp, Setup::with_mail()) {
        app.issue("MUSCAT-200", 200, 0).await;
        let logo = Some(large_logo().into_bytes());
        let put = app.sovereign_admin();
        put.send(Method::PUT, "/billing/admin/branding/logo", &[], logo).await.expect(200);
        let tab = app.chromium(Look::PHONE).await;
        tab.open("/redeem?code=MUSCAT-200").await.expect(200);
        tab.has(&["200.000 OMR"]).await;
        let weight = tab.weight().await;
        assert!(weight["image"] > 32_000 && weight["script"] > 0, "{weight:?}");
        assert!(weight["all"] < 100_000 && weight["script"] < 30_000, "{weight:?}");
        tab.close().await;
    }

    /// On a telephone that was never here.
    async fn a_page_is_light(app: &TestApp, Setup::with_mail()) {
        const MOST_BYTES: u64 = 60_000;
        let mut tab = app.chromium(Look::PHONE).await;
        tab.open("/sign-in").await.expect(200);
        let weight = tab.weight().await;
        assert!(weight["all"] > weight["document"] && weight["all"] < MOST_BYTES, "{weight:?}");
        tab.no_sideways_scroll(320).await;
        assert!(tab.title().await.starts_with("Sign in"));
        tab.close().await;
    }
}
