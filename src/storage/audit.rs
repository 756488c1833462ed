//! `audit_log` and `outbox`: what happened, for the record and for other services. Written in the
//! transaction that made it true, by the engine's batches and by every other use case alike.

use serde_json::Value;
use sovereign_domain::event::{AuditEntry, Event};
use uuid::Uuid;

use super::batch::{Writes, batch_row};
use super::types::json_text;
use super::{Result, Ts, Tx};

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
