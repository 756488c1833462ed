//! `migrate --dry-run` says what would be done and does none of it.

use serde_json::json;
use sovereign::storage::migrate;

use super::old;
use crate::harness::{TestDatabase, on_empty};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_reports_the_same_and_changes_nothing() {
    let database = old::messy().await;
    let before = old::dump(&database).await;
    let text = old::migrate(&database, &["--dry-run"]).expect(0);
    assert!(text.stdout.contains("negative-balance (1)\n  falcon: "), "{}", text.stdout);
    assert!(text.stderr.contains("nothing was changed"), "{}", text.stderr);
    let dry = old::migrate(&database, &["--dry-run", "--json"]).expect_json();
    assert_eq!(dry["dry_run"], true);
    assert_eq!(old::dump(&database).await, before);

    let wet = old::migrate(&database, &["--json"]).expect_json();
    assert_eq!(wet["adoption"], dry["adoption"]);
    assert_eq!(wet["applied"], dry["applied"]);
    assert_ne!(old::dump(&database).await, before);
    // There is nothing left to adopt.
    let again = old::migrate(&database, &["--dry-run", "--json"]).expect_json();
    assert_eq!(again["applied"], json!([]));
    assert_eq!(again.get("adoption"), None);
    assert_eq!(database.run(&["migrate"]).expect_answer(), "nothing to do\n");
    database.remove().await;
}

on_empty! {
    async fn an_empty_database_stays_empty(database: &TestDatabase) {
        let all = format!("{}\n", migrate::names().join("\n"));
        let dry = database.run(&["migrate", "--dry-run", "--json"]).expect_json();
        assert_eq!(dry["applied"], json!(migrate::names()));
        assert_eq!(dry.get("adoption"), None);
        assert_eq!(database.run(&["migrate"]).expect_answer(), all);
    }
}
