//! `audit_log` and `outbox`: what happened, for the record and for other services. Written in the
//! transaction that made it true, by the engine's batches and by every other use case alike.

use serde_json::Value;
use sovereign_domain::event::{AuditEntry, Event};
use uuid::Uuid;

use super::audit_chain::{Line, line_columns};
use super::batch::{Writes, batch_row};
use super::types::json_text;
use super::{Result, Ts, Tx, on_db};

batch_row! {
    struct AuditRow<'a> {
        id: Uuid => "uuid",
        at: Ts => shared "timestamptz",
        actor: &'a str => "text",
        action: &'a str => "text",
        subject: &'a str => "text",
        tenant_id: Option<&'a str> => "text",
        request_id: &'a str => "text",
        before: Option<String> => "jsonb",
        after: Option<String> => "jsonb",
    }
}

batch_row! {
    struct OutboxRow<'a> {
        id: Uuid => "uuid",
        kind: &'a str => "text",
        tenant_id: Option<&'a str> => "text",
        data: String => "json",
        created_at: Ts => shared "timestamptz",
    }
}

/// What a row was before an action and is after it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// Fails where [`record`] would: there is no such table, or this database takes no writes.
pub(crate) async fn is_writable(tx: &mut Tx) -> Result<()> {
    let sql = "INSERT INTO audit_log (id) SELECT id FROM audit_log WHERE 1 = 0";
    on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn record(tx: &mut Tx, entries: &[(AuditEntry, Change)]) -> Result<()> {
    let mut writes = Writes::new(tx);
    record_with(&mut writes, entries).await?;
    writes.send().await
}

/// As [`record`], together with other writes.
pub(crate) async fn record_with(
    writes: &mut Writes<'_>,
    entries: &[(AuditEntry, Change)],
) -> Result<()> {
    let rows: Vec<AuditRow<'_>> = entries
        .iter()
        .map(|(entry, change)| AuditRow {
            id: entry.id,
            at: Ts(entry.at),
            actor: &entry.actor.user_id.0,
            action: entry.action,
            subject: &entry.subject,
            tenant_id: entry.tenant_id.as_ref().map(|id| &*id.0),
            request_id: &entry.actor.request_id,
            before: change.before.as_ref().map(Value::to_string),
            after: change.after.as_ref().map(Value::to_string),
        })
        .collect();
    let sql = "WITH v (id, at, actor, action, subject, tenant_id, request_id, before, after) \
                   AS ({rows}) \
               INSERT INTO audit_log \
                   (id, at, actor, action, subject, tenant_id, request_id, before, after) \
               SELECT id, at, actor, action, subject, tenant_id, request_id, before, after FROM v";
    writes.insert(sql, rows).await
}

pub(crate) async fn publish(tx: &mut Tx, events: &[Event]) -> Result<()> {
    let mut writes = Writes::new(tx);
    publish_with(&mut writes, events).await?;
    writes.send().await
}

/// As [`publish`], together with other writes.
pub(crate) async fn publish_with(writes: &mut Writes<'_>, events: &[Event]) -> Result<()> {
    let rows: Vec<OutboxRow<'_>> = events
        .iter()
        .map(|event| OutboxRow {
            id: event.id,
            kind: event.data.kind(),
            tenant_id: event.tenant_id.as_ref().map(|id| &*id.0),
            data: json_text(&event.data),
            created_at: Ts(event.at),
        })
        .collect();
    let sql = "WITH v (id, type, tenant_id, data, created_at) AS ({rows}) \
               INSERT INTO outbox (id, type, tenant_id, data, created_at) \
               SELECT id, type, tenant_id, data, created_at FROM v";
    writes.insert(sql, rows).await
}

/// Which lines of the audit log are wanted: those that fit all that is given.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) actor: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) tenant_id: Option<String>,
    /// From this moment on.
    pub(crate) from: Option<Ts>,
    /// Before this moment.
    pub(crate) to: Option<Ts>,
}

from_row! {
    /// A line of the audit log, and the seal that covers it.
    #[derive(Debug)]
    pub(crate) struct Entry {
        ..pub(crate) line: Line,
        pub(crate) sealed_by: Option<i64>,
    }
}

/// Lines whose identifiers lie from `low` on and before `high`, newest first.
pub(crate) async fn newest(
    tx: &mut Tx,
    filter: &Filter,
    (low, high): (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<Entry>> {
    const SQL: &str = concat!(
        "SELECT ",
        line_columns!(),
        ", (SELECT s.number FROM audit_seals s WHERE s.before_id > audit_log.id \
               ORDER BY s.before_id LIMIT 1) AS sealed_by \
         FROM audit_log WHERE id >= $1 AND id < $2 \
             AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR action = $4) \
             AND ($5 IS NULL OR subject = $5) AND ($6 IS NULL OR tenant_id = $6) \
             AND ($7 IS NULL OR at >= $7) AND ($8 IS NULL OR at < $8) \
         ORDER BY id DESC LIMIT $9"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(low)
        .bind(high)
        .bind(filter.actor.as_deref())
        .bind(filter.action.as_deref())
        .bind(filter.subject.as_deref())
        .bind(filter.tenant_id.as_deref())
        .bind(filter.from)
        .bind(filter.to)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The identifier of the line that has `lines` newer ones between it and `high`; `None` where there are
/// fewer from `low` on.
pub(crate) async fn reach(
    tx: &mut Tx,
    (low, high): (Uuid, Uuid),
    lines: i64,
) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM audit_log WHERE id >= $1 AND id < $2 \
               ORDER BY id DESC LIMIT 1 OFFSET $3";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(low)
        .bind(high)
        .bind(lines)
        .fetch_optional(c)
        .await)?)
}
