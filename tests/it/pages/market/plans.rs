//! `/plans`: what the plans cost, and what a voucher does to that.

use serde_json::json;

use super::{change, omr};
use crate::harness::{Setup, on_both};

on_both! {
    async fn plans_have_their_prices_sizes_and_ways(app: &TestApp) {
        let mut browser = app.browser();
        let page = browser.get("/plans").await.expect(200);
        for amount in ["5.000", "9.000", "16.000", "30.000", "0.000"] {
            page.has(&[&omr(amount)]);
        }
        page.has(&[
            "Most popular", "2 cores", "4 GB", "As used", "Room for one or two light apps",
            "href=\"/join?plan=m\"", "Can be added", "Included in every plan", "Daily backup",
            "How usage is priced", "The prices are not set yet", "name=\"description\"", "rel=\"canonical\"",
        ]);
        let meter = json!({ "name": "Processor time", "unit": "hours", "price_minor": 12, "per_units": 10 });
        app.sovereign_admin().put("/billing/admin/meters/gpu-hours", &meter).await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        page.has(&["Processor time", "10 hours", &omr("0.012")]);
        assert!(!page.text.contains("The prices are not set yet"));
        change(app, "plans/m", json!({ "popular": false, "cpu": "A whole rack" })).await;
        let page = browser.get("/plans").await.expect(200);
        assert!(!page.text.contains("Most popular"));
        page.has(&["A whole rack"]);
        app.superadmin().delete("/catalog/admin/plans/flexi").await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        assert!(!page.text.contains("How usage is priced"));
    }
}

on_both! {
    /// What the voucher pays for is what the checkout would take from it.
    async fn a_voucher_says_for_how_long_it_pays(app: &TestApp, Setup::with_stripe()) {
        app.issue("CREDIT-20", 20, 1).await;
        let mut browser = app.browser();
        browser.get("/redeem?code=CREDIT-20").await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        page.has(&[
            &omr("20.000"), "Your voucher covers it until 1 July 2027", "Your voucher covers it until 1 May 2027",
            "Your voucher covers it until 1 April 2027", "Your voucher pays 20.000", "10.000\u{a0}OMR is left",
            "Your voucher stays as credit for what you use",
        ]);
        assert!(!page.text.contains("CREDIT-20"), "the code stands in no page but its own");
        browser.get("/").await.expect(200).has(&[&omr("20.000"), "Choose a plan"]);
        browser.language = "ar";
        browser.get("/plans").await.expect(200).has(&["تغطيها قسيمتك حتى 1 يوليو 2027"]);
        browser.language = "en";
        // Somebody else redeemed the last one.
        let customer = app.customer("kestrel").await;
        customer.redeem("CREDIT-20").await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        page.has(&["cannot be used any more"]);
        assert!(!page.text.contains("Your voucher covers"), "{}", page.text);
    }
}
