//! What an Organization takes along to another Sovereign: its rows, table by table, with all their columns, so that
//! the other side can put them into the same tables. What its owner may have is another list (`export.rs`).

use serde_json::{Map, Value};
use sovereign_domain::timestamp::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, ColumnIndex, Decode, Encode, Row, Type};
use uuid::Uuid;

use super::batch::encoding;
use super::columns;
use super::moved_list::Order;
use super::{Connection, Engine, Error, Json, Result, Ts, Tx, on_db};

pub(crate) use super::moved_list::{Column, Kind, MOVED, Moved};

/// How many rows are read at once.
const PAGE: i64 = 1_000;
/// How many values a statement may bring: SQLite takes 32 766.
const VALUES: usize = 8_000;

/// A row: a member for each column, in the order of the columns; null where it has no value.
pub(crate) type Members = Map<String, Value>;

/// The table of this name, or of the file of this name.
pub(crate) fn find(name: &str) -> Option<&'static Moved> {
    MOVED.iter().find(|moved| moved.file == name || moved.table == name)
}

/// Where the next page begins.
#[derive(Debug, Clone)]
enum After {
    Id(Uuid),
    Text(String),
    Moment(Timestamp, Uuid),
    /// Everything is one page.
    Nothing,
}

/// Reads one table's rows of one Organization, page after page.
pub(crate) struct Rows {
    moved: &'static Moved,
    sql: String,
    /// The last row that was read; `None` when there is no more.
    after: Option<After>,
}

impl Rows {
    pub(crate) fn of(moved: &'static Moved) -> Self {
        let columns = columns::selected(moved.columns);
        let (rest, after) = match moved.order {
            Order::Id => {
                ("AND t.id > $2 ORDER BY t.id LIMIT $3".to_owned(), After::Id(Uuid::nil()))
            }
            Order::Text(key) => {
                let rest = format!("AND t.{key} > $2 ORDER BY t.{key} LIMIT $3");
                (rest, After::Text(String::new()))
            }
            Order::Moment(key) => {
                let rest =
                    format!("AND (t.{key}, t.id) > ($2, $3) ORDER BY t.{key}, t.id LIMIT $4");
                (rest, After::Moment(Timestamp::from_seconds(FIRST_SECOND), Uuid::nil()))
            }
            Order::All(keys) => (format!("ORDER BY {keys}"), After::Nothing),
        };
        let sql = format!("SELECT {columns} FROM {} t WHERE t.{} {rest}", moved.table, moved.whose);
        Self { moved, sql, after: Some(after) }
    }

    /// The next rows; none when there are no more.
    pub(crate) async fn next(&mut self, tx: &mut Tx, tenant_id: &str) -> Result<Vec<Members>> {
        let Some(after) = self.after.take() else { return Ok(Vec::new()) };
        let columns = self.moved.columns;
        let sql = || AssertSqlSafe(self.sql.clone());
        let rows: Vec<Members> = match &after {
            After::Id(id) => on_db!(tx, c => sqlx::query(sql())
                .bind(tenant_id)
                .bind(*id)
                .bind(PAGE)
                .fetch_all(c)
                .await?
                .iter()
                .map(|row| members(row, columns))
                .collect::<sqlx::Result<_>>())?,
            After::Text(text) => on_db!(tx, c => sqlx::query(sql())
                .bind(tenant_id)
                .bind(text)
                .bind(PAGE)
                .fetch_all(c)
                .await?
                .iter()
                .map(|row| members(row, columns))
                .collect::<sqlx::Result<_>>())?,
            After::Moment(at, id) => on_db!(tx, c => sqlx::query(sql())
                .bind(tenant_id)
                .bind(Ts(*at))
                .bind(*id)
                .bind(PAGE)
                .fetch_all(c)
                .await?
                .iter()
                .map(|row| members(row, columns))
                .collect::<sqlx::Result<_>>())?,
            After::Nothing => on_db!(tx, c => sqlx::query(sql())
                .bind(tenant_id)
                .fetch_all(c)
                .await?
                .iter()
                .map(|row| members(row, columns))
                .collect::<sqlx::Result<_>>())?,
        };
        let whole = i64::try_from(rows.len()).is_ok_and(|count| count >= PAGE);
        if let (true, Some(last)) = (whole, rows.last()) {
            self.after = place(self.moved.order, last);
        }
        Ok(rows)
    }
}

/// Before any row was made; a year that RFC 3339 can name.
const FIRST_SECOND: i64 = -62_000_000_000;

/// Where the page behind this row begins; `None` where all is one page.
fn place(order: Order, row: &Members) -> Option<After> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let id = || Uuid::parse_str(text("id")?).ok();
    match order {
        Order::Id => id().map(After::Id),
        Order::Text(key) => text(key).map(|text| After::Text(text.to_owned())),
        Order::Moment(key) => Some(After::Moment(Timestamp::parse_rfc3339(text(key)?)?, id()?)),
        Order::All(_) => None,
    }
}

fn members<'r, R>(row: &'r R, columns: &[Column]) -> sqlx::Result<Members>
where
    R: Row,
    usize: ColumnIndex<R>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    bool: Decode<'r, R::Database> + Type<R::Database>,
    Ts: Decode<'r, R::Database> + Type<R::Database>,
    Json<Value>: Decode<'r, R::Database> + Type<R::Database>,
{
    let values = columns::values(row, columns)?;
    Ok(columns.iter().map(|column| column.name.to_owned()).zip(values).collect())
}

/// What is wrong with a row of this table: the member, and why it is none. `None` where all are as they must be.
pub(crate) fn fault(moved: &Moved, row: &Members) -> Option<(String, &'static str)> {
    for column in moved.columns {
        let Some(value) = row.get(column.name) else {
            return Some((column.name.to_owned(), "is missing"));
        };
        if let Some(fault) = misfit(column, value) {
            return Some((column.name.to_owned(), fault));
        }
    }
    let known = |name: &str| moved.columns.iter().any(|column| column.name == name);
    row.keys().find(|name| !known(name)).map(|name| (name.clone(), "is not known here"))
}

fn misfit(column: &Column, value: &Value) -> Option<&'static str> {
    if value.is_null() && column.kind != Kind::Nested {
        return (!column.optional).then_some("must have a value");
    }
    let text = value.as_str();
    let (fits, fault) = match column.kind {
        // PostgreSQL keeps no NUL.
        Kind::Text | Kind::Person => {
            (text.is_some_and(|text| !text.contains('\0')), "must be a text")
        }
        Kind::Id => (text.is_some_and(|text| Uuid::parse_str(text).is_ok()), "must be a UUID"),
        Kind::Whole => (value.is_i64(), "must be a whole number"),
        Kind::Truth => (value.is_boolean(), "must be true or false"),
        Kind::Moment => {
            let moment = text.and_then(Timestamp::parse_rfc3339);
            (moment.is_some(), "must be a moment in RFC 3339")
        }
        Kind::Nested => {
            let absent = value.is_null() && column.optional;
            (absent || value.is_array() || value.is_object(), "must be a list or an object")
        }
    };
    (!fits).then_some(fault)
}

/// Inserts rows of one table.
///
/// # Errors
/// Where a row is not one of this table, with the file, the row's number among these and the member; where the
/// database has it already ([`Error::Conflict`]), or fails.
pub(crate) async fn insert(tx: &mut Tx, moved: &'static Moved, rows: &[Members]) -> Result<()> {
    for (row, number) in rows.iter().zip(1_u64..) {
        if let Some((member, fault)) = fault(moved, row) {
            let what = format!("line {number} of these: {member} {fault}");
            return Err(Error::corrupt(moved.file, what));
        }
    }
    let at_once = (VALUES / moved.columns.len().max(1)).max(1);
    for chunk in rows.chunks(at_once) {
        let sql = AssertSqlSafe(statement(tx.engine(), moved, chunk.len()));
        match tx.connection() {
            Connection::Postgres(connection) => {
                let mut arguments = PgArguments::default();
                fill(&mut arguments, moved, chunk)?;
                sqlx::query_with(sql, arguments).execute(connection).await?;
            }
            Connection::Sqlite(connection) => {
                let mut arguments = SqliteArguments::default();
                fill(&mut arguments, moved, chunk)?;
                sqlx::query_with(sql, arguments).execute(connection).await?;
            }
        }
    }
    Ok(())
}

/// So many rows in one statement.
fn statement(engine: Engine, moved: &Moved, rows: usize) -> String {
    let names = moved.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let mut number = 0_usize;
    let rows: Vec<String> = (0..rows)
        .map(|_| {
            let values = moved.columns.iter().map(|column| {
                number += 1;
                match (engine, column.kind) {
                    // Of the columns of documents some keep the text as it came.
                    (Engine::Postgres, Kind::Nested) => format!("CAST(${number} AS json)"),
                    _ => format!("${number}"),
                }
            });
            format!("({})", values.collect::<Vec<_>>().join(", "))
        })
        .collect();
    format!("INSERT INTO {} ({names}) VALUES {}", moved.table, rows.join(", "))
}

/// The values of rows that [`fault`] finds nothing wrong with.
fn fill<A>(arguments: &mut A, moved: &Moved, rows: &[Members]) -> Result<()>
where
    A: Arguments,
    for<'q> Option<String>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<Uuid>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<i64>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<bool>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<Ts>: Encode<'q, A::Database> + Type<A::Database>,
{
    for row in rows {
        for column in moved.columns {
            let value = row.get(column.name).unwrap_or(&Value::Null);
            let text = value.as_str();
            let added = match column.kind {
                Kind::Text | Kind::Person => arguments.add(text.map(str::to_owned)),
                Kind::Id => arguments.add(text.and_then(|text| Uuid::parse_str(text).ok())),
                Kind::Whole => arguments.add(value.as_i64()),
                Kind::Truth => arguments.add(value.as_bool()),
                Kind::Moment => arguments.add(text.and_then(Timestamp::parse_rfc3339).map(Ts)),
                Kind::Nested => arguments.add((!value.is_null()).then(|| value.to_string())),
            };
            added.map_err(encoding)?;
        }
    }
    Ok(())
}

/// Deletes an Organization's rows of all moved tables, children first. What is added up of them is the caller's.
pub(crate) async fn remove(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    for moved in MOVED.iter().rev() {
        let sql = || AssertSqlSafe(format!("DELETE FROM {} WHERE {}", moved.table, moved.whose));
        on_db!(tx, c => sqlx::query(sql()).bind(tenant_id).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
