//! Signing up: three screens from the voucher's page, and an Organization at the end of them.

use serde_json::json;

use crate::harness::{Setup, TestApp, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";
const EMAIL: &str = "ahmed@example.com";

/// Somebody else's Organization.
async fn organization(app: &TestApp, slug: &str) -> String {
    let body = json!({ "slug": slug, "name": slug, "plan_id": "s" });
    let made = app.member("other").post("/tenant/orgs", &body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn from_the_voucher_to_an_organization(app: &TestApp, Setup { takes_cards: true, ..Setup::with_mail() }) {
        app.issue(CODE, 20, 0).await;
        let mut browser = app.browser();
        browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        // One: the address.
        let away = browser.get("/join").await;
        assert_eq!(away.location(), "/sign-in?return_to=%2Fjoin");
        let first = browser.get("/sign-in?return_to=%2Fjoin").await.expect(200);
        first.has(&["Step 1 of 3", "Your voucher goes along", "20.000\u{a0}OMR"]);
        assert!(!first.text.contains(CODE), "{}", first.text);
        let fields = [("email", EMAIL), ("return_to", "/join")];
        assert_eq!(browser.submit("/sign-in", &fields).await.location(), "/sign-in/code");
        // Two: the code.
        browser.get("/sign-in/code").await.expect(200).has(&["Step 2 of 3", EMAIL]);
        let code = app.next_code(EMAIL).await;
        assert_eq!(browser.submit("/sign-in/code", &[("code", &code)]).await.location(), "/join");
        // Three: name and plan, each with what the voucher does for it.
        let third = browser.get("/join").await.expect(200);
        third.has(&["Step 3 of 3", "covers it until", "10.000\u{a0}OMR is left"]);
        assert!(!third.text.contains(CODE), "{}", third.text);
        let fields = [("name", "صيدلية النور"), ("slug", ""), ("plan", "m"), ("apps", "")];
        let made = browser.submit("/join", &fields).await;
        assert_eq!(made.location(), "/checkout?organization=sydlyh-alnwr&plan=m");
        let found = app.texts("SELECT name FROM organizations").await;
        assert_eq!(found, ["صيدلية النور"]);
        // Nothing is ordered, and nothing redeemed.
        assert_eq!(app.number("SELECT count(*) FROM orders").await, 0);
        assert_eq!(app.number("SELECT CAST(times_redeemed AS bigint) FROM promo_codes").await, 0);
    }

    async fn pressed_twice_it_is_made_once(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        browser.get("/join").await.expect(200);
        let fields = [("name", "Al Noor"), ("slug", "al-noor"), ("plan", "s")];
        for _ in 0..2 {
            let made = browser.submit("/join", &fields).await;
            assert_eq!(made.location(), "/checkout?organization=al-noor&plan=s");
        }
        assert_eq!(app.number("SELECT count(*) FROM organizations").await, 1);
    }

    /// Each field with what is wrong and what to do; what was entered stays.
    async fn what_is_wrong_is_said_at_the_field(app: &TestApp, Setup::with_mail()) {
        organization(app, "al-noor").await;
        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        browser.get("/join").await.expect(200);
        let long = "x".repeat(101);
        for (name, slug, plan, expected) in [
            ("", "", "m", &["href=\"#name\"", "Enter the name"][..]),
            (&*long, "", "m", &["href=\"#name\""]),
            ("Al Noor", "ab", "m", &["href=\"#slug\"", "3 to 31 letters", "value=\"ab\""]),
            ("Al Noor", "al-noor", "m", &["href=\"#slug\"", "You could have al-noor-2", "value=\"Al Noor\""]),
            ("药店", "", "m", &["href=\"#slug\""]),
            ("Al Noor", "admin", "m", &["href=\"#slug\""]),
            ("Al Noor", "", "gone", &["href=\"#plan\"", "Choose one of the plans"]),
        ] {
            let fields = [("name", name), ("slug", slug), ("plan", plan)];
            let page = browser.submit("/join", &fields).await.expect(400);
            page.has(&["There is a problem", "Error:"]);
            page.has(expected);
        }
        assert_eq!(app.number("SELECT count(*) FROM organizations").await, 1);
    }

    async fn addresses_are_checked_as_they_are_typed(app: &TestApp) {
        organization(app, "al-noor").await;
        let ask = async |query: &str| {
            let page = app.browser().get(&format!("/join/address?{query}")).await.expect(200);
            serde_json::from_str::<serde_json::Value>(&page.text).unwrap()
        };
        let checked = |slug: &str, available: bool, text: &str| {
            json!({ "slug": slug, "available": available, "text": text })
        };
        let free = "This address is free";
        let taken = "This address is taken, or none that there can be";
        assert_eq!(ask("name=Al+Noor").await, checked("al-noor-2", true, free));
        assert_eq!(ask("slug=Al-Noor").await, checked("al-noor", false, taken));
        assert_eq!(ask("slug=al-nour").await, checked("al-nour", true, free));
        assert_eq!(ask("slug=a_b").await, checked("a_b", false, taken));
        assert_eq!(ask("name=%E8%8D%AF").await["slug"], "");
    }

    /// Whoever has Organizations chooses one of them, or makes another.
    async fn somebody_who_was_here_before(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 0).await;
        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        for slug in ["first", "second"] {
            let tenant_id = organization(app, slug).await;
            let path = format!("/tenant/orgs/{tenant_id}/members");
            let admin = json!({ "email": EMAIL, "role": "admin" });
            app.member("other").post(&path, &admin).await.expect(201);
            if slug == "first" {
                let order = json!({ "tenant_id": tenant_id, "plan_id": "s", "promo_code": CODE });
                app.member("other").post("/billing/checkout", &order).await.expect(200);
            }
        }
        let page = browser.get("/join?plan=l").await.expect(200);
        page.has(&[
            "Which Organization",
            "href=\"/console/first\"",
            "href=\"/checkout?organization=second&#38;plan=l\"",
            "href=\"/join?another=1&#38;plan=l&#38;apps=\"",
        ]);
        browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        browser.get("/join").await.expect(200).has(&["href=\"/console/first/wallet\"", "Add to its credit"]);
    }
}
