//! The page of a voucher: every state of it, and what is kept of the code.

use serde_json::json;

use sovereign::limits::Limits;

use crate::harness::{Browser, Setup, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";

/// The voucher that goes along.
fn kept(browser: &Browser) -> Option<&str> {
    browser.cookies.get("__Host-voucher").map(String::as_str)
}

on_both! {
    async fn a_good_one_is_shown_and_kept(app: &TestApp) {
        let body = json!({
            "code": CODE, "credit_omr": 200, "description": "Six months <b>on us</b>",
            "max_redemptions": 777_777, "credit_valid_days": 90,
        });
        app.sovereign_admin().post("/billing/vouchers/issue", &body).await.expect(200);
        let mut browser = app.browser();
        let page = browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        page.has(&["200.000\u{a0}OMR", CODE, "Six months &#60;b&#62;on us", "90 days", "href=\"/join\""]);
        // What the voucher's issuer keeps to itself.
        assert!(!page.text.contains("777777"), "{}", page.text);
        assert_eq!(page.headers["referrer-policy"], "strict-origin");
        assert_eq!(kept(&browser), Some("200000:OMANTEL-MUSCAT-200"));
        // It is shown again under an address without the code, in Arabic too.
        browser.get("/redeem").await.expect(200).has(&[CODE]);
        browser.language = "ar";
        browser.get("/redeem").await.expect(200).has(&["dir=\"rtl\"", "200.000\u{a0}OMR", "90 يومًا"]);
        app.anyone().post("/billing/vouchers/redeem-preview", &json!({ "code": CODE })).await.expect(200);
        assert_eq!(app.number("SELECT CAST(times_redeemed AS bigint) FROM promo_codes").await, 0);
    }

    async fn however_it_is_typed(app: &TestApp) {
        app.issue(CODE, 200, 0).await;
        for typed in [
            "omantel-muscat-200",
            "  OMANTEL-MUSCAT-200\u{a0}",
            "OMANTEL - MUSCAT - 200",
            "OMANTEL\u{2011}MUSCAT\u{2013}٢٠٠",
            "\u{202b}OMANTEL-MUSCAT-200\u{202c}",
        ] {
            let mut browser = app.browser();
            browser.get("/redeem").await.expect(200).has(&["name=\"code\""]);
            let entered = browser.submit("/redeem", &[("code", typed)]).await;
            assert_eq!(entered.location(), "/redeem", "{typed:?}");
            browser.get("/redeem").await.expect(200).has(&[CODE, "200.000"]);
        }
    }

    async fn one_that_nobody_has(app: &TestApp) {
        app.issue(CODE, 200, 0).await;
        let mut browser = app.browser();
        browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        let page = browser.get("/redeem?code=OMANTEL-MUSCAT-20O").await.expect(404);
        page.has(&["not valid", "value=\"OMANTEL-MUSCAT-20O\"", "aria-invalid=\"true\"", "href=\"/plans\""]);
        assert_eq!(kept(&browser), None);
        // What can be no code at all, and one that was revoked, look the same.
        app.sovereign_admin().delete(&format!("/billing/vouchers/revoke/{CODE}")).await.expect(200);
        for code in ["x", "%3Cscript%3E", CODE] {
            let other = browser.get(&format!("/redeem?code={code}")).await.expect(404);
            other.has(&["not valid"]);
            assert!(!other.text.contains("<script>"), "{}", other.text);
        }
        let page = browser.submit("/redeem", &[("code", "  ")]).await.expect(400);
        page.has(&["There is a problem", "href=\"#code\"", "Enter the code"]);
        let long = "A".repeat(5_000);
        browser.submit("/redeem", &[("code", &long)]).await.expect(404);
    }

    /// 410: what it was, and the way on without it.
    async fn one_that_has_ended(app: &TestApp) {
        app.issue(CODE, 200, 0).await;
        let mut browser = app.browser();
        browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        let pause = json!({ "code": CODE, "credit_omr": 200, "active": false });
        app.sovereign_admin().post("/billing/vouchers/issue", &pause).await.expect(200);
        // Also where it was kept before.
        let page = browser.get("/redeem").await.expect(410);
        page.has(&["has ended", "200.000", "href=\"/plans\""]);
        assert!(!page.text.contains("href=\"/join\""), "{}", page.text);
        assert_eq!(kept(&browser), None);
        browser.get("/redeem").await.expect(200).has(&["Do you have a voucher?"]);
        browser.submit("/redeem", &[("code", CODE)]).await.expect(410).has(&["has ended"]);
    }

    /// While the database cannot answer, the page says so; nothing of what was kept is lost.
    async fn one_that_cannot_be_looked_at(app: &TestApp) {
        // Nobody has looked at it before, so that no server remembers it.
        let fresh = "OMANTEL-SOHAR-100";
        app.issue(CODE, 200, 0).await;
        app.issue(fresh, 100, 0).await;
        let mut browser = app.browser();
        browser.get(&format!("/redeem?code={CODE}")).await.expect(200);
        app.execute("ALTER TABLE promo_codes RENAME TO promo_codes_away").await;
        let page = browser.get(&format!("/redeem?code={fresh}")).await.expect(503);
        page.has(&["We cannot look at your voucher right now", "stays good"]);
        assert_eq!(page.headers["retry-after"], "5");
        browser.submit("/redeem", &[("code", fresh)]).await.expect(503).has(&["stays good"]);
        assert_eq!(kept(&browser), Some("200000:OMANTEL-MUSCAT-200"));
        app.execute("ALTER TABLE promo_codes_away RENAME TO promo_codes").await;
        browser.get(&format!("/redeem?code={fresh}")).await.expect(200).has(&["100.000", fresh]);
    }

    /// Whoever guesses codes on the page meets the limits of the API.
    async fn guessing_is_limited(app: &TestApp, Setup { limits: Limits::on(Vec::new()), ..Setup::default() }) {
        app.issue(CODE, 200, 0).await;
        let mut browser = app.browser();
        let mut statuses = Vec::new();
        for number in 0..40 {
            statuses.push(browser.get(&format!("/redeem?code=GUESS-{number}")).await.status);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 30, "{statuses:?}");
        let page = browser.get(&format!("/redeem?code={CODE}")).await.expect(429);
        page.has(&["Too many codes", "stays good"]);
        assert!(page.headers.contains_key("retry-after"));
    }
}
