//! Everything a database holds, to show that a refused request changed none of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sovereign::storage::Store;
use sqlx::AssertSqlSafe;

use super::app::TestApp;
use super::client::Reply;

/// The rows of every table, as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State(BTreeMap<String, Vec<String>>);

impl State {
    /// Fails where a row was added, changed or removed since; names the tables.
    pub(crate) fn assert_unchanged(&self, after: &Self) {
        let tables = self.0.keys().chain(after.0.keys());
        for table in tables {
            assert_eq!(self.0.get(table), after.0.get(table), "{table} changed");
        }
    }
}

impl State {
    /// The tables that are not what they were.
    pub(crate) fn changed<'a>(&'a self, after: &'a Self) -> Vec<&'a str> {
        let tables: BTreeSet<&String> = self.0.keys().chain(after.0.keys()).collect();
        let differs = |table: &&String| self.0.get(*table) != after.0.get(*table);
        tables.into_iter().filter(differs).map(String::as_str).collect()
    }

    /// Reads all rows of all tables, whatever tables there are, but for who asked how often.
    pub(crate) async fn of(store: &Store) -> Self {
        let tables = match store {
            Store::Postgres(_) => {
                "SELECT CAST(table_name AS text) FROM information_schema.tables \
                 WHERE table_schema = 'public'"
            }
            Store::Sqlite { .. } => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
        };
        let mut state = BTreeMap::new();
        let tables = texts(store, tables).await.into_iter().filter(|table| table != "rate_limits");
        for table in tables {
            let rows = rows_of(store, &table).await;
            state.insert(table, rows);
        }
        Self(state)
    }
}

async fn rows_of(store: &Store, table: &str) -> Vec<String> {
    let row = match store {
        Store::Postgres(_) => "CAST(t AS text)".to_owned(),
        Store::Sqlite { .. } => {
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns = texts(store, &columns).await;
            let quoted: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
            quoted.join(" || '|' || ")
        }
    };
    texts(store, &format!("SELECT {row} FROM {table} t ORDER BY 1")).await
}

async fn texts(store: &Store, sql: &str) -> Vec<String> {
    match store {
        Store::Postgres(pool) => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await,
        Store::Sqlite { writer, .. } => {
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(writer).await
        }
    }
    .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

impl TestApp {
    pub(crate) async fn state(&self) -> State {
        State::of(&self.store).await
    }

    /// A column of texts from the database, past the API.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        texts(&self.store, sql).await
    }

    /// The problem a request is refused with; it must leave every row of every table as it was.
    pub(crate) async fn refuses(
        &self,
        request: impl Future<Output = Reply>,
        status: u16,
        code: &str,
    ) -> Value {
        let before = self.state().await;
        let problem = request.await.expect_problem(status, code);
        before.assert_unchanged(&self.state().await);
        problem
    }
}

/// A problem without what names its request, to compare two of them.
pub(crate) fn apart_from_instance(mut problem: Value) -> Value {
    let instance = problem.as_object_mut().unwrap().remove("instance");
    assert!(instance.is_some());
    problem
}
