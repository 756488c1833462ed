//! Signing in with a browser: by code, by link, in this browser and in another one.

use super::{another, code_in, link_in, verify};
use crate::harness::{Browser, Setup, TestApp, on_both};

const EMAIL: &str = "ahmed@example.com";

/// Asks for a mail; answers its text.
async fn ask(app: &TestApp, browser: &mut Browser, path: &str) -> String {
    browser.get(path).await.expect(200);
    let return_to = path.split_once("return_to=").map_or("", |(_, path)| path);
    let fields = [("email", EMAIL), ("return_to", return_to)];
    let asked = browser.submit("/sign-in", &fields).await;
    assert_eq!(asked.location(), "/sign-in/code");
    app.sink().next_to(EMAIL).await.text.unwrap()
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    let account = browser.get("/console").await;
    if account.status == 200 {
        account.has(&[EMAIL]);
        true
    } else {
        assert_eq!(account.location(), "/sign-in?return_to=%2Fconsole");
        false
    }
}

on_both! {
    async fn by_code(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        assert!(!is_signed_in(&mut browser).await);
        let mail = ask(app, &mut browser, "/sign-in?return_to=/console?x=1").await;
        browser.get("/sign-in/code").await.expect(200).has(&[EMAIL, "one-time-code"]);
        let wrong = another(&code_in(&mail));
        let again = browser.submit("/sign-in/code", &[("code", &wrong)]).await.expect(400);
        again.has(&["There is a problem", "aria-invalid=\"true\"", "Error:"]);
        let before = browser.cookies.clone();
        let done = browser.submit("/sign-in/code", &[("code", &code_in(&mail))]).await;
        assert_eq!(done.location(), "/console?x=1");
        assert!(is_signed_in(&mut browser).await);
        assert!(!before.contains_key("__Host-session"));
        assert_ne!(before["__Host-visitor"], browser.cookies["__Host-visitor"]);

        browser.submit("/sign-out", &[]).await.location();
        assert!(!is_signed_in(&mut browser).await);
        assert_eq!(app.texts("SELECT end_reason FROM sessions").await, ["logout"]);
    }

    /// A code is worth nothing in another browser, and guessing there costs this one nothing.
    async fn a_code_belongs_to_its_browser(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        let mail = ask(app, &mut browser, "/sign-in").await;
        let code = code_in(&mail);
        verify(app, EMAIL, &code).await.expect_problem(401, "unauthorized");
        for _ in 0..10 {
            let guess = another(&code);
            verify(app, EMAIL, &guess).await.expect_problem(401, "unauthorized");
        }
        let mut thief = app.browser();
        thief.get("/sign-in").await.expect(200);
        let waiting = browser.cookies["__Host-sign-in"].clone();
        thief.cookies.insert("__Host-sign-in".to_owned(), waiting);
        thief.submit("/sign-in/code", &[("code", &code)]).await.expect(400);
        browser.get("/sign-in/code").await.expect(200);
        let done = browser.submit("/sign-in/code", &[("code", &code)]).await;
        assert_eq!(done.location(), "/console");
    }

    /// Mail scanners open links, with GET and with HEAD: nobody is signed in by that.
    async fn opening_the_link_signs_nobody_in(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        let mail = ask(app, &mut browser, "/sign-in").await;
        let link = link_in(&mail);
        for _ in 0..3 {
            let mut scanner = app.browser();
            scanner.get(&link).await.expect(200);
            assert!(!is_signed_in(&mut scanner).await);
        }
        let page = browser.get(&link).await.expect(200);
        page.has(&[EMAIL, "Sign in here"]);
        assert!(!page.text.contains("in another browser"));
        assert_eq!(page.headers["referrer-policy"], "strict-origin");
        let token = link.split_once("token=").unwrap().1.to_owned();
        let done = browser.submit("/sign-in/link", &[("token", &token)]).await;
        assert_eq!(done.location(), "/console");
        assert!(is_signed_in(&mut browser).await);
        browser.get(&link).await.expect(404).has(&["This link works no more"]);
        // The code in the same mail is used up with it.
        let mut other = app.browser();
        other.get("/sign-in").await.expect(200);
        other.submit("/sign-in/link", &[("token", &token)]).await.expect(404);
    }

    /// Asked for at the desk, opened on the phone: one button, and a warning above it.
    async fn the_link_in_another_browser(app: &TestApp, Setup::with_mail()) {
        let mut desk = app.browser();
        let link = link_in(&ask(app, &mut desk, "/sign-in").await);
        let mut phone = app.browser();
        phone.get(&link).await.expect(200).has(&["in another browser", EMAIL]);
        let token = link.split_once("token=").unwrap().1;
        let done = phone.submit("/sign-in/link", &[("token", token)]).await;
        assert_eq!(done.location(), "/console");
        assert!(is_signed_in(&mut phone).await);
        assert!(!is_signed_in(&mut desk).await);
    }

    async fn a_session_ends_when_it_is_not_used(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        let mail = ask(app, &mut browser, "/sign-in").await;
        browser.get("/sign-in/code").await.expect(200);
        browser.submit("/sign-in/code", &[("code", &code_in(&mail))]).await.location();
        for _ in 0..3 {
            app.clock.advance_days(29);
            assert!(is_signed_in(&mut browser).await, "being used keeps it alive");
        }
        app.clock.advance_days(30);
        assert!(!is_signed_in(&mut browser).await);
    }

    async fn out_on_all_devices(app: &TestApp, Setup::with_mail()) {
        let (mut desk, mut phone) = (app.browser(), app.browser());
        for browser in [&mut desk, &mut phone] {
            let mail = ask(app, browser, "/sign-in").await;
            browser.get("/sign-in/code").await.expect(200);
            browser.submit("/sign-in/code", &[("code", &code_in(&mail))]).await.location();
            assert!(is_signed_in(browser).await);
        }
        phone.submit("/sign-out-everywhere", &[]).await.location();
        assert!(!is_signed_in(&mut desk).await && !is_signed_in(&mut phone).await);
    }

    async fn in_arabic_and_by_choice(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        browser.language = "ar-OM";
        browser.get("/sign-in").await.expect(200).has(&["dir=\"rtl\"", "lang=\"ar\"", "تسجيل الدخول"]);
        let back = browser.get("/language?tag=en&return_to=%2Fsign-in").await;
        assert_eq!(back.location(), "/sign-in");
        browser.get("/sign-in").await.expect(200).has(&["dir=\"ltr\"", "Sign in"]);
        for evil in ["//evil.example", "https://evil.example", "/\\evil.example", "%2F%2Fevil.example"] {
            let path = format!("/language?tag=ar&return_to={evil}");
            assert_eq!(browser.get(&path).await.location(), "/console", "{evil}");
        }
    }
}
