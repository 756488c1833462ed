//! Whose row is whose: what an address says of itself counts for nothing that another one has.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sovereign::auth::Role;
use tokio::net::TcpListener;

use super::command::{NOVEMBER, OCTOBER, charge, in_book, october, parsed};
use super::{listed, own, program, reasons};
use crate::harness::{FQDN, TestApp, TestDatabase, on_both};
use crate::rollup::World;

/// One franchisee up to October, and another from November on.
const HANDED_ON: &str = r#"
time_zone = "Asia/Muscat"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["test.sovereign.example"]
currency = "OMR"
valid_from = "2025-01-01"
valid_to = "2025-10-31"
share_bp = 2000
payout = { stripe_account = "acct_omantel" }

[[agreement]]
franchisee = "zain"
name = "Zain"
sovereigns = ["test.sovereign.example"]
currency = "OMR"
valid_from = "2025-11-01"
share_bp = 2000
payout = { stripe_account = "acct_zain" }
"#;

/// The customers of the tests' Sovereign have 11 OMR.
async fn owes(app: &TestApp) {
    app.issue("TWENTY", 20, 0).await;
    app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
}

fn totals(told: &Value) -> (Value, Value) {
    let total = &told["totals"][0];
    (total["credit_outstanding_minor"].clone(), total["charged_minor"].clone())
}

on_both! {
    /// The money of October is that of the one that the file names, and the other has none of it.
    async fn an_address_that_claims_anothers_name(app: &TestApp) {
        owes(app).await;
        let database = TestDatabase::empty(app.engine).await;
        let (_world, book) = october(&database).await;
        let token = app.token("campaigns", Role::SovereignAdmin);
        let fleet = [own(app, "token_env = 'TOKEN'"), listed(&app.url("/api"), "token_env = 'TOKEN'")];
        // Whichever comes first.
        for place in [0_usize, 1] {
            let [one, other] = &fleet;
            let text = if place == 0 { format!("{one}{other}") } else { format!("{other}{one}") };
            let command = program(&text, &["--book", &book.place]).env("TOKEN", &token);
            let told = parsed(&command.args(["--json"]).run().expect(1).stdout);
            let (ours, claiming) = (&told["sovereigns"][place], &told["sovereigns"][1 - place]);
            assert_eq!((&ours["fqdn"], &ours["claims"], &ours["off"]), (&json!(FQDN), &json!(null), &json!(false)));
            assert_eq!((&claiming["fqdn"], &claiming["claims"]), (&json!("127.0.0.1"), &json!(FQDN)));
            assert_eq!((&claiming["off"], &claiming["charged"]), (&json!(true), &json!([])));
            assert_eq!((&claiming["statements"], &claiming["also_at"]), (&json!([]), &json!([])));
            assert_eq!(ours["charged"][0]["charged_minor"], 22_345);
            assert_eq!(claiming["credit"]["outstanding_minor"], 11_000, "it is shown, and in no total");
            assert_eq!(totals(&told), (json!(11_000), json!(22_345)));
        }
        let text = fleet.concat();
        let shown = program(&text, &["--book", &book.place]).env("TOKEN", &token).run().expect(1);
        let said = format!("{}: claims to be {FQDN}, and stands for 127.0.0.1", app.url("/api"));
        assert!(shown.stdout.contains(&said), "{}", shown.stdout);
        assert!(shown.stdout.contains(&format!("127.0.0.1 (claims to be {FQDN})")), "{}", shown.stdout);
        database.remove().await;
    }

    /// Nothing of it counts twice, and both are to be looked at.
    async fn two_addresses_of_one_name(app: &TestApp) {
        owes(app).await;
        let database = TestDatabase::empty(app.engine).await;
        let (_world, book) = october(&database).await;
        let more = format!("fqdn = '{FQDN}'\ntoken_env = 'TOKEN'");
        let fleet = [app.url(""), app.url("/api")].map(|url| listed(&url, &more)).concat();
        let token = app.token("campaigns", Role::SovereignAdmin);
        let run = |flags: &[&str]| {
            let command = program(&fleet, &["--book", &book.place]).env("TOKEN", &token);
            command.args(flags).run().expect(1)
        };
        let told = parsed(&run(&["--json"]).stdout);
        let [one, other] = &told["sovereigns"].as_array().unwrap()[..] else { panic!("{told}") };
        assert_eq!((&one["also_at"], &one["off"]), (&json!([app.url("/api")]), &json!(true)));
        assert_eq!((&other["also_at"], &other["off"]), (&json!([app.url("")]), &json!(true)));
        assert_eq!(totals(&told), (json!(11_000), json!(22_345)));
        let shown = run(&[]).stdout;
        let said = format!("{}: {FQDN} is at {} as well", app.url(""), app.url("/api"));
        assert!(shown.contains(&said), "{shown}");
        database.remove().await;
    }

    /// Whoever was the franchisee has a last statement for ever, which is in the totals of its own month only.
    async fn a_statement_of_another_month(app: &TestApp) {
        let database = TestDatabase::empty(app.engine).await;
        let world = World::quiet().await;
        world.agree(HANDED_ON);
        charge(&world, FQDN, 10_000, OCTOBER).await;
        charge(&world, FQDN, 30_000, NOVEMBER).await;
        let book = world.book_in(&database);
        world.run_all(&book, &["2025-10", "2025-11"]);
        let fleet = own(app, "");
        let said = |more: &[&str]| {
            let command = program(&fleet, &["--book", &book.place, "--json"]).args(more);
            parsed(&command.run().expect(0).stdout)
        };
        let ids = |told: &Value| {
            let statements = told["sovereigns"][0]["statements"].as_array().unwrap().iter();
            statements.map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let due = |month: &str| format!("(SELECT SUM(due_minor) FROM statements WHERE month = '{month}')");
        let told = said(&[]);
        assert_eq!(ids(&told), ["2025-10/omantel/OMR", "2025-11/zain/OMR"]);
        assert_eq!(told["totals"][0]["due_minor"], in_book(&database, &due("2025-11")).await);
        let told = said(&["--month", "2025-10"]);
        assert_eq!(ids(&told), ["2025-10/omantel/OMR"]);
        assert_eq!(told["totals"][0]["due_minor"], in_book(&database, &due("2025-10")).await);
        database.remove().await;
    }

    /// What is to be paid out is what the book has not paid.
    async fn what_is_paid_is_told_by_the_book(app: &TestApp) {
        let database = TestDatabase::empty(app.engine).await;
        let (world, book) = october(&database).await;
        let fleet = own(app, "");
        let said = || {
            let ended = program(&fleet, &["--book", &book.place, "--json"]).run().expect(0);
            let told = parsed(&ended.stdout);
            let total = &told["totals"][0];
            let state = told["sovereigns"][0]["statements"][0]["payout_state"].clone();
            (state, total["payout_minor"].clone(), total["paid_minor"].clone())
        };
        let payout = in_book(&database, "(SELECT payout_minor FROM statements)").await;
        assert!(payout > 0);
        assert_eq!(said(), (json!("due"), json!(payout), json!(0)));
        let pay = || world.program(&book, "2025-10").args(["--pay", "--execute"]).run();
        world.fake.refuse(true);
        pay().expect(1);
        assert_eq!(said(), (json!("failed"), json!(payout), json!(0)));
        world.fake.refuse(false);
        pay().expect(0);
        assert_eq!(said(), (json!("sent"), json!(0), json!(payout)));
        let by_hand = "UPDATE payouts SET state = 'settled', stripe_transfer_id = NULL, reference = 'TT 4711', \
                       settled_by = 'aisha'";
        database.execute(by_hand).await;
        assert_eq!(said(), (json!("settled"), json!(0), json!(payout)));
        database.remove().await;
    }
}

/// A Sovereign answers a few hundred bytes to what it is asked.
#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let body = format!("{{\"version\":\"{}\"}}", "1".repeat(70 * 1024));
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json")], body) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router: Router = Router::new().fallback(answer);
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.unwrap();
    });
    let fleet = listed(&url, "");
    let command = program(&fleet, &["--json"]);
    let ended = tokio::task::spawn_blocking(move || command.run()).await.unwrap().expect(1);
    server.abort();
    let told = parsed(&ended.stdout);
    let row = &told["sovereigns"][0];
    assert!(reasons(row).contains(&("version", "other_answer")), "{row}");
    let detail = row["unknown"][0]["detail"].as_str().unwrap();
    assert_eq!(detail, "GET /version: 200 with a body larger than 64 KiB");
}
