//! The snapshot on a Sovereign of the publisher's: the page and the route.

use serde_json::Value;

use super::SNAPSHOT;
use crate::harness::{FLEET_FILE, Setup, Shown, TestApp, on_both};
use crate::pages::{administrator, superadmin};

const PAGE: &str = "/admin/fleet";
const ROUTE: &str = "/billing/admin/fleet";

#[track_caller]
fn lacks(shown: &Shown, texts: &[&str]) {
    for text in texts {
        assert!(!shown.text.contains(text), "{text:?} in: {}", shown.text);
    }
}

/// The Sovereigns of the page, in its order.
fn order(shown: &Shown) -> Vec<String> {
    let rows = shown.text.split("<tr class=\"has-more\">").skip(1);
    let name = |row: &str| {
        let (_, after) = row.split_once("<bdi dir=\"ltr\">").unwrap();
        after.split('<').next().unwrap().to_owned()
    };
    rows.map(name).collect()
}

fn put(app: &TestApp, text: &str) {
    std::fs::write(app.database().directory.path().join(FLEET_FILE), text).unwrap();
}

on_both! {
    async fn the_page_says_what_the_snapshot_does(app: &TestApp, Setup::with_fleet(SNAPSHOT)) {
        let mut browser = superadmin(app).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "aria-current=\"page\">Fleet<", "3 hours ago", "2027-02 · closed", "salalah.omani.works",
            "1250.500\u{a0}BHD", "312.625\u{a0}BHD", "2487.55\u{a0}USD", "11.000\u{a0}OMR", ">conforming<", ">drift<",
            "not reached", "no token", "not in the book", "preview.times_redeemed", "no such &#60;member&#62;",
            "20 more drifted.", "Claims to be <bdi dir=\"ltr\">omantel.omani.works</bdi>", "https://old.zain.example",
            "Paid out", "7150.000\u{a0}OMR</bdi> · sent", "2487.55\u{a0}USD</bdi> · refused", "2027-02/zain/BHD", "عمانتل", "17.5", "GET /version: connection refused",
        ]);
        assert_eq!(order(&shown), ["acme.example", "omantel.omani.works", "zain.example"]);
        let off = browser.get(&format!("{PAGE}?show=off")).await.expect(200);
        assert_eq!(order(&off), ["acme.example", "zain.example"]);
        let gross = browser.get(&format!("{PAGE}?sort=gross")).await.expect(200);
        assert_eq!(order(&gross), ["zain.example", "omantel.omani.works", "acme.example"]);
        browser.get("/admin/orders").await.expect(200).has(&["href=\"/admin/fleet\""]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "الأسطول", "آخر كشف حساب", "صاحب الامتياز"]);
        let told = app.superadmin().get(ROUTE).await.expect(200);
        assert_eq!(told, serde_json::from_str::<Value>(SNAPSHOT).unwrap());
        assert_eq!(app.superadmin().get(&format!("/api{ROUTE}")).await.expect(200), told);
    }

    async fn only_for_the_superadmin(app: &TestApp, Setup::with_fleet(SNAPSHOT)) {
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get("/admin/vouchers").await.expect(200), &[PAGE]);
        browser.get(PAGE).await.expect(403).has(&["This takes another role"]);
        app.anyone().get(ROUTE).await.expect_problem(401, "unauthorized");
        app.sovereign_admin().get(ROUTE).await.expect_problem(403, "forbidden");
        app.member("passer-by").get(ROUTE).await.expect_problem(403, "forbidden");
    }

    /// Every other Sovereign knows nothing of a fleet.
    async fn where_it_is_not_configured(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        lacks(&browser.get("/admin/orders").await.expect(200), &[PAGE]);
        browser.get(PAGE).await.expect(404).has(&["This Sovereign shows no fleet"]);
        app.superadmin().get(ROUTE).await.expect_problem(404, "not_found");
    }

    /// What is wrong with the file is said, with what to do; a good one is shown at once.
    async fn a_file_that_cannot_be_shown(app: &TestApp, Setup::with_fleet("{\"version\": 1")) {
        let mut browser = superadmin(app).await;
        let too_new = SNAPSHOT.replacen("\"version\": 1", "\"version\": 2", 1);
        let (half, _) = SNAPSHOT.split_once("\"statements\"").unwrap();
        for (text, heading, code) in [
            ("{\"version\": 1", "The snapshot is damaged", "fleet_snapshot_damaged"),
            ("", "The snapshot is damaged", "fleet_snapshot_damaged"),
            (half, "The snapshot is damaged", "fleet_snapshot_damaged"),
            (too_new.as_str(), "The snapshot is of a later version", "fleet_snapshot_too_new"),
        ] {
            put(app, text);
            browser.get(PAGE).await.expect(200).has(&[heading]);
            let problem = app.superadmin().get(ROUTE).await.expect_problem(409, code);
            assert!(problem["detail"].as_str().unwrap().contains("sovereign fleet --out"), "{problem}");
        }
        std::fs::remove_file(app.database().directory.path().join(FLEET_FILE)).unwrap();
        browser.get(PAGE).await.expect(200).has(&["There is no snapshot yet", "--out"]);
        app.superadmin().get(ROUTE).await.expect_problem(404, "fleet_snapshot_missing");
        put(app, SNAPSHOT);
        browser.get(PAGE).await.expect(200).has(&["zain.example"]);
    }
}
