//! The command against Sovereigns that are there, have drifted and are gone, and the publisher's book.

use serde_json::{Value, json};
use sovereign::auth::Role;

use super::{OtherBuild, SNAPSHOT, closed, listed, own, program, reasons, write};
use crate::harness::{FLEET_FILE, FQDN, Setup, TestDatabase, on_both};
use crate::rollup::{Book, NewCharge, World};

/// The tests' Sovereign and another one, of which the publisher has a fifth.
const AGREEMENTS: &str = r#"
time_zone = "Asia/Muscat"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["test.sovereign.example", "salalah.omani.works"]
currency = "OMR"
valid_from = "2025-01-01"
share_bp = 2000
payout = { stripe_account = "acct_omantel" }
"#;

/// The middle of October and of November 2025.
pub(super) const OCTOBER: i64 = 1_760_918_400;
pub(super) const NOVEMBER: i64 = 1_763_596_800;

/// A book in which October is closed.
pub(super) async fn october(database: &TestDatabase) -> (World, Book) {
    let world = World::quiet().await;
    world.agree(AGREEMENTS);
    for (sovereign, amount) in
        [(FQDN, 10_000), (FQDN, 12_345), ("salalah.omani.works", 7_000), ("nobodys.example", 900)]
    {
        charge(&world, sovereign, amount, OCTOBER).await;
    }
    let book = world.book_in(database);
    world.run_all(&book, &["2025-10"]);
    (world, book)
}

pub(super) async fn charge(world: &World, sovereign: &str, amount: i64, at: i64) {
    let charge =
        NewCharge { sovereign: Some(sovereign), currency: "omr", amount, created: at, moved: at };
    world.fake.charge(&charge).await;
}

/// One number of the book, as SQL adds it up.
pub(super) async fn in_book(database: &TestDatabase, what: &str) -> i64 {
    let found = database.texts(&format!("SELECT CAST({what} AS text)")).await;
    found.first().unwrap().parse().unwrap()
}

pub(super) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

on_both! {
    /// One conforms, one is of another build and has no token, one is gone.
    async fn each_number_is_that_of_sql(app: &TestApp, Setup::with_fleet(SNAPSHOT)) {
        app.issue("TWENTY", 20, 0).await;
        app.issue("FIVE", 5, 0).await;
        app.issue("GONE", 5, 0).await;
        app.revoke("GONE").await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let database = TestDatabase::empty(app.engine).await;
        let (world, book) = october(&database).await;
        let other = OtherBuild::of(app).await;
        let (_taken, gone) = closed();
        let fleet = [
            own(app, "token_env = 'ONE_TOKEN'"),
            listed(&other.url, "fqdn = 'salalah.omani.works'"),
            listed(&gone, "fqdn = 'nobodys.example'"),
        ];
        let agreements = world.path("agreements.toml").display().to_string();
        let out = app.database().directory.path().join(FLEET_FILE).display().to_string();
        let csv = world.path("fleet.csv").display().to_string();
        let files = ["--agreements", &agreements, "--book", &book.place, "--out", &out, "--csv", &csv];
        let token = app.token("campaigns", Role::SovereignAdmin);
        let command = program(&fleet.concat(), &files).args(["--check", "--json"]);
        let ended = command.env("ONE_TOKEN", &token).run().expect(1);
        assert!(ended.stderr.contains("2 of 3 are off"), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("{gone}: unreachable")), "{}", ended.stderr);
        assert!(!ended.stdout.contains(&token) && !ended.stderr.contains(&token));

        let told = parsed(&ended.stdout);
        assert_eq!(told["counts"], json!({ "sovereigns": 3, "conforming": 1, "off": 2, "not_checked": 0 }));
        assert_eq!(told["month"], json!({ "month": "2025-10", "state": "closed" }));
        let [one, two, three] = &told["sovereigns"].as_array().unwrap()[..] else { panic!("{told}") };
        let version = app.anyone().get("/version").await.expect(200);
        assert_eq!((&one["runs"], &one["fqdn"], &one["off"]), (&version, &json!(FQDN), &json!(false)));
        let live = app.sovereign_admin().get("/billing/vouchers/list?status=live").await.expect(200);
        assert_eq!((one["vouchers_live"].as_i64(), live.as_array().unwrap().len()), (Some(2), 2));
        let owed = app.number("SELECT CAST(SUM(amount_minor) AS bigint) FROM credit_ledger").await;
        assert_eq!(one["credit"], json!({ "currency": "OMR", "outstanding_minor": owed }));
        assert_eq!(owed, 11_000);
        assert_eq!(one["conformance"]["result"], "conforming");
        for (row, name) in [(one, FQDN), (two, "salalah.omani.works")] {
            let of = |column: &str| format!(
                "(SELECT SUM({column}) FROM movements WHERE kind = 'charge' AND sovereign = '{name}')"
            );
            let charged = in_book(&database, &of("amount_minor")).await;
            let publisher = in_book(&database, &of("publisher_minor")).await;
            let charges = if name == FQDN { 2 } else { 1 };
            let expected = json!({
                "currency": "OMR", "charges": charges, "charged_minor": charged, "publisher_minor": publisher,
            });
            assert_eq!(row["charged"], json!([expected]), "{name}");
            let due = in_book(&database, "(SELECT due_minor FROM statements)").await;
            let statement = &row["statements"][0];
            assert_eq!((&statement["id"], statement["due_minor"].as_i64()), (&json!("2025-10/omantel/OMR"), Some(due)));
            assert_eq!((&statement["sovereigns"], &row["agreed"][0]["share"][0]["share_bp"]), (&json!(2), &json!(2_000)));
        }
        assert_eq!((&one["charged"][0]["charged_minor"], &one["charged"][0]["publisher_minor"]), (&json!(22_345), &json!(4_469)));
        assert_eq!(two["conformance"]["failures"][0]["name"], "build");
        assert_eq!(reasons(two), [("vouchers", "no_token"), ("credit", "no_token")]);
        // It is the first one behind another address, and says so.
        assert_eq!((&one["claims"], &two["claims"]), (&json!(null), &json!(FQDN)));
        assert_eq!((&one["also_at"], &one["statements"][0]["payout_state"]), (&json!([]), &json!("due")));
        assert_eq!((&two["off"], &three["off"]), (&json!(true), &json!(true)));
        assert_eq!(three["conformance"]["result"], "unreachable");
        let gone_cells = [
            ("version", "unreachable"), ("vouchers", "unreachable"), ("credit", "unreachable"),
            ("share", "no_agreement"), ("statement", "no_statement"),
        ];
        assert_eq!(reasons(three), gone_cells);
        assert!(three["unknown"][0]["detail"].as_str().unwrap().contains("GET /version"), "{three}");
        // The money of an unreachable one is known all the same; a statement of two counts once.
        let statement = |column: &str| format!("(SELECT {column} FROM statements)");
        assert_eq!(told["totals"], json!([{
            "currency": "OMR", "credit_outstanding_minor": 11_000, "charged_minor": 30_245,
            "publisher_minor": 5_869, "due_minor": in_book(&database, &statement("due_minor")).await,
            "payout_minor": in_book(&database, &statement("payout_minor")).await, "paid_minor": 0,
        }]));
        assert_eq!(told["not_in_fleet"], json!([]));

        // What was written is what was told, and what the publisher's Sovereign shows.
        assert_eq!(parsed(&std::fs::read_to_string(&out).unwrap()), told);
        assert_eq!(app.superadmin().get("/billing/admin/fleet").await.expect(200), told);
        let text = std::fs::read_to_string(&csv).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<std::collections::BTreeMap<String, String>> =
            reader.deserialize().collect::<Result<_, _>>().unwrap();
        let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(column("charged"), ["22.345", "7.000", "0.900", "30.245"]);
        assert_eq!(column("publisher"), ["4.469", "1.400", "", "5.869"]);
        assert_eq!(column("row"), ["sovereign", "sovereign", "sovereign", "total"]);
        assert_eq!(column("claims"), ["", FQDN, "", ""]);
        assert_eq!(column("payout_state"), ["due", "due", "", ""]);
        assert_eq!(column("payout")[3], column("payout")[0]);
        assert_eq!(column("paid"), ["0.000", "0.000", "", "0.000"]);
        assert_eq!(column("off"), ["false", "true", "true", ""]);
        database.remove().await;
    }

    /// The month that is begun counts, the last statement stays that of the last closed month; `--month` looks back.
    async fn an_open_month(app: &TestApp) {
        let database = TestDatabase::empty(app.engine).await;
        let (world, book) = october(&database).await;
        charge(&world, FQDN, 50_000, NOVEMBER).await;
        world.program(&book, "2025-11").args(["--keep-open"]).run().expect(0);
        let fleet = own(app, "");
        let said = |more: &[&str]| {
            let ended = program(&fleet, &["--book", &book.place, "--json"]).args(more).run().expect(0);
            parsed(&ended.stdout)
        };
        let told = said(&[]);
        assert_eq!(told["month"], json!({ "month": "2025-11", "state": "shared" }));
        let row = &told["sovereigns"][0];
        assert_eq!(row["charged"][0]["charged_minor"], 50_000);
        assert_eq!(row["charged"][0]["publisher_minor"], 10_000);
        assert_eq!(row["statements"][0]["id"], "2025-10/omantel/OMR");
        assert_eq!(said(&["--month", "2025-10"])["sovereigns"][0]["charged"][0]["charged_minor"], 22_345);
        // Salalah had nothing in November, and is looked for where agreements say that it is there.
        let agreements = world.path("agreements.toml").display().to_string();
        assert_eq!(told["not_in_fleet"], json!([]));
        assert_eq!(said(&["--agreements", &agreements])["not_in_fleet"], json!(["salalah.omani.works"]));
        let refused = program(&fleet, &["--book", &book.place, "--month", "2024-01"]).run();
        assert!(refused.expect_failure(2).contains("2024-01 is not in the book"));
        database.remove().await;
    }

    /// A report that was written before counts with its own moment.
    async fn a_report_of_conformance(app: &TestApp) {
        let fleet = own(app, "token_file = 'admin.token'");
        let checked = crate::harness::Program::new(["conformance", "--fleet", "fleet.toml", "--read-only", "--json"]);
        write(&checked, "fleet.toml", &fleet);
        write(&checked, "admin.token", &app.token("operator", Role::Superadmin));
        let report = checked.run().expect(0).stdout;
        let command = program(&fleet, &["--conformance", "report.json", "--json"]);
        write(&command, "admin.token", &app.token("operator", Role::Superadmin));
        write(&command, "report.json", &report);
        let told = parsed(&command.run().expect(0).stdout);
        let (conformance, report) = (&told["sovereigns"][0]["conformance"], parsed(&report));
        assert_eq!(conformance["checked_at"], report["at"]);
        assert!(report["at"].is_string(), "{report}");
        let passed = report["targets"][0]["checks"].as_array().unwrap().iter();
        let passed = passed.filter(|check| check["status"] == "passed").count();
        assert_eq!(conformance["passed"].as_u64(), u64::try_from(passed).ok());
        // One that it does not have is not taken for one that conforms.
        let other = listed(&app.url("/api"), &format!("fqdn = '{FQDN}'"));
        let command = program(&other, &["--conformance", "report.json", "--json"]);
        write(&command, "report.json", &report.to_string());
        let told = parsed(&command.run().expect(0).stdout);
        assert!(reasons(&told["sovereigns"][0]).contains(&("conformance", "not_in_report")), "{told}");
        assert_eq!(told["counts"]["not_checked"], 1);
    }

    /// Without a token, a book and a check, each cell says so, and nothing is off.
    async fn what_is_not_there_is_said(app: &TestApp) {
        let ended = program(&own(app, ""), &[]).run().expect(0);
        assert_eq!(ended.stderr, format!("1/1 {}: answered\n", app.url("")));
        let lines: Vec<&str> = ended.stdout.lines().collect();
        assert_eq!(lines.len(), 2, "a head and a row: {}", ended.stdout);
        assert!(lines[0].starts_with("SOVEREIGN") && lines[0].ends_with("LAST STATEMENT"), "{}", lines[0]);
        assert!(lines[1].starts_with(FQDN), "{}", lines[1]);
        for (part, times) in [("no token", 2), ("no book", 3), ("not checked", 1)] {
            assert_eq!(lines[1].matches(part).count(), times, "{part}: {}", lines[1]);
        }
    }

    /// A token that is not taken is something that somebody has to look at.
    async fn a_token_that_is_refused(app: &TestApp) {
        let command = program(&own(app, "token_env = 'TOKEN'"), &[]);
        let ended = command.env("TOKEN", app.token("visitor", Role::Member)).run().expect(1);
        assert!(ended.stdout.contains("refused: GET /billing/vouchers/count?status=live: 403"), "{}", ended.stdout);
        assert!(ended.stderr.contains("1 of 1 are off"), "{}", ended.stderr);
    }
}
