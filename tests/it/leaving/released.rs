//! Let go with the receipt of the other Sovereign, and with nothing else.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sovereign::auth::SigningKey;
use sovereign::bundle::Sign;

use super::{TARGET, answer, credit, export, sovereign, status};
use crate::harness::{Engine, TestDatabase};

/// As a target signs it.
fn signed(key: &SigningKey, paper: &Value) -> String {
    let message = format!("sovereign.move.receipt.v1\n{paper}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    json!({ "paper": paper, "key_id": key.key_id(), "signature": signature }).to_string()
}

async fn receipt(database: &TestDatabase, exported: &Value) -> Value {
    let source = database.texts("SELECT fqdn FROM sovereign").await.join("");
    json!({
        "move_id": exported["move_id"],
        "manifest_sha256": exported["manifest_sha256"],
        "organization": exported["organization"],
        "source_fqdn": source,
        "target_fqdn": TARGET,
        "currency": exported["currency"],
        "balance_minor": exported["balance_minor"],
        "held_minor": 0,
        "owed_minor": exported["owed_minor"],
        "counts": {},
        "imported_at": "2027-03-01T00:00:00Z",
    })
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn it_is_let_go_once_and_for_all(engine: Engine) {
    let database = sovereign(engine).await;
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let bundle = at.join("kestrel.bundle").to_str().unwrap().to_owned();
    let exported = export(&database, &bundle);
    let (key, other) = (SigningKey::ephemeral().unwrap(), SigningKey::ephemeral().unwrap());
    let keys = write(at, "b.jwks", &json!({ "keys": [key.jwk()] }).to_string());
    let release = at.join("release.json").to_str().unwrap().to_owned();
    let right = receipt(&database, &exported).await;
    let confirm = |receipt: &str| {
        ["org", "confirm", "kestrel", "--receipt", receipt, "--keys", &keys, "--release", &release]
            .map(str::to_owned)
    };
    let run = |arguments: &[String; 9]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        database.run(&arguments)
    };

    let forged = write(at, "forged.json", &signed(&other, &right));
    let said = run(&confirm(&forged)).expect_failure(1);
    assert!(said.contains("not trusted"), "{said}");
    for (member, value) in [
        ("balance_minor", json!(10_001)),
        ("held_minor", json!(1)),
        ("currency", json!("BHD")),
        ("target_fqdn", json!("c.example")),
        ("manifest_sha256", json!("00")),
    ] {
        let mut wrong = right.clone();
        wrong[member] = value;
        let wrong = write(at, "wrong.json", &signed(&key, &wrong));
        let said = run(&confirm(&wrong)).expect_failure(1);
        assert!(said.contains(member), "{member}: {said}");
    }
    assert_eq!(credit(&database).await, "10000");

    let good = write(at, "good.json", &signed(&key, &right));
    let mut releases = Vec::new();
    for _ in 0..2 {
        run(&confirm(&good)).expect(0);
        releases.push(std::fs::read_to_string(&release).unwrap());
    }
    assert_eq!(releases[0], releases[1]);
    let told: Value = serde_json::from_str(&releases[0]).unwrap();
    assert_eq!(told["paper"]["balance_minor"], 10_000);
    assert_eq!(
        (status(&database).await, credit(&database).await),
        ("suspended".into(), "0".into())
    );
    database.run(&["verify"]).expect(0);
    let shown = answer(&database, &["org", "status", "kestrel"]);
    assert_eq!(
        (&shown["moved_to"], &shown["moves"][0]["moved_minor"]),
        (&json!(TARGET), &json!(10_000))
    );

    for refused in [
        &["org", "abort", "kestrel"][..],
        &["org", "export", "kestrel", "--to", TARGET, "--out", &bundle],
    ] {
        let said = database.run(refused).expect_failure(1);
        assert!(said.contains(TARGET) || said.contains("moved"), "{said}");
    }
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_let_go_once_and_for_all_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        it_is_let_go_once_and_for_all(engine).await;
    }
}
