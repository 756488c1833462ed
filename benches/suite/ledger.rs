//! A ledger of a year, in bulk: credit of every other voucher of the desk, granted and half spent; campaigns that granted
//! something in each quarter of an hour; and what cards paid.

use std::time::Instant;

use sovereign::clock::{Clock as _, SystemClock};
use sovereign::storage::{Engine, Store};

use crate::people::{self, People};
use crate::say;
use crate::server::{FQDN, Sovereign};

pub(crate) const PEOPLE: usize = 10_000;
const YEAR_MILLIS: u64 = 365 * 86_400_000;
/// What one run of the job adds up, at most.
const LINES_A_RUN: usize = 90_000;

/// SQL for row `n` of `count`, by database.
pub(crate) struct Dialect {
    pub(crate) numbers: String,
    /// Milliseconds since 1970: in the year before two hours ago, in the order of `n`.
    pub(crate) millis: String,
    engine: Engine,
}

impl Dialect {
    pub(crate) fn of(engine: Engine, count: usize) -> Self {
        let numbers = match engine {
            Engine::Postgres => format!("generate_series(1, {count}) AS rows (n)"),
            Engine::Sqlite => format!(
                "(WITH RECURSIVE v (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < {count}) \
                 SELECT n FROM v) AS rows"
            ),
        };
        // The same for every statement: what belongs together is found by its identifier.
        let now = SystemClock.now().seconds() * 1_000;
        let millis = format!(
            "({now} - 7200000 - CAST({count} - n AS bigint) * {})",
            YEAR_MILLIS / count as u64
        );
        Self { numbers, millis, engine }
    }

    /// An identifier that sorts by time, of a moment in milliseconds; `kind` tells those of one row apart.
    pub(crate) fn id(&self, millis: &str, kind: u8) -> String {
        match self.engine {
            Engine::Postgres => format!(
                "CAST(lpad(to_hex({millis}), 12, '0') || '7{kind:03x}8' || lpad(to_hex(n), 15, '0') AS uuid)"
            ),
            Engine::Sqlite => format!("unhex(printf('%012x7{kind:03x}8%015x', {millis}, n))"),
        }
    }

    pub(crate) fn at(&self, millis: &str) -> String {
        match self.engine {
            Engine::Postgres => format!("to_timestamp({millis} / 1000)"),
            Engine::Sqlite => format!("({millis} * 1000)"),
        }
    }

    pub(crate) fn customer(&self) -> String {
        let hex = format!("n % {PEOPLE}");
        match self.engine {
            Engine::Postgres => {
                format!("CAST('00000003-0000-7000-8000-' || lpad(to_hex({hex}), 12, '0') AS uuid)")
            }
            Engine::Sqlite => format!("unhex(printf('00000003000070008000%012x', {hex}))"),
        }
    }

    /// The identifier of a user (1) or of an Organization (2), as `people.rs` has them.
    pub(crate) fn person(&self, table: u8) -> String {
        let hex = match self.engine {
            Engine::Postgres => format!("lpad(to_hex(n % {PEOPLE}), 12, '0')"),
            Engine::Sqlite => format!("format('%012x', n % {PEOPLE})"),
        };
        format!("'{table:08x}-0000-7000-8000-' || {hex}")
    }

    pub(crate) fn code(&self) -> &'static str {
        match self.engine {
            Engine::Postgres => "'C-' || lpad((n * 2)::text, 7, '0') || '-LAST'",
            Engine::Sqlite => "printf('C-%07d-LAST', n * 2)",
        }
    }
}

/// Writes `lines` lines of the ledger, two for each voucher that was redeemed.
pub(crate) async fn fill(store: &Store, lines: usize) {
    People { first: 0, count: PEOPLE }.insert(store, FQDN).await;
    let dialect = Dialect::of(store.engine(), lines / 2);
    let (granted, drawn) = (dialect.millis.clone(), format!("({} + 3600000)", dialect.millis));
    let (customer, code, numbers) = (dialect.customer(), dialect.code(), &dialect.numbers);
    let lot = dialect.id(&granted, 1);
    let insert = |table: &str, columns: &str, values: String| {
        format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {numbers}")
    };
    let line =
        "id, customer_id, lot_id, kind, amount_minor, owed_minor, reason, status, created_at";
    let statements = [
        insert(
            "credit_lots",
            "id, customer_id, source, reference, promotional, priority, amount_minor, remaining_minor, held_minor, \
             created_at",
            format!(
                "{lot}, {customer}, 'voucher', {code}, TRUE, 100, 5000, 2500, 0, {}",
                dialect.at(&granted)
            ),
        ),
        insert(
            "credit_ledger",
            line,
            format!(
                "{}, {customer}, {lot}, 'grant', 5000, 0, 'promo', 'posted', {}",
                dialect.id(&granted, 2),
                dialect.at(&granted)
            ),
        ),
        insert(
            "credit_ledger",
            line,
            format!(
                "{}, {customer}, {lot}, 'draw', -2500, 0, 'order-payment', 'posted', {}",
                dialect.id(&drawn, 3),
                dialect.at(&drawn)
            ),
        ),
    ];
    for statement in &statements {
        people::execute(store, statement).await;
    }
    pay(store, lines / 5).await;
    count_campaigns(store).await;
    settle(store).await;
}

/// Has the database know how large its tables are.
pub(crate) async fn settle(store: &Store) {
    let quiet = match store.engine() {
        Engine::Postgres => "VACUUM ANALYZE",
        Engine::Sqlite => "ANALYZE",
    };
    people::execute(store, quiet).await;
}

/// What cards paid, so many times.
async fn pay(store: &Store, count: usize) {
    let dialect = Dialect::of(store.engine(), count);
    let id = dialect.id(&dialect.millis, 4);
    let statement = format!(
        "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, amount_minor, purpose, \
             created_at) \
         SELECT {id}, {id}, {}, '', 'pi_' || n, 'ch_' || n, 5000, 'order', {} FROM {}",
        dialect.customer(),
        dialect.at(&dialect.millis),
        dialect.numbers
    );
    people::execute(store, &statement).await;
}

/// Each campaign there is granted something in each quarter of an hour.
async fn count_campaigns(store: &Store) {
    let quarters = 365 * 96;
    let dialect = Dialect::of(store.engine(), quarters);
    let statement = format!(
        "INSERT INTO campaign_counts (campaign_id, since, redemptions, granted_minor) \
         SELECT c.id, {}, 1, 5000 FROM {} CROSS JOIN campaigns c",
        dialect.at(&dialect.millis),
        dialect.numbers
    );
    people::execute(store, &statement).await;
    people::execute(store, "UPDATE campaigns SET redemptions = 1, granted_minor = 5000").await;
}

/// How many vouchers have sums by now.
pub(crate) async fn added_up(store: &Store) -> i64 {
    let sql = "SELECT COUNT(*) FROM voucher_totals";
    match store {
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        Store::Sqlite { writer, .. } => sqlx::query_scalar(sql).fetch_one(writer).await,
    }
    .unwrap()
}

/// Has the job add all of it up.
pub(crate) fn roll_up(name: &str, sovereign: &Sovereign, lines: usize) {
    let began = Instant::now();
    let runs = (lines + lines / 5) / LINES_A_RUN + 1;
    for _ in 0..runs {
        run_job(sovereign, "roll-up");
    }
    let seconds = began.elapsed().as_secs_f64();
    say(&format!("  {name:<12} {lines} lines and their payments added up in {seconds:.1} s"));
}

/// Runs a job once, beside no server.
pub(crate) fn run_job(sovereign: &Sovereign, name: &str) {
    let mut program = sovereign.program(&["jobs", "run", name]);
    program.env("SOVEREIGN_DEMO", "true").env("SOVEREIGN_FQDN", FQDN);
    let done = program.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
