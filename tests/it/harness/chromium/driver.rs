//! The program that drives the browser, which all tests of the process share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::{OnceCell, oneshot};

use crate::harness::process::{PATIENCE, Running};
use crate::harness::program::Program;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// Ends with the process of the tests, as its standard input then does.
static DRIVER: OnceCell<Driver> = OnceCell::const_new();

pub(super) struct Driver {
    running: Mutex<Running>,
    waiting: Waiting,
    next: AtomicU64,
}

impl Driver {
    /// The one there is; the first who asks starts it.
    pub(super) async fn get() -> &'static Self {
        let start = || async { tokio::task::spawn_blocking(Self::start).await.unwrap() };
        DRIVER.get_or_init(start).await
    }

    fn start() -> Self {
        let options = json!({ "packages": packages(), "chromium": chromium() });
        let driver = format!("{REPOSITORY}/tests/browser/driver.mjs");
        let program = Program::of("node", [driver, options.to_string()]);
        // Where the browser keeps its files, which goes when the driver ends.
        let directory = program.directory().to_owned();
        let mut running = program.env("TMPDIR", directory).hearing().spawn();
        let greeting = running.answered();
        assert!(greeting.contains("version"), "{greeting}");
        let lines = running.take_lines();
        let waiting = Waiting::default();
        let asked = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in lines {
                let answer: Value = serde_json::from_str(&line).unwrap();
                let id = answer["id"].as_u64().unwrap();
                // Whoever asked may have given up.
                let _ = asked.lock().unwrap().remove(&id).map(|to| to.send(answer));
            }
            // Nobody is answered any more.
            asked.lock().unwrap().clear();
        });
        Self { running: Mutex::new(running), waiting, next: AtomicU64::new(0) }
    }

    /// A number that nothing has yet.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// What became of a command.
    pub(super) async fn order(&self, mut command: Value) -> Value {
        let id = self.number();
        command["id"] = json!(id);
        let (to, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id, to);
        self.running.lock().unwrap().tell(&command.to_string());
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        let Some(mut answer) = answer.ok().and_then(Result::ok) else {
            panic!("the browser does not answer to {command}");
        };
        assert!(answer.get("failed").is_none(), "{command}: {}", answer["failed"]);
        answer["done"].take()
    }

    /// As [`Self::order`], of whoever does not wait for it.
    pub(super) fn tell(&self, mut command: Value) {
        command["id"] = json!(self.number());
        if let Ok(mut running) = self.running.lock() {
            // Where it has ended, a test fails already.
            let _ = running.try_tell(&command.to_string());
        }
    }
}

/// Where Playwright and axe are; they are installed where they are not yet.
fn packages() -> String {
    let mut install = Command::new(format!("{REPOSITORY}/scripts/install-pinned"));
    install.arg(format!("{REPOSITORY}/tests/browser/package-lock.json"));
    let ended = install.output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

/// Debian's browser. Tests fail without one.
fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|directory| directory.join("chromium-headless-shell"));
    let found = found.into_iter().find(|file| file.is_file());
    found.expect("no chromium-headless-shell: run scripts/test-tools")
}
