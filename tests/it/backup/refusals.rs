//! Nothing is overwritten, and nothing is left behind.

use std::process::Command;

use crate::harness::{Engine, TestDatabase};

const FIRST_START: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

/// A Sovereign that was started once, and a backup of it.
pub(super) async fn backed_up() -> (TestDatabase, String) {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    database.serve(&FIRST_START).stop().expect(0);
    let to = database.directory.path().join("backup").display().to_string();
    let said = database.run(&["backup", &to]).expect_answer();
    assert!(said.contains("0 orders") && said.contains("and the signing key"), "{said}");
    (database, to)
}

pub(super) fn files(database: &TestDatabase) -> Vec<String> {
    let entries = std::fs::read_dir(database.directory.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "sovereign.lock").collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let (database, to) = backed_up().await;
    let before = files(&database);
    for taken in [&to, &format!("{to}/sovereign.db")] {
        let said = database.run(&["backup", taken]).expect_failure(1);
        assert!(said.contains("is there already"), "{said}");
    }
    let nowhere = format!("{to}/no/such/place");
    database.run(&["backup", &nowhere]).expect_failure(3);
    assert_eq!(files(&database), before);
    let empty = TestDatabase::empty(Engine::Sqlite).await;
    let said = empty.run(&["backup", &format!("{to}-2")]).expect_failure(2);
    assert!(said.contains("no database"), "{said}");
}

#[tokio::test]
async fn a_restore_overwrites_nothing() {
    let (database, from) = backed_up().await;
    let said = database.run(&["restore", &from, "--verify"]).expect_failure(1);
    assert!(said.contains("sovereign.db is there already"), "{said}");

    // A stale log beside a restored file would be taken for its own.
    let copy = TestDatabase::empty(Engine::Sqlite).await;
    std::fs::write(copy.directory.path().join("sovereign.db-wal"), "old").unwrap();
    let said = copy.run(&["restore", &from]).expect_failure(1);
    assert!(said.contains("sovereign.db-wal"), "{said}");
    std::fs::remove_file(copy.directory.path().join("sovereign.db-wal")).unwrap();

    std::fs::write(copy.directory.path().join("signing-key.der"), "another").unwrap();
    let said = copy.run(&["restore", &from]).expect_failure(1);
    assert!(said.contains("another key"), "{said}");
    assert_eq!(files(&copy), ["signing-key.der"]);
    std::fs::remove_file(copy.directory.path().join("signing-key.der")).unwrap();
    copy.run(&["restore", &from, "--verify"]).expect(0);
    assert_eq!(files(&copy), ["signing-key.der", "sovereign.db"]);
}

/// Even where its file has been moved away under it.
#[tokio::test]
async fn a_restore_does_not_run_beside_a_server() {
    let (database, from) = backed_up().await;
    let server = database.serve(&[]);
    let said = database.run(&["restore", &from]).expect_failure(1);
    assert!(said.contains("another `sovereign serve` runs"), "{said}");
    server.stop().expect(0);
}

#[tokio::test]
async fn postgres_has_its_own_tools() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    for command in ["backup", "restore"] {
        let said = database.run(&[command, "anywhere"]).expect_failure(2);
        assert!(said.contains("docs/BACKUP.md"), "{said}");
    }
    database.remove().await;
}

/// A file may grow to a part of what the copy needs.
#[tokio::test]
async fn a_full_disk_leaves_nothing() {
    let (database, to) = backed_up().await;
    let before = files(&database);
    let data = database.directory.path().display();
    let script = format!(
        "ulimit -f 64; trap '' XFSZ; exec '{}' backup '{to}-2' --data '{data}'",
        env!("CARGO_BIN_EXE_sovereign")
    );
    let ended = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_ne!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(files(&database), before);
}
