//! `scripts/screenshots`: a picture of every page in every look.

use std::path::PathBuf;

use super::visit::{Visit, rows};
use crate::harness::{Engine, Look, Tongue};

/// Where all are to be put. Without it, one look is taken and thrown away: a test that pictures can be taken.
const DIRECTORY: &str = "SOVEREIGN_TEST_SCREENSHOTS";

/// The first bytes of a PNG.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn looks() -> Vec<Look> {
    let devices = [Look::PHONE, Look::DESKTOP];
    let spoken =
        devices.iter().flat_map(|device| Tongue::ALL.map(|tongue| device.speaking(tongue)));
    spoken.flat_map(|look| [look, look.dark()]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_every_page() {
    let scratch = tempfile::tempdir().unwrap();
    let wanted = std::env::var_os(DIRECTORY).map(PathBuf::from);
    let (directory, looks, pages) = match &wanted {
        Some(directory) => (directory.as_path(), looks(), usize::MAX),
        None => (scratch.path(), vec![Look::PHONE.arabic().dark()], 2),
    };
    std::fs::create_dir_all(directory).unwrap();
    let visit = Visit::new(Engine::Sqlite).await;
    for look in looks {
        let mut tabs = visit.tabs(look);
        for row in rows().take(pages) {
            let (tab, _) = tabs.go(row).await;
            let file = directory.join(format!("{}-{look}.png", row.name));
            tab.screenshot(&file).await;
            assert!(std::fs::read(&file).unwrap().starts_with(SIGNATURE), "{}", file.display());
        }
    }
    Box::pin(visit.finish()).await;
}
