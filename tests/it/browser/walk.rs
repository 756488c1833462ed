//! Every page, on a telephone and a desk's screen, in English and Arabic, light and dark: nothing that axe finds,
//! nothing too wide or too small, and all of it by the keyboard.

use super::look::faults;
use super::visit::{Visit, rows};
use crate::harness::{Engine, Look, Tongue};

async fn walk(engine: Engine, device: Look) {
    let visit = Visit::new(engine).await;
    let mut wrong = Vec::new();
    for tongue in Tongue::ALL {
        let look = device.speaking(tongue);
        let mut tabs = visit.tabs(look);
        for row in rows() {
            let (tab, opened) = tabs.go(row).await;
            let found = faults(row, tab, &opened).await;
            wrong.extend(found.into_iter().map(|fault| format!("{} {look}: {fault}", row.name)));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    visit.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_telephone() {
    Box::pin(walk(Engine::Sqlite, Look::PHONE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_desktop() {
    Box::pin(walk(Engine::Postgres, Look::DESKTOP)).await;
}
