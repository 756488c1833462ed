//! `sovereign serve --demo`: whoever pastes what it prints sees a Sovereign at work.

use serde_json::{Value, json};
use sovereign::storage::Location;

use crate::harness::{Ended, Engine, Program, Server, TestDatabase, on_empty};

/// What the greeting tells people to paste: its indented lines. The server says nothing before its
/// first request, so that everything up to the log line of one is the greeting.
async fn pasted(server: &mut Server) -> String {
    server.anyone().get("/livez").await.expect(200);
    let said = server.wait_for("/livez");
    let lines = said.lines().filter_map(|line| line.strip_prefix("  "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs a script; a request that is not answered with success fails it.
fn run(script: &str, environment: &[(&str, &str)]) -> Ended {
    let strict = "curl() { command curl --fail-with-body \"$@\" && echo; }\n";
    let mut program = Program::script(&format!("{strict}{script}"));
    for (name, value) in environment {
        program = program.env(name, value);
    }
    program.run()
}

/// The lines of the output that are JSON.
fn answers(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn assert_the_demo_worked(ended: &Ended) {
    assert!(ended.stdout.contains("M: 9 a month"), "{}", ended.stdout);
    let answers = answers(ended);
    let [preview, issued, checkout, balance] = answers.as_slice() else {
        panic!("not four answers: {}", ended.stdout)
    };
    assert_eq!(preview["credit_omr"], 200);
    assert_eq!(preview["accepting_redemptions"], true);
    assert_eq!(issued["code"], "MY-FIRST-50");
    assert_eq!(issued["max_redemptions"], 10);
    assert_eq!(checkout["paid_by_credit"], true);
    assert_eq!(checkout["credit_balance"], 41);
    assert_eq!(balance["credit_baisa"], 41_000);
    let last = ended.stdout.lines().last().unwrap();
    assert!(last.starts_with("sound: "), "{last}");
}

on_empty! {
    async fn everything_it_prints_works_when_pasted(database: &TestDatabase) {
        let mut server = database.serve(&["--demo"]);
        let script = pasted(&mut server).await;
        for word in ["redeem-preview", "/issue", "/tenant/orgs", "/checkout", "verify --data"] {
            assert!(script.contains(word), "no {word} in: {script}");
        }
        assert_the_demo_worked(&run(&script, &[]).expect(0));
        server.stop().expect(0);
        database.run(&["verify"]).expect(0);
    }

    /// The vouchers and the administrator that the greeting names are there.
    async fn it_is_believable(database: &TestDatabase) {
        let mut server = database.serve(&["--demo"]);
        let greeting = server.wait_for("the administrator is").to_owned();
        let listed = database.run(&["voucher", "list", "--json"]).expect_json();
        let listed = listed.as_array().unwrap();
        assert!((2..=6).contains(&listed.len()), "{listed:?}");
        for voucher in listed {
            assert!(greeting.contains(voucher["code"].as_str().unwrap()), "{greeting}");
            assert_eq!(voucher["active"], true);
            assert_ne!(voucher["description"], "");
            let code = json!({ "code": voucher["code"] });
            server.anyone().post("/billing/vouchers/redeem-preview", &code).await.expect(200);
        }
        assert!(greeting.contains("sovereign demo.sovereign.example (OMR)"), "{greeting}");

        let administrator = "admin@demo.sovereign.example";
        assert!(greeting.contains(administrator), "{greeting}");
        let admin = server.bearing(&database.mint("superadmin", administrator));
        admin.get("/billing/admin/orders").await.expect(200);
        server.stop().expect(0);
        let users = database.texts("SELECT email FROM users").await;
        assert_eq!(users, [administrator], "signing in found the user that was there");
    }

    /// Without a mail server the mail is in the log, and its code signs in whoever the greeting names.
    async fn a_mail_is_printed_and_its_code_signs_in(database: &TestDatabase) {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--demo"];
        let mut server = Server::start(Program::new(serve).args(database.flags()));
        server.wait_for("No mail server is configured: mails are printed here.");
        let email = "admin@demo.sovereign.example";
        server.anyone().post("/auth/magic-link", &json!({ "email": email })).await.expect(200);
        // It stands below the code.
        let said = server.wait_for("/sign-in/link?token=");
        let (_, mail) = said.split_once("no mail server is configured; the mail:").unwrap();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let code = mail.split_whitespace().find(is_code).unwrap_or_else(|| panic!("{mail}"));
        let body = json!({ "email": email, "code": code });
        let pair = server.anyone().post("/auth/verify", &body).await.expect(200);
        let administrator = server.bearing(pair["token"].as_str().unwrap());
        administrator.get("/billing/admin/orders").await.expect(200);
        server.anyone().post("/auth/verify", &body).await.expect_problem(401, "unauthorized");
        server.stop().expect(0);
    }

    async fn it_takes_a_name_and_a_currency(database: &TestDatabase) {
        let own = ["--demo", "--fqdn", "bank.example", "--currency", "BHD"];
        let mut server = database.serve(&own);
        let greeting = server.wait_for("the administrator is");
        assert!(greeting.contains("sovereign bank.example (BHD)"), "{greeting}");
        assert!(greeting.contains("admin@bank.example"), "{greeting}");
        server.stop().expect(0);
    }

    /// A demo that is started again has what was made in it, and nothing twice.
    async fn a_restart_seeds_nothing_again(database: &TestDatabase) {
        database.serve(&["--demo"]).stop().expect(0);
        database.run(&["voucher", "revoke", "WELCOME-10"]).expect(0);
        let before = database.run(&["voucher", "list", "--json"]).expect_json();
        database.serve(&["--demo"]).stop().expect(0);
        assert_eq!(database.run(&["voucher", "list", "--json"]).expect_json(), before);
    }

    /// Killed between its first start's facts and its vouchers, a demo gets them at the next.
    async fn a_first_start_that_was_cut_short_is_made_up_for(database: &TestDatabase) {
        database.serve(&["--demo"]).stop().expect(0);
        let before = database.run(&["voucher", "list", "--json"]).expect_json();
        database.execute("DELETE FROM promo_codes").await;
        database.serve(&["--demo"]).stop().expect(0);
        let after = database.run(&["voucher", "list", "--json"]).expect_json();
        assert_eq!(after.as_array().unwrap().len(), before.as_array().unwrap().len());
    }
}

/// The address of the database may hold a password: the greeting then asks for it instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_never_printed() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    let Location::Server(url) = &database.location else { unreachable!() };
    let with_password = url.replace("postgres@", "postgres:hunter2hunter2@");
    assert_ne!(&with_password, url);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--demo", "--data"];
    let program = Program::new(serve).args([database.directory.path()]);
    let mut server = Server::start(program.env("SOVEREIGN_DATABASE_URL", &with_password));
    let script = pasted(&mut server).await;
    assert_the_demo_worked(&run(&script, &[("SOVEREIGN_DATABASE_URL", &with_password)]).expect(0));
    // Where it was not set, nothing quietly means SQLite.
    let ended = run(&script, &[("SOVEREIGN_DATABASE_URL", "")]).expect(2);
    assert!(ended.stderr.contains("--database-url): is empty"), "{}", ended.stderr);

    let ended = server.stop().expect(0);
    assert!(ended.stderr.contains("set SOVEREIGN_DATABASE_URL"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    database.remove().await;
}

/// People paste into a terminal that stands in another directory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_data_directory_is_found_from_anywhere() {
    let data = "it's $HOME";
    let program = Program::new(["serve", "--demo", "--listen", "127.0.0.1:0", "--data", data]);
    let made = program.directory().join(data);
    let mut server = Server::start(program);
    assert!(made.join("sovereign.db").exists());
    let script = pasted(&mut server).await;
    assert_the_demo_worked(&run(&script, &[]).expect(0));
    server.stop().expect(0);
}
