//! Every word on a page is a message of `translations/`, but for names and data.
//!
//! Whether messages are marked goes by the environment of the process, so that the test runs itself again, in a
//! process of its own.

use std::process::Command;

use super::visit::{Visit, rows};
use crate::harness::{Engine, Look};

/// What has a debug build of the program put each message between ⟦ and ⟧.
const MARKS: &str = "MARK_MESSAGES";
const THIS: &str = "browser::words::all_come_from_the_translations";

async fn walk() {
    let visit = Visit::new(Engine::Sqlite).await;
    let mut tabs = visit.tabs(Look::DESKTOP);
    let mut wrong = Vec::new();
    for row in rows() {
        let (tab, _) = tabs.go(row).await;
        assert!(tab.text().await.contains('⟦'), "{}: nothing is marked", row.name);
        let words = tab.words_outside('⟦', '⟧').await;
        wrong.extend(words.into_iter().map(|word| format!("{}: {word}", row.name)));
    }
    assert!(wrong.is_empty(), "{} words:\n{}", wrong.len(), wrong.join("\n"));
    Box::pin(visit.finish()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_come_from_the_translations() {
    if std::env::var_os(MARKS).is_some() {
        return Box::pin(walk()).await;
    }
    let again = || {
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args([THIS, "--exact", "--nocapture"]).env(MARKS, "1").output().unwrap()
    };
    let ended = tokio::task::spawn_blocking(again).await.unwrap();
    let said = [ended.stdout, ended.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(ended.status.success() && said[0].contains("1 passed"), "{}", said.join("\n"));
}
