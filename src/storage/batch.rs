//! Many rows in one statement.
//!
//! A statement names its rows once, as a common table expression, and reads the same on both databases:
//!
//! ```sql
//! WITH v (code, times_redeemed) AS ({rows})
//! UPDATE promo_codes SET times_redeemed = v.times_redeemed FROM v WHERE promo_codes.code = v.code
//! ```
//!
//! On PostgreSQL `{rows}` becomes `SELECT * FROM UNNEST($1::text[], …)`, one parameter a column. On
//! SQLite it becomes `VALUES ($1, …), …` in a few fixed sizes, so that its statements stay prepared.
//! `{lock:T}` locks the rows of table alias `T` where that is a thing to say.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow};

use super::{Connection, Error, Result, Tx, postgres, sqlite};

/// Rows that travel in bulk. Made by [`batch_row!`].
pub(crate) trait BatchRow: Sync + Sized {
    /// The PostgreSQL type of each column.
    const TYPES: &'static [&'static str];

    fn add_columns(rows: &[Self], arguments: &mut PgArguments) -> Result<()>;
    fn add_row(&self, arguments: &mut SqliteArguments) -> Result<()>;
}

/// Declares a row that travels in bulk: each field with its PostgreSQL type.
macro_rules! batch_row {
    ($(#[$doc:meta])* $vis:vis struct $name:ident { $($field:ident: $type:ty => $sql:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($vis $field: $type),+ }

        impl $crate::storage::batch::BatchRow for $name {
            const TYPES: &'static [&'static str] = &[$($sql),+];

            fn add_columns(
                rows: &[Self],
                arguments: &mut sqlx::postgres::PgArguments,
            ) -> $crate::storage::Result<()> {
                use sqlx::Arguments as _;
                $(
                    let column: Vec<$type> = rows.iter().map(|row| row.$field.clone()).collect();
                    arguments.add(column).map_err($crate::storage::batch::encoding)?;
                )+
                Ok(())
            }

            fn add_row(
                &self,
                arguments: &mut sqlx::sqlite::SqliteArguments,
            ) -> $crate::storage::Result<()> {
                use sqlx::Arguments as _;
                $(
                    arguments
                        .add(self.$field.clone())
                        .map_err($crate::storage::batch::encoding)?;
                )+
                Ok(())
            }
        }
    };
}
pub(crate) use batch_row;

pub(crate) fn encoding(error: sqlx::error::BoxDynError) -> Error {
    Error::Statement(sqlx::Error::Encode(error))
}

/// Runs a statement for all `rows`; answers how many rows it touched.
pub(crate) async fn execute<R: BatchRow>(
    tx: &mut Tx,
    sql: &'static str,
    rows: &[R],
) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    match tx.connection() {
        Connection::Postgres(connection) => {
            let mut arguments = PgArguments::default();
            R::add_columns(rows, &mut arguments)?;
            let sql = AssertSqlSafe(postgres::render(sql, R::TYPES));
            Ok(sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected())
        }
        Connection::Sqlite(connection) => {
            let mut touched = 0;
            for chunk in sqlite::chunks(rows) {
                let arguments = sqlite_arguments(chunk)?;
                let sql = AssertSqlSafe(sqlite::render(sql, R::TYPES.len(), chunk.len()));
                let query = sqlx::query_with(sql, arguments);
                touched += query.execute(&mut *connection).await?.rows_affected();
            }
            Ok(touched)
        }
    }
}

/// Runs a statement that must touch each of `rows`: one that another transaction changed or took
/// meanwhile is a conflict.
pub(crate) async fn execute_all<R: BatchRow>(
    tx: &mut Tx,
    table: &str,
    sql: &'static str,
    rows: &[R],
) -> Result<()> {
    let touched = execute(tx, sql, rows).await?;
    if touched == rows.len() as u64 {
        Ok(())
    } else {
        Err(Error::Conflict(format!("{table}: {touched} of {} rows written", rows.len())))
    }
}

/// Runs a query for all `rows` and collects what it answers.
pub(crate) async fn fetch<R, O>(tx: &mut Tx, sql: &'static str, rows: &[R]) -> Result<Vec<O>>
where
    R: BatchRow,
    O: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    match tx.connection() {
        Connection::Postgres(connection) => {
            let mut arguments = PgArguments::default();
            R::add_columns(rows, &mut arguments)?;
            let sql = AssertSqlSafe(postgres::render(sql, R::TYPES));
            Ok(sqlx::query_as_with(sql, arguments).fetch_all(connection).await?)
        }
        Connection::Sqlite(connection) => {
            let mut found = Vec::new();
            for chunk in sqlite::chunks(rows) {
                let arguments = sqlite_arguments(chunk)?;
                let sql = AssertSqlSafe(sqlite::render(sql, R::TYPES.len(), chunk.len()));
                let query = sqlx::query_as_with(sql, arguments);
                found.extend(query.fetch_all(&mut *connection).await?);
            }
            Ok(found)
        }
    }
}

fn sqlite_arguments<R: BatchRow>(rows: &[R]) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for row in rows {
        row.add_row(&mut arguments)?;
    }
    Ok(arguments)
}
