//! A database that is not there: exit code 3, a message that names it, and no answer.

use std::net::TcpListener;

use tokio::net::TcpSocket;

use crate::harness::{Engine, Program, TestDatabase, postgres_server};

/// The commands that need a database.
const COMMANDS: [&[&str]; 9] = [
    &["serve", "--listen", "127.0.0.1:0", "--demo"],
    &["migrate"],
    &["verify"],
    &["jobs", "list"],
    &["key", "rotate"],
    &["voucher", "list"],
    &["voucher", "issue", "ABC", "--credit", "5"],
    &["voucher", "revoke", "ABC"],
    &["token", "mint", "--role", "member", "--email", "ahmed@example.com"],
];

#[test]
fn a_closed_port() {
    // Nobody listens on it, and nobody else is given it: it is ours till the end.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = taken.local_addr().unwrap().port();
    let url = format!("postgres://sovereign:hunter2hunter2@127.0.0.1:{port}/sovereign");
    for arguments in COMMANDS {
        for json in [&[][..], &["--json"]] {
            let program = Program::new(arguments).args(["--database-url", &url]).args(json);
            let said = program.run().expect_failure(3);
            assert!(said.contains(&format!("127.0.0.1:{port}")), "{arguments:?}: {said}");
            assert!(said.contains("refused"), "{arguments:?}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn a_database_that_does_not_exist() {
    let server = postgres_server();
    let url = format!("{}/nobody_made_this", server.rsplit_once('/').unwrap().0);
    for arguments in COMMANDS {
        let said = Program::new(arguments).args(["--database-url", &url]).run().expect_failure(3);
        assert!(said.contains("nobody_made_this"), "{arguments:?}: {said}");
    }
}

/// Something that listens and is no PostgreSQL: it hangs up at once.
#[test]
fn a_server_that_is_no_postgresql() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let url = format!("postgres://sovereign@127.0.0.1:{port}/sovereign");
    let said = Program::new(["verify", "--database-url", &url]).run().expect_failure(3);
    assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
}

/// A file that is not an SQLite database is not made into one.
#[tokio::test]
async fn a_file_that_is_no_database() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let file = database.directory.path().join("sovereign.db");
    let text = "the family's recipes\n".repeat(500);
    std::fs::write(&file, &text).unwrap();
    for arguments in COMMANDS {
        let said = database.run(arguments).expect_failure(3);
        assert!(said.contains("not a database"), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

/// A data directory that cannot be made, for a file stands in its place.
#[test]
fn a_directory_that_cannot_be_made() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let data = file.path().join("inside");
    for arguments in [&["serve", "--demo"][..], &["migrate"]] {
        let said = Program::new(arguments)
            .args(["--data".as_ref(), data.as_os_str()])
            .run()
            .expect_failure(3);
        assert!(said.contains(&data.display().to_string()), "{said}");
    }
}
