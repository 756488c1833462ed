//! What is wrong in a configuration is refused, wherever it stands, and named; secrets from files.

use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use sovereign::storage::Location;

use super::config::{entries, file, show};
use crate::harness::{Engine, Program, Server, TestDatabase};

const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";

/// Every command reads the same configuration, so every command refuses it.
const COMMANDS: [&[&str]; 6] = [
    &["config", "show"],
    &["serve", "--demo"],
    &["migrate"],
    &["verify"],
    &["voucher", "list"],
    &["token", "mint", "--role", "member", "--email", "a@b.example"],
];

#[test]
fn an_unknown_variable_is_an_error() {
    for arguments in COMMANDS {
        let said = Program::new(arguments).env("SOVEREIGN_LISTENN", "x").run().expect_failure(2);
        assert!(said.contains("SOVEREIGN_LISTENN"), "{arguments:?}: {said}");
        assert!(said.contains("config show"), "{said}");
    }
    // Only secrets come from files; a number is no port of Kubernetes'.
    for (name, value) in [
        ("SOVEREIGN_LISTEN_FILE", "/etc/hostname"),
        ("SOVEREIGN_PORT", "8080"),
        ("SOVEREIGN_AUTH", "x"),
        ("SOVEREIGN_AUTH_HS256", "x"),
        ("SOVEREIGN_", "x"),
        ("SOVEREIGN_listen", "x"),
    ] {
        let said = show().env(name, value).run().expect_failure(2);
        assert!(said.contains(&format!("environment {name}: ")), "{said}");
    }
}

#[test]
fn an_unknown_key_in_the_file_is_an_error() {
    for (text, named) in [
        ("listenn = 'x'", "listenn"),
        ("Listen = '127.0.0.1:1'", "Listen"),
        ("[auth]\nhs256_secre = 'x'", "auth.hs256_secre"),
        ("[stripe.live]\nkey = 'x'", "stripe.live.key"),
        ("[[listen]]\na = 1", "listen"),
        ("listen = 1.5", "listen"),
        ("trusted_proxies = [1]", "trusted_proxies"),
    ] {
        let file = file(text);
        let path = file.path().to_str().unwrap();
        for arguments in COMMANDS {
            let said = Program::new(arguments).args(["--config", path]).run().expect_failure(2);
            assert!(said.contains(&format!("file {path}: {named}")), "{text}: {said}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let said = show().args(["--config", "/nowhere/sovereign.toml"]).run().expect_failure(2);
    assert!(said.contains("file /nowhere/sovereign.toml"), "{said}");
    let said = show().env("SOVEREIGN_CONFIG", "/nowhere/sovereign.toml").run().expect_failure(2);
    assert!(said.contains("file /nowhere/sovereign.toml"), "{said}");
    // The line is named, never quoted: it may be a secret.
    let file =
        file(&format!("demo = true\nlisten = '127.0.0.1:1'\n[auth]\nhs256_secret = {SECRET}\n"));
    let path = file.path().to_str().unwrap();
    let said = show().args(["--config", path]).run().expect_failure(2);
    assert!(said.contains(&format!("file {path}: line 4: ")), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

/// In a namespace with Services called "sovereign" and "sovereign-db".
#[test]
fn variables_of_kubernetes_are_ignored() {
    let mut program = show();
    for service in ["SOVEREIGN", "SOVEREIGN_DB"] {
        for (rest, value) in [
            ("SERVICE_HOST", "10.0.0.1"),
            ("SERVICE_PORT", "80"),
            ("SERVICE_PORT_HTTP", "80"),
            ("PORT", "tcp://10.0.0.1:80"),
            ("PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("PORT_80_TCP_ADDR", "10.0.0.1"),
            ("PORT_80_TCP_PORT", "80"),
            ("PORT_80_TCP_PROTO", "tcp"),
        ] {
            program = program.env(&format!("{service}_{rest}"), value);
        }
    }
    assert!(entries(program).values().all(|entry| entry["origin"] == "default"));
}

#[test]
fn a_bad_value_is_named_with_its_origin() {
    for (key, variable, value) in [
        ("listen", "SOVEREIGN_LISTEN", "localhost"),
        ("listen", "SOVEREIGN_LISTEN", ""),
        ("listen", "SOVEREIGN_LISTEN", "127.0.0.1:99999"),
        ("demo", "SOVEREIGN_DEMO", "yes"),
        ("limits", "SOVEREIGN_LIMITS", "none"),
        ("fqdn", "SOVEREIGN_FQDN", "localhost"),
        ("database_url", "SOVEREIGN_DATABASE_URL", "mysql://a:hunter2@b/c"),
        ("database_url", "SOVEREIGN_DATABASE_URL", "postgres://a:hunter2@b:port/c"),
        ("trusted_proxies", "SOVEREIGN_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("log_level", "SOVEREIGN_LOG_LEVEL", "loud"),
        ("log_level", "SOVEREIGN_LOG_LEVEL", "info,loud"),
        ("log_format", "SOVEREIGN_LOG_FORMAT", "xml"),
        ("auth.hs256_secret", "SOVEREIGN_AUTH_HS256_SECRET", "hunter2"),
        ("preview_cache", "SOVEREIGN_PREVIEW_CACHE", "maybe"),
        ("time_zone", "SOVEREIGN_TIME_ZONE", "Mars/Olympus"),
        ("tax.percent", "SOVEREIGN_TAX_PERCENT", "5%"),
        ("tax.percent", "SOVEREIGN_TAX_PERCENT", "1.234"),
        ("tax.percent", "SOVEREIGN_TAX_PERCENT", "100.01"),
        ("tax.included", "SOVEREIGN_TAX_INCLUDED", "perhaps"),
        ("engine.max_batch", "SOVEREIGN_ENGINE_MAX_BATCH", "0"),
        ("engine.max_batch", "SOVEREIGN_ENGINE_MAX_BATCH", "257"),
        ("engine.max_batch", "SOVEREIGN_ENGINE_MAX_BATCH", "many"),
        ("moves.max_bundle_mib", "SOVEREIGN_MOVES_MAX_BUNDLE_MIB", "0"),
        ("moves.max_bundle_mib", "SOVEREIGN_MOVES_MAX_BUNDLE_MIB", "1 GiB"),
    ] {
        let said = Program::new(["verify"]).env(variable, value).run().expect_failure(2);
        assert!(said.contains(&format!("{key} (environment {variable}): ")), "{value}: {said}");
        assert!(!said.contains("hunter2"), "{said}");

        // `config show` shows the values first, so that the wrong one can be found.
        let shown = show().env(variable, value).run().expect(2);
        assert!(shown.stdout.contains(variable), "{}", shown.stdout);
        assert!(!shown.stdout.contains("hunter2"), "{}", shown.stdout);

        let file = file(&format!("{key} = '{value}'"));
        let path = file.path().to_str().unwrap();
        let said = Program::new(["verify", "--config", path]).run().expect_failure(2);
        assert!(said.contains(&format!("{key} (file {path}): ")), "{value}: {said}");
    }
    for flag in ["--data", "--database-url"] {
        let said = Program::new(["verify", flag, ""]).run().expect_failure(2);
        assert!(said.contains(&format!("(flag {flag}): is empty")), "{said}");
    }
}

/// Without limits anyone could try codes all day.
#[test]
fn limits_are_off_only_in_a_demo() {
    let said = show().env("SOVEREIGN_LIMITS", "off").run().expect(2).stderr;
    assert!(said.contains("limits (environment SOVEREIGN_LIMITS): "), "{said}");
    assert!(said.contains("--demo"), "{said}");
    let said = Program::new(["serve", "--fqdn", "a.example", "--currency", "OMR"]);
    let said = said.env("SOVEREIGN_LIMITS", "off").run().expect_failure(2);
    assert!(said.contains("--demo"), "{said}");
    let demo = show().env("SOVEREIGN_LIMITS", "off").env("SOVEREIGN_DEMO", "true");
    assert_eq!(entries(demo)["limits"]["value"], "off");
}

/// The secret in the file is what tokens are checked with, and its last line end is not part of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_may_come_from_a_file() {
    let secret = file(&format!("{SECRET}\r\n"));
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let serve = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    let program = database.program(&serve).env("SOVEREIGN_AUTH_HS256_SECRET_FILE", secret.path());
    let server = Server::start(program.env("SOVEREIGN_LIMITS", "off"));
    let claims = json!({ "sub": "ahmed", "email": "a@b.example", "role": "superadmin",
                         "exp": 4_000_000_000_u64 });
    let sign = |secret: &str| {
        let key = EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
    };
    let admin = server.bearing(&sign(SECRET));
    admin.get("/billing/admin/orders").await.expect(200);
    let stranger = server.bearing(&sign("another-another-another-another-another"));
    stranger.get("/billing/admin/orders").await.expect_problem(401, "unauthorized");
    assert!(!server.stop().expect(0).stderr.contains("hunter2"));
    let shown = entries(show().env("SOVEREIGN_AUTH_HS256_SECRET_FILE", secret.path()));
    let origin = "environment SOVEREIGN_AUTH_HS256_SECRET_FILE";
    assert_eq!(shown["auth.hs256_secret"]["origin"], origin);
    assert_eq!(shown["auth.hs256_secret"]["set"], true);
}

/// The address of the database is a secret as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_may_come_from_a_file() {
    let database = TestDatabase::started(Engine::Postgres).await;
    let Location::Server(url) = &database.location else { unreachable!() };
    let url = file(&format!("{url}\n"));
    let verify = Program::new(["verify"]).env("SOVEREIGN_DATABASE_URL_FILE", url.path());
    assert!(verify.run().expect_answer().starts_with("sound"));
    database.remove().await;

    let missing = show().env("SOVEREIGN_DATABASE_URL_FILE", "/nowhere/url").run();
    let said = missing.expect_failure(2);
    assert!(said.contains("SOVEREIGN_DATABASE_URL_FILE: /nowhere/url"), "{said}");
}
