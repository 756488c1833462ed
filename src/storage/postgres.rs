//! What only PostgreSQL needs: connecting, and rows as arrays.

use std::fmt::Write as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

use super::{Error, Result};

/// Connections for everything but the money engine, which has its own.
pub(super) const POOL_SIZE: u32 = 16;
/// Below the time a request may take: in a rush callers wait for a connection, and are then told to try
/// again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
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
    let mut first = connect(&options).await?;
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
async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    let unavailable = |detail: String| {
        let (host, port) = (options.get_host(), options.get_port());
        Error::Unavailable(format!("{host}:{port}: {detail}"))
    };
    match tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(unavailable(error.to_string())),
        Err(_) => Err(unavailable("no answer".into())),
    }
}

/// One connection whose plans cannot go stale. A statement prepared while its tables were empty would
/// otherwise keep scanning them for minutes after they filled.
pub(super) async fn open_lane(pool: &PgPool) -> Result<PgPool> {
    let options = pool.connect_options().as_ref().clone().options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ]);
    Ok(pool_options(1).connect_with(options).await?)
}

fn pool_options(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT)
}

/// Fills in a statement's `{rows}` and `{lock:T}` (see `batch.rs`).
pub(super) fn render(sql: &str, types: &[&str]) -> String {
    let mut rows = String::from("SELECT * FROM UNNEST(");
    for (index, sql_type) in types.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let number = index + 1;
        // sqlx sends JSON text as text; the array is cast to what the column wants.
        let cast = match *sql_type {
            "jsonb" => "text[]::jsonb[]".to_owned(),
            other => format!("{other}[]"),
        };
        let _ = write!(rows, "{comma}${number}::{cast}");
    }
    rows.push(')');
    lock_clauses(&sql.replace("{rows}", &rows), "FOR UPDATE OF ")
}

/// Replaces `{lock:T}` by `clause` and the alias, or by nothing where there is no clause.
pub(super) fn lock_clauses(sql: &str, clause: &str) -> String {
    match sql.split_once("{lock:") {
        None => sql.to_owned(),
        Some((before, rest)) => {
            let (alias, after) = rest.split_once('}').unwrap_or((rest, ""));
            let lock = if clause.is_empty() { String::new() } else { format!("{clause}{alias}") };
            format!("{before}{lock}{after}")
        }
    }
}
