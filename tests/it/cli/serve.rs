//! `sovereign serve`: the first start, later starts, one server or several on a database.

use std::net::TcpListener;

use serde_json::json;
use sovereign::storage::Location;

use crate::harness::{Engine, TestDatabase, on_empty};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// `serve` with `arguments` must fail with `code`; answers what it says.
#[track_caller]
fn refused(database: &TestDatabase, arguments: &[&str], code: i32) -> String {
    let ended = database.program(&SERVE).args(arguments).run();
    ended.expect_failure(code)
}

on_empty! {
    /// Nobody learns one by one what is missing, and what is said can be done.
    async fn the_first_start_asks_for_name_and_currency(database: &TestDatabase) {
        let said = refused(database, &[], 2);
        for word in ["--fqdn omantel.omani.works", "--currency OMR", "--demo", "first start"] {
            assert!(said.contains(word), "no {word} in: {said}");
        }
        let said = refused(database, &["--fqdn", "omantel.example"], 2);
        assert!(said.contains("--currency OMR") && !said.contains("--fqdn"), "{said}");
        let said = refused(database, &["--currency", "OMR"], 2);
        assert!(said.contains("--fqdn omantel") && !said.contains("--currency"), "{said}");

        for currency in ["omr", "XAU", "OMAN", ""] {
            let currency = format!("--currency={currency}");
            let said = refused(database, &["--fqdn", "omantel.example", &currency], 2);
            assert!(said.contains("currency"), "{said}");
        }
        for fqdn in ["omantel", "Omantel.example", "omantel.example/", "-a.example", ""] {
            let fqdn = format!("--fqdn={fqdn}");
            let said = refused(database, &[&fqdn, "--currency", "OMR"], 2);
            assert!(said.contains("fqdn"), "{said}");
        }
        // None of them settled anything.
        database.serve(&["--fqdn", "bank.example", "--currency", "BHD"]).stop().expect(0);
    }

    /// The catalog is there, and no vouchers are.
    async fn the_first_start_seeds_plans_and_no_vouchers(database: &TestDatabase) {
        let mut server = database.serve(&FIRST);
        assert!(server.wait_for("answers at").contains("sovereign omantel.example (OMR)"));
        let plans = server.anyone().get("/catalog/plans").await.expect(200);
        let plan = |plan: &serde_json::Value| (plan["slug"].clone(), plan["price_omr"].clone());
        let plans: Vec<_> = plans.as_array().unwrap().iter().map(plan).collect();
        let expected = [("s", 5), ("m", 9), ("l", 16), ("xl", 30), ("flexi", 0)];
        assert_eq!(plans, expected.map(|(slug, price)| (json!(slug), json!(price))));
        let admin = server.bearing(&database.mint("sovereign-admin", "a@omantel.example"));
        assert_eq!(admin.get("/billing/vouchers/list").await.expect(200), json!([]));
        let ended = server.stop().expect(0);
        assert!(ended.stderr.trim_end().ends_with("stopped"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("demo"), "{}", ended.stderr);
    }

    /// Rows, the settled facts and the signing key outlive the process.
    async fn a_restart_keeps_everything(database: &TestDatabase) {
        let server = database.serve(&FIRST);
        let token = database.mint("sovereign-admin", "a@omantel.example");
        let voucher = json!({ "code": "KEPT-25", "credit_omr": 25, "max_redemptions": 3 });
        let admin = server.bearing(&token);
        let issued = admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
        server.stop().expect(0);

        let mut server = database.serve(&[]);
        assert!(server.wait_for("answers at").contains("sovereign omantel.example (OMR)"));
        let listed = server.bearing(&token).get("/billing/vouchers/list").await.expect(200);
        assert_eq!(listed, json!([issued]));
        server.stop().expect(0);
        // Saying again what was settled is no contradiction.
        database.serve(&FIRST).stop().expect(0);
    }

    async fn a_later_start_may_not_contradict_the_first(database: &TestDatabase) {
        database.serve(&FIRST).stop().expect(0);
        for (arguments, key, settled) in [
            (&["--currency", "BHD"][..], "currency", "OMR"),
            (&["--fqdn", "other.example"], "fqdn", "omantel.example"),
            (&["--demo"], "demo", "false"),
        ] {
            let said = refused(database, arguments, 2);
            let expected = [format!("{key}: "), format!("{key} {settled}")];
            assert!(expected.iter().all(|text| said.contains(text)), "{said}");
        }
    }

    async fn a_demo_stays_one(database: &TestDatabase) {
        database.serve(&["--demo"]).stop().expect(0);
        let said = refused(database, &[], 2);
        assert!(said.contains("demo: ") && said.contains("demo true"), "{said}");
        database.serve(&["--demo"]).stop().expect(0);
    }

    /// One server has an SQLite file to itself; PostgreSQL takes any number.
    async fn a_second_server(database: &TestDatabase) {
        let first = database.serve(&FIRST);
        let token = database.mint("sovereign-admin", "a@omantel.example");
        if let Location::File(_) = database.location {
            let said = refused(database, &[], 2);
            assert!(said.contains("another `sovereign serve` runs on this data directory"), "{said}");
            assert!(said.contains("--data") && said.contains("--database-url"), "{said}");
        } else {
            let second = database.serve(&[]);
            let voucher = json!({ "code": "SHARED-10", "credit_omr": 10 });
            let issued = second.bearing(&token).post("/billing/vouchers/issue", &voucher).await;
            let issued = issued.expect(200);
            let listed = first.bearing(&token).get("/billing/vouchers/list").await.expect(200);
            assert_eq!(listed, json!([issued]));
            second.stop().expect(0);
        }
        first.bearing(&token).get("/billing/vouchers/list").await.expect(200);
        first.stop().expect(0);
        // The lock ends with the process that held it.
        database.serve(&[]).stop().expect(0);
    }

    /// For a program that starts a Sovereign and has to know where it answers.
    async fn json_says_where_it_answers(database: &TestDatabase) {
        let mut running = database.program(&SERVE).args(FIRST).args(["--json"]).spawn();
        let ready: serde_json::Value = serde_json::from_str(&running.answered()).unwrap();
        let url = ready["url"].as_str().unwrap();
        let expected = json!({
            "url": url, "fqdn": "omantel.example", "currency": "OMR", "demo": false,
            "administrator_link": ready["administrator_link"],
        });
        let link = ready["administrator_link"].as_str().unwrap();
        assert!(link.starts_with("https://omantel.example/auth/administrator?token="), "{link}");
        assert_eq!(ready, expected);
        let alive = reqwest::get(format!("{url}/livez")).await.unwrap();
        assert_eq!(alive.status(), 200);
        running.signal("INT");
        assert_eq!(running.end().expect(0).stdout.lines().count(), 1);
    }
}

/// A port that somebody else has is named.
#[tokio::test]
async fn a_port_in_use_is_unavailable() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let said = database.program(&["serve", "--listen", &address]).args(FIRST).run();
    let said = said.expect_failure(3);
    assert!(said.contains(&address), "{said}");
}
