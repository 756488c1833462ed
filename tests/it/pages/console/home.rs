//! An Organization's first page.

use serde_json::json;

use super::{HOSTILE, INERT, browser_of, kestrel, lacks, setup};
use crate::harness::on_both;
use crate::provisioning::{allow, provision, refuse};

const PAGE: &str = "/console/kestrel";

on_both! {
    async fn it_says_how_the_organization_stands(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 20).await;
        let account = browser.get("/console").await.expect(200);
        account.has(&["href=\"/console/kestrel\"", "href=\"/join?another=1\"", "Signed in since", "1 March 2027"]);
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "being set up", "1 April 2027", "9.000\u{a0}OMR",
            "Your credit pays it.", "11.000\u{a0}OMR", "href=\"/console/kestrel/wallet\"",
            "href=\"/console/kestrel/members\"", "aria-current=\"page\"",
        ]);
        lacks(&shown, &["A month is not paid", "<script>", " style="]);
        browser.language = "ar";
        let arabic = browser.get(PAGE).await.expect(200);
        arabic.has(&["dir=\"rtl\"", "يغطيها رصيدك", "قيد الإعداد"]);
    }

    async fn it_says_what_is_being_set_up(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        provision(app).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["active"]);
        lacks(&shown, &["<progress", "Being set up"]);
        refuse(app, "no");
        let path = format!("/tenant/orgs/{}/apps", customer.tenant_id);
        customer.client.post(&path, &json!({ "slug": "wordpress" })).await.expect(200);
        provision(app).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "Being set up", "A new app: Under way", "<progress", "href=\"/console/kestrel/provisions\"",
            "being installed",
        ]);
        allow(app);
    }

    /// Less credit than the next month costs, and no card.
    async fn it_says_what_is_missing_of_the_next_bill(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 13).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["5.000\u{a0}OMR are missing", "4.000\u{a0}OMR"]);
        app.clock.advance_days(31);
        for job in ["renew-subscriptions", "retry-payments"] {
            app.run_job(job).await;
        }
        let path = format!("/billing/subscription/{}", customer.tenant_id);
        let order = customer.client.get(&path).await.expect(200)["due_order_id"].clone();
        let shown = browser_of(app, "kestrel").await.get(PAGE).await.expect(200);
        shown.has(&["A month is not paid", &format!("href=\"/pay/{}\"", order.as_str().unwrap())]);
    }

    async fn without_an_order_it_leads_to_one(app: &TestApp, setup()) {
        app.customer("kestrel").await;
        let mut browser = browser_of(app, "kestrel").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Nothing is ordered yet", "href=\"/checkout?organization=kestrel\"", "Choose the first app"]);
    }

    async fn suspended_it_says_why_nothing_can_be_done(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        let path = format!("/tenant/admin/tenants/{}/status", customer.tenant_id);
        app.superadmin().put(&path, &json!({ "status": "suspended" })).await.expect(200);
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["suspended", "The operator has suspended this Organization."]);
        // Every button says so too.
        browser.submit("/console/kestrel/plan", &[("act", "cancel")]).await.expect(409)
            .has(&["The Organization is suspended"]);
        browser.submit("/console/kestrel/members", &[("email", "a@example.com")]).await.expect(409);
        browser.submit("/console/kestrel/environments", &[("name", "dev")]).await.expect(409);
        browser.submit("/console/kestrel/settings", &[("name", "x")]).await.expect(409);
    }

    /// Whoever is not in it cannot tell whether there is one.
    async fn others_do_not_find_it(app: &TestApp, setup()) {
        kestrel(app, 20).await;
        let mut nobody = app.browser();
        assert_eq!(nobody.get(PAGE).await.location(), "/sign-in?return_to=%2Fconsole%2Fkestrel");
        let mut other = browser_of(app, "other").await;
        let pages = ["", "/apps", "/apps/wordpress", "/plan", "/plan/change?plan=l", "/environments",
            "/card", "/members", "/settings", "/close"];
        for page in pages {
            let shown = other.get(&format!("{PAGE}{page}")).await.expect(404);
            shown.has(&["There is no such Organization"]);
            let none = other.get(&format!("/console/falcon{page}")).await.expect(404);
            none.has(&["There is no such Organization"]);
        }
    }

    async fn a_hostile_name_is_text(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        let path = format!("/tenant/orgs/{}", customer.tenant_id);
        customer.client.put(&path, &json!({ "name": HOSTILE })).await.expect(200);
        for page in ["/console", PAGE, "/console/kestrel/settings", "/console/kestrel/close"] {
            let shown = browser.get(page).await.expect(200);
            shown.has(&[INERT]);
            lacks(&shown, &["<script>alert"]);
        }
    }
}
