//! A backup that is no good is told, and nothing is put into place.

use std::path::PathBuf;

use super::refusals::{backed_up, files};
use crate::harness::{Engine, TestDatabase};

#[tokio::test]
async fn it_is_refused_and_nothing_is_in_place() {
    let (_database, from) = backed_up().await;
    let file = PathBuf::from(&from).join("sovereign.db");
    let whole = std::fs::read(&file).unwrap();
    let page = 4096;
    let mut scribbled = whole.clone();
    for byte in &mut scribbled[5 * page..40 * page] {
        *byte ^= 0x5a;
    }
    let cases: [(&str, Vec<u8>); 6] = [
        ("cut in the middle of a page", whole[..whole.len() / 2 + 100].to_vec()),
        ("cut between two pages", whole[..whole.len() / page / 2 * page].to_vec()),
        ("scribbled over", scribbled),
        ("not a database", b"this is no database at all".repeat(400)),
        ("empty", Vec::new()),
        ("a page is zero", [&whole[..2 * page], &vec![0; page], &whole[3 * page..]].concat()),
    ];
    for (what, bytes) in cases {
        std::fs::write(&file, bytes).unwrap();
        let copy = TestDatabase::empty(Engine::Sqlite).await;
        let said = copy.run(&["restore", &from, "--verify"]).expect_failure(1);
        let named = said.contains("damaged") || said.contains("no Sovereign");
        assert!(named, "{what}: {said}");
        assert!(files(&copy).is_empty(), "{what}: {:?}", files(&copy));
    }
    std::fs::write(&file, whole).unwrap();
    let copy = TestDatabase::empty(Engine::Sqlite).await;
    copy.run(&["restore", &from, "--verify"]).expect(0);
    let said = copy.run(&["restore", "no-such-backup"]).expect_failure(1);
    assert!(said.contains("holds no sovereign.db"), "{said}");
}

/// Sound as a file, and yet not as books.
#[tokio::test]
async fn books_that_are_off_are_not_restored() {
    let (database, _) = backed_up().await;
    let voucher = ["voucher", "issue", "COUNTED-1", "--credit", "1"];
    database.run(&voucher).expect(0);
    database.execute("UPDATE promo_codes SET times_redeemed = 7").await;
    let to = database.directory.path().join("off").display().to_string();
    database.run(&["backup", &to]).expect(0);
    let copy = TestDatabase::empty(Engine::Sqlite).await;
    let said = copy.run(&["restore", &to, "--verify"]).expect_failure(1);
    assert!(said.contains("a voucher's counter") && said.contains("COUNTED-1"), "{said}");
    assert!(files(&copy).is_empty());
}

/// What a newer program wrote is not for this one.
#[tokio::test]
async fn a_newer_program_s_backup_is_refused() {
    let (database, _) = backed_up().await;
    let newer = "INSERT INTO schema_migrations (number, name, digest, applied_at) \
                 SELECT 9999, 'tomorrow', 'unknown', applied_at FROM schema_migrations WHERE number = 1";
    let to = database.directory.path().join("newer");
    std::fs::create_dir(&to).unwrap();
    database.execute(newer).await;
    database.execute(&format!("VACUUM INTO '{}'", to.join("sovereign.db").display())).await;
    let copy = TestDatabase::empty(Engine::Sqlite).await;
    let said = copy.run(&["restore", &to.display().to_string()]).expect_failure(1);
    assert!(said.contains("newer version"), "{said}");
    assert!(files(&copy).is_empty());
}
