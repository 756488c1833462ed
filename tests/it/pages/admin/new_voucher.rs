//! Issuing a voucher from its page.

use serde_json::{Value, json};

use super::{administrator, follow, lacks};
use crate::harness::{Setup, TestApp, on_both};

const NEW: &str = "/admin/vouchers/new";

async fn stored(app: &TestApp, code: &str) -> Value {
    let path = format!("/billing/vouchers/code/{code}");
    app.sovereign_admin().get(&path).await.expect(200)
}

on_both! {
    async fn it_is_looked_at_and_issued(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200).has(&["look before you issue"]);
        let fields = [
            ("code", " omantel-muscat-200 "),
            ("credit", "١٬٢٠٠"),
            ("description", "Six months <b>on us</b>"),
            ("cap", "1,000"),
            ("days", "90"),
        ];
        let look = browser.submit(NEW, &[&fields[..], &[("act", "look")]].concat()).await.expect(200);
        look.has(&[
            "1200.000\u{a0}OMR",
            "OMANTEL-MUSCAT-200</bdi>",
            "Six months &#60;b&#62;on us",
            "90 days",
            "value=\"omantel-muscat-200\"",
            "data-takes-focus",
        ]);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);

        let issued = browser.submit(NEW, &[&fields[..], &[("act", "issue")]].concat()).await;
        assert_eq!(issued.location(), "/admin/vouchers/OMANTEL-MUSCAT-200");
        follow(&mut browser, &issued, "The voucher is issued.").await;
        let voucher = stored(app, "OMANTEL-MUSCAT-200").await;
        assert_eq!(
            [&voucher["credit_omr"], &voucher["max_redemptions"], &voucher["credit_valid_days"]],
            [&json!(1_200), &json!(1_000), &json!(90)]
        );
        assert_eq!(voucher["description"], "Six months <b>on us</b>");
        // In the name of whoever pressed the button.
        let maryam = "SELECT COUNT(*) FROM audit_log a JOIN users u ON u.id = a.actor WHERE u.email = 'maryam@example.com' AND a.action = 'voucher.issue'";
        assert_eq!(app.number(maryam).await, 1);
        let mut customer = app.browser();
        customer.get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(200).has(&["1200.000"]);
    }

    /// What a script asks for while somebody types: nothing is wrong yet, and nothing is issued.
    async fn a_form_that_is_not_filled_in_yet_is_looked_at(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200).has(&["data-previews=\"preview\"", "id=\"preview\" aria-live=\"polite\""]);
        let live = [("act", "look"), ("live", "yes"), ("code", "SPRING-1")];
        let early = browser.submit(NEW, &live).await.expect(200);
        early.has(&["look before you issue"]);
        lacks(&early, &["role=\"alert\""]);
        let filled = [&live[..], &[("credit", "20")]].concat();
        browser.submit(NEW, &filled).await.expect(200).has(&["20.000\u{a0}OMR", "SPRING-1</bdi>"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);

        app.issue("GIFT-1", 5, 0).await;
        let path = "/admin/vouchers/GIFT-1";
        browser.get(path).await.expect(200).has(&["data-previews=\"preview\""]);
        let early = browser.submit(path, &[("act", "look"), ("live", "yes"), ("credit", "")]).await.expect(200);
        early.has(&["5.000\u{a0}OMR"]);
        lacks(&early, &["role=\"alert\""]);
        let look = browser.submit(path, &[("act", "look"), ("live", "yes"), ("credit", "7")]).await.expect(200);
        look.has(&["What customers would see", "7.000\u{a0}OMR"]);
        browser.submit(path, &[("act", "look"), ("credit", "")]).await.expect(400);
    }

    async fn everything_that_is_wrong_is_told_at_once(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200);
        for act in ["issue", "look"] {
            let fields = [
                ("act", act),
                ("code", "A B"),
                ("credit", "1.5"),
                ("description", "\u{7}"),
                ("cap", "-1"),
                ("days", "36501"),
            ];
            let page = browser.submit(NEW, &fields).await.expect(400);
            let order = ["code", "credit", "description", "cap", "days"];
            let at = order.map(|field| page.text.find(&format!("<a href=\"#{field}\">")).unwrap());
            assert!(at.is_sorted(), "{}", page.text);
            page.has(&["value=\"A B\"", "value=\"1.5\"", "value=\"-1\"", "value=\"36501\""]);
        }
        for (field, value) in [("credit", ""), ("credit", "0"), ("credit", "1000000001"), ("cap", "x")] {
            let good = [("code", "GOOD-1"), ("credit", "5"), ("cap", ""), ("days", "")];
            let fields = good.map(|(name, own)| (name, if name == field { value } else { own }));
            let page = browser.submit(NEW, &fields).await.expect(400);
            page.has(&[&format!("<a href=\"#{field}\">")]);
            assert_eq!(page.text.matches("<a href=\"#").count(), 1, "{}", page.text);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
    }

    /// A code that there is, or was, is not edited by mistake.
    async fn a_code_is_issued_once(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 7).await;
        app.issue("GONE-1", 5, 7).await;
        app.revoke("GONE-1").await;
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200);
        for code in ["gift-1", "GONE-1"] {
            let page = browser.submit(NEW, &[("code", code), ("credit", "900")]).await.expect(409);
            let link = format!("href=\"/admin/vouchers/{}\"", code.to_uppercase());
            page.has(&["Another voucher has this code", &link, "value=\"900\""]);
            assert_eq!(stored(app, code).await["credit_omr"], 5);
        }
    }

    async fn another_like_one(app: &TestApp, Setup::with_mail()) {
        let body = json!({
            "code": "GIFT-1", "credit_omr": 25, "max_redemptions": 7, "credit_valid_days": 30, "description": "Ramadan",
        });
        app.issue_as(body).await;
        let mut browser = administrator(app, "maryam").await;
        let one = browser.get("/admin/vouchers/GIFT-1").await.expect(200);
        one.has(&["href=\"/admin/vouchers/new?from=GIFT-1\""]);
        let page = browser.get("/admin/vouchers/new?from=GIFT-1").await.expect(200);
        page.has(&["value=\"25\"", "value=\"7\"", "value=\"30\"", "Ramadan"]);
        lacks(&page, &["value=\"GIFT-1\""]);
        browser.get("/admin/vouchers/new?from=NOTHING-1").await.expect(200);
        browser.get("/admin/vouchers/new?from=%00").await.expect(200);
    }
}
