//! What stands around the tables: who may use them, what would be lost with the old ones, and indexes.

use sqlx::PgConnection;

use super::report::Report;
use super::run;
use crate::storage::Result;

/// Refuses where other things hang on the tables, and notes what will not be there afterwards.
pub(super) async fn check(
    connection: &mut PgConnection,
    tables: &[String],
    report: &mut Report,
) -> Result<()> {
    let owned = "SELECT c.relname::text, pg_get_userbyid(c.relowner)::text FROM pg_class c \
                 WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
                     AND pg_get_userbyid(c.relowner) <> current_user ORDER BY 1";
    for (table, owner) in pairs(connection, owned, tables).await? {
        let detail = format!("it belongs to role {owner}; run this as that role");
        report.refuse("table-owner", &table, &detail);
    }
    let no_table = "SELECT c.relname::text, '' FROM pg_class c \
                    WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
                        AND c.relkind <> 'r' ORDER BY 1";
    for (name, _) in pairs(connection, no_table, tables).await? {
        report.refuse("not-a-table", &name, "this is no plain table");
    }
    let referring = "SELECT k.conrelid::regclass::text, k.conname::text FROM pg_constraint k \
                     JOIN pg_class c ON c.oid = k.confrelid JOIN pg_class f ON f.oid = k.conrelid \
                     WHERE k.contype = 'f' AND c.relname = ANY($1) AND NOT f.relname = ANY($1) \
                         AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2";
    for (table, name) in pairs(connection, referring, tables).await? {
        let detail = format!("its foreign key {name} refers to a table that is made anew; drop it");
        report.refuse("depends-on-table", &table, &detail);
    }
    let views = "SELECT DISTINCT r.ev_class::regclass::text, c.relname::text FROM pg_depend d \
                 JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass \
                 JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass \
                 WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
                     AND r.ev_class <> c.oid ORDER BY 1";
    for (view, table) in pairs(connection, views, tables).await? {
        let detail = format!(
            "this view reads {table}, which is made anew; drop it, and make it \
                              again afterwards"
        );
        report.refuse("depends-on-table", &view, &detail);
    }
    let triggers = "SELECT c.relname::text, t.tgname::text FROM pg_trigger t \
                    JOIN pg_class c ON c.oid = t.tgrelid \
                    WHERE NOT t.tgisinternal AND c.relname = ANY($1) \
                        AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2";
    for (table, name) in pairs(connection, triggers, tables).await? {
        report.note("trigger-dropped", &table, &format!("its trigger {name} is not kept"));
    }
    Ok(())
}

/// Statements that give other roles what they may do with the tables now.
pub(super) async fn grants(
    connection: &mut PgConnection,
    tables: &[String],
) -> Result<Vec<String>> {
    let sql = "SELECT format('GRANT %s ON %I TO %s%s', a.privilege_type, c.relname, \
                   CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, \
                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
               FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a \
               WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
                   AND a.grantee <> c.relowner ORDER BY 1";
    Ok(sqlx::query_scalar(sql).bind(tables).fetch_all(connection).await?)
}

/// Drops indexes and keys of the largest tables, and answers how to make them again: filling a table first
/// is faster.
pub(super) async fn drop_indexes(connection: &mut PgConnection) -> Result<Vec<String>> {
    let keys = "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, k.conname), \
                    format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, k.conname, \
                        pg_get_constraintdef(k.oid)) \
                FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid \
                WHERE t.relname IN ('credit_ledger', 'orders') AND k.contype = 'p' \
                    AND t.relnamespace = current_schema()::regnamespace ORDER BY 1";
    let indexes = "SELECT format('DROP INDEX %s', i.indexrelid::regclass), \
                       pg_get_indexdef(i.indexrelid) \
                   FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
                   WHERE t.relname IN ('credit_ledger', 'orders') AND NOT i.indisprimary \
                       AND t.relnamespace = current_schema()::regnamespace ORDER BY 1";
    let mut again = Vec::new();
    for sql in [keys, indexes] {
        let found: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
        for (drop, make) in found {
            run(connection, drop).await?;
            again.push(make);
        }
    }
    Ok(again)
}

async fn pairs(
    connection: &mut PgConnection,
    sql: &'static str,
    tables: &[String],
) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(sql).bind(tables).fetch_all(connection).await?)
}
