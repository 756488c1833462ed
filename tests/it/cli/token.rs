//! `sovereign token mint`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Engine, TestDatabase, on_empty};

const SERVE: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];
const MEMBER: [&str; 6] = ["token", "mint", "--role", "member", "--email", "ahmed@example.com"];

/// The claims of a token, which is three parts of base64url and nothing else.
#[track_caller]
fn claims(token: &str) -> Value {
    let parts: Vec<Vec<u8>> =
        token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect(token)).collect();
    assert_eq!(parts.len(), 3, "{token}");
    serde_json::from_slice(&parts[1]).unwrap()
}

on_empty! {
    /// `TOKEN=$(sovereign token mint …)` gets the token, beside a server that takes it.
    async fn it_prints_a_token_and_nothing_else(database: &TestDatabase) {
        let server = database.serve(&SERVE);
        let minted = database.run(&MEMBER).expect_answer();
        let token = minted.strip_suffix('\n').unwrap();
        let claims = claims(token);
        assert_eq!(claims["sub"], "ahmed@example.com");
        assert_eq!(claims["email"], "ahmed@example.com");
        assert_eq!(claims["role"], "member");
        assert_eq!(claims["iss"], "https://omantel.example");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3_600);

        let member = server.bearing(token);
        assert_eq!(member.get("/billing/balance").await.expect(200)["credit_omr"], 0);
        member.get("/billing/vouchers/list").await.expect_problem(403, "forbidden");
        server.stop().expect(0);
    }

    /// Each role opens what it should.
    async fn roles_are_those_of_the_routes(database: &TestDatabase) {
        let server = database.serve(&SERVE);
        for (role, vouchers, revenue) in
            [("member", 403, 403), ("sovereign-admin", 200, 403), ("superadmin", 200, 200)]
        {
            let client = server.bearing(&database.mint(role, "someone@example.com"));
            client.get("/billing/vouchers/list").await.expect(vouchers);
            client.get("/billing/admin/revenue").await.expect(revenue);
        }
        server.stop().expect(0);
    }

    /// A subject is a person: the same one with another address is the same user.
    async fn the_subject_can_be_named(database: &TestDatabase) {
        let server = database.serve(&SERVE);
        for email in ["ahmed@example.com", "ahmed@kestrel.example"] {
            let named = ["token", "mint", "--role", "member", "--sub", "ahmed", "--email", email];
            let token = database.run(&named).expect_answer();
            let token = token.trim_end();
            assert_eq!(claims(token)["sub"], "ahmed");
            assert_eq!(claims(token)["email"], email);
            server.bearing(token).get("/billing/balance").await.expect(200);
        }
        assert_eq!(database.texts("SELECT subject FROM users").await, ["ahmed"]);
        server.stop().expect(0);
    }

    async fn json_has_the_token_and_its_life(database: &TestDatabase) {
        database.serve(&SERVE).stop().expect(0);
        let minted = database.program(&MEMBER).args(["--expires-in", "300", "--json"]).run();
        let minted = minted.expect_json();
        let claims = claims(minted["token"].as_str().unwrap());
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        assert_eq!(minted, json!({ "token": minted["token"], "expires_in": 300 }));
    }

    /// There is no issuer before the first start, and asking for a token makes none.
    async fn before_the_first_start_there_is_none(database: &TestDatabase) {
        let said = database.run(&MEMBER).expect_failure(2);
        assert!(said.contains("sovereign serve"), "{said}");
        let made = std::fs::read_dir(database.directory.path()).unwrap().count();
        assert_eq!(made, 0, "files were made");

        database.run(&["migrate"]).expect(0);
        let said = database.run(&MEMBER).expect_failure(2);
        assert!(said.contains("not been started") && said.contains("sovereign serve"), "{said}");
    }
}

/// Input that is refused is named, and nothing is printed that could be taken for a token.
#[tokio::test]
async fn wrong_input_is_wrong_usage() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    database.serve(&SERVE).stop().expect(0);
    let email = ["--email", "ahmed@example.com"];
    let member = ["--role", "member"];
    for (arguments, named) in [
        ([&["--role", "root"][..], &email].concat(), "sovereign-admin"),
        ([&["--role", "Member"][..], &email].concat(), "sovereign-admin"),
        ([&member[..], &["--email", "ahmed"]].concat(), "--email"),
        ([&member[..], &["--email", ""]].concat(), "--email"),
        (member.to_vec(), "--email"),
        (email.to_vec(), "--role"),
        ([&member[..], &email, &["--expires-in", "0"]].concat(), "--expires-in"),
        ([&member[..], &email, &["--expires-in", "99999999"]].concat(), "--expires-in"),
        ([&member[..], &email, &["--sub", ""]].concat(), "--sub"),
    ] {
        let said = database.program(&["token", "mint"]).args(&arguments).run().expect_failure(2);
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
}

/// A key that others can read is no secret.
#[cfg(unix)]
#[tokio::test]
async fn a_shared_key_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = TestDatabase::empty(Engine::Sqlite).await;
    database.serve(&SERVE).stop().expect(0);
    let key = database.directory.path().join("signing-key.der");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = database.run(&MEMBER).expect_failure(2);
    assert!(said.contains("chmod 600"), "{said}");
}

/// On PostgreSQL the key is still in the data directory: another directory has none.
#[tokio::test]
async fn the_key_is_in_the_data_directory() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    database.serve(&SERVE).stop().expect(0);
    let elsewhere = tempfile::tempdir().unwrap();
    let flags = database.flags();
    let program = crate::harness::Program::new(MEMBER).args(&flags[2..]).args(["--data"]);
    let said = program.args([elsewhere.path()]).run().expect_failure(2);
    let key = elsewhere.path().join("signing-key.der");
    assert!(said.contains(&key.display().to_string()), "{said}");
    database.remove().await;
}
