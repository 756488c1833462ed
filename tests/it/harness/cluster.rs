//! A PostgreSQL of one test's own, with the settings of a real one: it may be stopped at once, or run out
//! of disk, and what it has acknowledged must be there afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use rand::RngExt as _;
use tempfile::TempDir;

pub(crate) struct Cluster {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
}

/// Whether the tests run as root, as whom PostgreSQL refuses to run.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let programs = std::env::var("SOVEREIGN_TEST_POSTGRES_PROGRAMS").expect(
            "SOVEREIGN_TEST_POSTGRES_PROGRAMS is not set: run the tests with ./test, which says where \
             PostgreSQL's programs are",
        );
        let directory = tempfile::tempdir().unwrap();
        give_to_postgres(directory.path());
        let mut cluster = Self { directory, programs: programs.into(), port: 0 };
        let data = cluster.data();
        let made = cluster
            .command("initdb")
            .arg("--pgdata")
            .arg(&data)
            .args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8"])
            .args(["--no-locale", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.configure();
        cluster.start_on_a_free_port();
        cluster
    }

    fn configure(&self) {
        let sockets = self.directory.path().display();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\n\
             fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nshared_buffers = 32MB\n\
             max_connections = 60\n"
        );
        let script =
            format!("cat >>'{}/postgresql.conf' <<'END'\n{settings}END", self.data().display());
        let written = as_postgres(Path::new("sh")).args(["-c", &script]).status().unwrap();
        assert!(written.success());
    }

    /// Below the range that outgoing ports are taken from; the start itself is the check.
    fn start_on_a_free_port(&mut self) {
        for _ in 0..10 {
            self.port = rand::rng().random_range(20_000..32_000);
            if self.try_start() {
                return;
            }
        }
        panic!("no start: {}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }

    fn try_start(&self) -> bool {
        let port = format!("-p {}", self.port);
        let mut start = self.command("pg_ctl");
        start.args(["start", "--silent", "--wait", "--options", &port, "--pgdata"]);
        start.arg(self.data()).arg("--log").arg(self.log());
        // Not to pipes: the server would keep them open.
        start.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        start.status().unwrap().success()
    }

    /// Ends every process of it at once, as a crash does.
    pub(crate) fn stop_at_once(&self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--silent", "--mode", "immediate", "--pgdata"]).arg(self.data());
        assert!(stop.status().unwrap().success());
    }

    /// Starts it again, where it was.
    pub(crate) fn start_again(&self) {
        assert!(self.try_start(), "{}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = as_postgres(&self.programs.join(program));
        command.current_dir(self.directory.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--silent", "--mode", "immediate", "--pgdata"]).arg(self.data());
        let _ = stop.stderr(std::process::Stdio::null()).status();
    }
}

/// Makes `directory` one that PostgreSQL may write in.
pub(crate) fn give_to_postgres(directory: &Path) {
    if is_root() {
        let given = Command::new("chown").arg("postgres").arg(directory).status().unwrap();
        assert!(given.success());
    }
}

fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}
