//! Many rows in one statement.
//!
//! A statement names its rows once, as a common table expression, and reads the same on both databases:
//!
//! ```sql
//! WITH v (code, times_redeemed) AS ({rows})
//! UPDATE promo_codes SET times_redeemed = v.times_redeemed FROM v WHERE promo_codes.code = v.code
//! ```
//!
//! On PostgreSQL `{rows}` becomes `SELECT unnest($1::text[]), …`, one parameter a column. On
//! SQLite it becomes `VALUES (?, …), …` with room for a few fixed numbers of rows, so that its statements
//! stay prepared.
//! `{lock:T}` locks the rows of table alias `T` where that is a thing to say.
//!
//! `Writes` sends many such statements together.

use sqlx::postgres::{PgArguments, PgHasArrayType, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, Encode, FromRow, Postgres, Type};

use super::{Connection, Engine, Error, Result, Tx, postgres, sqlite};

/// Rows that travel in bulk. Made by [`batch_row!`].
pub(crate) trait BatchRow: Send + Sized {
    const COLUMNS: &'static [Column];

    fn add_columns(rows: &[Self], arguments: &mut PgArguments) -> Result<()>;
    fn add_row(self, arguments: &mut SqliteArguments) -> Result<()>;
}

/// How PostgreSQL gets a column's values, with their type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// An array with a value for each row.
    Each(&'static str),
    /// One value, which all rows of a statement have in common.
    Shared(&'static str),
}

/// Declares a row that travels in bulk: each field with its PostgreSQL type. A field that is `shared` is
/// the same in all rows that go together; rows that differ in it are refused. The first field is never NULL:
/// a row of SQLite's whose first value is NULL is room left over.
macro_rules! batch_row {
    ($(#[$doc:meta])* $vis:vis struct $name:ident $(<$life:lifetime>)? {
        $($field:ident: $type:ty => $($shared:ident)? $sql:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        $vis struct $name $(<$life>)? { $($vis $field: $type),+ }

        impl $(<$life>)? $crate::storage::batch::BatchRow for $name $(<$life>)? {
            const COLUMNS: &'static [$crate::storage::batch::Column] =
                &[$($crate::storage::batch::column!($($shared)? $sql)),+];

            fn add_columns(
                rows: &[Self],
                arguments: &mut sqlx::postgres::PgArguments,
            ) -> $crate::storage::Result<()> {
                $($crate::storage::batch::add_column!(
                    $($shared)? rows.iter().map(|row| &row.$field), arguments
                );)+
                Ok(())
            }

            fn add_row(
                self,
                arguments: &mut sqlx::sqlite::SqliteArguments,
            ) -> $crate::storage::Result<()> {
                use sqlx::Arguments as _;
                $(arguments.add(self.$field).map_err($crate::storage::batch::encoding)?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use batch_row;

macro_rules! column {
    (shared $sql:literal) => {
        $crate::storage::batch::Column::Shared($sql)
    };
    ($sql:literal) => {
        $crate::storage::batch::Column::Each($sql)
    };
}
pub(crate) use column;

macro_rules! add_column {
    (shared $values:expr, $arguments:ident) => {
        $crate::storage::batch::add_shared($values, $arguments)?
    };
    ($values:expr, $arguments:ident) => {
        $crate::storage::batch::add_each($values, $arguments)?
    };
}
pub(crate) use add_column;

pub(crate) fn add_each<'q, T>(
    values: impl Iterator<Item = &'q T>,
    arguments: &mut PgArguments,
) -> Result<()>
where
    T: Encode<'q, Postgres> + Type<Postgres> + PgHasArrayType + 'q,
{
    arguments.add(values.collect::<Vec<&T>>()).map_err(encoding)
}

pub(crate) fn add_shared<'q, T>(
    mut values: impl Iterator<Item = &'q T>,
    arguments: &mut PgArguments,
) -> Result<()>
where
    T: Encode<'q, Postgres> + Type<Postgres> + PartialEq + 'q,
{
    let first = values.next();
    if values.any(|value| Some(value) != first) {
        return Err(encoding("rows that go together differ in a shared column".into()));
    }
    arguments.add(first).map_err(encoding)
}

pub(crate) fn encoding(error: sqlx::error::BoxDynError) -> Error {
    Error::Statement(sqlx::Error::Encode(error))
}

/// Runs a statement for all `rows`; answers how many rows it touched.
pub(crate) async fn execute<R: BatchRow>(
    tx: &mut Tx,
    sql: &'static str,
    rows: Vec<R>,
) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    match tx.connection() {
        Connection::Postgres(connection) => {
            let (sql, arguments) = whole(sql, &rows)?;
            Ok(sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected())
        }
        Connection::Sqlite(connection) => {
            let mut touched = 0;
            for chunk in chunks(sql, rows) {
                let (sql, arguments) = chunk?;
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
    rows: Vec<R>,
) -> Result<()> {
    let of = rows.len() as u64;
    require_all(table, execute(tx, sql, rows).await?, of)
}

fn require_all(table: &str, touched: u64, of: u64) -> Result<()> {
    if touched == of {
        Ok(())
    } else {
        Err(Error::Conflict(format!("{table}: {touched} of {of} rows written")))
    }
}

/// Statements that are sent together: on PostgreSQL as one statement, which saves a round trip for each
/// but one; on SQLite, which is in the process, one after another at once.
///
/// On PostgreSQL they all see the rows as they were before, and run in no certain order: what must come
/// after something else goes into another `Writes`, or before it.
pub(crate) struct Writes<'t> {
    tx: &'t mut Tx,
    parts: Vec<Part>,
    arguments: PgArguments,
}

struct Part {
    sql: String,
    /// The table, and how many of its rows must be touched.
    all: Option<(&'static str, u64)>,
}

impl<'t> Writes<'t> {
    pub(crate) fn new(tx: &'t mut Tx) -> Self {
        Self { tx, parts: Vec::new(), arguments: PgArguments::default() }
    }

    /// New rows.
    pub(crate) async fn insert<R: BatchRow>(
        &mut self,
        sql: &'static str,
        rows: Vec<R>,
    ) -> Result<()> {
        self.add(sql, rows, None).await
    }

    /// Changes of rows that must all be there, as [`execute_all`] makes them.
    pub(crate) async fn update<R: BatchRow>(
        &mut self,
        table: &'static str,
        sql: &'static str,
        rows: Vec<R>,
    ) -> Result<()> {
        let all = Some((table, rows.len() as u64));
        self.add(sql, rows, all).await
    }

    async fn add<R: BatchRow>(
        &mut self,
        sql: &'static str,
        rows: Vec<R>,
        all: Option<(&'static str, u64)>,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match self.tx.engine() {
            Engine::Postgres => {
                let sql = postgres::render(sql, R::COLUMNS, self.arguments.len() + 1);
                R::add_columns(&rows, &mut self.arguments)?;
                self.parts.push(Part { sql, all });
                Ok(())
            }
            Engine::Sqlite => {
                let touched = execute(self.tx, sql, rows).await?;
                all.map_or(Ok(()), |(table, of)| require_all(table, touched, of))
            }
        }
    }

    /// Runs what has not run yet.
    pub(crate) async fn send(self) -> Result<()> {
        if self.parts.is_empty() {
            return Ok(());
        }
        let sql =
            postgres::together(self.parts.iter().map(|part| (&*part.sql, part.all.is_some())));
        let Connection::Postgres(connection) = self.tx.connection() else { return Ok(()) };
        let counts: Vec<i64> = sqlx::query_scalar_with(AssertSqlSafe(sql), self.arguments)
            .fetch_one(connection)
            .await?;
        let counted = self.parts.iter().filter_map(|part| part.all).zip(counts);
        for ((table, of), touched) in counted {
            require_all(table, u64::try_from(touched).unwrap_or(0), of)?;
        }
        Ok(())
    }
}

/// Runs a query for all `rows` and collects what it answers.
pub(crate) async fn fetch<R, O>(tx: &mut Tx, sql: &'static str, rows: Vec<R>) -> Result<Vec<O>>
where
    R: BatchRow,
    O: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    match tx.connection() {
        Connection::Postgres(connection) => {
            let (sql, arguments) = whole(sql, &rows)?;
            Ok(sqlx::query_as_with(sql, arguments).fetch_all(connection).await?)
        }
        Connection::Sqlite(connection) => {
            let mut found = Vec::new();
            for chunk in chunks(sql, rows) {
                let (sql, arguments) = chunk?;
                let query = sqlx::query_as_with(sql, arguments);
                found.extend(query.fetch_all(&mut *connection).await?);
            }
            Ok(found)
        }
    }
}

/// A statement of PostgreSQL for all `rows`.
fn whole<R: BatchRow>(sql: &str, rows: &[R]) -> Result<(AssertSqlSafe<String>, PgArguments)> {
    let mut arguments = PgArguments::default();
    R::add_columns(rows, &mut arguments)?;
    Ok((AssertSqlSafe(postgres::render(sql, R::COLUMNS, 1)), arguments))
}

/// Statements of SQLite for all `rows`.
fn chunks<R: BatchRow>(
    sql: &str,
    rows: Vec<R>,
) -> impl Iterator<Item = Result<(AssertSqlSafe<String>, SqliteArguments)>> {
    let chunks = sqlite::chunks(rows.len());
    let mut rows = rows.into_iter();
    chunks.map(move |(chunk, room)| {
        let arguments = sqlite_arguments(rows.by_ref().take(chunk), room)?;
        Ok((AssertSqlSafe(sqlite::render(sql, R::COLUMNS.len(), room)), arguments))
    })
}

/// The values of `rows`, and NULL for the rest of the `room`.
fn sqlite_arguments<R: BatchRow>(
    rows: impl Iterator<Item = R>,
    room: usize,
) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(room * R::COLUMNS.len(), 0);
    for row in rows {
        row.add_row(&mut arguments)?;
    }
    while arguments.len() < room * R::COLUMNS.len() {
        arguments.add(None::<i64>).map_err(encoding)?;
    }
    Ok(arguments)
}
