//! Each rule that refuses an order in words of its own; and whatever refuses it, nothing is used up.

use serde_json::json;
use sovereign::limits::Limits;

use super::{orders, press, signed_in, with_cards, with_voucher};
use crate::harness::{Browser, Setup, on_both};

const POLICY: &str = "/billing/admin/environment-policy";
const STILL_GOOD: &str = "still good";

on_both! {
    /// Found on the page, before anything is pressed: the order goes on without the voucher.
    async fn a_voucher_that_is_refused_is_left_out(app: &TestApp, with_cards()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "GOOD", 20).await;
        let keep = browser.cookies["__Host-voucher"].clone();
        let keep_again = |browser: &mut Browser| {
            browser.cookies.insert("__Host-voucher".to_owned(), keep.clone());
        };
        app.issue_as(json!({ "code": "GOOD", "credit_omr": 20, "active": false })).await;
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["The voucher is paused", "not used up", "Pay 9.000\u{a0}OMR by card"]);
        assert!(!page.text.contains("GOOD"), "no code is repeated: {}", page.text);

        keep_again(&mut browser);
        app.issue_as(json!({ "code": "GOOD", "credit_omr": 20, "active": true, "max_redemptions": 1 })).await;
        let sara = app.customer("sara").await;
        sara.redeem("GOOD").await.expect(200);
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["All of these vouchers have been used", "Pay 9.000\u{a0}OMR by card"]);

        keep_again(&mut browser);
        app.revoke("GOOD").await;
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["The code is not valid", "Enter a voucher"]);
        assert_eq!(browser.cookies.get("__Host-voucher"), None);

        app.issue("OTHER", 5, 0).await;
        ahmed.redeem("OTHER").await.expect(200);
        browser.cookies.insert("__Host-voucher".to_owned(), "5000:OTHER".to_owned());
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["You have used this voucher before", "stays good", "Pay 4.000\u{a0}OMR by card"]);

        let colleague = ahmed.add_member(app, "khalid", "admin").await;
        colleague.client.make_organization("khalids").await;
        let mut other = app.browser();
        other.sign_in(app, "khalid@example.com").await;
        other.cookies.insert("__Host-voucher".to_owned(), "5000:OTHER".to_owned());
        let page = other.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["This Organization has used this voucher", STILL_GOOD]);
        // It goes along to the other one.
        let page = other.get("/checkout?organization=khalids&plan=m").await.expect(200);
        page.has(&["5.000\u{a0}OMR", "Pay 4.000\u{a0}OMR by card"]);
        assert_eq!(orders(app).await, 0);
    }

    /// Between the page and the button: said with its own words, and the button is another one then.
    async fn a_voucher_that_ends_before_the_button(app: &TestApp, with_cards()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "GOOD", 20).await;
        let page = browser.get("/checkout?plan=m").await.expect(200);
        app.revoke("GOOD").await;
        let before = app.state().await;
        let refused = press(&mut browser, &page.text).await.expect(400);
        refused.has(&["The code is not valid", "Pay 9.000\u{a0}OMR by card"]);
        before.assert_unchanged(&app.state().await);
    }

    async fn what_was_chosen_is_not_there(app: &TestApp, Setup::with_mail()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "GOOD", 20).await;
        for (query, heading) in [
            ("plan=no-such", "This plan is not there any more"),
            ("plan=m&apps=no-such", "An app is not there any more"),
            ("plan=m&addons=no-such", "An add-on is not there any more"),
        ] {
            let page = browser.get(&format!("/checkout?{query}")).await.expect(200);
            page.has(&[heading, STILL_GOOD, "<details open"]);
            assert!(!page.text.contains("name=\"key\""), "there is nothing to press: {}", page.text);
        }
    }

    /// Where no card can be charged, the page says what credit covers.
    async fn credit_does_not_cover_it_and_cards_are_not_taken(app: &TestApp, Setup::with_mail()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "FIVE", 5).await;
        let page = browser.get("/checkout?plan=m").await.expect(200);
        page.has(&["Your credit does not cover this", STILL_GOOD, "Your credit does not cover it"]);
        let page = browser.get("/checkout?plan=s").await.expect(200);
        page.has(&["Start with credit"]);
        // Pressed for another plan than the page showed.
        let other = page.text.replace("name=\"plan\" value=\"s\"", "name=\"plan\" value=\"m\"");
        let refused = press(&mut browser, &other).await.expect(503);
        refused.has(&["Your credit does not cover this"]);
        assert_eq!(orders(app).await, 0);
    }

    async fn whose_role_or_organization_may_not(app: &TestApp, Setup::with_mail()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "GOOD", 20).await;
        ahmed.add_member(app, "fatma", "viewer").await;
        let mut viewer = app.browser();
        viewer.sign_in(app, "fatma@example.com").await;
        let page = viewer.get("/checkout?organization=ahmed&plan=m").await.expect(403);
        page.has(&["You cannot order here", "Ask one of them", STILL_GOOD]);

        let form = browser.get("/checkout?plan=m").await.expect(200).text;
        let path = format!("/tenant/admin/tenants/{}/status", ahmed.tenant_id);
        app.superadmin().put(&path, &json!({ "status": "suspended" })).await.expect(200);
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(403);
        page.has(&["This Organization is suspended", STILL_GOOD]);
        press(&mut browser, &form).await.expect(403).has(&["This Organization is suspended"]);
        app.superadmin().put(&path, &json!({ "status": "active" })).await.expect(200);

        ahmed.checkout("m", "GOOD").await.expect(200);
        let page = browser.get("/checkout?organization=ahmed&plan=l").await.expect(409);
        page.has(&["It has a plan already", "/console/ahmed"]);
        assert_eq!(orders(app).await, 1);
    }

    /// What the policy does not allow is said of the plan that is chosen, and marked among the others.
    async fn what_the_policy_forbids(app: &TestApp, Setup::with_mail()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "GOOD", 40).await;
        let admin = app.sovereign_admin();
        let mut policy =
            json!({ "allowed_plans": ["s", "m"], "approval": { "above_monthly_minor": 8_000 } });
        policy["version"] = admin.get(POLICY).await.expect(200)["version"].clone();
        admin.put(POLICY, &policy).await.expect(200);
        let page = browser.get("/checkout?plan=l").await.expect(200);
        page.has(&["This cannot be ordered here", "Not allowed here", STILL_GOOD]);
        let page = browser.get("/checkout?plan=m").await.expect(200);
        page.has(&["This needs an approval", "/console/ahmed"]);
        browser.get("/checkout?plan=s").await.expect(200).has(&["Start with credit"]);
    }

    async fn a_form_from_elsewhere_orders_nothing(app: &TestApp, Setup::with_mail()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "GOOD", 40).await;
        let page = browser.get("/checkout?plan=m").await.expect(200).text;
        let token = browser.form_token();
        let forged = page.replace(&token, "forged");
        press(&mut browser, &forged).await.expect(403).has(&["Back to the order"]);
        // A form without a name of its own is shown anew.
        let (start, rest) = page.split_once("name=\"key\" value=\"").unwrap();
        let nameless = format!("{start}name=\"key\" value=\"\"{}", rest.split_once('"').unwrap().1);
        let back = press(&mut browser, &nameless).await.location().to_owned();
        assert!(back.starts_with("/checkout?organization=ahmed"), "{back}");
        assert_eq!(orders(app).await, 0);
    }

    /// As often as the API lets somebody ask.
    async fn too_many_at_once(
        app: &TestApp, Setup { limits: Limits::on(Vec::new()), ..Setup::with_mail() }
    ) {
        let (_, mut browser) = signed_in(app, "ahmed").await;
        let mut last = 200;
        for _ in 0..70 {
            let shown = browser.get("/checkout?organization=ahmed&plan=m").await;
            last = shown.status;
            if last == 429 {
                shown.has(&["Too many orders", STILL_GOOD]);
                assert!(shown.headers.contains_key("retry-after"));
                break;
            }
        }
        assert_eq!(last, 429);
    }
}
