//! A remainder that a card pays: to Stripe, back, and whatever may happen in between.

use super::{order_of, orders, press, signed_in, with_cards, with_voucher};
use crate::harness::{Browser, Card, Customer, TestApp, on_both};

/// An order of plan M whose last 5 OMR wait for a card; its page at Stripe, and where that leads back to.
struct AtStripe {
    ahmed: Customer,
    browser: Browser,
    page: String,
    url: String,
    session_id: String,
    back: String,
}

async fn at_stripe(app: &TestApp) -> AtStripe {
    let (ahmed, mut browser) = with_voucher(app, "ahmed", "FOUR", 4).await;
    let shown = browser.get("/checkout?organization=ahmed&plan=m").await.expect(200);
    shown.has(&["Pay 5.000\u{a0}OMR by card", "page of Stripe"]);
    // A browser holds the address that the form is redirected to against it.
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https:"), "{policy}");
    let url = press(&mut browser, &shown.text).await.location().to_owned();
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    assert_eq!(session["url"], url);
    let back = session["success_url"].as_str().unwrap().to_owned();
    let back = back[back.find("/checkout/return").unwrap()..].to_owned();
    let session_id = session["id"].as_str().unwrap().to_owned();
    AtStripe { ahmed, browser, page: shown.text, url, session_id, back }
}

on_both! {
    async fn paid_and_back(app: &TestApp, with_cards()) {
        let AtStripe { ahmed, mut browser, session_id, back, .. } = at_stripe(app).await;
        let open = browser.get(&back).await.expect(200);
        open.has(&["Not paid yet", "5.000\u{a0}OMR", "4.000\u{a0}OMR", "/pay/", "Start anew"]);
        // Who is not signed in is told how it stands, and nothing else.
        let stranger = app.browser().get(&back).await.expect(200);
        stranger.has(&["Not paid yet", "/pay/"]);
        assert!(!stranger.text.contains("OMR") && !stranger.text.contains("ahmed"), "{}", stranger.text);

        app.stripe().pay(&session_id, Card::Good);
        let done = browser.get(&back).await.location().to_owned();
        let shown = browser.get(&done).await.expect(200);
        shown.has(&["It is ordered", "5.000\u{a0}OMR", "4.000\u{a0}OMR", "/console/ahmed/provisions"]);
        assert_eq!(browser.cookies.get("__Host-voucher"), None);
        assert_eq!((orders(app).await, ahmed.available_minor().await), (1, 0));
        let stranger = app.browser().get(&back).await.expect(200);
        stranger.has(&["Paid", "Your order is complete"]);
    }

    async fn the_bank_takes_its_time(app: &TestApp, with_cards()) {
        let AtStripe { mut browser, session_id, back, .. } = at_stripe(app).await;
        app.stripe().pay(&session_id, Card::Async);
        browser.get(&back).await.expect(200).has(&["on its way", "Look again", "5.000\u{a0}OMR"]);
        // Another order has to wait for it.
        let page = browser.get("/checkout?organization=ahmed&plan=l&anew=1").await.expect(200).text;
        press(&mut browser, &page).await.expect(409).has(&["A payment is on its way"]);
        app.stripe().settle_async(&session_id, true);
        browser.get(&back).await.location();
        assert_eq!(orders(app).await, 1);
    }

    /// Pressed twice at once, and from the history: one order, one page of Stripe's.
    async fn pressed_twice_it_is_one_session(app: &TestApp, with_cards()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "FOUR", 4).await;
        let page = browser.get("/checkout?plan=m").await.expect(200).text;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let mut twin = app.browser();
            twin.cookies = browser.cookies.clone();
            let html = page.clone();
            tasks.spawn(async move { press(&mut twin, &html).await.location().to_owned() });
        }
        let mut urls = tasks.join_all().await;
        urls.dedup();
        assert_eq!((urls.len(), orders(app).await), (1, 1), "{urls:?}");
        assert_eq!(app.stripe().all("checkout.session").len(), 1);
        assert_eq!(press(&mut browser, &page).await.location(), urls[0]);
        // Once it is paid, the old page leads to the truth.
        let session_id = app.stripe().all("checkout.session")[0]["id"].as_str().unwrap().to_owned();
        app.stripe().pay(&session_id, Card::Good);
        app.stripe().deliver_all(1).await;
        let back = press(&mut browser, &page).await.location().to_owned();
        assert!(back.starts_with("/checkout/return?order="), "{back}");
        browser.get(&back).await.location();
    }

    /// Who comes back without paying finds the order that waits, goes on with it, or begins anew.
    async fn abandoned_it_waits(app: &TestApp, with_cards()) {
        let AtStripe { ahmed, mut browser, page, url, back, session_id } = at_stripe(app).await;
        let waiting = browser.get("/checkout?organization=ahmed&plan=l").await.expect(200);
        waiting.has(&["An order waits for its payment", "Continue the payment of 5.000\u{a0}OMR", "plan=l"]);
        let pay = format!("/pay/{}", order_of(&back));
        waiting.has(&[&format!("action=\"{pay}\"")]);
        assert_eq!(browser.submit(&pay, &[]).await.location(), url);
        // From the history.
        assert_eq!(press(&mut browser, &page).await.location(), url);

        // Anew: what the order held counts again, also its voucher.
        let anew = browser.get("/checkout?organization=ahmed&plan=l&anew=1").await.expect(200);
        anew.has(&["Pay 12.000\u{a0}OMR by card", "4.000\u{a0}OMR"]);
        press(&mut browser, &anew.text).await.location();
        assert_eq!(app.stripe().object(&session_id)["status"], "expired");
        let closed = browser.get(&back).await.expect(200);
        closed.has(&["has ended", "Order again", "plan="]);
        assert_eq!((orders(app).await, ahmed.available_minor().await), (2, 0));
        let live = "SELECT count(*) FROM promo_redemptions WHERE state <> 'released'";
        assert_eq!(app.number(live).await, 1);
    }

    /// The connection to Stripe is lost: pressed again, the same order goes on.
    async fn a_lost_answer_is_resumed(app: &TestApp, with_cards()) {
        let (_, mut browser) = with_voucher(app, "ahmed", "FOUR", 4).await;
        let page = browser.get("/checkout?plan=m").await.expect(200).text;
        app.stripe().refuse_connections().await;
        let told = press(&mut browser, &page).await.expect(503);
        told.has(&["does not answer", "placed once", "Pay 5.000\u{a0}OMR by card"]);
        assert_eq!(orders(app).await, 1);
        app.stripe().accept_connections().await;
        press(&mut browser, &told.text).await.location();
        assert_eq!(orders(app).await, 1);
        assert_eq!(app.stripe().all("checkout.session").len(), 1);
    }

    /// Nobody else's order is told of, also to who is signed in.
    async fn a_stranger_learns_nothing(app: &TestApp, with_cards()) {
        let AtStripe { back, .. } = at_stripe(app).await;
        let (_, mut sara) = signed_in(app, "sara").await;
        let shown = sara.get(&back).await.expect(200);
        assert!(!shown.text.contains("ahmed") && !shown.text.contains("OMR"), "{}", shown.text);
        sara.get("/checkout/return?order=00000000-0000-0000-0000-000000000000").await.expect(404);
        sara.get("/checkout/return").await.expect(404);
        sara.get("/checkout/done?order=x").await.expect(404);
    }
}
