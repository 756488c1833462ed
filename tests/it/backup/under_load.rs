//! A backup beside a server at work, restored elsewhere.

use std::path::Path;

use serde_json::json;
use sovereign::auth::Role;

use super::load::{Load, assert_between};
use crate::harness::{Engine, TestDatabase, token};

const FIRST_START: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_holds_what_was_answered_before_it_began() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let server = database.serve(&FIRST_START);
    let mut load = Load::start(&database, &server);
    let before = load.acknowledged(20).await;
    let backup = database.directory.path().join("backup");
    let to = backup.display().to_string();
    let copying = tokio::task::spawn_blocking({
        let program = database.program(&["backup", &to, "--json"]);
        move || program.run()
    });
    let said = copying.await.unwrap().expect_json();
    load.acknowledged(5).await;
    let token = token(&database.tokens_of("omantel.example"), "worker-0-0", Role::Member);
    let all = load.stop().await;
    server.stop().expect(0);

    let held = said["contents"]["orders"].as_u64().unwrap();
    assert!(held >= before.len() as u64, "{said}");
    assert_eq!(said["signing_key"], true);
    let database_file = backup.join("sovereign.db");
    assert_eq!(said["bytes"], std::fs::metadata(&database_file).unwrap().len());
    assert_eq!((mode(&backup), mode(&database_file)), (0o700, 0o600));
    assert_eq!(mode(&backup.join("signing-key.der")), 0o600);
    let left = std::fs::read_dir(&backup).unwrap().count();
    assert_eq!(left, 2, "the database, the key, and nothing else");

    let copy = TestDatabase::empty(Engine::Sqlite).await;
    let again = copy.run(&["restore", &to, "--verify", "--json"]).expect_json();
    assert_eq!(again["contents"], said["contents"]);
    assert_between(&copy, &before, &all).await;
    // It is the same Sovereign: tokens of before are good.
    let server = copy.serve(&[]);
    let organizations = server.bearing(&token).get("/tenant/orgs").await.expect(200);
    assert_ne!(organizations, json!([]));
    server.stop().expect(0);
}
