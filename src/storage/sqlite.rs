//! What only SQLite needs: its file, its pragmas, and rows as VALUES.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use super::{Error, Result, Store, postgres};

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Older engines can corrupt a WAL database when two processes checkpoint (sqlite.org/wal.html,
/// "The WAL-reset bug").
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];
/// Rows in one statement; each size is prepared once.
const CHUNK_SIZES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

pub(super) async fn open(path: &Path) -> Result<Store> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(500);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_reusable(connection)))
        .connect_with(options.clone())
        .await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&writer).await?;
    if parts(&version) < OLDEST_VERSION {
        let [major, minor, patch] = OLDEST_VERSION;
        let text = format!("SQLite {version} is too old; use {major}.{minor}.{patch} or newer");
        return Err(Error::Unsupported(text));
    }
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok(Store::Sqlite { writer, readers })
}

/// SQLite undoes a transaction by itself when the disk is full or fails. The library does not see that:
/// it takes the connection for one inside a transaction, and could never begin another on it.
async fn is_reusable(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // Commands run in their order: after this one a rollback that was queued has been tried.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn parts(version: &str) -> [u32; 3] {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// Cuts `rows` rows into pieces of a few fixed sizes, so that few statements have to be prepared.
pub(super) fn chunk_sizes(mut rows: usize) -> Vec<usize> {
    let mut sizes = Vec::new();
    for size in CHUNK_SIZES {
        while rows >= size {
            sizes.push(size);
            rows -= size;
        }
    }
    sizes
}

/// Fills in a statement's `{rows}` (see `batch.rs`); a transaction that writes has locked everything.
pub(super) fn render(sql: &str, columns: usize, rows: usize) -> String {
    let mut values = String::from("VALUES ");
    for row in 0..rows {
        values.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(values, "{comma}${}", row * columns + column + 1);
        }
        values.push(')');
    }
    postgres::lock_clauses(&sql.replace("{rows}", &values), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_prepared_sizes() {
        assert_eq!(chunk_sizes(347), [128, 128, 64, 16, 8, 2, 1]);
        assert_eq!(chunk_sizes(0), [0; 0]);
    }

    #[test]
    fn statements_read_the_same_on_both() {
        let sql =
            "WITH v (a, b) AS ({rows}) SELECT * FROM v JOIN t ON t.a = v.a ORDER BY t.a {lock:t}";
        assert_eq!(
            render(sql, 2, 2),
            "WITH v (a, b) AS (VALUES ($1, $2), ($3, $4)) \
             SELECT * FROM v JOIN t ON t.a = v.a ORDER BY t.a "
        );
        assert_eq!(
            postgres::render(sql, &["uuid", "jsonb"], 1),
            "WITH v (a, b) AS (SELECT unnest($1::uuid[]), unnest($2::text[])::jsonb) \
             SELECT * FROM v JOIN t ON t.a = v.a ORDER BY t.a FOR UPDATE OF t"
        );
    }
}
