//! What moves with an Organization is all that is inside it, column by column, unless there is a reason.

use std::collections::{BTreeMap, BTreeSet};

use sovereign::usecase::moves::{moved_columns, not_moved};

use crate::harness::{Engine, TestDatabase};

/// The columns of each table that is inside Organizations.
async fn inside() -> BTreeMap<String, BTreeSet<String>> {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    database.run(&["migrate"]).expect(0);
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for named in database.texts(sql).await {
        let (table, column) = named.split_once('.').unwrap();
        tables.entry(table.to_owned()).or_default().insert(column.to_owned());
    }
    tables.retain(|table, columns| {
        table == "organizations" || columns.contains("tenant_id") || columns.contains("customer_id")
    });
    tables
}

#[tokio::test]
async fn every_table_inside_moves_or_stays_for_a_reason() {
    let inside = inside().await;
    let (stays, columns_that_stay) = not_moved();
    let moved: BTreeMap<&str, Vec<&str>> = moved_columns().into_iter().collect();
    let known: BTreeSet<&str> = moved.keys().copied().chain(stays.iter().copied()).collect();
    assert_eq!(known.len(), moved.len() + stays.len(), "a table moves or stays");
    assert_eq!(known, inside.keys().map(String::as_str).collect());
    for (table, columns) in moved {
        let there = &inside[table];
        let left = columns_that_stay.iter().filter(|(of, _)| *of == table).map(|(_, name)| *name);
        let listed: BTreeSet<&str> = columns.iter().copied().chain(left).collect();
        assert_eq!(listed, there.iter().map(String::as_str).collect(), "{table}");
        assert_eq!(columns.iter().collect::<BTreeSet<_>>().len(), columns.len(), "{table}");
    }
}
