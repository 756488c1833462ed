//! Every page, in English and Arabic, on a telephone in the light and on a desk's screen in the dark (which colours
//! there are does not depend on the device): nothing that axe finds, nothing too wide or too small, and at the desk
//! all of it by the keyboard.

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
    Box::pin(visit.finish()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_telephone() {
    Box::pin(walk(Engine::Sqlite, Look::PHONE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_desktop() {
    Box::pin(walk(Engine::Postgres, Look::DESKTOP.dark())).await;
}
