//! A copy of an SQLite database, made beside a running server, and the checks of such a copy.
//!
//! PostgreSQL has tools of its own for this (docs/BACKUP.md).

use std::path::Path;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Result, Store, on_db};

/// Writes the state of this moment to a new file. Readers and the writer go on meanwhile; whoever commits
/// later is not in it.
///
/// # Errors
/// Where the database cannot be read or the file not be written; what was written of it remains.
pub async fn copy(database: &Path, to: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await?;
    let to = to.to_string_lossy().into_owned();
    let copied = sqlx::query("VACUUM INTO $1").bind(to).execute(&mut connection).await;
    sqlx::Connection::close(connection).await?;
    copied?;
    Ok(())
}

/// What SQLite finds wrong with the file itself; nothing where it is sound.
///
/// # Errors
/// Where it is too damaged to be looked at.
pub async fn damage(store: &Store) -> Result<Vec<String>> {
    let mut tx = store.read().await?;
    let sql = "PRAGMA integrity_check(20)";
    let mut found: Vec<String> = on_db!(tx, c => sqlx::query_scalar(sql).fetch_all(c).await)?;
    found.retain(|line| line != "ok");
    Ok(found)
}

from_row! {
    /// What a database holds, in numbers a person can compare.
    #[derive(Debug, Clone, serde::Serialize)]
    pub struct Contents {
        pub organizations: i64,
        pub vouchers: i64,
        pub orders: i64,
        pub ledger_lines: i64,
    }
}

/// # Errors
/// Where the database fails.
pub async fn contents(store: &Store) -> Result<Contents> {
    let mut tx = store.snapshot().await?;
    let sql = "SELECT (SELECT COUNT(*) FROM organizations) AS organizations, \
                   (SELECT COUNT(*) FROM promo_codes) AS vouchers, \
                   (SELECT COUNT(*) FROM orders) AS orders, \
                   (SELECT COUNT(*) FROM credit_ledger) AS ledger_lines";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?)
}
