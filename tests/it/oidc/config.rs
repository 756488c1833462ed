//! The settings of issuers: where they may stand, and what is wrong with them.

use serde_json::{Value, json};

use crate::harness::Program;

const SECRET: &str = "hunter2-hunter2";
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

fn show() -> Program {
    Program::new(["config", "show"])
}

fn google() -> Program {
    with_google(show())
}

fn with_google(program: Program) -> Program {
    program
        .env("SOVEREIGN_OIDC_GOOGLE_ISSUER", "https://accounts.google.com")
        .env("SOVEREIGN_OIDC_GOOGLE_CLIENT_ID", "abc.apps.googleusercontent.com")
}

/// The file, and a program that reads it.
fn with_file(text: &str) -> (tempfile::NamedTempFile, Program) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let program = show().env("SOVEREIGN_CONFIG", file.path());
    (file, program)
}

fn entry(shown: &Value, key: &str) -> Value {
    let mut entries = shown.as_array().unwrap().iter();
    entries.find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("no {key}")).clone()
}

#[test]
fn any_number_stand_in_the_environment() {
    let shown = google()
        .env("SOVEREIGN_OIDC_GOOGLE_CLIENT_SECRET", SECRET)
        .env("SOVEREIGN_OIDC_REALM2_ISSUER", "https://id.example/realms/omantel")
        .env("SOVEREIGN_OIDC_REALM2_CLIENT_ID", "sovereign")
        .env("SOVEREIGN_OIDC_REALM2_GRANTS_ROLES", "true")
        .args(["--json"])
        .run()
        .expect_json();
    let secret = entry(&shown, "oidc.google.client_secret");
    assert_eq!((&secret["value"], &secret["set"]), (&Value::Null, &json!(true)));
    assert_eq!(secret["variable"], "SOVEREIGN_OIDC_GOOGLE_CLIENT_SECRET");
    let roles = |name: &str| entry(&shown, &format!("oidc.{name}.grants_roles"))["value"].clone();
    assert_eq!((roles("google"), roles("realm2")), (json!("false"), json!("true")));
    assert_eq!(entry(&shown, "oidc.google.scopes")["value"], "openid email profile");
    assert_eq!(entry(&shown, "oidc.google.audience")["set"], false);
}

#[test]
fn they_stand_in_the_file_as_sections() {
    let text = format!(
        "[oidc.realm]\nissuer = 'https://id.example'\nclient_id = 'a'\nclient_secret = '{SECRET}'\n\
         label = 'الدخول الموحد'\naudience = 'api'\ngrants_roles = true\nscopes = 'openid'\n"
    );
    let (file, program) = with_file(&text);
    let shown = program.args(["--json"]).run().expect_json();
    for (field, value) in [
        ("issuer", json!("https://id.example")),
        ("client_secret", Value::Null),
        ("label", json!("الدخول الموحد")),
        ("audience", json!("api")),
        ("grants_roles", json!("true")),
        ("scopes", json!("openid")),
    ] {
        let entry = entry(&shown, &format!("oidc.realm.{field}"));
        assert_eq!((&entry["value"], &entry["set"]), (&value, &json!(true)), "{field}");
        assert_eq!(entry["origin"], format!("file {}", file.path().display()));
    }
    // The environment goes before the file, field by field.
    let (_file, program) = with_file(&text);
    let shown = program.env("SOVEREIGN_OIDC_REALM_LABEL", "Other").args(["--json"]).run();
    let shown = shown.expect_json();
    assert_eq!(entry(&shown, "oidc.realm.label")["value"], "Other");
    assert_eq!(entry(&shown, "oidc.realm.audience")["value"], "api");
}

#[test]
fn a_secret_may_be_in_a_file_and_is_never_shown() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), format!("{SECRET}\n")).unwrap();
    for json in [&[][..], &["--json"]] {
        let program = google().env("SOVEREIGN_OIDC_GOOGLE_CLIENT_SECRET_FILE", secret.path());
        let shown = program.args(json).run().expect_answer();
        assert!(
            shown.contains("oidc.google.client_secret") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}

#[test]
fn empty_variables_name_no_issuer() {
    let program = show().env("SOVEREIGN_OIDC_GOOGLE_ISSUER", "");
    let shown = program.env("SOVEREIGN_OIDC_GOOGLE_CLIENT_SECRET", "").run().expect_answer();
    assert!(!shown.contains("oidc"), "{shown}");
}

#[test]
fn what_nobody_knows_is_an_error() {
    for name in [
        "SOVEREIGN_OIDC_GOOGLE_CLIENTID",
        "SOVEREIGN_OIDC_GOOGLE_CLIENT_ID_FILE",
        "SOVEREIGN_OIDC_GOOGLE",
        "SOVEREIGN_OIDC_ISSUER",
        "SOVEREIGN_OIDC_MY_REALM_ISSUER",
        "SOVEREIGN_OIDC_8K_ISSUER",
        "SOVEREIGN_OIDC_google_ISSUER",
    ] {
        let said = google().env(name, "x").run().expect_failure(2);
        assert!(said.contains(&format!("{name}: there is no such setting")), "{said}");
    }
    for (text, name) in [
        ("[oidc.google]\nissuers = 'x'\n", "oidc.google.issuers"),
        ("[oidc.Google]\nissuer = 'x'\n", "oidc.Google.issuer"),
        ("[oidc.my-realm]\nissuer = 'x'\n", "oidc.my-realm.issuer"),
        ("[oidc]\nissuer = 'x'\n", "oidc.issuer"),
        ("[oidc.a.b]\nissuer = 'x'\n", "oidc.a.b.issuer"),
    ] {
        let (_file, program) = with_file(text);
        let said = program.run().expect_failure(2);
        assert!(said.contains(&format!("{name}: there is no such setting")), "{said}");
    }
}

#[test]
fn errors_name_the_key() {
    for (field, value, problem) in [
        ("ISSUER", "http://accounts.google.com", "issuer (environment "),
        ("ISSUER", "http://accounts.google.com", "must begin with https://"),
        ("ISSUER", "accounts.google.com", "must be the issuer's URL"),
        ("ISSUER", "", "issuer: must be set"),
        ("CLIENT_ID", "", "client_id: must be set"),
        ("GRANTS_ROLES", "yes", "grants_roles (environment "),
        ("GRANTS_ROLES", "yes", "must be true or false"),
        ("SCOPES", "email", "must list scopes"),
        ("AUDIENCE", "abc.apps.googleusercontent.com", "audience (environment "),
        ("AUDIENCE", "abc.apps.googleusercontent.com", "is the same as oidc.google.client_id"),
    ] {
        let variable = format!("SOVEREIGN_OIDC_GOOGLE_{field}");
        let program = with_google(Program::new(SERVE)).env(&variable, value);
        let said = program.run().expect_failure(2);
        assert!(said.contains("oidc.google.") && said.contains(problem), "{field}: {said}");
    }
    let said = with_google(Program::new(SERVE))
        .env("SOVEREIGN_OIDC_OTHER_ISSUER", "https://accounts.google.com")
        .env("SOVEREIGN_OIDC_OTHER_CLIENT_ID", "x")
        .run()
        .expect_failure(2);
    assert!(
        said.contains("oidc.other.issuer") && said.contains("same as oidc.google.issuer"),
        "{said}"
    );
}
