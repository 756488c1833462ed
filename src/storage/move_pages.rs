//! `organization_moves`, as a list for a person.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::moves::MoveRow;
use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A move, and what its Organization is called here; `None` where it is not here any more.
    #[derive(Debug, Clone)]
    pub(crate) struct ListedRow {
        ..pub(crate) row: MoveRow,
        pub(crate) name: Option<String>,
    }
}

/// Moves, newest first, from behind a place on: all, or those of one identifier.
pub(crate) async fn newest(
    tx: &mut Tx,
    id: Option<Uuid>,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<ListedRow>> {
    let sql = "SELECT m.id, m.tenant_id, m.direction, m.state, m.peer_fqdn, m.forward_url, \
                   m.manifest_sha256, m.source_key_id, m.source_public_key, m.balance_minor, \
                   m.owed_minor, m.moved_minor, m.moved_owed_minor, m.receipt, m.release, \
                   m.started_at, m.exported_at, m.ended_at, m.started_by, o.name \
               FROM organization_moves m LEFT JOIN organizations o ON o.id = m.tenant_id \
               WHERE (m.started_at, m.id) < ($1, $2) AND ($3 IS NULL OR m.id = $3) \
               ORDER BY m.started_at DESC, m.id DESC LIMIT $4";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(id)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
