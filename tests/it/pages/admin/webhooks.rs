//! The superadmin's pages of webhooks: added, changed, tried, sent again and removed; a secret is shown once.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use sovereign::hooks::HookOptions;
use tokio::net::TcpListener;

use super::{administrator, follow, hidden, lacks, superadmin};
use crate::harness::{Browser, Setup, Shown, on_both};

const LIST: &str = "/admin/webhooks";
const HOST: &str = "hooks.example.com";
const URL: &str = "https://hooks.example.com/events";

/// Events may be sent to this machine, which answers soon or never.
fn setup() -> Setup {
    let hooks = HookOptions {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        timeout: Duration::from_secs(2),
        ..HookOptions::default()
    };
    Setup { hooks, ..Setup::with_mail() }
}

/// Where something of this machine's answers whatever is sent there.
async fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let router = Router::new().fallback(async || (StatusCode::ACCEPTED, "so be it"));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// What stands behind `before` on the page, up to `end`.
#[track_caller]
fn behind<'a>(shown: &'a Shown, before: &str, end: char) -> &'a str {
    let found = shown.text.split_once(before).and_then(|(_, after)| after.split(end).next());
    found.unwrap_or_else(|| panic!("no {before:?} in: {}", shown.text))
}

#[track_caller]
fn secret(shown: &Shown) -> String {
    shown.has(&["Copy it now"]);
    format!("evsec_{}", behind(shown, "evsec_", '<'))
}

/// Adds one that wants to hear of vouchers that are issued; its page, and its secret.
async fn added(browser: &mut Browser, url: &str) -> (String, String) {
    browser.get(LIST).await.expect(200);
    let fields = [
        ("act", "add"),
        ("url", url),
        ("description", "the warehouse"),
        ("types", "voucher.issued"),
    ];
    let shown = browser.submit(LIST, &fields).await.expect(200);
    let page = format!("{LIST}/{}", behind(&shown, "action=\"/admin/webhooks/", '"'));
    (page, secret(&shown))
}

on_both! {
    async fn only_for_the_superadmin(app: &TestApp, setup()) {
        let (page, _) = added(&mut superadmin(app).await, URL).await;
        let mut other = administrator(app, "maryam").await;
        for path in [LIST, &page] {
            let shown = other.get(path).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &[HOST]);
        }
        other.submit(LIST, &[("act", "add"), ("url", URL)]).await.expect(403);
        other.submit(&page, &[("act", "remove"), ("confirm", HOST)]).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoints").await, 1);
    }

    /// On the page that answers, and on no other.
    async fn a_secret_is_shown_once(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        browser.get(LIST).await.expect(200).has(&["Events are not sent anywhere yet."]);
        let (page, first) = added(&mut browser, URL).await;
        assert_eq!(first.len(), 49, "{first}");
        let shown = browser.submit(&page, &[("act", "rotate")]).await.expect(200);
        shown.has(&["Former secret signs until"]);
        let second = secret(&shown);
        assert_ne!(first, second);
        let shown = browser.submit(&page, &[("act", "rotate"), ("at-once", "yes")]).await.expect(200);
        lacks(&shown, &["Former secret signs until", &second]);
        let third = secret(&shown);
        for path in [LIST, &page] {
            let shown = browser.get(path).await.expect(200);
            shown.has(&[URL, "the warehouse", "voucher.issued", "class=\"tag good\">on<"]);
            lacks(&shown, &[&first, &second, &third]);
        }
        browser.language = "ar";
        browser.get(LIST).await.expect(200).has(&["dir=\"rtl\"", "خطافات الويب"]);
        browser.get(&page).await.expect(200).has(&["dir=\"rtl\"", "الإرسالات"]);
    }

    async fn one_is_changed(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, URL).await;
        browser.get(&page).await.expect(200).has(&["name=\"enabled\" value=\"yes\" checked", "value=\"voucher.issued\""]);
        let moved = "https://hooks.example.com/elsewhere";
        let fields = [("act", "save"), ("url", moved), ("description", ""), ("types", "order.placed, invoice.paid")];
        let pressed = browser.submit(&page, &fields).await;
        let shown = follow(&mut browser, &pressed, "The webhook is saved.").await;
        shown.has(&[moved, "value=\"invoice.paid order.placed\"", "class=\"tag\">off<"]);
        lacks(&shown, &["the warehouse", "value=\"yes\" checked"]);
        let pressed = browser.submit(&page, &[("act", "save"), ("url", moved), ("types", ""), ("enabled", "yes")]).await;
        follow(&mut browser, &pressed, "The webhook is saved.").await.has(&["<dd>All</dd>", "class=\"tag good\">on<"]);
    }

    async fn what_is_wrong_is_told_at_its_field(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, URL).await;
        for (act, path) in [("add", LIST), ("save", &*page)] {
            let wrong = [("act", act), ("url", "http://example.com/x"), ("description", "kept"), ("types", "order.placed")];
            let shown = browser.submit(path, &wrong).await.expect(400);
            shown.has(&["href=\"#url\"", "value=\"http://example.com/x\"", "value=\"kept\"", "value=\"order.placed\""]);
            let wrong = [("act", act), ("url", URL), ("types", "order.place")];
            browser.submit(path, &wrong).await.expect(400).has(&["href=\"#types\"", "value=\"order.place\""]);
            let long = "x".repeat(201);
            let wrong = [("act", act), ("url", URL), ("description", &*long)];
            browser.submit(path, &wrong).await.expect(400).has(&["href=\"#description\""]);
        }
        let wrong = [("act", "replay-range"), ("from", "soon"), ("to", "")];
        browser.submit(&page, &wrong).await.expect(400).has(&["href=\"#from\"", "href=\"#to\"", "value=\"soon\""]);
        let wrong = [("act", "replay-range"), ("from", "2027-03-02"), ("to", "2027-03-01")];
        browser.submit(&page, &wrong).await.expect(400).has(&["The last day cannot be before the first"]);
        for query in ["status=lost", "after=x"] {
            browser.get(&format!("{page}?{query}")).await.expect(400).has(&["href=\"#status\""]);
        }
        for id in ["x", "01997f53-a000-7000-8000-000000000001"] {
            browser.get(&format!("{LIST}/{id}")).await.expect(404).has(&["There is no such webhook"]);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoints").await, 1);
    }

    async fn a_change_takes_a_recent_sign_in(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, first) = added(&mut browser, URL).await;
        let sealed = app.texts("SELECT secret_sealed FROM event_endpoints").await;
        app.clock.advance_seconds(601);
        browser.get(LIST).await.expect(200).has(&["This needs a fresh sign-in", "/sign-in?return_to=%2Fadmin%2Fwebhooks"]);
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["This needs a fresh sign-in", "/sign-in?return_to=%2Fadmin%2Fwebhooks%2F"]);
        lacks(&shown, &["value=\"save\"", "value=\"rotate\""]);
        for (path, act) in [(LIST, "add"), (&*page, "save"), (&*page, "rotate")] {
            let fields = [("act", act), ("url", "https://other.example.com/")];
            let shown = browser.submit(path, &fields).await.expect(401);
            shown.has(&["This needs a fresh sign-in", URL]);
            lacks(&shown, &[&first, "evsec_"]);
        }
        assert_eq!(app.texts("SELECT secret_sealed FROM event_endpoints").await, sealed);
        // What changes nothing of where events go does not.
        let days = [("act", "replay-range"), ("from", "2027-02-01"), ("to", "2027-02-01")];
        let pressed = browser.submit(&page, &days).await;
        follow(&mut browser, &pressed, "Nothing is sent").await;
    }

    async fn a_test_says_what_came_of_it(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, &receiver().await).await;
        let tested = browser.submit(&page, &[("act", "test")]).await.expect(200);
        tested.has(&["It answered with status 202.", "so be it"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM event_deliveries").await, 0);
        app.execute("UPDATE event_endpoints SET url = 'nonsense'").await;
        let tested = browser.submit(&page, &[("act", "test")]).await.expect(200);
        tested.has(&["Nothing answered.", "class=\"note bad\""]);
    }

    async fn a_delivery_is_listed_and_sent_again(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, &receiver().await).await;
        browser.get(&page).await.expect(200).has(&["Nothing was sent there in the last 30 days."]);
        app.issue("SENT-25", 25, 0).await;
        app.run_job("relay-events").await;
        app.run_job("deliver-events").await;
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["voucher.issued", "class=\"tag good\">arrived<", ">202<", "so be it"]);
        let delivery = hidden(&shown, "delivery");
        let pressed = browser.submit(&page, &[("act", "replay"), ("delivery", &delivery)]).await;
        let shown = follow(&mut browser, &pressed, "The event will be sent again").await;
        shown.has(&["class=\"tag\">waits<", "class=\"tag good\">arrived<"]);
        let found = browser.get(&format!("{page}?status=waiting")).await.expect(200);
        found.has(&["value=\"waiting\" selected", "class=\"tag\">waits<", "Show all"]);
        lacks(&found, &[">arrived</span>"]);
        browser.get(&format!("{page}?status=failed")).await.expect(200).has(&["No delivery is like that."]);
        app.run_job("deliver-events").await;
        let arrived = "SELECT COUNT(*) FROM event_deliveries WHERE status = 'delivered'";
        assert_eq!(app.number(arrived).await, 2);
        for unknown in ["x", "01997f53-a000-7000-8000-000000000001"] {
            let pressed = browser.submit(&page, &[("act", "replay"), ("delivery", unknown)]).await;
            follow(&mut browser, &pressed, "Nothing is sent: this delivery").await;
        }
        // All that happened on a day.
        let days = [("act", "replay-range"), ("from", "2027-03-01"), ("to", "2027-03-01")];
        let pressed = browser.submit(&page, &days).await;
        follow(&mut browser, &pressed, "What happened on these days will be sent again.").await;
        app.run_job("deliver-events").await;
        assert_eq!(app.number(arrived).await, 3);
    }

    async fn deliveries_are_listed_in_pages(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, URL).await;
        for number in 0..51 {
            app.issue(&format!("CODE-{number}"), 25, 0).await;
        }
        app.run_job("relay-events").await;
        let shown = browser.get(&format!("{page}?status=waiting")).await.expect(200);
        assert_eq!(shown.text.matches("name=\"delivery\"").count(), 50);
        let next = behind(&shown, "rel=\"next\" href=\"", '"').replace("&#38;", "&");
        let shown = browser.get(&next).await.expect(200);
        assert_eq!(shown.text.matches("name=\"delivery\"").count(), 1);
        shown.has(&[&format!("href=\"{page}?status=waiting\"")]);
    }

    /// Its host has to be typed.
    async fn one_is_removed(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let (page, _) = added(&mut browser, URL).await;
        let wrong = browser.submit(&page, &[("act", "remove"), ("confirm", "other")]).await.expect(400);
        wrong.has(&["href=\"#confirm\"", "value=\"other\""]);
        let pressed = browser.submit(&page, &[("act", "remove"), ("confirm", "Hooks.Example.com")]).await;
        assert_eq!(pressed.location(), LIST);
        let list = follow(&mut browser, &pressed, "The webhook is removed.").await;
        lacks(&list, &[HOST]);
        assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoints").await, 0);
        browser.get(&page).await.expect(404);
    }
}
