//! The program itself, as a process: a command that ends, and a server that a signal ends.
//!
//! Nothing of ours in the environment of the tests reaches it, it runs in an empty directory of its
//! own, and nothing waits by the clock: tests wait for lines and for the end, and give up late.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;
use sovereign::storage::Location;
use tempfile::TempDir;

use super::client::{Client, http_client};
use super::database::TestDatabase;

/// After this long, what a test waits for will not come.
const PATIENCE: Duration = Duration::from_secs(90);
const BINARY: &str = env!("CARGO_BIN_EXE_sovereign");

/// A command that has not been started yet.
pub(crate) struct Program {
    command: Command,
    directory: TempDir,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A process with both its outputs read; ended when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    shown: String,
    ended: bool,
    _directory: TempDir,
}

/// `sovereign serve`, ready to answer.
pub(crate) struct Server {
    running: Running,
    pub(crate) address: SocketAddr,
    http: reqwest::Client,
}

/// The way to a server, also for whoever asks while it is killed.
#[derive(Clone)]
pub(crate) struct Door {
    address: SocketAddr,
    http: reqwest::Client,
}

impl Door {
    pub(crate) fn bearing(&self, token: &str) -> Client {
        let base = format!("http://{}", self.address);
        Client::new(self.http.clone(), base, Some(token.to_owned()))
    }
}

impl Program {
    pub(crate) fn new<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::of(BINARY, arguments)
    }

    /// A script for bash, in which `sovereign` is the program.
    pub(crate) fn script(text: &str) -> Self {
        let text = format!("set -euo pipefail\nsovereign() {{ '{BINARY}' \"$@\"; }}\n{text}");
        Self::of("bash", ["-c", &text])
    }

    fn of<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(name);
        command.args(arguments).current_dir(directory.path()).stdin(Stdio::null());
        let ours = |name: &str| name.starts_with("SOVEREIGN_") || name.starts_with("PG");
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        Self { command, directory }
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The directory it will run in.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        self.spawn().end()
    }

    pub(crate) fn spawn(mut self) -> Running {
        let shown = format!("{:?}", self.command);
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        Running { child, stdout, stderr, shown, ended: false, _directory: self.directory }
    }
}

impl Ended {
    /// Itself, where the exit code is as expected.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The message of a command that failed with `code` and answered nothing.
    #[track_caller]
    pub(crate) fn expect_failure(self, code: i32) -> String {
        let ended = self.expect(code);
        assert_eq!(ended.stdout, "", "stderr: {}", ended.stderr);
        assert!(!ended.stderr.is_empty(), "it did not say why");
        ended.stderr
    }

    /// What a command answered that went well and had nothing to say besides.
    #[track_caller]
    pub(crate) fn expect_answer(self) -> String {
        let ended = self.expect(0);
        assert_eq!(ended.stderr, "", "stdout: {}", ended.stdout);
        ended.stdout
    }

    #[track_caller]
    pub(crate) fn expect_json(self) -> Value {
        let answer = self.expect_answer();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}

impl Running {
    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        for lines in [&mut self.stdout, &mut self.stderr] {
            lines.until(deadline, |_| false);
        }
        let over = self.stdout.over && self.stderr.over;
        assert!(over, "{} does not end; it said: {}", self.shown, self.stderr.said);
        let code = self.child.wait().unwrap().code();
        self.ended = true;
        let [stdout, stderr] = [&mut self.stdout, &mut self.stderr].map(|lines| &mut lines.said);
        Ended { code, stdout: std::mem::take(stdout), stderr: std::mem::take(stderr) }
    }

    /// The next line on standard output.
    pub(crate) fn answered(&mut self) -> String {
        let line = self.stdout.until(Instant::now() + PATIENCE, |_| true);
        line.unwrap_or_else(|| panic!("no answer, but: {}", self.stderr.said))
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            self.stderr.until(Instant::now() + PATIENCE, |_| false);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts `program` and waits until it says where it answers.
    pub(crate) fn start(program: Program) -> Self {
        let mut running = program.spawn();
        let deadline = Instant::now() + PATIENCE;
        let line = running.stderr.until(deadline, |line| line.contains("http://"));
        let line = line.unwrap_or_else(|| panic!("no greeting, but: {}", running.stderr.said));
        let after = line.split_once("http://").unwrap().1;
        let end = after.find(|c: char| !c.is_ascii_digit() && !".:[]".contains(c));
        let address = after[..end.unwrap_or(after.len())].parse().unwrap();
        Self { running, address, http: http_client() }
    }

    /// Waits until a line on standard error has `text` in it; answers everything said so far.
    pub(crate) fn wait_for(&mut self, text: &str) -> &str {
        let stderr = &mut self.running.stderr;
        if !stderr.said.contains(text) {
            let line = stderr.until(Instant::now() + PATIENCE, |line| line.contains(text));
            assert!(line.is_some(), "no {text:?} in: {}", stderr.said);
        }
        &stderr.said
    }

    pub(crate) fn anyone(&self) -> Client {
        Client::new(self.http.clone(), format!("http://{}", self.address), None)
    }

    pub(crate) fn bearing(&self, token: &str) -> Client {
        self.door().bearing(token)
    }

    pub(crate) fn door(&self) -> Door {
        Door { address: self.address, http: self.http.clone() }
    }

    pub(crate) fn signal(&self, name: &str) {
        self.running.signal(name);
    }

    /// `kill -9`, in the middle of whatever it does.
    pub(crate) fn kill(mut self) -> Ended {
        self.running.child.kill().unwrap();
        self.end()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(self) -> Ended {
        self.signal("TERM");
        self.end()
    }

    pub(crate) fn end(self) -> Ended {
        drop(self.http);
        self.running.end()
    }
}

impl TestDatabase {
    /// The flags by which every command finds this database.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mut flags = vec!["--data".to_owned(), self.directory.path().display().to_string()];
        if let Location::Server(url) = &self.location {
            flags.extend(["--database-url".to_owned(), url.clone()]);
        }
        flags
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Program {
        Program::new(arguments).args(self.flags())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.program(arguments).run()
    }

    /// Serves on a port of its own.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let listen = ["serve", "--listen", "127.0.0.1:0"];
        Server::start(self.program(&listen).args(arguments))
    }

    /// A token that a server on this database accepts.
    pub(crate) fn mint(&self, role: &str, email: &str) -> String {
        let minted = self.run(&["token", "mint", "--role", role, "--email", email]);
        minted.expect_answer().trim_end().to_owned()
    }
}

/// What a pipe has said, read by a thread of its own so that it never fills.
struct Lines {
    next: Receiver<String>,
    said: String,
    over: bool,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (sender, next) = mpsc::channel();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Self { next, said: String::new(), over: false }
    }

    /// The next line that is `wanted`; `None` where there is none before the pipe closes.
    fn until(&mut self, deadline: Instant, wanted: impl Fn(&str) -> bool) -> Option<String> {
        loop {
            match self.next.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push_str(&line);
                    if wanted(&line) {
                        return Some(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.over = true;
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => return None,
            }
        }
    }
}
