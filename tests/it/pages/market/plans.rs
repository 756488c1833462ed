//! `/plans`: what the plans cost, and what a voucher does to that.

use serde_json::json;

use super::{change, omr};
use crate::harness::on_both;

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
            "How usage is priced", "name=\"description\"", "rel=\"canonical\"",
        ]);
        let meter = json!({ "name": "Processor time", "unit": "hours", "price_minor": 12, "per_units": 10 });
        app.sovereign_admin().put("/billing/admin/meters/cpu-hours", &meter).await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        page.has(&["Processor time", "10 hours", &omr("0.012")]);
        change(app, "plans/m", json!({ "popular": false, "cpu": "A whole rack" })).await;
        let page = browser.get("/plans").await.expect(200);
        assert!(!page.text.contains("Most popular"));
        page.has(&["A whole rack"]);
        app.superadmin().delete("/catalog/admin/plans/flexi").await.expect(200);
        let page = browser.get("/plans").await.expect(200);
        assert!(!page.text.contains("How usage is priced"));
    }
}
