//! Columns that are read by a list, whatever the table: for an Organization's owner (`export.rs`), and for another
//! Sovereign (`moved_tables.rs`).

use serde_json::Value;
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;

use super::{Json, Ts};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Id,
    Whole,
    Truth,
    Moment,
    /// A list or an object.
    Nested,
    /// The identifier of a user, in text, who may have another one elsewhere; or, in some rows, the name of a part
    /// of the program, such as `stripe`, which is nobody's and stays.
    Person,
}

/// A column, under its name in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it may have no value.
    pub(crate) optional: bool,
}

macro_rules! column {
    ($name:ident $kind:ident) => {
        Column { name: stringify!($name), kind: Kind::$kind, optional: false }
    };
    ($name:ident $kind:ident null) => {
        Column { name: stringify!($name), kind: Kind::$kind, optional: true }
    };
}
pub(super) use column;

/// The columns of `t`, as a statement asks for them.
pub(super) fn selected(columns: &[Column]) -> String {
    let columns = columns.iter().map(|column| match column.kind {
        Kind::Whole => format!("CAST(t.{0} AS bigint) AS {0}", column.name),
        _ => format!("t.{0} AS {0}", column.name),
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// A row's values, in the order of the columns; `null` where there is none.
pub(super) fn values<'r, R>(row: &'r R, columns: &[Column]) -> sqlx::Result<Vec<Value>>
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
    let mut values = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let value: Option<Value> = match column.kind {
            Kind::Text | Kind::Person => row.try_get::<Option<String>, _>(index)?.map(Value::from),
            Kind::Id => row.try_get::<Option<Uuid>, _>(index)?.map(|id| id.to_string().into()),
            Kind::Whole => row.try_get::<Option<i64>, _>(index)?.map(Value::from),
            Kind::Truth => row.try_get::<Option<bool>, _>(index)?.map(Value::from),
            Kind::Moment => row.try_get::<Option<Ts>, _>(index)?.map(|at| at.0.to_rfc3339().into()),
            Kind::Nested => row.try_get::<Option<Json<Value>>, _>(index)?.map(|json| json.0),
        };
        values.push(value.unwrap_or(Value::Null));
    }
    Ok(values)
}
