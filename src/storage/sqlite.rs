//! What only SQLite needs: its file, its pragmas, and rows as VALUES.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, SqlitePool};

use super::{Error, Result, Store, postgres};

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Older engines can corrupt a WAL database when two processes checkpoint (sqlite.org/wal.html,
/// "The WAL-reset bug").
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];
/// How many rows a statement has room for: each size is prepared once. Where there are fewer rows than
/// that, the rest are rows of NULL, which it passes over.
const SIZES: [usize; 18] = [1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128];
const LARGEST: usize = SIZES[SIZES.len() - 1];
/// 32 MiB. Copying the log into the file costs two waits for the disk, and the pages that many batches wrote
/// again and again are copied once.
const CHECKPOINT_PAGES: &str = "8000";
/// 16 MiB for the connection that writes: what a batch changes should not have to be read.
const CACHE_KIB: &str = "-16384";

pub(super) async fn open(path: &Path) -> Result<Store> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .statement_cache_capacity(500);
    let writer = open_writer(options.clone().pragma("cache_size", CACHE_KIB)).await?;
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

/// Of several processes that open a new file at once, one switches it to its log; whoever tries to do the
/// same at that moment is told at once that the file is locked, whatever its timeout.
async fn open_writer(options: SqliteConnectOptions) -> Result<SqlitePool> {
    const TRIES: u32 = 50;
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 1..TRIES {
        match connect_writer(options.clone()).await.map_err(Error::from) {
            Err(error) if error.is_conflict() => tokio::time::sleep(PAUSE).await,
            other => return other,
        }
    }
    Ok(connect_writer(options).await?)
}

async fn connect_writer(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_reusable(connection)))
        .connect_with(options)
        .await
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

/// Cuts `rows` rows into pieces: how many rows each has, and of how many its statement has room for.
pub(super) fn chunks(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(LARGEST).map(move |begun| {
        let chunk = (rows - begun).min(LARGEST);
        let room = SIZES.into_iter().find(|size| *size >= chunk).unwrap_or(LARGEST);
        (chunk, room)
    })
}

/// Fills in a statement's `{rows}` (see `batch.rs`); a transaction that writes has locked everything.
pub(super) fn render(sql: &str, columns: usize, rows: usize) -> String {
    let row = "(?".to_owned() + &",?".repeat(columns - 1) + "),";
    let mut values = format!("SELECT * FROM (VALUES {}", row.repeat(rows));
    values.pop();
    // A row's first column is never NULL.
    values.push_str(") WHERE column1 IS NOT NULL");
    postgres::lock_clauses(&sql.replace("{rows}", &values), "")
}

#[cfg(test)]
mod tests {
    use super::super::batch::Column;
    use super::*;

    #[test]
    fn rows_are_cut_into_prepared_sizes() {
        assert_eq!(chunks(347).collect::<Vec<_>>(), [(128, 128), (128, 128), (91, 96)]);
        assert_eq!(chunks(7).collect::<Vec<_>>(), [(7, 8)]);
        assert_eq!(chunks(128).collect::<Vec<_>>(), [(128, 128)]);
        assert_eq!(chunks(0).count(), 0);
    }

    #[test]
    fn statements_read_the_same_on_both() {
        let sql =
            "WITH v (a, b) AS ({rows}) SELECT * FROM v JOIN t ON t.a = v.a ORDER BY t.a {lock:t}";
        assert_eq!(
            render(sql, 2, 2),
            "WITH v (a, b) AS (SELECT * FROM (VALUES (?,?),(?,?)) WHERE column1 IS NOT NULL) \
             SELECT * FROM v JOIN t ON t.a = v.a ORDER BY t.a "
        );
        let sql = "WITH v (a, b, c) AS ({rows}) SELECT * FROM v JOIN t ON t.a = v.a {lock:t}";
        let columns = [Column::Each("uuid"), Column::Each("jsonb"), Column::Shared("text")];
        assert_eq!(
            postgres::render(sql, &columns, 1),
            "WITH v (a, b, c) AS (SELECT unnest($1::uuid[]), unnest($2::text[])::jsonb, $3::text) \
             SELECT * FROM v JOIN t ON t.a = v.a FOR UPDATE OF t"
        );
    }
}
