//! What only the superadmin does with orders, Organizations, the keys to Stripe, people and webhooks, in Chromium.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use serde_json::json;
use sovereign::hooks::HookOptions;
use tokio::net::TcpListener;

use super::administration::{done, signed_in};
use super::files::look_of;
use crate::harness::{Customer, Setup, Tab, TestApp, on_both};
use crate::refunds::setup;

pub(super) const ROOT: (&str, &str) = ("root@example.com", "superadmin");
const MARYAM: &str = "maryam@example.com";
const PUBLIC_KEY: &str = "pk_test_51NpublicDDDD";

/// An order is found by its status and voucher, and says that the voucher was revoked since.
async fn orders_are_found(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/orders").await.expect(200);
    tab.has(&["kestrel", "osprey"]).await;
    tab.choose(look.says("Status", "الحالة"), look.says("completed", "مكتمل")).await;
    tab.fill(look.says("Voucher", "القسيمة"), "twenty").await;
    tab.press(look.says("Show", "اعرض")).await.expect(200);
    assert_eq!(tab.address().await, "/admin/orders?status=completed&code=twenty");
    let revoked = look.says("revoked", "ملغاة");
    tab.has(&["kestrel", "TWENTY", revoked, "9.000 OMR"]).await;
    assert!(!tab.text().await.contains("osprey"), "{}", tab.text().await);
    // When it was placed leads to it.
    let placed = tab.button_with("2027").await;
    tab.press(&placed).await.expect(200);
    tab.has(&["kestrel", "TWENTY", revoked]).await;
    let path = "/billing/admin/orders?promo_code=TWENTY";
    let orders = app.superadmin().get(path).await.expect(200);
    assert_eq!(orders[0]["promo_deleted"], true);
    let address = tab.address().await;
    assert!(address.ends_with(orders[0]["id"].as_str().unwrap()), "{address}");
}

/// An Organization with an app, and with credit left.
async fn subscribed(app: &TestApp, name: &str) -> Customer {
    app.issue("TWENTY", 20, 0).await;
    let customer = app.customer(name).await;
    let mut body = customer.checkout_body("m", "TWENTY");
    body["apps"] = json!(["wordpress"]);
    customer.client.post("/billing/checkout", &body).await.expect(200);
    customer
}

/// What ends with one is read first, its address typed, and all of it taken back; then it ends after all.
async fn an_organization_is_deleted(app: &TestApp, tab: &Tab) {
    const ENDING: &str = "SELECT COUNT(*) FROM organizations WHERE deletion_at IS NOT NULL";
    let look = tab.look;
    let delete = look.says("Delete this Organization", "احذف هذه المؤسسة");
    let typed = look.says("To go on, type kestrel", "للمتابعة اكتب kestrel");
    tab.open("/admin/organizations").await.expect(200);
    tab.press("kestrel").await.expect(200);
    tab.has(&[
        look.says("One person loses access", "يفقد شخص واحد الوصول"),
        "WordPress",
        look.says("Its subscription ends", "ينتهي اشتراكها"),
        "11.000 OMR",
        look.says("that nobody gets back", "لا يعود لأحد"),
    ])
    .await;
    tab.fill(typed, "osprey").await;
    tab.press(delete).await.expect(400);
    tab.has(&[look.says("Type kestrel, as it stands here", "اكتب kestrel كما هو مكتوب هنا")]).await;
    assert_eq!(tab.value(typed).await, "osprey");
    assert_eq!(app.number(ENDING).await, 0);
    tab.fill(typed, "kestrel").await;
    tab.press(delete).await.expect(200);
    tab.has(&[look.says("The Organization will be deleted.", "ستُحذف المؤسسة.")]).await;
    assert_eq!(app.number(ENDING).await, 1);
    tab.press(look.says("Keep it", "أبقها")).await.expect(200);
    tab.has(&[look.says("The Organization stays.", "تبقى المؤسسة.")]).await;
    assert_eq!(app.number(ENDING).await, 0);
    tab.fill(typed, "kestrel").await;
    tab.press(delete).await.expect(200);
    assert_eq!(app.number(ENDING).await, 1);
}

/// Stripe is asked whose the key is; another key is set beside it, and the one that was there stays.
async fn the_keys_to_stripe_are_looked_after(app: &TestApp, tab: &Tab) {
    const NOTED: &str = "SELECT COUNT(*) FROM audit_log WHERE action = 'settings.stripe'";
    let look = tab.look;
    let noted = app.number(NOTED).await;
    let ask = look.says("Ask Stripe", "اسأل Stripe");
    let good =
        look.says("Cards can be charged with this key.", "يمكن الخصم من البطاقات بهذا المفتاح.");
    tab.open("/admin/payments").await.expect(200);
    tab.press(ask).await.expect(200);
    tab.has(&[good, "acct_1", look.says("Test: no money moves", "تجريبي: لا تتحرك أموال")]).await;
    tab.fill(look.says("Public key", "المفتاح العام"), PUBLIC_KEY).await;
    tab.press(look.says("Save", "احفظ")).await.expect(200);
    tab.has(&[look.says("The keys are saved.", "حُفظت المفاتيح."), PUBLIC_KEY]).await;
    assert_eq!(app.number(NOTED).await, noted + 1);
    let settings = app.superadmin().get("/billing/admin/settings").await.expect(200);
    assert_eq!(settings["stripe_public_key"], PUBLIC_KEY);
    assert_eq!(settings["stripe_secret_key_configured"], true);
    tab.press(ask).await.expect(200);
    tab.has(&[good]).await;
    let html = tab.html().await;
    assert!(!html.contains(&app.stripe().secret_key()), "the page has the secret key");
}

async fn role_of(app: &TestApp, email: &str) -> Vec<String> {
    app.texts(&format!("SELECT role FROM users WHERE email = '{email}'")).await
}

/// Chooses in the one row of a table, beside which the form for somebody new has the same words.
async fn choose_in_row(tab: &Tab, option: &str) {
    let script = format!(
        "(() => {{ \
         const lists = document.querySelectorAll('tbody select'); \
         if (lists.length !== 1) throw new Error(`${{lists.length}} lists`); \
         const chosen = [...lists[0].options].find((one) => one.label === {}); \
         lists[0].value = chosen.value; \
         return lists[0].value; }})()",
        json!(option)
    );
    assert_eq!(tab.evaluate(&script).await, "member");
}

/// Whoever signed in too long ago does so again; then somebody gets a role, and loses it.
async fn a_role_is_given_and_taken(app: &TestApp, tab: &Tab, maryam: &Tab) {
    let look = tab.look;
    app.clock.advance_seconds(601);
    tab.open("/admin/users").await.expect(200);
    tab.has(&[look.says("This needs a fresh sign-in", "يلزم هنا تسجيل دخول جديد")]).await;
    assert!(!tab.html().await.contains("name=\"new-email\""));
    tab.press(look.says("Sign in", "تسجيل الدخول")).await.expect(200);
    tab.sign_in(app, ROOT.0).await.expect(200);
    assert_eq!(tab.address().await, "/admin/users");
    // Looked for first.
    tab.send(&[("email", "nadia@example.com")]).await.expect(200);
    tab.has(&[look.says("Nobody here has this address.", "لا أحد هنا يحمل هذا العنوان.")]).await;
    let administrator = look.says("Sovereign administrator", "مدير المنصة");
    tab.choose(look.says("Role", "الدور"), administrator).await;
    tab.send(&[("new-email", MARYAM), ("act", "grant")]).await.expect(200);
    let set = look.says("The role is set.", "حُدّد الدور.");
    tab.has(&[set, MARYAM]).await;
    assert_eq!(role_of(app, MARYAM).await, ["sovereign-admin"]);
    maryam.open("/admin/vouchers").await.expect(200);
    assert_eq!(maryam.address().await, "/admin/vouchers");
    // Her row is the only one there.
    choose_in_row(tab, look.says("none", "بلا دور")).await;
    tab.send(&[("act", "set")]).await.expect(200);
    tab.has(&[set, ROOT.0]).await;
    assert!(!tab.text().await.contains(MARYAM), "{}", tab.text().await);
    assert_eq!(role_of(app, MARYAM).await, ["member"]);
    // She is signed out with it.
    maryam.open("/admin/vouchers").await.expect(200);
    assert!(maryam.address().await.starts_with("/sign-in"), "{}", maryam.address().await);
}

/// Events may be sent to this machine.
fn with_hooks() -> Setup {
    let hooks = HookOptions {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        timeout: Duration::from_secs(2),
        ..HookOptions::default()
    };
    Setup { hooks, ..Setup::with_mail() }
}

/// Where something of this machine's takes whatever is sent there.
async fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let router = Router::new().fallback(async || (StatusCode::ACCEPTED, "so be it"));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// It is added, shows its secret this once, and takes a test.
async fn a_webhook_is_added(app: &TestApp, tab: &Tab, url: &str) {
    let look = tab.look;
    tab.open("/admin/webhooks").await.expect(200);
    tab.has(&[look.says("Events are not sent anywhere yet.", "لا تُرسل الأحداث إلى أي مكان بعد.")])
        .await;
    tab.fill(look.says("Address", "العنوان"), url).await;
    tab.fill(look.says("Description", "الوصف"), "the warehouse").await;
    tab.fill(look.says("Events", "الأحداث"), "voucher.issued").await;
    tab.press(look.says("Add it", "أضفه")).await.expect(200);
    tab.has(&[url, look.says("Copy it now", "انسخه الآن"), "evsec_"]).await;
    assert_eq!(app.texts("SELECT url FROM event_endpoints").await, [url]);
    tab.open("/admin/webhooks").await.expect(200);
    tab.press(url).await.expect(200);
    assert!(!tab.html().await.contains("evsec_"), "the secret is shown again");
    tab.press(look.says("Send a test", "أرسل اختبارًا")).await.expect(200);
    tab.has(&["202", "so be it"]).await;
}

/// What was sent is listed, and sent again alone and with its day.
async fn a_delivery_is_sent_again(app: &TestApp, tab: &Tab, url: &str) {
    const ARRIVED: &str = "SELECT COUNT(*) FROM event_deliveries WHERE status = 'delivered'";
    let look = tab.look;
    app.issue("SENT-25", 25, 0).await;
    app.run_job("relay-events").await;
    app.run_job("deliver-events").await;
    assert_eq!(app.number(ARRIVED).await, 1);
    tab.open("/admin/webhooks").await.expect(200);
    tab.press(url).await.expect(200);
    tab.has(&["voucher.issued", look.says("arrived", "وصل"), "202"]).await;
    tab.press(look.says("Send again", "أرسله من جديد")).await.expect(200);
    let again = look.says("The event will be sent again", "سيُرسل الحدث من جديد");
    tab.has(&[again, look.says("waits", "ينتظر")]).await;
    app.run_job("deliver-events").await;
    assert_eq!(app.number(ARRIVED).await, 2);
    tab.fill(look.says("First day", "أول يوم"), "2027-03-01").await;
    tab.fill(look.says("Last day", "آخر يوم"), "2027-03-01").await;
    tab.press(look.says("Send them again", "أرسلها من جديد")).await.expect(200);
    tab.has(&[look.says(
        "What happened on these days will be sent again.",
        "سيُرسل من جديد ما حدث في هذه الأيام.",
    )])
    .await;
    app.run_job("deliver-events").await;
    assert_eq!(app.number(ARRIVED).await, 3);
}

on_both! {
    async fn an_order_says_that_its_voucher_was_revoked(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("kestrel").await.checkout("m", "TWENTY").await.expect(200);
        app.customer("osprey").await.checkout("flexi", "").await.expect(200);
        app.revoke("TWENTY").await;
        let tab = signed_in(app, look_of(app), ROOT).await;
        orders_are_found(app, &tab).await;
        done(tab).await;
    }

    async fn an_organization_ends_once_that_was_shown_and_typed(app: &TestApp, Setup::with_mail()) {
        let kestrel = subscribed(app, "kestrel").await;
        let tab = signed_in(app, look_of(app), ROOT).await;
        an_organization_is_deleted(app, &tab).await;
        done(tab).await;
        app.clock.advance_seconds(30 * 86_400);
        for job in ["delete-organizations", "relay-events", "end-organizations"] {
            app.run_job(job).await;
        }
        let status = format!("SELECT status FROM organizations WHERE id = '{}'", kestrel.tenant_id);
        assert_eq!(app.texts(&status).await, ["deleted"]);
    }

    async fn stripe_is_asked_and_a_key_is_set(app: &TestApp, setup()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        the_keys_to_stripe_are_looked_after(app, &tab).await;
        done(tab).await;
    }

    async fn a_role_takes_a_fresh_sign_in(app: &TestApp, Setup::with_mail()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        let maryam = signed_in(app, look_of(app), (MARYAM, "member")).await;
        a_role_is_given_and_taken(app, &tab, &maryam).await;
        done(tab).await;
        done(maryam).await;
    }

    async fn events_are_sent_to_a_webhook_and_again(app: &TestApp, with_hooks()) {
        let url = receiver().await;
        let tab = signed_in(app, look_of(app), ROOT).await;
        a_webhook_is_added(app, &tab, &url).await;
        a_delivery_is_sent_again(app, &tab, &url).await;
        done(tab).await;
    }
}
