//! From the link on a phone bill to apps that run: by credit alone, and with a card for the rest.

use crate::harness::{Card, Look, Setup, Tab, TestApp, on_both};

/// The link is opened; somebody signs in by the code in their mail, and makes an Organization. They are at its
/// checkout then.
async fn arrive(app: &TestApp, look: Look, (code, email, name): (&str, &str, &str)) -> Tab {
    let tab = app.chromium(look).await;
    tab.open(&format!("/redeem?code={code}")).await.expect(200);
    tab.press(look.says("Use this voucher", "استخدم هذه القسيمة")).await.expect(200);
    tab.has(&[look.says("Begin with your e-mail address", "ابدأ ببريدك الإلكتروني")]).await;
    tab.fill(look.says("E-mail address", "البريد الإلكتروني"), email).await;
    tab.press(look.says("Send the code", "أرسل الرمز")).await.expect(200);
    tab.fill(look.says("Code", "الرمز"), &app.next_code(email).await).await;
    tab.press(look.says("Sign in", "تسجيل الدخول")).await.expect(200);
    assert_eq!(tab.address().await, "/join");
    tab.has(&[look.says("Your voucher goes along", "قسيمتك معك")]).await;
    tab.fill(look.says("Name", "الاسم"), name).await;
    if look.has_script {
        // Its address follows from it, while it is typed.
        tab.wait_for(look.says("This address is free", "هذا العنوان متاح")).await;
        assert!(!tab.value(look.says("Address", "العنوان")).await.is_empty());
    }
    tab.press(look.says("Go on", "متابعة")).await.expect(200);
    assert!(tab.address().await.starts_with("/checkout?"), "{}", tab.address().await);
    tab.has(&[name, look.says("Your order", "طلبك")]).await;
    tab
}

/// What a customer of this address has left, in minor units.
async fn credit_of(app: &TestApp, email: &str) -> i64 {
    app.number(&format!(
        "SELECT CAST(balance_minor - held_minor AS bigint) FROM wallets WHERE tenant_id = \
             (SELECT id FROM organizations WHERE owner_id = (SELECT id FROM users WHERE email = '{email}'))"
    ))
    .await
}

/// The wallet of the Organization whose page it is, by the way there: what came in, what there is, for how long.
async fn wallet_shows(tab: &Tab, texts: &[&str]) {
    let look = tab.look;
    tab.press(look.says("Wallet", "المحفظة")).await.expect(200);
    assert!(tab.address().await.ends_with("/wallet"), "{}", tab.address().await);
    tab.has(&[
        look.says("Available credit", "الرصيد المتاح"),
        look.says("Lasts until", "يكفي حتى"),
    ])
    .await;
    let shown = tab.text().await.replace('\u{a0}', " ");
    for text in texts {
        assert!(shown.contains(text), "no {text} in {shown}");
    }
}

async fn by_credit(app: &TestApp, look: Look, email: &str, name: &str) {
    let tab = arrive(app, look, ("MUSCAT-200", email, name)).await;
    tab.has(&["200.000 OMR"]).await;
    // In a hurry, twice.
    tab.press_twice(look.says("Start with credit", "ابدأ بالرصيد")).await;
    tab.wait_for(look.says("It is ordered", "تم الطلب")).await;
    let orders = format!(
        "SELECT count(*) FROM orders WHERE user_id = (SELECT id FROM users WHERE email = '{email}')"
    );
    assert_eq!(app.number(&orders).await, 1);
    let left = credit_of(app, email).await;
    assert!((0..200_000).contains(&left), "{left}");
    tab.press(look.says("See what is being set up", "تابع ما يجري إعداده")).await.expect(200);
    tab.has(&[name]).await;
    // The voucher is used, and goes along no more.
    tab.open("/console").await.expect(200);
    tab.press(name).await.expect(200);
    let left = format!("{}.{:03} OMR", left / 1_000, left % 1_000);
    wallet_shows(&tab, &[&left, "MUSCAT-200", "+200.000 OMR"]).await;
    tab.close().await;
}

async fn with_a_card(app: &TestApp, look: Look, email: &str, name: &str) {
    let tab = arrive(app, look, ("OPENING-1", email, name)).await;
    let button = app.stripe().all("checkout.session").len();
    let label = tab.button_with(look.says("by card", "بالبطاقة")).await;
    let there = tab.leave(&label).await;
    let sessions = app.stripe().all("checkout.session");
    assert_eq!(sessions.len(), button + 1);
    let session = sessions.last().unwrap();
    assert_eq!(there, session["url"].as_str().unwrap());
    // Credit is held until the card has paid.
    assert_eq!(credit_of(app, email).await, 0);
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    let back = session["success_url"].as_str().unwrap();
    let path = back.splitn(4, '/').nth(3).unwrap();
    tab.open(&format!("/{path}")).await.expect(200);
    tab.has(&[name, look.says("It is ordered", "تم الطلب")]).await;
    app.stripe().deliver_all(1).await;
    tab.press(look.says("To the console", "إلى لوحة التحكم")).await.expect(200);
    wallet_shows(&tab, &["0.000 OMR", "OPENING-1", "+1.000 OMR"]).await;
    tab.close().await;
}

on_both! {
    async fn a_voucher_pays_it_all(app: &TestApp, Setup::with_mail()) {
        app.issue("MUSCAT-200", 200, 0).await;
        let phone = Look::PHONE.arabic();
        by_credit(app, phone.without_script(), "aisha@example.com", "صيدلية النور").await;
        by_credit(app, Look::DESKTOP, "salim@example.com", "Ruwi Books").await;
    }

    async fn a_card_pays_the_rest(
        app: &TestApp, Setup { takes_cards: true, ..Setup::with_mail() }
    ) {
        app.issue("OPENING-1", 1, 0).await;
        with_a_card(app, Look::PHONE, "huda@example.com", "Seeb Clinic").await;
        let desktop = Look::DESKTOP.arabic();
        with_a_card(app, desktop.without_script(), "badr@example.com", "مكتبة روي").await;
    }
}
