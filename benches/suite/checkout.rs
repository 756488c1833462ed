//! Checkouts a second on one hot, unlimited voucher: a new user and Organization each, over HTTP.

use std::process::{Command, Stdio};

use sovereign::auth::Tokens;
use sovereign::storage::Store;
use sqlx::PgPool;
use tokio::runtime::Runtime;

use crate::load::{self, Run};
use crate::people::People;
use crate::server::{self, Process, Sovereign};
use crate::summary::{batches, median, spread};
use crate::{Scale, floor, plain, say};

const CODE: &str = "HOT";

/// Requests of one run: a few seconds each.
const ENGINE: usize = 30_000;
const ONES: usize = 5_000;
const PLAIN: usize = 3_000;
const FLOOR: usize = 50_000;

/// What the runs of one contestant showed.
#[derive(Default)]
struct Figures {
    name: &'static str,
    rates: Vec<f64>,
    p50s: Vec<f64>,
    p99s: Vec<f64>,
}

impl Figures {
    fn of(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    fn note(&mut self, run: &Run) {
        let (p50, p99) = (run.quantile_ms(0.5), run.quantile_ms(0.99));
        say(&format!(
            "  {:<24} {:>8.0}/s   p50 {p50:>6.1} ms   p99 {p99:>6.1} ms",
            self.name,
            run.rate()
        ));
        self.rates.push(run.rate());
        self.p50s.push(p50);
        self.p99s.push(p99);
    }

    fn report(&self) {
        say(&format!(
            "  {:<24} {}   p50 {:.1} ms   p99 {:.1} ms",
            self.name,
            spread(&self.rates),
            median(&self.p50s),
            median(&self.p99s)
        ));
    }
}

/// A Sovereign under load, and how many people it has seen.
struct Contestant {
    sovereign: Sovereign,
    store: Store,
    process: Process,
    next: usize,
    figures: Figures,
}

impl Contestant {
    async fn new(name: &'static str, sovereign: Sovereign) -> Self {
        let store = sovereign.store().await;
        sovereign.issue(&store, CODE).await;
        let process = sovereign.serve();
        Self { sovereign, store, process, next: 0, figures: Figures::of(name) }
    }

    fn run(&mut self, runtime: &Runtime, count: usize) {
        let people = People { first: self.next, count };
        self.next += count;
        runtime.block_on(people.insert(&self.store, server::FQDN));
        let requests = people.checkouts(&self.sovereign.tokens(), CODE);
        runtime.block_on(server::settle());
        let before = self.cpu_micros(runtime);
        self.figures.note(&load::send_each(self.process.address, requests));
        let after = self.cpu_micros(runtime);
        let [server, database, client] =
            std::array::from_fn(|part| (after[part] - before[part]) / count as u64);
        say(&format!(
            "    CPU for each: server {server} us, PostgreSQL {database} us, client {client} us"
        ));
    }

    fn cpu_micros(&self, runtime: &Runtime) -> [u64; 3] {
        [
            self.process.cpu_micros(),
            runtime.block_on(server::database_cpu_micros(&self.store)),
            server::cpu_micros(std::process::id()),
        ]
    }
}

/// The raw floor, on a database of its own.
struct Floor {
    store: Store,
    next: usize,
    rates: Vec<f64>,
}

impl Floor {
    async fn new() -> Self {
        let sovereign = Sovereign::on_postgres("bench_floor", &[]).await;
        let store = sovereign.store().await;
        sovereign.issue(&store, CODE).await;
        Self { store, next: 0, rates: Vec::new() }
    }

    fn run(&mut self, runtime: &Runtime, count: usize) {
        let people = People { first: self.next, count };
        self.next += count;
        runtime.block_on(people.insert(&self.store, server::FQDN));
        runtime.block_on(server::settle());
        let rate = runtime.block_on(floor::run(&self.store, people));
        say(&format!("  {:<24} {rate:>8.0}/s", "raw floor"));
        self.rates.push(rate);
    }
}

/// The plain service, with a database of its own on the same cluster.
struct Plain {
    pool: PgPool,
    process: Process,
    tokens: Tokens,
    next: usize,
    figures: Figures,
}

impl Plain {
    async fn start(keys_of: &Sovereign) -> Self {
        let url = server::create_database("bench_plain").await;
        let pool = PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(plain::SCHEMA).execute(&pool).await.unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--serve-plain", &url]).arg(keys_of.data()).stderr(Stdio::inherit());
        let process = Process::start(&mut command);
        let (tokens, figures) = (keys_of.tokens(), Figures::of("plain service"));
        Self { pool, process, tokens, next: 0, figures }
    }

    fn run(&mut self, runtime: &Runtime, count: usize) {
        let people = People { first: self.next, count };
        self.next += count;
        let sql = sqlx::AssertSqlSafe(plain::insert_customers(&people.numbers()));
        runtime.block_on(async { sqlx::raw_sql(sql).execute(&self.pool).await.unwrap() });
        let requests = people.checkouts(&self.tokens, CODE);
        runtime.block_on(server::settle());
        self.figures.note(&load::send_each(self.process.address, requests));
    }
}

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    say("checkout: one hot unlimited voucher, 64 connections");
    let contestant =
        |name, sovereign: Sovereign| runtime.block_on(Contestant::new(name, sovereign));
    let on_postgres = |name, settings| runtime.block_on(Sovereign::on_postgres(name, settings));
    let mut engine = contestant("engine, PostgreSQL", on_postgres("bench_engine", &[]));
    let settings: &[(&str, &str)] = &[("SOVEREIGN_ENGINE_MAX_BATCH", "1")];
    let mut ones = contestant("engine, batches of one", on_postgres("bench_ones", settings));
    let mut sqlite = contestant("engine, SQLite", Sovereign::on_sqlite(&[]));
    let mut plain = runtime.block_on(Plain::start(&engine.sovereign));
    let mut floor = runtime.block_on(Floor::new());
    for round in 1..=scale.rounds {
        say(&format!("round {round}"));
        engine.run(runtime, ENGINE / scale.divisor);
        plain.run(runtime, PLAIN / scale.divisor);
        floor.run(runtime, FLOOR / scale.divisor);
        sqlite.run(runtime, ENGINE / scale.divisor);
        ones.run(runtime, ONES / scale.divisor);
    }
    say("\nmedian of the rounds (lowest to highest), a second");
    for figures in [&engine.figures, &plain.figures, &ones.figures, &sqlite.figures] {
        figures.report();
    }
    say(&format!("  {:<24} {}", "raw floor", spread(&floor.rates)));
    ratios(&engine.figures, &plain.figures, &ones.figures, &sqlite.figures, &floor.rates);
    say("\nbatches");
    for contestant in [engine, sqlite, ones] {
        let said = contestant.process.stop();
        say(&format!("  {}: {}", contestant.figures.name, batches(&said)));
    }
    say("");
}

fn ratios(engine: &Figures, plain: &Figures, ones: &Figures, sqlite: &Figures, floors: &[f64]) {
    let rate = median(&engine.rates);
    let p99 = median(&engine.p99s) / median(&plain.p99s);
    say("\nratios of the medians");
    for (what, ratio, wanted) in [
        ("engine / plain service", rate / median(&plain.rates), "at least 10"),
        ("engine / raw floor", rate / median(floors), "at least 0.55"),
        ("engine / batches of one", rate / median(&ones.rates), ""),
        ("p99 engine / p99 plain", p99, "at most 0.125"),
        ("SQLite / PostgreSQL", median(&sqlite.rates) / rate, "at least 0.80"),
    ] {
        say(&format!("  {what:<24} {ratio:>8.3}   {wanted}"));
    }
}
