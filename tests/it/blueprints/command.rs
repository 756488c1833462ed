//! `sovereign blueprint verify` and `policy`, and the policies that are checked in.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Program, Signer, blueprint, payload};
use crate::provisioning::tree::node;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kyverno/policies.yaml");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kyverno/sovereign.toml");
const REPOSITORY: &str = "registry.example/catalog";

/// A Blueprint in files, signed.
struct Files(tempfile::TempDir);

impl Files {
    fn signed_by(signer: &Signer) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        let artifact = blueprint("cal-own").to_string();
        let payload = payload(artifact.as_bytes(), "registry.example/catalog/bp-cal-own:1.2.3");
        files.write("artifact.json", artifact.as_bytes());
        files.write("payload.json", payload.to_string().as_bytes());
        files.write("raw.sig", &signer.sign(payload.to_string().as_bytes()));
        let base64 = STANDARD.encode(signer.sign(payload.to_string().as_bytes()));
        files.write("base64.sig", format!("{base64}\n").as_bytes());
        files.write("key.pub", signer.public().as_bytes());
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn verify(&self, signature: &str) -> Program {
        let (artifact, payload) = (self.path("artifact.json"), self.path("payload.json"));
        let signature = self.path(signature);
        let words =
            ["blueprint", "verify", &artifact, "--payload", &payload, "--signature", &signature];
        Program::new(words)
    }
}

#[test]
fn a_good_signature_is_said_to_be_good() {
    for signer in [Signer::p256("mine"), Signer::ed25519("mine")] {
        let files = Files::signed_by(&signer);
        let key = files.path("key.pub");
        for signature in ["raw.sig", "base64.sig"] {
            let said = files.verify(signature).args(["--key", &key]).run().expect_answer();
            assert!(said.starts_with("cal-own sha256:") && said.contains("is signed by"), "{said}");
            let configured = files.verify(signature).args(["--json"]);
            let configured =
                configured.env("SOVEREIGN_BLUEPRINTS_TRUSTED_KEYS", format!("mine={key}"));
            let found = configured.run().expect_json();
            assert_eq!((&found["slug"], &found["key_id"]), (&json!("cal-own"), &json!("mine")));
            assert_eq!(found["key_fingerprint"], signer.key().fingerprint);
        }
        // The key itself may stand in the configuration.
        let inline = format!("mine={}", signer.public());
        let by_text = files.verify("raw.sig").env("SOVEREIGN_BLUEPRINTS_TRUSTED_KEYS", inline);
        by_text.run().expect(0);
    }
}

#[test]
fn anything_else_is_refused_with_the_reason() {
    let files = Files::signed_by(Signer::franchisee());
    let key = files.path("key.pub");
    let stranger = Signer::p256("stranger");
    files.write("stranger.pub", stranger.public().as_bytes());
    let by = |key: &str| files.verify("raw.sig").args(["--key", key]);
    let said = by(&files.path("stranger.pub")).run().expect_failure(1);
    assert!(said.contains("no trusted key made this signature"), "{said}");
    let elsewhere = by(&key).env("SOVEREIGN_BLUEPRINTS_REPOSITORY", "registry.example/other");
    let said = elsewhere.run().expect_failure(1);
    assert!(said.contains("registry.example/other/bp-cal-own"), "{said}");
    files.write("artifact.json", format!("{} ", blueprint("cal-own")).as_bytes());
    let said = by(&key).run().expect_failure(1);
    assert!(said.contains("digest"), "{said}");
    let said = files.verify("raw.sig").run().expect_failure(2);
    assert!(said.contains("blueprints.trusted_keys"), "{said}");
    by("/nowhere.pub").run().expect_failure(2);
}

#[test]
fn keys_that_are_none_are_named() {
    let files = Files::signed_by(Signer::franchisee());
    let key = files.path("key.pub");
    let rsa = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL==\n-----END PUBLIC KEY-----";
    for (value, word) in [
        ("/nowhere.pub".to_owned(), "must list keys as"),
        (format!("Mine={key}"), "must list keys as"),
        ("mine=/nowhere.pub".to_owned(), "/nowhere.pub"),
        (format!("mine={key},again={key}"), "twice"),
        (format!("mine={rsa}"), "mine"),
        ("mine=-----BEGIN PRIVATE KEY-----".to_owned(), "BEGIN PUBLIC KEY"),
    ] {
        let program = files.verify("raw.sig").env("SOVEREIGN_BLUEPRINTS_TRUSTED_KEYS", &value);
        let said = program.run().expect_failure(2);
        assert!(said.contains("blueprints.trusted_keys") && said.contains(word), "{value}: {said}");
    }
}

/// The policies with these keys in them.
fn policies(keys: &str) -> Vec<Value> {
    let program = Program::new(["blueprint", "policy"]);
    let program = program.env("SOVEREIGN_BLUEPRINTS_TRUSTED_KEYS", keys);
    let text = program.env("SOVEREIGN_BLUEPRINTS_REPOSITORY", REPOSITORY).run().expect_answer();
    read(&text)
}

fn read(text: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents.map(|document| Value::deserialize(document).unwrap()).collect()
}

fn rule<'a>(policy: &'a Value, name: &str) -> &'a Value {
    let rules = policy["spec"]["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["name"] == name).unwrap()
}

#[test]
fn policies_have_the_configured_keys() {
    let files = Files::signed_by(Signer::franchisee());
    let second = Signer::ed25519("second");
    files.write("second.pub", second.public().as_bytes());
    let keys = format!("franchisee={},second={}", files.path("key.pub"), files.path("second.pub"));
    let [signed, locked]: [Value; 2] = policies(&keys).try_into().unwrap();
    for policy in [&signed, &locked] {
        assert_eq!(policy["kind"], "ClusterPolicy");
        assert_eq!(policy["spec"]["validationFailureAction"], "Enforce");
        assert_eq!(policy["spec"]["failurePolicy"], "Fail");
    }
    let images = &rule(&signed, "images-are-signed")["verifyImages"][0];
    assert_eq!(images["imageReferences"], json!([format!("{REPOSITORY}/*")]));
    let entries = images["attestors"][0]["entries"].as_array().unwrap();
    let found: Vec<&str> =
        entries.iter().map(|entry| entry["keys"]["publicKeys"].as_str().unwrap()).collect();
    assert_eq!(found, [Signer::franchisee().public(), second.public()]);
    let verify = &rule(&signed, "charts-are-verified")["validate"]["pattern"]["spec"]["verify"];
    assert_eq!(verify["provider"], "cosign");
    let conditions = &rule(&signed, "keys-are-the-trusted-ones")["validate"]["deny"]["conditions"];
    assert_eq!(conditions["any"][0]["value"], json!(["franchisee.pub", "second.pub"]));
    for name in ["definitions", "resources", "policies"] {
        let rule = rule(&locked, name);
        assert_eq!(rule["validate"]["deny"], json!({}));
        let operations = &rule["match"]["any"][0]["resources"]["operations"];
        assert_eq!(operations, &json!(["CREATE", "UPDATE", "DELETE"]));
        assert!(!rule["exclude"]["any"][0]["subjects"].as_array().unwrap().is_empty());
    }
    let definitions = &rule(&locked, "definitions")["match"]["any"][0]["resources"]["names"];
    assert_eq!(definitions, &json!(["*.catalyst.openova.io"]));
}

#[test]
fn policies_need_keys_and_a_repository() {
    let said = Program::new(["blueprint", "policy"]).run().expect_failure(2);
    assert!(said.contains("blueprints.trusted_keys: must be set"), "{said}");
    let keys = format!("mine={}", Signer::franchisee().public());
    let program = Program::new(["blueprint", "policy"]);
    let said = program.env("SOVEREIGN_BLUEPRINTS_TRUSTED_KEYS", keys).run().expect_failure(2);
    assert!(said.contains("blueprints.repository: must be set"), "{said}");
}

/// The example is what the program prints for the configuration beside it.
#[test]
fn the_example_is_current() {
    let printed = Program::new(["blueprint", "policy", "--config", EXAMPLE]).run().expect_answer();
    let kept = std::fs::read_to_string(CHECKED_IN).unwrap();
    assert_eq!(kept, printed, "sovereign blueprint policy --config deploy/kyverno/sovereign.toml");
}

/// Against the schemas of Kyverno's own resources.
#[test]
fn kyverno_can_read_it() {
    assert_eq!(node("policies.mjs", &[Path::new(CHECKED_IN)]), Ok("2 policies\n".to_owned()));
    let scratch = tempfile::tempdir().unwrap();
    let broken = scratch.path().join("broken.yaml");
    let text = std::fs::read_to_string(CHECKED_IN).unwrap();
    std::fs::write(&broken, text.replace("imageReferences", "imageReference")).unwrap();
    let problems = node("policies.mjs", &[&broken]).unwrap_err();
    assert!(problems.contains("imageReference"), "{problems}");
}
