//! A further voucher: looked at, then redeemed once, or refused in words.

use serde_json::json;
use sovereign::limits::Limits;

use super::{PAGE, another, owner};
use crate::harness::{Browser, Setup, Shown, on_both};

const FORM: &str = "/console/kestrel/wallet/voucher";

/// What the hidden field of this name on the page has.
fn hidden(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(name);
    after.split('"').next().unwrap().to_owned()
}

/// The fields of the form below the ticket.
async fn ticket(browser: &mut Browser) -> [(&'static str, String); 3] {
    let page = browser.get(PAGE).await.expect(200);
    // The first field called `code` is that of the ticket.
    ["code", "seen_minor", "key"].map(|name| (name, hidden(&page.text, name)))
}

async fn redeem(browser: &mut Browser, fields: &[(&'static str, String); 3]) -> Shown {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit(FORM, &fields).await
}

on_both! {
    async fn it_is_shown_and_then_redeemed_once(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        app.issue("MUSCAT-20", 20, 0).await;
        browser.get(PAGE).await.expect(200);
        // As it was pasted.
        let looked = browser.submit(FORM, &[("code", " muscat - ٢٠ ")]).await;
        assert_eq!(looked.location(), "/console/kestrel/wallet#voucher");
        assert_eq!(customer.available_minor().await, 0);
        let page = browser.get(PAGE).await.expect(200);
        page.has(&["MUSCAT-20", "Add 20.000\u{a0}OMR to the wallet", "no cash value"]);
        let fields = ticket(&mut browser).await;
        for _ in 0..2 {
            assert_eq!(redeem(&mut browser, &fields).await.location(), PAGE);
        }
        assert_eq!(customer.available_minor().await, 20_000);
        assert_eq!(app.number("SELECT CAST(times_redeemed AS bigint) FROM promo_codes").await, 1);
        let after = browser.get(PAGE).await.expect(200);
        after.has(&["The voucher is redeemed", "+20.000\u{a0}OMR"]);
        assert!(!after.text.contains("seen_minor"), "{}", after.text);
        assert!(!browser.get(PAGE).await.text.contains("The voucher is redeemed"));
    }

    async fn each_rule_is_named(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        app.issue_as(json!({ "code": "ASLEEP", "credit_omr": 5, "active": false })).await;
        app.issue("FULL", 5, 1).await;
        app.customer("falcon").await.redeem("FULL").await.expect(200);
        app.issue("MINE", 5, 0).await;
        customer.redeem("MINE").await.expect(200);
        for (code, words) in [
            ("", "Enter the code"),
            ("NEVER-ISSUED", "There is no voucher with this code"),
            ("not a code!", "There is no voucher with this code"),
            ("ASLEEP", "This voucher is not active"),
            ("FULL", "All of these vouchers were used"),
        ] {
            browser.get(PAGE).await.expect(200);
            let refused = browser.submit(FORM, &[("code", code)]).await.expect(400);
            refused.has(&[words, "data-takes-focus", "href=\"#code\"", &format!("value=\"{code}\"")]);
        }
        browser.get(PAGE).await.expect(200);
        browser.submit(FORM, &[("code", "MINE")]).await.location();
        let fields = ticket(&mut browser).await;
        let refused = redeem(&mut browser, &fields).await.expect(400);
        refused.has(&["You have redeemed this voucher before"]);
        assert!(!refused.text.contains("seen_minor"), "{}", refused.text);
        let mut admin = another(app, &customer, "admin").await;
        admin.get(PAGE).await.expect(200);
        admin.submit(FORM, &[("code", "MINE")]).await.location();
        let fields = ticket(&mut admin).await;
        redeem(&mut admin, &fields).await.expect(400).has(&["This Organization has redeemed"]);
        assert_eq!(customer.available_minor().await, 5_000);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200);
        let arabic = browser.submit(FORM, &[("code", "FULL")]).await.expect(400);
        arabic.has(&["استُخدمت هذه القسائم كلها"]);
    }

    /// The customer redeems what they saw, or looks again (decision 18).
    async fn a_value_that_changed_is_shown_first(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        app.issue("MUSCAT-20", 20, 0).await;
        browser.get(PAGE).await.expect(200);
        browser.submit(FORM, &[("code", "MUSCAT-20")]).await.location();
        let fields = ticket(&mut browser).await;
        app.issue("MUSCAT-20", 12, 0).await;
        let changed = redeem(&mut browser, &fields).await.expect(409);
        changed.has(&["something else than a moment ago", "Add 12.000\u{a0}OMR to the wallet"]);
        assert_eq!(customer.available_minor().await, 0);
        let fields = ticket(&mut browser).await;
        assert_eq!(redeem(&mut browser, &fields).await.location(), PAGE);
        assert_eq!(customer.available_minor().await, 12_000);
    }

    async fn wrong_codes_are_limited(app: &TestApp, Setup {
        limits: Limits::on(Vec::new()), ..Setup::with_mail()
    }) {
        let (_, mut browser) = owner(app).await;
        browser.get(PAGE).await.expect(200);
        for number in 0..500 {
            let code = format!("WRONG-{number}");
            let refused = browser.submit(FORM, &[("code", &code)]).await;
            if refused.status == 429 {
                assert!(refused.headers.contains_key("retry-after"));
                refused.has(&["Too many codes at once"]);
                return;
            }
            refused.expect(400);
        }
        panic!("nobody is held up");
    }
}
