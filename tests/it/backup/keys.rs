//! The key that the settings are encrypted with goes along.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::{Engine, TestDatabase};

const READ: [&str; 5] = ["stripe", "keys", "--json", "--clear", "public-key"];

async fn with_keys() -> TestDatabase {
    let database = TestDatabase::started(Engine::Sqlite).await;
    let keys = database.program(&["stripe", "keys", "--secret-key", "-"]);
    keys.stdin("sk_test_51NsecretAAAA").run().expect(0);
    database
}

#[tokio::test]
async fn a_restored_sovereign_reads_its_keys_to_stripe() {
    let database = with_keys().await;
    let backup = database.directory.path().join("backup");
    let to = backup.to_str().unwrap();
    // It also says on standard error that no server has made a signing key yet.
    let said = database.run(&["backup", to, "--json"]).expect(0).stdout;
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["encryption_key"], true);
    let key =
        |directory: &std::path::Path| std::fs::read(directory.join("encryption.key")).unwrap();
    assert_eq!(key(&backup), key(database.directory.path()));

    let copy = TestDatabase::empty(Engine::Sqlite).await;
    let shown = copy.run(&["restore", to, "--verify"]).expect(0).stdout;
    assert!(shown.contains("and the encryption key"), "{shown}");
    assert_eq!(copy.run(&READ).expect_json()["stripe_secret_key_last4"], "AAAA");
    let restored = copy.directory.path().join("encryption.key");
    assert_eq!(std::fs::metadata(restored).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A key that is there already is not overwritten, and not mixed with another one's settings.
#[tokio::test]
async fn another_key_in_the_way_refuses_the_restore() {
    let database = with_keys().await;
    let backup = database.directory.path().join("backup");
    let to = backup.to_str().unwrap();
    database.run(&["backup", to]).expect(0);
    let copy = TestDatabase::empty(Engine::Sqlite).await;
    std::fs::write(copy.directory.path().join("encryption.key"), "another").unwrap();
    let said = copy.run(&["restore", to]).expect_failure(1);
    assert!(said.contains("encryption.key is another key"), "{said}");
    assert!(!copy.directory.path().join("sovereign.db").exists());
}
