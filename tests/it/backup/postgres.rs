//! PostgreSQL's own tools, as docs/BACKUP.md shows them.

use std::path::{Path, PathBuf};
use std::process::Command;

use sovereign::storage::Location;

use super::load::{Load, assert_between};
use crate::harness::{Engine, Program, TestDatabase};

/// Where PostgreSQL's server programs are.
fn server_programs() -> PathBuf {
    let find = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test-tools");
    let found = Command::new(find).output().unwrap();
    let named = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim());
    // What is in the search path may be links to where they all are.
    named.join("initdb").canonicalize().unwrap().parent().unwrap().to_owned()
}

/// One of PostgreSQL's programs: beside the server's, else where the system has it.
async fn tool(name: &'static str, arguments: Vec<String>) {
    let finished = tokio::task::spawn_blocking(move || {
        let beside = server_programs().join(name);
        let program = if beside.exists() { beside } else { name.into() };
        Command::new(program).args(arguments).output().unwrap()
    });
    let ended = finished.await.unwrap();
    assert!(ended.status.success(), "{name}: {}", String::from_utf8_lossy(&ended.stderr));
}

fn address(database: &TestDatabase) -> String {
    let Location::Server(url) = &database.location else { panic!("a server") };
    url.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dump_under_load_restores_to_sound_books() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    let server = database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]);
    let mut load = Load::start(&database, &server);
    let before = load.acknowledged(20).await;
    let file = database.directory.path().join("sovereign.dump").display().to_string();
    let to_file = format!("--file={file}");
    tool("pg_dump", vec!["--format=custom".into(), to_file, address(&database)]).await;
    load.acknowledged(5).await;
    let all = load.stop().await;
    server.stop().expect(0);

    let copy = TestDatabase::empty(Engine::Postgres).await;
    let into = format!("--dbname={}", address(&copy));
    let whole = ["--exit-on-error", "--single-transaction", "--no-owner"].map(String::from);
    tool("pg_restore", [whole.as_slice(), &[into, file]].concat()).await;
    assert_between(&copy, &before, &all).await;
    assert_eq!(copy.run(&["migrate"]).expect_answer(), "nothing to do\n");
    database.remove().await;
    copy.remove().await;
}

#[test]
fn an_archive_recovers_to_a_moment() {
    let ended = Program::script(include_str!("recovery.sh"))
        .env("BIN", server_programs())
        .env("PROGRAM", env!("CARGO_BIN_EXE_sovereign"))
        .without_mail()
        .run()
        .expect(0);
    assert_eq!(ended.stdout, "3\n4\n3\n", "{}", ended.stderr);
    assert!(ended.stderr.contains("sound"), "{}", ended.stderr);
}
