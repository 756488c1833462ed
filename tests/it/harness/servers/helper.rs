//! A program of `tests/servers`: how it is started, and how lines of JSON go to it and come from it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::harness::process::{PATIENCE, Running};
use crate::harness::program::Program;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
/// Node looks for packages beside a module, so that copies of these are put beside what is installed.
const MODULES: [&str; 4] = ["endpoints.mjs", "keycloak.mjs", "lines.mjs", "provider.mjs"];

static NODE_PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| installed("package-lock.json"));
static PYTHON_PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| installed("requirements.txt"));

/// Where the packages of a lock file are; they are installed where they are not yet.
fn installed(lock_file: &str) -> PathBuf {
    let mut install = Command::new(format!("{REPOSITORY}/scripts/install-pinned"));
    let ended = install.arg(format!("{REPOSITORY}/tests/servers/{lock_file}")).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    PathBuf::from(String::from_utf8(ended.stdout).unwrap().trim_end())
}

pub(super) fn node(module: &str, options: &Value) -> Program {
    let program = Program::of("node", [module, &options.to_string()]);
    let directory = program.directory();
    for name in MODULES {
        std::fs::copy(format!("{REPOSITORY}/tests/servers/{name}"), directory.join(name)).unwrap();
    }
    let packages = NODE_PACKAGES.join("node_modules");
    std::os::unix::fs::symlink(packages, directory.join("node_modules")).unwrap();
    program
}

pub(super) fn python(script: &str) -> Program {
    let program = Program::of("python3", [format!("{REPOSITORY}/tests/servers/{script}")]);
    program.env("PYTHONPATH", PYTHON_PACKAGES.as_path()).env("PYTHONNOUSERSITE", "1")
}

pub(super) struct Helper {
    pub(super) running: Running,
    pub(super) lines: UnboundedReceiver<Value>,
}

impl Helper {
    /// Starts what `prepare` makes, and answers its first line too. The test's server may be waiting on
    /// the same threads, so that none of them may wait for this.
    pub(super) async fn start(prepare: impl FnOnce() -> Program + Send + 'static) -> (Self, Value) {
        let start = || {
            let mut running = prepare().hearing().spawn();
            let greeting = parse(&running.answered());
            let from = running.take_lines();
            let (to, lines) = mpsc::unbounded_channel();
            std::thread::spawn(move || from.iter().try_for_each(|line| to.send(parse(&line))));
            (Self { running, lines }, greeting)
        };
        tokio::task::spawn_blocking(start).await.unwrap()
    }

    /// What became of a command: every one is answered, in the order they come.
    pub(super) async fn order(&mut self, command: &Value) -> Value {
        self.running.tell(&command.to_string());
        let answer = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
        let Some(mut answer) = answer.ok().flatten() else {
            panic!("no answer to {command}, but: {}", self.running.last_words());
        };
        assert!(answer.get("failed").is_none(), "{command}: {answer}");
        answer["done"].take()
    }
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}
