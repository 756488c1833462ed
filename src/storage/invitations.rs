//! `invitations` into Organizations.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct InvitationRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) email: String,
        pub(crate) role: String,
        pub(crate) invited_by: String,
        pub(crate) created_at: Ts,
        pub(crate) expires_at: Ts,
    }
}

macro_rules! columns {
    () => {
        "i.id, i.tenant_id, i.email, i.role, i.invited_by, i.created_at, i.expires_at"
    };
}

/// Writes an invitation. One that is open for the same address already is made anew: its link ends, the
/// new one counts.
pub(crate) async fn put(tx: &mut Tx, row: &InvitationRow, digest: &str) -> Result<InvitationRow> {
    let sql = "INSERT INTO invitations AS i (id, tenant_id, email, role, digest, invited_by, \
                   created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
               ON CONFLICT (tenant_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL \
               DO UPDATE SET role = excluded.role, digest = excluded.digest, \
                   invited_by = excluded.invited_by, created_at = excluded.created_at, \
                   expires_at = excluded.expires_at \
               RETURNING id, tenant_id, email, role, invited_by, created_at, expires_at";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(row.id)
        .bind(&row.tenant_id)
        .bind(&row.email)
        .bind(&row.role)
        .bind(digest)
        .bind(&row.invited_by)
        .bind(row.created_at)
        .bind(row.expires_at)
        .fetch_one(c)
        .await)?)
}

/// Those that can still be accepted, the oldest first.
pub(crate) async fn open(
    tx: &mut Tx,
    tenant_id: &str,
    now: Timestamp,
) -> Result<Vec<InvitationRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM invitations i WHERE i.tenant_id = $1 AND i.accepted_at IS NULL \
             AND i.revoked_at IS NULL AND i.expires_at > $2 ORDER BY i.created_at, i.id"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(tenant_id)
        .bind(Ts(now))
        .fetch_all(c)
        .await)?)
}

/// The open one behind a link, and the name of its Organization.
pub(crate) async fn find(
    tx: &mut Tx,
    digest: &str,
    now: Timestamp,
) -> Result<Option<(InvitationRow, String)>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM invitations i WHERE i.digest = $1 AND i.accepted_at IS NULL \
             AND i.revoked_at IS NULL AND i.expires_at > $2"
    );
    let row: Option<InvitationRow> =
        on_db!(tx, c => sqlx::query_as(SQL).bind(digest).bind(Ts(now)).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let sql = "SELECT name FROM organizations WHERE id = $1 AND status <> 'deleted'";
    let name: Option<String> =
        on_db!(tx, c => sqlx::query_scalar(sql).bind(&row.tenant_id).fetch_optional(c).await)?;
    Ok(name.map(|name| (row, name)))
}

/// Accepts it, once.
pub(crate) async fn accept(tx: &mut Tx, id: Uuid, user_id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE invitations SET accepted_at = $3, accepted_by = $2 \
               WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    let accepted = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(user_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(accepted == 1)
}

/// Takes it back; `false` where there is none that is open.
pub(crate) async fn revoke(tx: &mut Tx, tenant_id: &str, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE invitations SET revoked_at = $3 \
               WHERE id = $1 AND tenant_id = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    let revoked = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(tenant_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(revoked == 1)
}
