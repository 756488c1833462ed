//! What the earlier service's tables look like, and whether these are they.
//!
//! Its columns are read into temporary tables of one fixed shape, whatever version of that service wrote
//! them; everything after that is plain SQL. Columns that it does not name are carried over as they are.

use sqlx::{AssertSqlSafe, PgConnection};

use super::columns::{Kind, METERED, Table};
use super::report::Report;
use crate::storage::Result;

impl Kind {
    fn takes(self, found: &Found) -> bool {
        let text = ["text", "varchar", "bpchar", "citext", "uuid"];
        let types: &[&str] = match self {
            Self::Uuid | Self::Owner => &["uuid", "text", "varchar"],
            Self::Text if found.is_enum => return true,
            Self::Text => &text,
            Self::Int4 | Self::Int8 => &["int2", "int4", "int8"],
            Self::Flag => &["bool"],
            Self::Moment => &["timestamptz", "timestamp"],
            Self::List => &["jsonb", "json", "_text", "_varchar", "_uuid"],
        };
        types.contains(&found.base_type.as_str())
    }

    const fn wants(self) -> &'static str {
        match self {
            Self::Uuid | Self::Owner => "uuid",
            Self::Text => "text",
            Self::Int4 => "integer",
            Self::Int8 => "bigint",
            Self::Flag => "boolean",
            Self::Moment => "timestamp with time zone",
            Self::List => "jsonb or text[]",
        }
    }

    /// A condition that rows break whose value cannot be read as what it should be.
    fn misread(self, found: &Found) -> Option<String> {
        let column = quoted(&found.name);
        match self {
            Self::Uuid if found.base_type == "uuid" => Some(format!("{column} IS NULL")),
            Self::Uuid => Some(format!("({column} ~ {UUID}) IS NOT TRUE")),
            Self::Owner if found.base_type != "uuid" => Some(format!("{column} !~ {UUID}")),
            Self::Int4 if found.base_type == "int8" => {
                Some(format!("{column} NOT BETWEEN -2147483648 AND 2147483647"))
            }
            _ => None,
        }
    }

    /// The expression that reads the column, and the type it has where there is none.
    fn read(self, found: Option<&Found>) -> String {
        let Some(found) = found else {
            let sql_type = match self {
                Self::List => return "'[]'::jsonb".to_owned(),
                Self::Flag => "boolean",
                Self::Moment => "timestamptz",
                Self::Int4 | Self::Int8 => "bigint",
                Self::Uuid | Self::Owner => "uuid",
                Self::Text => "text",
            };
            return format!("NULL::{sql_type}");
        };
        let column = format!("t.{}", quoted(&found.name));
        match self {
            Self::Uuid => format!("{column}::uuid"),
            Self::Owner => format!("COALESCE({column}::uuid, '{}'::uuid)", uuid::Uuid::nil()),
            Self::Text => format!("{column}::text"),
            Self::Int4 | Self::Int8 => format!("{column}::bigint"),
            Self::Flag => column,
            // What lies outside is nobody's clock, and cannot be written as RFC 3339.
            Self::Moment => {
                let zone = if found.base_type == "timestamp" { " AT TIME ZONE 'UTC'" } else { "" };
                format!(
                    "CASE WHEN {column} >= '0001-01-01' AND {column} < '9999-12-31' \
                     THEN {column}{zone} END"
                )
            }
            Self::List => list(&column, &found.base_type),
        }
    }
}

/// A list of texts, whatever the elements are: objects are known by their id or slug.
fn list(column: &str, base_type: &str) -> String {
    let json = if base_type.starts_with('_') { "to_jsonb" } else { "" };
    let json = format!("{json}({column})::jsonb");
    format!(
        "CASE WHEN {json} = '[]' THEN '[]' WHEN jsonb_typeof({json}) = 'array' THEN \
         COALESCE((SELECT jsonb_agg(COALESCE(e ->> 'id', e ->> 'slug', e #>> '{{}}')) \
         FROM jsonb_array_elements({json}) e WHERE e <> 'null'), '[]') ELSE '[]' END"
    )
}

/// What a text that is an identifier matches.
const UUID: &str =
    "'^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$'";

from_row! {
    /// A column that is there.
    #[derive(Debug, Clone)]
    struct Found {
        name: String,
        base_type: String,
        is_enum: bool,
        /// As it is written in a definition.
        full_type: String,
    }
}

/// A column of an old table that this program does not know.
#[derive(Debug, Clone)]
pub(super) struct Legacy {
    pub(super) table: &'static str,
    pub(super) name: String,
    pub(super) full_type: String,
}

impl Legacy {
    /// What it is called in the temporary table, where it may not get in the way.
    pub(super) fn alias(&self) -> String {
        quoted(&format!("legacy {}", self.name))
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn columns_of(connection: &mut PgConnection, table: &str) -> Result<Vec<Found>> {
    let sql = "SELECT a.attname::text AS name, t.typname::text AS base_type, t.typtype = 'e' AS is_enum, \
                   format_type(a.atttypid, a.atttypmod) AS full_type \
               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
               WHERE a.attrelid = to_regclass(current_schema() || '.' || $1) AND a.attnum > 0 \
                   AND NOT a.attisdropped ORDER BY a.attnum";
    Ok(sqlx::query_as(sql).bind(table).fetch_all(connection).await?)
}

/// The statement that reads one old table, and the columns of it that nobody knows. What does not fit
/// goes into the report.
pub(super) async fn reading(
    connection: &mut PgConnection,
    table: &'static Table,
    report: &mut Report,
) -> Result<(String, Vec<Legacy>)> {
    let found = columns_of(connection, table.name).await?;
    let absent = found.is_empty();
    let mut reads = Vec::new();
    for column in table.columns {
        let there = found.iter().find(|found| found.name == column.name);
        let subject = format!("{}.{}", table.name, column.name);
        match there {
            None if column.required && !absent => {
                report.refuse("column-missing", &subject, "this column is not there");
            }
            Some(found) if !column.kind.takes(found) => {
                let detail =
                    format!("the type is {}, not {}", found.full_type, column.kind.wants());
                report.refuse("column-type", &subject, &detail);
            }
            Some(found) => {
                if let Some(condition) = column.kind.misread(found) {
                    let sql = format!("SELECT count(*) FROM {} WHERE {condition}", table.name);
                    let wrong: i64 =
                        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
                    if wrong > 0 {
                        let detail = format!("{wrong} values are no {}", column.kind.wants());
                        report.refuse("column-values", &subject, &detail);
                    }
                }
            }
            None => {}
        }
        reads.push(format!("{} AS {}", column.kind.read(there), column.name));
    }
    let known = |name: &str| table.columns.iter().any(|column| column.name == name);
    let legacy: Vec<Legacy> = found
        .iter()
        .filter(|found| !known(&found.name) || found.name == METERED)
        .map(|found| Legacy {
            table: table.name,
            name: found.name.clone(),
            full_type: found.full_type.clone(),
        })
        .collect();
    reads.extend(
        legacy.iter().map(|column| format!("t.{} AS {}", quoted(&column.name), column.alias())),
    );
    // A table that an older version did not have is an empty one.
    let from = if absent { "WHERE FALSE".to_owned() } else { format!("FROM {} t", table.name) };
    let name = table.name;
    let reads = reads.join(", ");
    Ok((format!("CREATE TEMP TABLE old_{name} ON COMMIT DROP AS SELECT {reads} {from}"), legacy))
}
