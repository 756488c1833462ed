//! The program itself, as a process: a command that ends, and a server that a signal ends.
//!
//! Nothing of ours in the environment of the tests reaches it, and it runs in an empty directory of its own.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use sovereign::storage::Location;
use tempfile::TempDir;

use super::client::{Client, http_client};
use super::database::TestDatabase;
use super::process::{Ended, PATIENCE, Running};

const BINARY: &str = env!("CARGO_BIN_EXE_sovereign");

/// A command that has not been started yet.
pub(crate) struct Program {
    command: Command,
    directory: TempDir,
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

    pub(super) fn of<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Self {
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

    /// A mail server that nobody runs, for whoever sends none.
    pub(crate) fn without_mail(self) -> Self {
        self.env("SOVEREIGN_MAIL_SMTP_URL", "smtp://127.0.0.1:9")
    }

    /// The directory it will run in.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        self.spawn().end()
    }

    pub(crate) fn spawn(self) -> Running {
        Running::spawn(self.command, self.directory)
    }

    /// What it finds on its standard input, from a file.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        let path = self.directory.path().join("stdin");
        std::fs::write(&path, text).unwrap();
        self.command.stdin(std::fs::File::open(path).unwrap());
        self
    }

    /// It can be told things while it runs.
    pub(super) fn hearing(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }
}

impl Server {
    /// Starts `program` and waits until it says where it answers. The tests are its proxy: whoever asks may
    /// do so from any address.
    pub(crate) fn start(program: Program) -> Self {
        let mut running = program.env("SOVEREIGN_TRUSTED_PROXIES", "127.0.0.1").spawn();
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
        self.running.wait_for(text)
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
    pub(crate) fn kill(self) -> Ended {
        drop(self.http);
        self.running.kill()
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
        Program::new(arguments).args(self.flags()).without_mail()
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
