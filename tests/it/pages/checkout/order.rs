//! The page of an order, its button, and what is shown afterwards.

use serde_json::json;
use sovereign_domain::tax::TaxRules;

use super::{fields, order_of, orders, press, signed_in, with_cards, with_voucher};
use crate::harness::{Browser, Setup, on_both};

fn taxed() -> Setup {
    Setup { tax: TaxRules { rate_bp: 500, included: false }, ..Setup::with_mail() }
}

on_both! {
    /// From the voucher to the end: what was shown is what was paid, and no card was asked for.
    async fn a_voucher_pays_for_it(app: &TestApp, taxed()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "MUSCAT-40", 40).await;
        let page = browser.get("/checkout?plan=m&addons=daily-backup").await.expect(200);
        page.has(&[
            "Plan M", "Daily", "12.600\u{a0}OMR", "0.600\u{a0}OMR", "-12.600\u{a0}OMR", "40.000\u{a0}OMR",
            "Start with credit", "27.400\u{a0}OMR", "3 months, until 1 June 2027", "No card is needed",
            "is a promotion of", "VAT", "For <bdi",
        ]);
        assert!(!page.text.contains(">MUSCAT-40"), "the code is no text: {}", page.text);
        browser.language = "ar";
        let arabic = browser.get("/checkout?plan=m&addons=daily-backup").await.expect(200);
        arabic.has(&["dir=\"rtl\"", "ابدأ بالرصيد", "3 أشهر", "نسخ احتياطي يومي", "لمكتب صغير"]);
        assert!(!arabic.text.contains("For a small office"), "{}", arabic.text);
        browser.language = "en";

        let before = orders(app).await;
        let done = press(&mut browser, &page.text).await;
        assert!(done.location().starts_with("/checkout/done?order="), "{}", done.location());
        assert_eq!(orders(app).await, before + 1);
        assert_eq!(browser.cookies.get("__Host-voucher"), None);
        let shown = browser.get(done.location()).await.expect(200);
        shown.has(&[
            "It is ordered", "12.600\u{a0}OMR", "27.400\u{a0}OMR", "Until 1 June 2027",
            "/console/ahmed/provisions", "/console/ahmed\"",
        ]);
        assert_eq!(ahmed.available_minor().await, 27_400);
        // Once more, and by somebody else.
        browser.get(done.location()).await.expect(200);
        let (_, mut stranger) = signed_in(app, "sara").await;
        stranger.get(done.location()).await.expect(404);
        stranger.cookies.clear();
        let away = stranger.get(done.location()).await;
        assert!(away.location().starts_with("/sign-in?return_to="), "{}", away.location());
    }

    /// Every plan says what choosing it comes to; choosing one is an address.
    async fn each_plan_shows_its_effect(app: &TestApp, with_cards()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "TWENTY", 20).await;
        let page = browser.get("/checkout").await.expect(200);
        page.has(&[
            // S has four months in it, L one, of XL a card pays the rest; M is chosen.
            "Paid from credit until 1 July 2027", "Paid from credit until 1 April 2027",
            "10.000\u{a0}OMR by card today", "Nothing to pay", "value=\"m\" checked",
        ]);
        let other = browser.get("/checkout?organization=ahmed&apps=&addons=&anew=1&plan=xl").await;
        other.expect(200).has(&["Pay 10.000\u{a0}OMR by card", "value=\"xl\" checked", "30.000"]);
        let free = browser.get("/checkout?plan=flexi").await.expect(200);
        free.has(&["<button class=\"wide\">Start</button>", "nothing to pay each month"]);
    }

    /// Pressed twice at the same moment, then again from the history, then with another page's name for it.
    async fn pressed_twice_it_is_ordered_once(app: &TestApp, Setup::with_mail()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "MUSCAT-40", 40).await;
        let page = browser.get("/checkout?plan=m").await.expect(200);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let mut twin: Browser = app.browser();
            twin.cookies = browser.cookies.clone();
            let html = page.text.clone();
            tasks.spawn(async move { press(&mut twin, &html).await.location().to_owned() });
        }
        let mut ends = tasks.join_all().await;
        ends.dedup();
        assert_eq!(ends.len(), 1, "{ends:?}");
        assert_eq!((orders(app).await, ahmed.available_minor().await), (1, 31_000));
        app.clock.advance_seconds(86_400);
        let again = press(&mut browser, &page.text).await;
        assert_eq!(again.location(), ends[0]);
        // The form as it would be shown in another tab.
        let other = page.text.replace("name=\"key\" value=\"", "name=\"key\" value=\"other-");
        let refused = press(&mut browser, &other).await.expect(409);
        refused.has(&["It has a plan already", "/console/ahmed"]);
        assert_eq!(orders(app).await, 1);
    }

    /// Between the landing page and this one, and between this one and the button: both values are told first.
    async fn another_value_of_the_voucher_is_told_first(app: &TestApp, Setup::with_mail()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "MUSCAT-40", 40).await;
        app.issue("MUSCAT-40", 30, 0).await;
        let page = browser.get("/checkout?plan=m").await.expect(200);
        page.has(&["another value now", "was worth 40.000\u{a0}OMR", "is worth 30.000\u{a0}OMR"]);
        // It was said; loaded again, it is the value.
        let page = browser.get("/checkout?plan=m").await.expect(200);
        assert!(!page.text.contains("another value"), "{}", page.text);

        app.issue("MUSCAT-40", 20, 0).await;
        let before = app.state().await;
        let told = press(&mut browser, &page.text).await.expect(409);
        told.has(&["was worth 30.000\u{a0}OMR", "is worth 20.000\u{a0}OMR", "Start with credit"]);
        before.assert_unchanged(&app.state().await);
        let placed = press(&mut browser, &told.text).await;
        assert!(placed.location().starts_with("/checkout/done"), "{}", placed.location());
        assert_eq!(ahmed.available_minor().await, 11_000);
    }

    /// A price that has changed since is told first, too.
    async fn another_price_is_told_first(app: &TestApp, Setup::with_mail()) {
        let (ahmed, mut browser) = with_voucher(app, "ahmed", "MUSCAT-40", 40).await;
        let page = browser.get("/checkout?plan=m").await.expect(200);
        let plans = app.anyone().get("/catalog/plans").await.expect(200);
        let plan = plans.as_array().unwrap().iter().find(|plan| plan["slug"] == "m").unwrap();
        let path = format!("/catalog/admin/plans/{}", plan["id"].as_str().unwrap());
        app.superadmin().put(&path, &json!({ "price_minor": 10_000 })).await.expect(200);
        let told = press(&mut browser, &page.text).await.expect(409);
        told.has(&["another amount now", "10.000\u{a0}OMR"]);
        assert_eq!(orders(app).await, 0);
        press(&mut browser, &told.text).await.location();
        assert_eq!(ahmed.available_minor().await, 30_000);
    }

    /// Another code, a wrong one, and none.
    async fn another_voucher_can_be_entered_and_taken_away(app: &TestApp, with_cards()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "FIVE", 5).await;
        app.issue("MUSCAT-40", 40, 0).await;
        app.issue_as(json!({ "code": "SLEEPING", "credit_omr": 20, "active": false })).await;
        let page = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
        page.has(&["Pay 4.000\u{a0}OMR by card"]);
        let chosen = [("organization", "ahmed"), ("plan", "m")];
        for (typed, says) in
            [("NOBODYS", "no voucher with this code"), (" ", "Enter the code"), ("SLEEPING", "has ended")]
        {
            let form = [&chosen[..], &[("code", typed)]].concat();
            let wrong = browser.submit("/checkout/voucher", &form).await.expect(400);
            wrong.has(&["There is a problem", "href=\"#code\"", says, "Pay 4.000\u{a0}OMR by card"]);
            wrong.has(&[&format!("value=\"{}\"", typed.trim())]);
        }
        let form = [&chosen[..], &[("code", "muscat-40")]].concat();
        let back = browser.submit("/checkout/voucher", &form).await.location().to_owned();
        assert!(back.starts_with("/checkout?organization=ahmed&plan=m"), "{back}");
        browser.get(&back).await.expect(200).has(&["40.000\u{a0}OMR", "Start with credit"]);
        let form = [&chosen[..], &[("without", "1"), ("code", "")]].concat();
        let back = browser.submit("/checkout/voucher", &form).await.location().to_owned();
        browser.get(&back).await.expect(200).has(&["Pay 9.000\u{a0}OMR by card", "Enter a voucher"]);
    }

    /// Nobody signed in, nobody's Organization, several of them.
    async fn for_which_organization(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        let away = browser.get("/checkout?organization=ahmed&plan=m").await;
        assert_eq!(
            away.location(),
            "/sign-in?return_to=%2Fcheckout%3Forganization%3Dahmed%26plan%3Dm"
        );
        let (ahmed, mut browser) = signed_in(app, "ahmed").await;
        app.issue("MUSCAT-40", 40, 0).await;
        browser.get("/redeem?code=MUSCAT-40").await.expect(200);
        let page = browser.get("/checkout?plan=s").await.expect(200);
        assert!(fields(&page.text).contains(&("organization".into(), "ahmed".into())));
        ahmed.client.make_organization("second").await;
        let choose = browser.get("/checkout?plan=s&apps=ghost").await;
        assert_eq!(choose.location(), "/join?plan=s&apps=ghost");
        browser.get("/checkout?organization=second&plan=s").await.expect(200).has(&["second"]);
        app.customer("sara").await;
        for slug in ["sara", "nobodys"] {
            let unknown = browser.get(&format!("/checkout?organization={slug}")).await.expect(404);
            unknown.has(&["no such Organization"]);
            let form = page.text.replace("value=\"ahmed\"", &format!("value=\"{slug}\""));
            press(&mut browser, &form).await.expect(404);
        }
        assert_eq!(orders(app).await, 0);
        let done = press(&mut browser, &page.text).await.location().to_owned();
        assert_eq!(order_of(&done).len(), 36);
    }
}
