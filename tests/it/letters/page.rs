//! `/pay/{order}`: what is due, and the way to pay it.

use sovereign::limits::Limits;

use super::{assert_has, id, pay, plan_name, renewal_due, setup, unpaid};
use crate::harness::{FQDN, Setup, on_both};

on_both! {
    /// Whoever has the link sees what it is about, and goes on to Stripe.
    async fn it_says_what_is_due_and_leads_to_the_card(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let session = app.stripe().all("checkout.session").pop().unwrap();
        let path = format!("/pay/{order}");
        let mut browser = app.browser();
        let page = browser.get(&path).await.expect(200);
        let plan = plan_name(app).await;
        assert_has(&page.text, &[
            "5.000 OMR to pay", FQDN, "kestrel", &plan, "9.000 OMR", "From your credit",
            "4.000 OMR", "Pay 5.000 OMR", "lang=\"en\"",
        ]);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let there = browser.submit(&path, &[]).await;
        assert_eq!(there.location(), session["url"].as_str().unwrap());
        assert_eq!(app.stripe().all("checkout.session").len(), 1);
    }

    /// Whoever comes back from Stripe without having paid can go there again.
    async fn the_way_back_leads_there_again(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let mut browser = app.browser();
        let page = browser.get(&format!("/checkout/return?order={order}")).await.expect(200);
        page.has(&["You can still pay.", &format!("href=\"/pay/{order}\"")]);
    }

    async fn in_arabic(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let mut browser = app.browser();
        browser.language = "ar";
        let page = browser.get(&format!("/pay/{order}")).await.expect(200);
        page.has(&["dir=\"rtl\"", "المبلغ المستحق \u{2068}5.000\u{a0}OMR\u{2069}", "من رصيدك"]);
    }

    /// A renewal that is due is reckoned with the credit of now.
    async fn a_renewal_is_shown_with_its_month(app: &TestApp, setup()) {
        let (customer, order) = renewal_due(app, "kestrel", 13).await;
        let mut browser = app.browser();
        let page = browser.get(&format!("/pay/{order}")).await.expect(200);
        assert_has(&page.text, &["5.000 OMR to pay", "1 March 2027 – 31 March 2027"]);
        // New credit pays it at once.
        app.issue("TEN", 10, 0).await;
        customer.redeem("TEN").await.expect(200);
        let page = browser.get(&format!("/pay/{order}")).await.expect(200);
        page.has(&["Your order is complete"]);
    }

    async fn credit_that_is_there_pays_at_the_press_of_a_button(app: &TestApp, setup()) {
        let (customer, order) = renewal_due(app, "kestrel", 20).await;
        let path = format!("/pay/{order}");
        let mut browser = app.browser();
        let page = browser.get(&path).await.expect(200);
        page.has(&["Your credit pays this", "Pay from credit"]);
        browser.submit(&path, &[]).await.expect(200).has(&["Your order is complete"]);
        assert_eq!(customer.available_minor().await, 2_000);
    }

    async fn paid_or_ended_there_is_nothing_to_press(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let path = format!("/pay/{order}");
        let mut late = app.browser();
        late.get(&path).await.expect(200);
        pay(app).await;
        let mut browser = app.browser();
        let page = browser.get(&path).await.expect(200);
        page.has(&["Your order is complete"]);
        assert!(!page.text.contains("<form"), "{}", page.text);
        // Whoever still has the page open does not pay twice.
        late.submit(&path, &[]).await.expect(200).has(&["Your order is complete"]);

        let (_, order) = unpaid(app, "falcon").await;
        let path = format!("/pay/{order}");
        late.get(&path).await.expect(200);
        app.clock.advance_seconds(3 * 3_600);
        app.stripe().expire_due();
        app.stripe().deliver_all(1).await;
        browser.get(&path).await.expect(200).has(&["This payment page has ended"]);
        late.submit(&path, &[]).await.expect(200).has(&["This payment page has ended"]);
        let order = id(app.engine, &order);
        app.execute(&format!("UPDATE orders SET status = 'cancelled' WHERE id = {order}")).await;
        browser.get(&path).await.expect(200).has(&["This order was cancelled."]);
    }

    /// Paid at Stripe, and nobody has told us: the button finds out.
    async fn the_button_asks_what_became_of_it(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let path = format!("/pay/{order}");
        let mut browser = app.browser();
        browser.get(&path).await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), crate::harness::Card::Good);
        browser.submit(&path, &[]).await.expect(200).has(&["Your order is complete"]);
    }

    async fn what_is_no_order_is_not_found(app: &TestApp, setup()) {
        let mut browser = app.browser();
        browser.get("/sign-in").await.expect(200);
        for nothing in ["x", "00000000-0000-0000-0000-000000000000"] {
            let path = format!("/pay/{nothing}");
            browser.get(&path).await.expect(404).has(&["There is no such order"]);
            browser.submit(&path, &[]).await.expect(404);
        }
    }

    async fn other_sites_cannot_press_the_button(app: &TestApp, setup()) {
        let (_, order) = unpaid(app, "kestrel").await;
        let path = format!("/pay/{order}");
        let mut browser = app.browser();
        browser.get(&path).await.expect(200);
        let token = browser.form_token();
        for (token, origin) in [("", None), ("x", None), (&*token, Some("https://evil.example"))] {
            let headers: Vec<_> = origin.iter().map(|origin| ("Origin", *origin)).collect();
            let refused = browser.post(&path, &headers, &[("form_token", token)]).await;
            refused.expect(403).has(&[&format!("href=\"{path}\"")]);
        }
    }

    /// Nobody has us ask Stripe without end.
    async fn it_is_limited(app: &TestApp, Setup { limits: Limits::on(Vec::new()), ..setup() }) {
        let mut browser = app.browser();
        let mut answered = 0;
        let refused = loop {
            let path = ["/pay/x", "/checkout/return?order=x"][answered % 2];
            let shown = browser.get(path).await;
            if shown.status == 429 {
                break shown;
            }
            assert_eq!(shown.status, 404);
            answered += 1;
            assert!(answered <= 300, "nobody is held up");
        };
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        browser.submit("/pay/x", &[]).await.expect(429);
        browser.get("/checkout/return?order=x").await.expect(429);
        app.clock.advance_seconds(wait);
        browser.get("/pay/x").await.expect(404);
    }
}
