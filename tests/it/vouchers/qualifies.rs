//! `GET /billing/vouchers/code/{code}/qualifies`: whether a customer could redeem a voucher, by the rule that a checkout
//! would name.

use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_field, issue, refuses_others, revoke};
use crate::harness::{Setup, TestApp, on_both};

const CODE: &str = "GIFT-1";

async fn verdict(app: &TestApp, customer: &str) -> (bool, String) {
    let path = format!("/billing/vouchers/code/{CODE}/qualifies?customer={customer}");
    let body = app.sovereign_admin().get(&path).await.expect(200);
    (body["qualifies"].as_bool().unwrap(), body["verdict"].as_str().unwrap().to_owned())
}

fn no(rule: &str) -> (bool, String) {
    (false, rule.to_owned())
}

fn yes(how: &str) -> (bool, String) {
    (true, how.to_owned())
}

on_both! {
    async fn of_people_and_organizations(app: &TestApp) {
        app.issue(CODE, 5, 9).await;
        let kestrel = app.customer("kestrel").await;
        assert_eq!(verdict(app, "kestrel").await, yes("qualifies"));
        assert_eq!(verdict(app, "kestrel@example.com").await, yes("qualifies"));
        assert_eq!(verdict(app, "nobody@example.com").await, yes("new"));
        assert_eq!(verdict(app, "no-such-shop").await, no("organization_unknown"));
        kestrel.redeem(CODE).await.expect(200);
        assert_eq!(verdict(app, "Kestrel").await, no("voucher_redeemed_by_organization"));
        assert_eq!(verdict(app, "KESTREL@example.com").await, no("voucher_redeemed_by_you"));
        // Another voucher is another matter, and asking changes nothing.
        app.issue("GIFT-2", 5, 9).await;
        let path = "/billing/vouchers/code/GIFT-2/qualifies?customer=kestrel";
        let other = app.sovereign_admin().get(path).await.expect(200);
        assert_eq!(other, json!({ "qualifies": true, "verdict": "qualifies" }));
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 1);
    }

    /// What is said beforehand is what the checkout then says.
    async fn the_checkout_names_the_same_rule(app: &TestApp) {
        app.issue(CODE, 5, 1).await;
        let first = app.customer("first").await;
        let second = app.customer("second").await;
        first.redeem(CODE).await.expect(200);
        // Until then, asking again is the same request.
        app.clock.advance_seconds(120);
        let again = json!({ "active": true, "max_redemptions": 0 });
        for (slug, customer, rule, edit) in [
            ("second", &second, "voucher_exhausted", json!({})),
            ("second", &second, "voucher_inactive", json!({ "active": false })),
            ("first", &first, "voucher_redeemed_by_organization", again),
        ] {
            let mut body = json!({ "code": CODE, "credit_omr": 5 });
            body.as_object_mut().unwrap().extend(edit.as_object().unwrap().clone());
            issue(app, &body).await;
            assert_eq!(verdict(app, slug).await, no(rule));
            let refused: Value = customer.redeem(CODE).await.expect(400);
            // Of a person and their Organization the checkout names the person first.
            let of_person = refused["code"] == "voucher_redeemed_by_you";
            assert!(refused["code"] == rule || (slug == "first" && of_person), "{refused}");
        }
        second.redeem(CODE).await.expect(200);
        revoke(app, CODE).await;
        assert_eq!(verdict(app, "second").await, no("voucher_unknown"));
    }

    async fn a_suspended_organization_has_to_wait(app: &TestApp) {
        app.issue(CODE, 5, 0).await;
        app.customer("kestrel").await;
        app.execute("UPDATE organizations SET status = 'suspended'").await;
        assert_eq!(verdict(app, "kestrel").await, no("organization_suspended"));
    }

    async fn what_is_not_understood_is_named(app: &TestApp) {
        refuses_others(app, Method::GET, "/billing/vouchers/code/GIFT-1/qualifies?customer=x", None).await;
        let admin = app.sovereign_admin();
        admin.get("/billing/vouchers/code/GIFT-1/qualifies?customer=x").await.expect_problem(404, "not_found");
        app.issue(CODE, 5, 0).await;
        for query in ["", "?customer=", "?customer=%20", "?customer=a%00b"] {
            let path = format!("/billing/vouchers/code/{CODE}/qualifies{query}");
            let problem = admin.get(&path).await.expect_problem(400, "invalid_request");
            assert_field(&problem, "customer");
        }
    }

    async fn the_page_says_it_in_words(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 5, 0).await;
        app.customer("kestrel").await.redeem(CODE).await.expect(200);
        let mut browser = crate::pages::administrator(app, "maryam").await;
        let page = "/admin/vouchers/GIFT-1";
        browser.get(page).await.expect(200).has(&["Would this customer qualify?"]);
        let asked = browser.get(&format!("{page}?customer=kestrel")).await.expect(200);
        asked.has(&["note careful", "kestrel</bdi>: cannot redeem it again: this Organization", "value=\"kestrel\""]);
        let asked = browser.get(&format!("{page}?customer=%3Cb%3E@example.com")).await.expect(200);
        asked.has(&["note good", "&#60;b&#62;@example.com</bdi>: has not signed in here yet"]);
        let wrong = browser.get(&format!("{page}?customer={}", "x".repeat(255))).await.expect(400);
        wrong.has(&["href=\"#customer\"", "Enter an e-mail address, or the address of an Organization"]);
    }
}
