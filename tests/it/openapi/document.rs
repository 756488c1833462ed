//! The document: current, served, and whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sovereign_domain::money::MAX_CREDIT_UNITS;
use sovereign_domain::voucher::{MAX_CREDIT_VALID_DAYS, MAX_DESCRIPTION_CHARS, MAX_REDEMPTIONS};

use super::{CHECKED_IN, operations};
use crate::harness::{Program, on_both};

pub(super) fn document() -> Value {
    serde_json::from_str(CHECKED_IN).unwrap()
}

/// The file is a copy of what the program prints.
#[test]
fn the_file_is_current() {
    let printed = Program::new(["openapi"]).run().expect_answer();
    assert!(
        printed == CHECKED_IN,
        "docs/openapi.json is not what the program answers any more. Make it anew, and look at what \
         changed:\n    cargo run -- openapi > docs/openapi.json\n    git diff docs/openapi.json"
    );
}

on_both! {
    async fn it_is_served_as_it_is_printed(app: &TestApp) {
        for path in ["/openapi.json", "/api/openapi.json"] {
            let reply = app.anyone().get(path).await;
            assert_eq!((reply.status, reply.text.as_str()), (200, CHECKED_IN), "{path}");
            assert_eq!(reply.headers["content-type"], "application/json", "{path}");
        }
    }

    /// Every path is answered, with and without `/api`, by the methods that are described and no others. No
    /// route has the method that asks.
    async fn every_described_route_is_there(app: &TestApp) {
        let document = document();
        let mut of_path: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (method, path, _) in operations(&document) {
            of_path.entry(path).or_default().insert(method.to_uppercase());
        }
        for (path, mut methods) in of_path {
            // The framework answers HEAD where there is a GET.
            if methods.contains("GET") {
                methods.insert("HEAD".to_owned());
            }
            let path = path.replace(['{', '}'], "");
            for base in ["", "/api"] {
                let path = format!("{base}{path}");
                // A method that no route has.
                let reply = app.anyone().send(reqwest::Method::PATCH, &path, &[], None).await;
                let allowed = reply.headers.get("allow").map(|value| value.to_str().unwrap());
                let allowed: BTreeSet<_> =
                    allowed.unwrap_or("").split(',').map(str::to_owned).collect();
                assert_eq!((reply.status, allowed), (405, methods.clone()), "{path}");
            }
        }
    }
}

#[test]
fn every_operation_says_what_a_client_needs() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(text).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let of = format!("{method} {path}");
        assert!(ids.insert(text(&operation["operationId"])), "{of}: operationId is taken");
        assert!(!text(&operation["summary"]).is_empty(), "{of}");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(text(tag))));
        let responses = operation["responses"].as_object().unwrap();
        // To these a code, a password or another token is shown in the body.
        let shows_in_body = ["verifyCode", "logIn", "refreshTokens", "finishGoogleSignIn"];
        let shows_in_body = shows_in_body.contains(&text(&operation["operationId"]));
        assert_eq!(
            operation.get("security").is_some() || shows_in_body,
            responses.contains_key("401"),
            "{of}: a token, and 401 without one"
        );
        assert_eq!(path.contains('{'), has_parameter(operation, "path"), "{of}");
        for (status, response) in responses {
            let response = resolve(&document, response);
            let content: Vec<_> = response["content"].as_object().unwrap().keys().collect();
            let problem = status.as_str() >= "400" && status != "410";
            let expected = match problem {
                true => &["application/problem+json"][..],
                false if path.ends_with("/pdf") => &["application/pdf"],
                false if path.ends_with("/export/{file}") || path.ends_with("/csv") => {
                    &["text/csv"]
                }
                false if path.ends_with("/bundle") => {
                    &["application/zstd", "application/octet-stream"]
                }
                false if path.ends_with("/keycloak-theme") => &["application/java-archive"],
                false if path.ends_with("/qr") => &["image/svg+xml", "image/png"],
                false => &["application/json"],
            };
            assert_eq!(content, expected, "{of} {status}");
            assert!(response["headers"]["x-request-id"].is_object(), "{of} {status}");
        }
    }
}

/// The macros take literals only; here they are held against the rules.
#[test]
fn limits_are_those_of_the_rules() {
    let document = document();
    let of = |member: &str, limit: &str| {
        document["components"]["schemas"]["VoucherIssue"]["properties"][member][limit].as_i64()
    };
    for (member, least, most) in [
        ("credit_omr", 1, MAX_CREDIT_UNITS),
        ("max_redemptions", 0, MAX_REDEMPTIONS),
        ("credit_valid_days", 0, MAX_CREDIT_VALID_DAYS),
    ] {
        assert_eq!(of(member, "minimum"), Some(least), "{member}");
        assert_eq!(of(member, "maximum"), Some(most), "{member}");
    }
    assert_eq!(of("description", "maxLength"), Some(MAX_DESCRIPTION_CHARS as i64));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn has_parameter(operation: &Value, place: &str) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.into_iter().flatten().any(|parameter| parameter["in"] == place)
}

/// What a `$ref` leads to.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref") {
        Some(reference) => document.pointer(text(reference).strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

/// Of two with the same name one would be described as the other.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    let mut files = vec![directory];
    let mut names = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let named = text.split("schema(as = ").skip(1);
        names.extend(named.map(|rest| rest.split([')', ',']).next().unwrap().to_owned()));
    }
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(names.len() > 50 && twice.is_empty(), "{twice:?}");
}
