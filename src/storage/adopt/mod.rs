//! Adopts a PostgreSQL database that an earlier service wrote (docs/ADOPTION.md).
//!
//! The old tables are read into temporary ones of a known shape and dropped; the migrations make the
//! schema exactly as on an empty database; the rows come back, set by set, with what the new columns need.
//! All of it is one transaction of the caller's: until it commits, nothing has happened. Nothing in here
//! starts or ends a transaction, and no row is handled singly.

mod codes;
mod columns;
mod report;
mod shape;
mod surroundings;

use std::fmt::Write as _;

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection};

use self::columns::TABLES;
pub use self::report::{Finding, Report, Rows};
use self::shape::{Legacy, quoted};
use super::{Connection, Error, Result, Ts, Tx, migrate};

/// What has to be known beforehand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// The earlier service counted whole units and said of which currency nowhere.
    pub(crate) currency: Currency,
    pub(crate) merge_codes: bool,
    pub(crate) now: Timestamp,
}

/// What was taken out of the old tables, beside the rows.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) report: Report,
    legacy: Vec<Legacy>,
    grants: Vec<String>,
}

/// The steps that bring the rows back, each with the table whose unknown columns it carries over. Each
/// uses what those before it have made.
const STEPS: [(&str, &str); 11] = [
    ("customers", include_str!("customers.sql")),
    ("credit_ledger", include_str!("ledger.sql")),
    ("promo_codes", include_str!("vouchers.sql")),
    ("promo_redemptions", include_str!("redemptions.sql")),
    ("orders", include_str!("orders.sql")),
    ("subscriptions", include_str!("subscriptions.sql")),
    ("invoices", include_str!("invoices.sql")),
    ("organizations", include_str!("organizations.sql")),
    ("stripe_webhook_events", include_str!("webhook_events.sql")),
    ("settings", include_str!("settings.sql")),
    ("credit_counts", include_str!("sums.sql")),
];

/// The statuses of old lines that do not count. The earlier service's own balance was the sum of all,
/// `tenant_deleted` included; these words can only mean that a line was taken back.
const TAKEN_BACK: &str =
    "('void', 'voided', 'deleted', 'canceled', 'cancelled', 'reversed', 'failed')";

/// Whether a line's `order_id` can be read as an identifier; much faster than a regular expression.
const ORDER_IS_UUID: &str = "(order_id LIKE '________-____-____-____-____________' \
    AND translate(order_id, '0123456789abcdefABCDEF', '') = '----')";

/// What the old lines come to, customer by customer, before anything is done to them.
const BALANCE_BEFORE: &str = "\
    SELECT COALESCE(sum(ceil(total * a.scale / 1000000)), 0)::bigint FROM ( \
        SELECT sum(COALESCE(amount_omr, 0)::numeric * 1000000 + COALESCE(amount_micro_omr, 0)) AS total \
        FROM old_credit_ledger WHERE lower(btrim(COALESCE(status, ''))) NOT IN {taken_back} \
        GROUP BY customer_id) c CROSS JOIN adoption a";

fn connection(tx: &mut Tx) -> Result<&mut PgConnection> {
    match tx.connection() {
        Connection::Postgres(connection) => Ok(connection),
        Connection::Sqlite(_) => {
            Err(Error::Unsupported("no earlier service wrote an SQLite database".into()))
        }
    }
}

/// The old service's tables that are here, where this program has not been.
pub(crate) async fn old_tables(tx: &mut Tx) -> Result<Vec<String>> {
    if matches!(tx.connection(), Connection::Sqlite(_)) {
        return Ok(Vec::new());
    }
    let names: Vec<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    present(connection(tx)?, &names).await
}

async fn present(connection: &mut PgConnection, names: &[String]) -> Result<Vec<String>> {
    let sql = "SELECT c.relname::text FROM pg_class c \
               WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
               ORDER BY 1";
    Ok(sqlx::query_scalar(sql).bind(names).fetch_all(connection).await?)
}

/// Reads the old tables into temporary ones and drops them, so that the migrations find their names free.
/// Where the report refuses, nothing was dropped.
pub(crate) async fn take_out(tx: &mut Tx, tables: &[String], terms: Terms) -> Result<Taken> {
    let connection = connection(tx)?;
    let mut report = Report { currency: terms.currency.code().to_owned(), ..Report::default() };
    if !tables.iter().any(|table| table == "customers") {
        report.refuse("table-missing", "customers", "the other tables are of no use without it");
    }
    let new = migrate::tables();
    let ours: Vec<String> = new.iter().filter(|name| !is_old(name)).cloned().collect();
    for table in present(connection, &ours).await? {
        let detail = "a table of this name is in the way; rename or drop it";
        report.refuse("table-in-the-way", &table, detail);
    }
    surroundings::check(connection, tables, &mut report).await?;
    if report.refuses() {
        return Ok(Taken { report, legacy: Vec::new(), grants: Vec::new() });
    }
    // Nobody writes from here on; whoever wrote before has committed.
    let list = tables.join(", ");
    run(connection, format!("LOCK TABLE {list} IN ACCESS EXCLUSIVE MODE")).await?;
    let mut reads = Vec::new();
    let mut legacy = Vec::new();
    for table in TABLES {
        let (read, columns) = shape::reading(connection, table, &mut report).await?;
        reads.push(read);
        legacy.extend(columns);
    }
    let grants = surroundings::grants(connection, tables).await?;
    if !report.refuses() {
        read_tables(connection, reads, terms).await?;
        codes::map(connection, terms.merge_codes, &mut report).await?;
    }
    if !report.refuses() {
        measure_before(connection, &mut report).await?;
        run(connection, format!("DROP TABLE {list}")).await?;
    }
    Ok(Taken { report, legacy, grants })
}

async fn read_tables(
    connection: &mut PgConnection,
    reads: Vec<String>,
    terms: Terms,
) -> Result<()> {
    let settings = "SET LOCAL work_mem = '128MB'; SET LOCAL temp_buffers = '128MB'; \
                    SET LOCAL maintenance_work_mem = '256MB'; \
                    CREATE TEMP TABLE adoption (currency text, scale bigint, now timestamptz) \
                    ON COMMIT DROP; \
                    CREATE TEMP TABLE adoption_findings (kind text NOT NULL, subject text NOT NULL, \
                    detail text NOT NULL, before jsonb) ON COMMIT DROP";
    sqlx::raw_sql(settings).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO adoption VALUES ($1, $2, $3)")
        .bind(terms.currency.code())
        .bind(terms.currency.minor_per_unit())
        .bind(Ts(terms.now))
        .execute(&mut *connection)
        .await?;
    for (table, read) in TABLES.iter().zip(reads) {
        run(connection, format!("{read}; ANALYZE old_{}", table.name)).await?;
    }
    Ok(())
}

fn is_old(name: &str) -> bool {
    TABLES.iter().any(|table| table.name == name)
}

async fn measure_before(connection: &mut PgConnection, report: &mut Report) -> Result<()> {
    for table in TABLES {
        let before = number(connection, format!("SELECT count(*) FROM old_{}", table.name)).await?;
        report.rows.push(Rows { table: table.name, before, after: 0 });
    }
    report.balance_before_minor = number(connection, with_words(BALANCE_BEFORE)).await?;
    let counters = "SELECT COALESCE(sum(times_redeemed), 0)::bigint FROM old_promo_codes";
    report.redeemed_before = number(connection, counters.to_owned()).await?;
    Ok(())
}

/// Brings the rows back into the tables that the migrations have made.
pub(crate) async fn put_back(tx: &mut Tx, taken: Taken) -> Result<Report> {
    let Taken { mut report, legacy, grants } = taken;
    let connection = connection(tx)?;
    let legacy = add_columns(connection, legacy, &mut report).await?;
    let indexes = surroundings::drop_indexes(connection).await?;
    for (table, step) in STEPS {
        let sql = with_columns(&with_words(step), table, &legacy);
        run(connection, sql).await?;
    }
    for index in indexes {
        run(connection, index).await?;
    }
    for grant in grants {
        run(connection, grant).await?;
    }
    measure_after(connection, &mut report).await?;
    record(connection, &mut report).await?;
    for table in migrate::tables() {
        run(connection, format!("ANALYZE {table}")).await?;
    }
    Ok(report)
}

/// Gives the new tables the columns of the old ones that nobody knows.
async fn add_columns(
    connection: &mut PgConnection,
    legacy: Vec<Legacy>,
    report: &mut Report,
) -> Result<Vec<Legacy>> {
    let mut added = Vec::new();
    for column in legacy {
        let subject = format!("{}.{}", column.table, column.name);
        let taken = "SELECT count(*) FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2";
        let taken: i64 = sqlx::query_scalar(taken)
            .bind(column.table)
            .bind(&column.name)
            .fetch_one(&mut *connection)
            .await?;
        if taken > 0 {
            let detail = "this program has a column of that name for itself; the old values go";
            report.note("column-replaced", &subject, detail);
            continue;
        }
        let (name, full_type) = (quoted(&column.name), &column.full_type);
        let sql = format!("ALTER TABLE {} ADD COLUMN {name} {full_type}", column.table);
        run(connection, sql).await?;
        report.note("column-kept", &subject, "this program does not use it; its values stay");
        added.push(column);
    }
    Ok(added)
}

fn with_words(sql: &str) -> String {
    sql.replace("{order_is_uuid}", ORDER_IS_UUID).replace("{taken_back}", TAKEN_BACK)
}

fn with_columns(sql: &str, table: &str, legacy: &[Legacy]) -> String {
    let (mut columns, mut values) = (String::new(), String::new());
    for column in legacy.iter().filter(|column| column.table == table) {
        let _ = write!(columns, ", {}", quoted(&column.name));
        let _ = write!(values, ", o.{}", column.alias());
    }
    sql.replace("{columns}", &columns).replace("{values}", &values)
}

async fn measure_after(connection: &mut PgConnection, report: &mut Report) -> Result<()> {
    for rows in &mut report.rows {
        rows.after = number(connection, format!("SELECT count(*) FROM {}", rows.table)).await?;
    }
    let balance = "SELECT COALESCE(sum(balance_minor - owed_minor), 0)::bigint FROM wallets";
    report.balance_after_minor = number(connection, balance.to_owned()).await?;
    let owed = "SELECT COALESCE(sum(owed_minor), 0)::bigint FROM wallets";
    report.owed_minor = number(connection, owed.to_owned()).await?;
    let counters = "SELECT COALESCE(sum(times_redeemed), 0)::bigint FROM promo_codes";
    report.redeemed_after = number(connection, counters.to_owned()).await?;
    if report.balance_after_minor != report.balance_before_minor {
        report.refuse("balance-changed", "wallets", "balances would not be what they were");
    }
    Ok(())
}

/// Adds what the steps found to the report, and all of it to the audit log, with identifiers that sort by
/// time as all others there (UUIDs of version 7).
async fn record(connection: &mut PgConnection, report: &mut Report) -> Result<()> {
    let sql = "SELECT kind, subject, detail, FALSE AS refuses FROM adoption_findings \
               ORDER BY kind, subject, detail";
    let found: Vec<Finding> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    let column = |text: fn(&Finding) -> &String| {
        report.findings.iter().map(|finding| text(finding).clone()).collect::<Vec<String>>()
    };
    let sql = "INSERT INTO audit_log (id, at, actor, action, subject, request_id, before, after) \
               SELECT CAST(lpad(to_hex(CAST(floor(extract(epoch FROM a.now) * 1000) AS bigint)), 12, '0') \
                       || '7' || substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 14) AS uuid), \
                   a.now, 'adoption', 'adopt.' || f.kind, f.subject, '', f.before, \
                   jsonb_build_object('detail', f.detail) \
               FROM (SELECT kind, subject, detail, before FROM adoption_findings \
                     UNION ALL \
                     SELECT *, NULL FROM UNNEST($1::text[], $2::text[], $3::text[])) f CROSS JOIN adoption a";
    sqlx::query(sql)
        .bind(column(|finding| &finding.kind))
        .bind(column(|finding| &finding.subject))
        .bind(column(|finding| &finding.detail))
        .execute(&mut *connection)
        .await?;
    report.findings.extend(found);
    Ok(())
}

async fn number(connection: &mut PgConnection, sql: String) -> Result<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await?)
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
