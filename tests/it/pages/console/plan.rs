//! The plan: what another would cost now, paid or given back once, and its end.

use serde_json::json;

use super::{
    browser_of, follow, hidden, kestrel, lacks, organization, plan, policy, setup, subscription,
};
use crate::harness::{Browser, Card, Shown, on_both};

const PAGE: &str = "/console/kestrel/plan";
const CHANGE: &str = "/console/kestrel/plan/change";

/// Presses the button of a review.
async fn press(browser: &mut Browser, review: &Shown, plan: &str) -> Shown {
    let [at, total, key] = ["at", "total_minor", "key"].map(|name| hidden(review, name));
    let fields = [
        ("at", at.as_str()),
        ("total_minor", total.as_str()),
        ("key", key.as_str()),
        ("plan", plan),
    ];
    browser.submit(CHANGE, &fields).await
}

on_both! {
    /// At the beginning of the month a larger plan costs the whole difference: 16 less 9 OMR.
    async fn more_is_paid_from_credit_once(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "your plan", "7.000\u{a0}OMR now, for the rest of the month", "4.000\u{a0}OMR come back as credit",
            "href=\"/console/kestrel/plan/change?plan=l\"",
        ]);
        let review = browser.get(&format!("{CHANGE}?plan=l")).await.expect(200);
        review.has(&["16.000\u{a0}OMR", "-9.000\u{a0}OMR", "7.000\u{a0}OMR", "From your credit", "16.000\u{a0}OMR a month"]);
        let before = customer.available_minor().await;
        for _ in 0..2 {
            let done = press(&mut browser, &review, "l").await;
            assert_eq!(done.location(), PAGE);
        }
        browser.get(PAGE).await.expect(200).has(&["The change is made."]);
        assert_eq!(plan(app, &customer).await, "l");
        assert_eq!(customer.available_minor().await, before - 7_000);
        assert_eq!(app.number("SELECT count(*) FROM orders").await, 2);
    }

    /// What an entry of the catalog says is said in the reader's language; what everybody has cannot be chosen.
    async fn it_is_in_the_readers_language(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 60).await;
        let english = browser.get(PAGE).await.expect(200);
        english.has(&[
            "For a small office", "Daily backup", "value=\"daily-backup\"", "Included in every plan",
            "Custom domain",
        ]);
        lacks(&english, &["value=\"custom-domain\""]);
        browser.language = "ar";
        let arabic = browser.get(PAGE).await.expect(200);
        arabic.has(&["لمكتب صغير", "نسخ احتياطي يومي", "نطاق خاص"]);
        lacks(&arabic, &["For a small office", "Daily backup", "Custom domain"]);
        let apps = browser.get("/console/kestrel/apps").await.expect(200);
        apps.has(&["موقع إلكتروني ومدونة"]);
        lacks(&apps, &["Website and blog"]);
        let app_page = browser.get("/console/kestrel/apps/nextcloud").await.expect(200);
        app_page.has(&["تخزين الكائنات"]);
        lacks(&app_page, &["Object storage"]);
    }

    async fn less_comes_back_as_credit(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        let before = customer.available_minor().await;
        let review = browser.get(&format!("{CHANGE}?plan=s")).await.expect(200);
        review.has(&["Comes back as credit", "4.000\u{a0}OMR"]);
        let done = press(&mut browser, &review, "s").await;
        follow(&mut browser, &done, "What is not used came back as credit.").await;
        assert_eq!(plan(app, &customer).await, "s");
        assert_eq!(customer.available_minor().await, before + 4_000);
    }

    /// Four of seven rial are there: a card pays the rest on Stripe's page.
    async fn what_credit_does_not_cover_a_card_pays(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 13).await;
        let review = browser.get(&format!("{CHANGE}?plan=l")).await.expect(200);
        review.has(&["To pay by card", "3.000\u{a0}OMR"]);
        let policy = review.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        let there = press(&mut browser, &review, "l").await;
        let session = app.stripe().all("checkout.session").pop().unwrap();
        assert_eq!(there.location(), session["url"].as_str().unwrap());
        assert_eq!(plan(app, &customer).await, "m");
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().deliver_all(1).await;
        assert_eq!(plan(app, &customer).await, "l");
        assert_eq!(customer.available_minor().await, 0);
    }

    /// The price that is paid is the one that was seen, or it is shown anew.
    async fn another_price_is_shown_before_it_is_paid(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        let review = browser.get(&format!("{CHANGE}?plan=l")).await.expect(200);
        let [at, key] = ["at", "key"].map(|name| hidden(&review, name));
        let before = customer.available_minor().await;
        let fields = [("at", at.as_str()), ("total_minor", "1"), ("key", key.as_str()), ("plan", "l")];
        let again = browser.submit(CHANGE, &fields).await.expect(409);
        again.has(&["The price has changed since you saw it", "7.000\u{a0}OMR", "role=\"alert\""]);
        assert_eq!(customer.available_minor().await, before);
        let done = press(&mut browser, &again, "l").await;
        follow(&mut browser, &done, "The change is made.").await;
        // A form that is not one of ours changes nothing.
        browser.submit(CHANGE, &[("plan", "xl")]).await.expect(403);
        assert_eq!(plan(app, &customer).await, "l");
    }

    async fn addons_are_ticked_and_reviewed(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        browser.get(PAGE).await.expect(200).has(&["value=\"daily-backup\"", "Review the change"]);
        let review = browser.get(&format!("{CHANGE}?set=addons&addon=daily-backup")).await.expect(200);
        review.has(&["Daily backup", "3.000\u{a0}OMR", "name=\"addon\" value=\"daily-backup\""]);
        let [at, total, key] = ["at", "total_minor", "key"].map(|name| hidden(&review, name));
        let fields = [("at", at.as_str()), ("total_minor", total.as_str()), ("key", key.as_str()), ("set", "addons"),
            ("addon", "daily-backup")];
        browser.submit(CHANGE, &fields).await.location();
        assert_eq!(organization(&customer).await["addons"].as_array().unwrap().len(), 1);
        browser.get(PAGE).await.expect(200).has(&["value=\"daily-backup\" checked"]);
        let same = browser.get(&format!("{CHANGE}?set=addons&addon=daily-backup")).await.expect(409);
        same.has(&["This is what the Organization has already."]);
    }

    async fn it_is_cancelled_with_its_period_and_goes_on_after_all(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(PAGE).await.expect(200).has(&["The plan is paid until 1 April 2027"]);
        for _ in 0..2 {
            browser.submit(PAGE, &[("act", "cancel")]).await.location();
        }
        browser.get(PAGE).await.expect(200).has(&["The plan is cancelled.", "is not renewed", "Let it go on"]);
        assert_eq!(subscription(&customer).await["cancel_at_period_end"], true);
        browser.get("/console/kestrel").await.expect(200).has(&["The plan ends on"]);
        browser.get(PAGE).await.expect(200);
        let on = browser.submit(PAGE, &[("act", "resume")]).await;
        follow(&mut browser, &on, "The plan goes on.").await;
        assert_eq!(subscription(&customer).await["cancel_at_period_end"], false);
    }

    /// What the policy does not allow says so where it stands, and the others can still be had.
    async fn the_policy_is_told_in_words(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        policy(app, json!({ "allowed_plans": ["m", "l"] })).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["This Sovereign does not allow the plan xl.", "plan/change?plan=l\""]);
        lacks(&shown, &["plan/change?plan=xl"]);
        let refused = browser.get(&format!("{CHANGE}?plan=xl")).await.expect(403);
        refused.has(&["This was not done", "This Sovereign does not allow the plan xl."]);
        policy(app, json!({ "max_monthly_spend_minor": 10_000 })).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["This Sovereign allows 10.000\u{a0}OMR a month, and it would be 16.000\u{a0}OMR."]);
        assert_eq!(plan(app, &customer).await, "m");
    }

    async fn without_a_subscription_nothing_can_be_changed(app: &TestApp, setup()) {
        app.customer("kestrel").await;
        let mut browser = browser_of(app, "kestrel").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["There is no plan yet that could be changed."]);
        lacks(&shown, &["plan/change?plan=", "Cancel at the end"]);
        browser.submit(PAGE, &[("act", "cancel")]).await.expect(409);
    }
}
