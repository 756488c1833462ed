//! What only PostgreSQL needs: connecting, and rows as arrays.

use std::fmt::Write as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

use super::batch::Column;
use super::{Error, Result};

/// Connections for everything but the money engine, which has its own.
pub(super) const POOL_SIZE: u32 = 16;
/// In a rush callers wait this long for a connection, and are then told to try again; so are they when the
/// server is gone, for a pool waits for it to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Whoever waits for a kept connection waits in a queue, so that it is opened sooner or not at all.
const KEPT_TIMEOUT: Duration = Duration::from_secs(2);
/// The oldest server the statements were written for (UNNEST of several arrays, ON CONFLICT, …).
const OLDEST_VERSION: i32 = 14;

/// Whether `text` can be read as the address of a PostgreSQL server.
#[must_use]
pub fn is_server_address(text: &str) -> bool {
    text.parse::<PgConnectOptions>().is_ok()
}

pub(super) async fn open(url: &str, connections: u32) -> Result<PgPool> {
    let options: PgConnectOptions =
        url.parse().map_err(|error| Error::Unsupported(format!("database_url: {error}")))?;
    let options = options.application_name("sovereign");
    let mut first = connect(&options, ACQUIRE_TIMEOUT).await?;
    let number: String =
        sqlx::query_scalar("SHOW server_version_num").fetch_one(&mut first).await?;
    first.close().await?;
    let version = number.parse::<i32>().unwrap_or(0) / 10_000;
    if version < OLDEST_VERSION {
        let text = format!("PostgreSQL {version} is too old; use {OLDEST_VERSION} or newer");
        return Err(Error::Unsupported(text));
    }
    Ok(pool_options(connections).connect_lazy_with(options))
}

/// A pool tries again without a word until it times out; a single connection says what is wrong.
async fn connect(options: &PgConnectOptions, patience: Duration) -> Result<PgConnection> {
    let unavailable = |detail: String| {
        let (host, port) = (options.get_host(), options.get_port());
        Error::Unavailable(format!("{host}:{port}: {detail}"))
    };
    match tokio::time::timeout(patience, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(unavailable(error.to_string())),
        Err(_) => Err(unavailable("no answer".into())),
    }
}

/// A connection that is kept from one use to the next.
pub(super) async fn connect_kept(options: &PgConnectOptions) -> Result<PgConnection> {
    connect(options, KEPT_TIMEOUT).await
}

/// Whether plans are to be made anew at the `uses`-th use of a kept connection. A plan is made for the
/// size that its tables had at that moment, and one for empty tables would read all of them for minutes
/// after they filled; made anew at the 16th, 256th and 4,096th use, and then from time to time, it is
/// never far behind. More often would be felt: the large statements take milliseconds to plan.
pub(super) fn replans(uses: u64) -> bool {
    const FROM_TIME_TO_TIME: u64 = 4_096;
    matches!(uses, 16 | 256) || uses.is_multiple_of(FROM_TIME_TO_TIME)
}

/// A connection for lookups by key: its plans do not scan. Where nothing but a scan is possible, its plan
/// counts as so dear that PostgreSQL would compile it each time (70 ms): that is off as well.
#[must_use]
pub fn lookup_options(pool: &PgPool) -> PgConnectOptions {
    pool.connect_options().as_ref().clone().options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("enable_material", "off"),
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        // A row that somebody else locks for long, and a transaction of ours whose connection went dead
        // without a word, must not hold everybody up.
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ])
}

/// A connection for rate limits. What they lose in a crash is forgiven, so that nothing waits for the disk;
/// and a row that somebody holds is not worth waiting for.
pub(super) fn limits_options(pool: &PgPool) -> PgConnectOptions {
    lookup_options(pool).options([("synchronous_commit", "off"), ("lock_timeout", "250ms")])
}

fn pool_options(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT)
}

/// Fills in a statement's `{rows}` and `{lock:T}` (see `batch.rs`); its first parameter is `$first`.
///
/// The arrays are unnested in the select list, which steps through all of them at once. In FROM each would
/// be copied into a table of its own first.
pub(super) fn render(sql: &str, columns: &[Column], first: usize) -> String {
    let mut rows = String::from("SELECT ");
    for (index, column) in columns.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let number = index + first;
        // sqlx sends JSON text as text; each value is cast to what the column wants.
        let _ = match column {
            Column::Shared(sql_type) => write!(rows, "{comma}${number}::{sql_type}"),
            Column::Each(sql_type @ ("json" | "jsonb")) => {
                write!(rows, "{comma}unnest(${number}::text[])::{sql_type}")
            }
            Column::Each(sql_type) => write!(rows, "{comma}unnest(${number}::{sql_type}[])"),
        };
    }
    lock_clauses(&sql.replace("{rows}", &rows), "FOR UPDATE OF ")
}

/// Writing statements as one, which answers how many rows each of the counted ones touched.
pub(super) fn together<'a>(parts: impl Iterator<Item = (&'a str, bool)>) -> String {
    let (mut sql, mut counts) = (String::new(), String::new());
    for (index, (part, counted)) in parts.enumerate() {
        let comma = if index == 0 { "WITH" } else { "," };
        let _ = write!(sql, "{comma} w{index} AS ({part}");
        if counted {
            sql.push_str(" RETURNING 1");
            let comma = if counts.is_empty() { "" } else { ", " };
            let _ = write!(counts, "{comma}(SELECT COUNT(*) FROM w{index})");
        }
        sql.push(')');
    }
    let _ = write!(sql, " SELECT ARRAY[{counts}]::bigint[]");
    sql
}

/// Replaces each `{lock:T}` by `clause` and the alias, or by nothing where there is no clause.
pub(super) fn lock_clauses(sql: &str, clause: &str) -> String {
    let mut parts = sql.split("{lock:");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (alias, after) = part.split_once('}').unwrap_or((part, ""));
        if !clause.is_empty() {
            filled.push_str(clause);
            filled.push_str(alias);
        }
        filled.push_str(after);
    }
    filled
}
