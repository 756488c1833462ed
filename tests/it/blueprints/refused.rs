//! What is not signed as it must be changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sovereign::blueprints::BlueprintOptions;

use super::{BLUEPRINTS, apps};
use crate::harness::{Setup, Signer, TestApp, blueprint, on_both, payload};

fn in_a_repository() -> Setup {
    let repository = Some("registry.example/catalog".to_owned());
    let blueprints = BlueprintOptions { repository, ..Signer::franchisee().options() };
    Setup { blueprints, ..Setup::default() }
}

async fn refused(app: &TestApp, body: &Value, code: &str, field: &str) {
    let problem = app.sovereign_admin().post(BLUEPRINTS, body).await.expect_problem(400, code);
    assert_eq!(problem["field"], field, "{problem}");
}

/// A document that is signed as it must be, and is no app.
async fn no_app(app: &TestApp, change: impl Fn(&mut Value), word: &str) {
    let mut document = blueprint("cal-own");
    change(&mut document);
    let body = Signer::franchisee().submission(&document);
    let problem = app.sovereign_admin().post(BLUEPRINTS, &body).await;
    let problem = problem.expect_problem(400, "invalid_request");
    assert_eq!(problem["field"], "artifact", "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(word), "{word}: {problem}");
}

async fn nothing_happened(app: &TestApp, before: &[Value]) {
    assert_eq!(apps(app).await, before);
    assert_eq!(app.number("SELECT COUNT(*) FROM blueprints").await, 0);
    let noted = "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'blueprint%'";
    assert_eq!(app.number(noted).await, 0);
    let good = Signer::franchisee().submission(&blueprint("cal-own"));
    app.sovereign_admin().post(BLUEPRINTS, &good).await.expect(201);
}

on_both! {
    async fn what_was_tampered_with(app: &TestApp, Setup::with_blueprints()) {
        let before = apps(app).await;
        let good = Signer::franchisee().submission(&blueprint("cal-own"));
        let bytes = |member: &str| STANDARD.decode(good[member].as_str().unwrap()).unwrap();
        let with = |member: &str, bytes: &[u8]| {
            let mut body = good.clone();
            body[member] = json!(STANDARD.encode(bytes));
            body
        };
        // One byte more, which JSON does not even see.
        let artifact = [&bytes("artifact")[..], b" "].concat();
        refused(app, &with("artifact", &artifact), "blueprint_digest_mismatch", "payload").await;
        let mut document = blueprint("cal-own");
        document["helm_repo"] = json!("https://evil.example");
        let evil = document.to_string();
        refused(app, &with("artifact", evil.as_bytes()), "blueprint_digest_mismatch", "payload").await;
        // A payload for the other artifact, with the signature of the first.
        let evil_payload = payload(evil.as_bytes(), "registry.example/catalog/bp-cal-own").to_string();
        let mut body = with("artifact", evil.as_bytes());
        body["payload"] = json!(STANDARD.encode(evil_payload));
        refused(app, &body, "blueprint_signature_invalid", "signature").await;
        let padded = [&bytes("payload")[..], b"\n"].concat();
        refused(app, &with("payload", &padded), "blueprint_signature_invalid", "signature").await;
        for index in [0, 10, 40] {
            let mut signature = bytes("signature");
            signature[index] ^= 1;
            let body = with("signature", &signature);
            refused(app, &body, "blueprint_signature_invalid", "signature").await;
        }
        let signature = [&bytes("signature")[..], b"\0"].concat();
        refused(app, &with("signature", &signature), "blueprint_signature_invalid", "signature").await;
        nothing_happened(app, &before).await;
    }

    async fn what_others_signed(app: &TestApp, Setup::with_blueprints()) {
        let before = apps(app).await;
        for stranger in [Signer::p256("franchisee"), Signer::ed25519("stranger")] {
            let body = stranger.submission(&blueprint("cal-own"));
            refused(app, &body, "blueprint_signature_invalid", "signature").await;
        }
        let mut body = Signer::franchisee().submission(&blueprint("cal-own"));
        body["key_id"] = json!("stranger");
        refused(app, &body, "blueprint_key_unknown", "key_id").await;
        nothing_happened(app, &before).await;
    }

    async fn payloads_of_another_kind(app: &TestApp, Setup::with_blueprints()) {
        let before = apps(app).await;
        let artifact = blueprint("cal-own").to_string();
        let good = payload(artifact.as_bytes(), "registry.example/catalog/bp-cal-own");
        let signed = |payload: &Value| Signer::franchisee().submission_of(artifact.as_bytes(), payload);
        let mut typed = good.clone();
        typed["critical"]["type"] = json!("atomic container signature");
        refused(app, &signed(&typed), "invalid_request", "payload").await;
        for payload in [json!({}), json!([]), json!("text"), json!({ "critical": {} })] {
            refused(app, &signed(&payload), "invalid_request", "payload").await;
        }
        for reference in ["registry.example/catalog/bp-other", "", "bp-cal-own/other"] {
            let payload = payload(artifact.as_bytes(), reference);
            refused(app, &signed(&payload), "blueprint_reference_mismatch", "payload").await;
        }
        nothing_happened(app, &before).await;
    }

    async fn blueprints_of_another_repository(app: &TestApp, in_a_repository()) {
        let before = apps(app).await;
        let artifact = blueprint("cal-own").to_string();
        for reference in ["bp-cal-own", "registry.example/other/bp-cal-own"] {
            let payload = payload(artifact.as_bytes(), reference);
            let body = Signer::franchisee().submission_of(artifact.as_bytes(), &payload);
            refused(app, &body, "blueprint_reference_mismatch", "payload").await;
        }
        nothing_happened(app, &before).await;
    }

    async fn bodies_that_are_none(app: &TestApp, Setup::with_blueprints()) {
        let before = apps(app).await;
        let good = Signer::franchisee().submission(&blueprint("cal-own"));
        for member in ["artifact", "payload", "signature"] {
            for text in ["", "!", "YQ", "YQ=", "Y Q = = =", "\u{e9}"] {
                let mut body = good.clone();
                body[member] = json!(text);
                refused(app, &body, "invalid_request", member).await;
            }
            let mut body = good.clone();
            body.as_object_mut().unwrap().shift_remove(member);
            refused(app, &body, "invalid_request", member).await;
        }
        let large = format!("{{\"slug\":\"cal-own\",\"x\":\"{}\"}}", "x".repeat(256 * 1024));
        let payload = payload(large.as_bytes(), "bp-cal-own");
        let body = Signer::franchisee().submission_of(large.as_bytes(), &payload);
        refused(app, &body, "invalid_request", "artifact").await;
        nothing_happened(app, &before).await;
    }

    /// A good signature does not make an app of everything.
    async fn artifacts_that_are_no_apps(app: &TestApp, Setup::with_blueprints()) {
        let before = apps(app).await;
        for (slug, word) in [
            (json!(""), "slug must be"), (json!(7), "slug must be"), (json!("Cal"), "slug must be"),
            (json!("vcluster"), "slug must be"), (json!("search"), "slug must be"),
            (json!("a-"), "slug must be"), (json!("../x"), "slug must be"),
            (json!("a1b2c3d4-0000-4000-8000-000000000000"), "slug must be"),
        ] {
            no_app(app, |document| document["slug"] = slug.clone(), word).await;
        }
        for (member, value) in [
            ("name", json!("")), ("name", json!(null)), ("tags", json!("calendar")),
            ("tags", json!([""])), ("icon_bg", json!("blue")), ("kind", json!("daemon")),
            ("ram_mb", json!(-1)), ("ram_mb", json!(1.5)), ("http_port", json!(0)),
            ("http_port", json!(70_000)), ("config_schema", json!([])),
            ("config_schema", json!({ "a": "\0" })), ("description", json!("a\u{0}b")),
            ("helm_chart", json!("../chart")), ("helm_chart", json!("")),
            ("helm_repo", json!("http://charts.example")), ("helm_repo", json!("oci://u:p@r.example/c")),
            ("helm_version", json!("$(reboot)")), ("dependencies", json!(["nonesuch"])),
            ("dependencies", json!(["cal-own"])), ("related_apps", json!(["nonesuch"])),
            ("featured", json!("yes")),
        ] {
            no_app(app, |document| document[member] = value.clone(), member).await;
        }
        for artifact in ["", "[]", "7", "{", "\"slug\""].iter().filter(|text| !text.is_empty()) {
            let payload = payload(artifact.as_bytes(), "bp-cal-own");
            let body = Signer::franchisee().submission_of(artifact.as_bytes(), &payload);
            refused(app, &body, "invalid_request", "artifact").await;
        }
        nothing_happened(app, &before).await;
    }

    async fn everything_where_no_key_is_trusted(app: &TestApp) {
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        let refused = app.sovereign_admin().post(BLUEPRINTS, &signed).await;
        let problem = refused.expect_problem(409, "no_trusted_keys");
        assert!(problem["detail"].as_str().unwrap().contains("blueprints.trusted_keys"), "{problem}");
        assert_eq!(app.number("SELECT COUNT(*) FROM blueprints").await, 0);
    }
}
