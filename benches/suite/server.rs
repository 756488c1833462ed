//! Servers as processes of their own, and databases for them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sovereign::auth::Tokens;
use sovereign::storage::{Location, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::{people, say};

pub(crate) const FQDN: &str = "bench.sovereign.example";

/// The PostgreSQL cluster that `scripts/with-postgres` started.
pub(crate) fn cluster() -> String {
    std::env::var("SOVEREIGN_TEST_POSTGRES")
        .expect("run scripts/bench, which starts a PostgreSQL cluster")
}

/// An empty database on the cluster.
pub(crate) async fn create_database(name: &str) -> String {
    let (drop, create) =
        (format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}"));
    on_cluster(&[&drop, &create]).await;
    format!("{}/{name}", cluster().rsplit_once('/').unwrap().0)
}

async fn on_cluster(statements: &[&str]) {
    let mut connection = PgConnection::connect(&cluster()).await.unwrap();
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe(*sql)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// Makes the cluster one that has run for a while: the files of its log are there and used again. A new
/// cluster makes each at the moment it is needed, 16 MiB of zeros, while every commit waits.
pub(crate) async fn run_in() {
    on_cluster(&[
        "ALTER SYSTEM SET min_wal_size = '1GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE past AS SELECT repeat(md5(n::text), 30) AS text FROM generate_series(1, 900000) AS n",
        "DROP TABLE past",
        "CHECKPOINT",
    ])
    .await;
}

/// Makes PostgreSQL's disk a slower one: each flush of its log takes so many microseconds longer.
pub(crate) async fn delay_flushes(micros: u32) {
    say(&format!("each flush of PostgreSQL's log takes {micros} us longer than the disk does"));
    let delay = format!("ALTER SYSTEM SET commit_delay = {micros}");
    let always = "ALTER SYSTEM SET commit_siblings = 0";
    on_cluster(&[&delay, always, "SELECT pg_reload_conf()"]).await;
}

/// Has everything written that somebody else left to be written, so that nobody's commits wait behind it.
pub(crate) async fn settle() {
    on_cluster(&["CHECKPOINT"]).await;
    assert!(Command::new("sync").status().unwrap().success());
}

/// A running process; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts `command` and reads from its standard output where it answers.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !line.contains("http://") {
            line.clear();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let mut said = String::new();
                if let Some(mut stderr) = child.stderr.take() {
                    stderr.read_to_string(&mut said).unwrap();
                }
                panic!("the server did not start: {said}");
            }
        }
        let after = line.split_once("http://").unwrap().1;
        let end = after.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
        let address = after[..end.unwrap_or(after.len())].parse().unwrap();
        child.stdout = Some(stdout.into_inner());
        Self { child, address }
    }

    /// A figure of /proc/PID/status, in KiB: `VmRSS` is what is resident now, `VmHWM` the most there was.
    pub(crate) fn memory_kib(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Microseconds of CPU it has used.
    pub(crate) fn cpu_micros(&self) -> u64 {
        cpu_micros(self.child.id())
    }

    /// Ends it as an operator would, and answers what it said on standard error.
    pub(crate) fn stop(mut self) -> String {
        let mut said = String::new();
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(kill.success());
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut said).unwrap();
        }
        assert!(self.child.wait().unwrap().success(), "{said}");
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Sovereign with a directory and a database of its own, not running yet.
pub(crate) struct Sovereign {
    pub(crate) location: Location,
    directory: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Sovereign {
    /// `settings` are environment variables of the server.
    pub(crate) async fn on_postgres(name: &str, settings: &[(&'static str, &str)]) -> Self {
        Self::new(Some(&create_database(name).await), settings)
    }

    pub(crate) fn on_sqlite(settings: &[(&'static str, &str)]) -> Self {
        Self::new(None, settings)
    }

    fn new(url: Option<&str>, settings: &[(&'static str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = match url {
            Some(url) => Location::Server(url.to_owned()),
            None => Location::File(directory.path().join("sovereign.db")),
        };
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let made = Self { location, directory, settings };
        // The first start makes the schema, the catalog and the key.
        made.serve().stop();
        made
    }

    pub(crate) fn serve(&self) -> Process {
        Process::start(self.command("127.0.0.1:0").stderr(Stdio::piped()))
    }

    pub(crate) fn command(&self, listen: &str) -> Command {
        let serve = ["serve", "--demo", "--json", "--fqdn", FQDN, "--listen", listen];
        let mut command = self.program(&serve);
        if self.settings.iter().all(|(name, _)| *name != "SOVEREIGN_LIMITS") {
            command.env("SOVEREIGN_LIMITS", "off");
        }
        command
    }

    /// Another command on its database.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sovereign"));
        // Cargo's own, and the cluster's, are no settings of the server.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SOVEREIGN_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .arg("--data")
            .arg(self.directory.path())
            .env("SOVEREIGN_LOG_LEVEL", "warn,sovereign::engine=info")
            .env("SOVEREIGN_LOG_FORMAT", "json");
        if let Location::Server(url) = &self.location {
            command.args(["--database-url", url]);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn data(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn tokens(&self) -> Tokens {
        people::tokens(self.data(), FQDN)
    }

    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.location).await.unwrap()
    }

    /// Issues an unlimited voucher of 200 units, past the program.
    pub(crate) async fn issue(&self, store: &Store, code: &str) {
        let now = match store {
            Store::Postgres(_) => "now()",
            Store::Sqlite { .. } => "unixepoch() * 1000000",
        };
        let sql = format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             VALUES ('{code}', 200, 200000, 'bench', TRUE, 0, 0, 0, {now}, {now})"
        );
        people::execute(store, &sql).await;
    }
}

/// Microseconds of CPU that a process has used: user and system, in the kernel's ticks of 10 ms.
pub(crate) fn cpu_micros(process: u32) -> u64 {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return 0 };
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    ticks * 10_000
}

/// Microseconds of CPU that the server processes behind this database's connections have used.
pub(crate) async fn database_cpu_micros(store: &Store) -> u64 {
    let Store::Postgres(pool) = store else { return 0 };
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()";
    let pids: Vec<i32> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
    pids.into_iter().map(|pid| cpu_micros(u32::try_from(pid).unwrap())).sum()
}

/// A port nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
