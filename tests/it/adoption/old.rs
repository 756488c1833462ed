//! The earlier service's database, as tests want it.

use serde_json::Value;

use crate::harness::{Ended, Engine, TestDatabase};

pub(crate) const SCHEMA: &str = include_str!("fixtures/schema.sql");
pub(super) const MESSY: &str = include_str!("fixtures/messy.sql");
pub(super) const FIRST_START: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

/// A database with these statements run in it.
pub(crate) async fn database(statements: &[&str]) -> TestDatabase {
    let database = TestDatabase::empty(Engine::Postgres).await;
    for sql in statements {
        database.execute(sql).await;
    }
    database
}

pub(super) async fn messy() -> TestDatabase {
    database(&[SCHEMA, MESSY]).await
}

pub(super) fn migrate(database: &TestDatabase, more: &[&str]) -> Ended {
    database.program(&["migrate"]).args(FIRST_START).args(more).run()
}

/// Adopts it, and answers the report; the books are sound afterwards.
pub(crate) fn adopt(database: &TestDatabase, more: &[&str]) -> Value {
    let said = migrate(database, &[&["--json"], more].concat()).expect_json();
    database.run(&["verify"]).expect(0);
    said["adoption"].clone()
}

/// The answer of a migration that was refused.
pub(super) fn refused(database: &TestDatabase, more: &[&str]) -> Value {
    let ended = migrate(database, &[&["--json"], more].concat()).expect(1);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(said["refused"], true, "{said}");
    said["adoption"].clone()
}

/// The subjects of a report's findings of one kind.
pub(super) fn subjects(report: &Value, kind: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_kind = findings.filter(|finding| finding["kind"] == kind);
    of_kind.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
}

/// Every row of every table there is, with the tables' columns.
pub(super) async fn dump(database: &TestDatabase) -> Vec<String> {
    let tables = "SELECT table_name::text FROM information_schema.tables \
                  WHERE table_schema = 'public' ORDER BY 1";
    let mut dump = Vec::new();
    for table in database.texts(tables).await {
        let columns = format!(
            "SELECT '{table}.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
                 || COALESCE(column_default, '') \
             FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        );
        dump.extend(database.texts(&columns).await);
        dump.extend(database.texts(&format!("SELECT t::text FROM {table} t ORDER BY 1")).await);
    }
    dump
}
