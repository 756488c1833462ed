//! What other sites can make a browser do: nothing. And where a sign-in leads: nowhere else.

use std::collections::BTreeSet;

use super::{code_in, link_in};
use crate::harness::{Setup, on_both, page_routes, route_of};

const EMAIL: &str = "ahmed@example.com";
/// Every page that changes something, in any order, one a line. (With the cookies of whoever is signed in:
/// `matrix::cross_site`.)
const UNSAFE: &[&str] = &[
    "/sign-in",
    "/sign-in/code",
    "/sign-in/link",
    "/sign-out",
    "/sign-out-everywhere",
    "/invitation",
    "/checkout",
    "/checkout/voucher",
    "/console",
    "/console/kestrel/provisions",
    "/join",
    "/pay/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/redeem",
    "/console/kestrel/wallet/voucher",
    "/console/kestrel/apps/wordpress",
    "/console/kestrel/plan",
    "/console/kestrel/plan/change",
    "/console/kestrel/environments",
    "/console/kestrel/card",
    "/console/kestrel/members",
    "/console/kestrel/settings",
    "/console/kestrel/close",
    "/admin/vouchers",
    "/admin/vouchers/new",
    "/admin/vouchers/KESTREL-10",
    "/admin/vouchers/edit",
    "/admin/vouchers/bulk/new",
    "/admin/vouchers/bulk/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/vouchers/import",
    "/admin/vouchers/mail/new",
    "/admin/vouchers/mail/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/catalog",
    "/admin/catalog/plans/new",
    "/admin/catalog/plans/m",
    "/admin/blueprints",
    "/admin/blueprints/cal-own",
    "/admin/policy",
    "/admin/approvals/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/campaigns/new",
    "/admin/campaigns/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/system",
    "/admin/alarms",
    "/admin/reconcile",
    "/admin/users",
    "/admin/payments",
    "/admin/webhooks",
    "/admin/webhooks/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/branding",
    "/admin/branding/logo",
    "/admin/organizations/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/orders/01a400f6-3600-7001-9c59-0180e54c0e5b",
    "/admin/moves",
    "/admin/organizations/01a400f6-3600-7001-9c59-0180e54c0e5b/move",
];

#[test]
fn every_page_that_changes_something_is_tried() {
    let routes = page_routes();
    let mut tried = BTreeSet::new();
    for path in UNSAFE {
        let route =
            route_of(path, &routes).unwrap_or_else(|| panic!("there is no {path} any more"));
        assert!(route.posts, "nothing can be sent to {path} any more");
        tried.insert(route.address.as_str());
    }
    for route in routes.iter().filter(|route| route.posts) {
        assert!(tried.contains(route.address.as_str()), "UNSAFE has nothing of {}", route.address);
    }
}

on_both! {
    async fn without_the_token_or_from_elsewhere(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        browser.get("/sign-in").await.expect(200);
        let token = browser.form_token();
        let mut stranger = app.browser();
        stranger.get("/sign-in").await.expect(200);
        let of_stranger = stranger.form_token();
        let own = app.url("");
        for path in UNSAFE {
            let attacks: [(&str, &[(&str, &str)]); 7] = [
                ("", &[]),
                ("x", &[]),
                (&of_stranger, &[]),
                (&token, &[("Origin", "https://evil.example")]),
                (&token, &[("Origin", "null")]),
                (&token, &[("Sec-Fetch-Site", "cross-site")]),
                (&token, &[("Sec-Fetch-Site", "same-site"), ("Origin", &own)]),
            ];
            for (token, headers) in attacks {
                let fields = [("form_token", token), ("email", EMAIL), ("code", "1"), ("token", "x")];
                browser.post(path, headers, &fields).await.expect(403);
            }
            let mut cookieless = app.browser();
            cookieless.post(path, &[], &[("form_token", &token)]).await.expect(403);
        }
        assert_eq!(app.number("SELECT count(*) FROM sign_ins").await, 0);
        assert_eq!(app.sink().untaken_to(EMAIL), 0);
    }

    /// A session that somebody planted before is not the one that is begun.
    async fn a_planted_session_is_not_taken_over(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        browser.get("/sign-in").await.expect(200);
        browser.cookies.insert("__Host-session".to_owned(), "planted".to_owned());
        browser.submit("/sign-in", &[("email", EMAIL)]).await.location();
        let code = code_in(&app.sink().next_to(EMAIL).await.text.unwrap());
        browser.get("/sign-in/code").await.expect(200);
        let planted = browser.form_token();
        browser.submit("/sign-in/code", &[("code", &code)]).await.location();
        assert_ne!(browser.cookies["__Host-session"], "planted");
        let mut attacker = app.browser();
        attacker.cookies.insert("__Host-session".to_owned(), "planted".to_owned());
        assert_eq!(attacker.get("/console").await.status, 303);
        // Nor is a form that was made before.
        let fields = [("form_token", planted.as_str())];
        browser.post("/sign-out", &[], &fields).await.expect(403);
        browser.get("/console").await.expect(200);
    }

    /// However the way back is written, it stays here.
    async fn the_way_back_stays_here(app: &TestApp, Setup::with_mail()) {
        for (number, evil) in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "//user@evil.example",
            "/.//evil.example",
            "javascript:alert(1)",
        ]
        .iter()
        .enumerate()
        {
            let mut browser = app.browser();
            let page = browser.get(&format!("/sign-in?return_to={evil}")).await.expect(200);
            assert!(page.text.contains("name=\"return_to\" value=\"/console\""), "{}", page.text);
            let email = format!("person-{number}@example.com");
            let fields = [("email", email.as_str()), ("return_to", evil)];
            browser.submit("/sign-in", &fields).await.location();
            let mail = app.sink().next_to(&email).await.text.unwrap();
            let link = link_in(&mail);
            browser.get(&link).await.expect(200);
            let token = link.split_once("token=").unwrap().1;
            let done = browser.submit("/sign-in/link", &[("token", token)]).await;
            assert_eq!(done.location(), "/console", "{evil}");
        }
    }

    async fn pages_are_framed_and_scripted_by_nobody(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        let page = browser.get("/sign-in").await.expect(200);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!page.text.contains(" style="), "{}", page.text);
        // One script, ours: it carries what the policy asks for, and holds nothing itself.
        let nonce = policy.split_once("'nonce-").unwrap().1.split('\'').next().unwrap();
        let ours = format!("nonce=\"{nonce}\" defer></script>");
        assert!(page.text.contains(&ours), "{}", page.text);
        assert_eq!(page.text.matches("<script").count(), 1, "{}", page.text);
        let style = page.text.split_once("/assets/").unwrap().1.split('"').next().unwrap();
        let sheet = browser.get(&format!("/assets/{style}")).await.expect(200);
        assert_eq!(sheet.headers["cache-control"], "public, max-age=31536000, immutable");
        browser.get("/assets/other.css").await.expect(404);
        // What somebody types comes back as text.
        let typed = "\"><script>alert(1)</script>";
        let again = browser.submit("/sign-in", &[("email", typed)]).await.expect(400);
        assert_eq!(again.text.matches("<script").count(), 1, "{}", again.text);
        again.has(&["There is a problem", "href=\"#email\""]);
    }
}
