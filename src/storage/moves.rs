//! `organization_moves`: Organizations on their way to another Sovereign or from one, and what became of each move.
//! Whoever begins or ends one holds the account's lock (`provisions::lock_organization`).

use sovereign_domain::book::Book;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{Writes, batch_row};
use super::{Connection, Result, Ts, Tx, on_db};
use crate::fail_point::reach;

/// Away from here.
pub(crate) const OUT: &str = "out";
pub(crate) const FROZEN: &str = "frozen";
/// A bundle of it was written, and may be again.
pub(crate) const EXPORTED: &str = "exported";
pub(crate) const MOVED: &str = "moved";

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct MoveRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        /// `out` or `in`.
        pub(crate) direction: String,
        pub(crate) state: String,
        pub(crate) peer_fqdn: String,
        pub(crate) forward_url: Option<String>,
        pub(crate) manifest_sha256: Option<String>,
        pub(crate) source_key_id: Option<String>,
        pub(crate) source_public_key: Option<String>,
        pub(crate) balance_minor: i64,
        pub(crate) owed_minor: i64,
        pub(crate) moved_minor: i64,
        pub(crate) moved_owed_minor: i64,
        pub(crate) receipt: Option<String>,
        pub(crate) release: Option<String>,
        pub(crate) started_at: Ts,
        pub(crate) exported_at: Option<Ts>,
        pub(crate) ended_at: Option<Ts>,
        pub(crate) started_by: String,
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant_id, direction, state, peer_fqdn, forward_url, manifest_sha256, \
                 source_key_id, source_public_key, balance_minor, owed_minor, moved_minor, \
                 moved_owed_minor, receipt, release, started_at, exported_at, ended_at, started_by \
             FROM organization_moves ",
            $rest
        )
    };
}

impl MoveRow {
    /// Whether it is one away from here that has not ended.
    pub(crate) fn is_leaving(&self) -> bool {
        self.direction == OUT && (self.state == FROZEN || self.state == EXPORTED)
    }
}

/// The move that an Organization is on.
pub(crate) async fn live(tx: &mut Tx, tenant_id: &str) -> Result<Option<MoveRow>> {
    const SQL: &str =
        select!("WHERE tenant_id = $1 AND state IN ('frozen', 'exported', 'arriving')");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(tenant_id).fetch_optional(c).await)?)
}

/// All moves of an Organization, the newest first.
pub(crate) async fn of_organization(tx: &mut Tx, tenant_id: &str) -> Result<Vec<MoveRow>> {
    const SQL: &str = select!("WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT 100");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(tenant_id).fetch_all(c).await)?)
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<MoveRow>> {
    const SQL: &str = select!("WHERE id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// Writes a new one down.
pub(crate) async fn insert(tx: &mut Tx, row: &MoveRow) -> Result<()> {
    let sql = "INSERT INTO organization_moves (id, tenant_id, direction, state, peer_fqdn, \
                   forward_url, manifest_sha256, source_key_id, source_public_key, balance_minor, \
                   owed_minor, moved_minor, moved_owed_minor, receipt, release, started_at, \
                   exported_at, ended_at, started_by) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
                   $18, $19)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(row.id)
        .bind(&row.tenant_id)
        .bind(&row.direction)
        .bind(&row.state)
        .bind(&row.peer_fqdn)
        .bind(&row.forward_url)
        .bind(&row.manifest_sha256)
        .bind(&row.source_key_id)
        .bind(&row.source_public_key)
        .bind(row.balance_minor)
        .bind(row.owed_minor)
        .bind(row.moved_minor)
        .bind(row.moved_owed_minor)
        .bind(&row.receipt)
        .bind(&row.release)
        .bind(row.started_at)
        .bind(row.exported_at)
        .bind(row.ended_at)
        .bind(&row.started_by)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Suspends an Organization for its move. When it was changed last stays as it was: this is no change of its own.
pub(crate) async fn suspend(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    let sql = "UPDATE organizations SET moving_from = status, status = 'suspended' \
               WHERE id = $1 AND moving_from IS NULL AND moved_to IS NULL";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Makes it what it was before.
pub(crate) async fn resume(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    let sql = "UPDATE organizations SET status = moving_from, moving_from = NULL \
               WHERE id = $1 AND moving_from IS NOT NULL";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// What a bundle is known by.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) manifest_sha256: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) public_key: &'a str,
}

/// Notes that a bundle was written; `false` where the move has ended meanwhile.
pub(crate) async fn exported(
    tx: &mut Tx,
    id: Uuid,
    written: &Written<'_>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE organization_moves SET state = 'exported', manifest_sha256 = $2, \
                   source_key_id = $3, source_public_key = $4, \
                   exported_at = COALESCE(exported_at, $5) \
               WHERE id = $1 AND state IN ('frozen', 'exported')";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(written.manifest_sha256)
        .bind(written.key_id)
        .bind(written.public_key)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Ends a move away from here that comes to nothing.
pub(crate) async fn abort(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE organization_moves SET state = 'aborted', trail = NULL, ended_at = $2 \
               WHERE id = $1 AND state IN ('frozen', 'exported')";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}

batch_row! {
    struct DepartureRow<'a> {
        id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        peer_fqdn: &'a str => "text",
        moved_minor: i64 => "bigint",
        moved_owed_minor: i64 => "bigint",
        receipt: &'a str => "text",
        release: &'a str => "text",
        ended_at: Ts => "timestamptz",
    }
}

/// Writes down which Organizations have left, with what the engine took out of their wallets.
pub(super) async fn departures(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let rows = book.changes.departures.iter().map(|departure| DepartureRow {
        id: departure.move_id,
        tenant_id: &departure.tenant_id.0,
        peer_fqdn: &departure.to,
        moved_minor: departure.moved_minor,
        moved_owed_minor: departure.moved_owed_minor,
        receipt: &departure.receipt,
        release: &departure.release,
        ended_at: Ts(departure.at),
    });
    let rows: Vec<DepartureRow<'_>> = rows.collect();
    let sql = "WITH v (id, tenant_id, peer_fqdn, moved_minor, moved_owed_minor, receipt, release, \
                   ended_at) AS ({rows}) \
               UPDATE organization_moves SET state = 'moved', moved_minor = v.moved_minor, \
                   moved_owed_minor = v.moved_owed_minor, receipt = v.receipt, \
                   release = v.release, ended_at = v.ended_at \
               FROM v WHERE organization_moves.id = v.id \
                   AND organization_moves.tenant_id = v.tenant_id \
                   AND organization_moves.peer_fqdn = v.peer_fqdn \
                   AND organization_moves.direction = 'out' \
                   AND organization_moves.state = 'exported'";
    writes.update("organization_moves", sql, rows.clone()).await?;
    let sql = "WITH v (id, tenant_id, peer_fqdn, moved_minor, moved_owed_minor, receipt, release, \
                   ended_at) AS ({rows}) \
               UPDATE organizations SET moving_from = NULL, moved_to = v.peer_fqdn, \
                   forward_url = (SELECT m.forward_url FROM organization_moves m \
                       WHERE m.id = v.id) \
               FROM v WHERE organizations.id = v.tenant_id \
                   AND organizations.moving_from IS NOT NULL";
    writes.update("organizations", sql, rows).await?;
    if !book.changes.departures.is_empty() {
        reach!("move_departing");
    }
    Ok(())
}

/// Keeps an Organization from everybody who changes something of it that is not its account's, until the caller's
/// transaction ends: whoever does has asked [`is_away`] before. The account's lock is taken first. SQLite has one writer
/// at a time anyway.
pub(crate) async fn hold(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        let sql = "SELECT 1 FROM organizations WHERE id = $1 FOR NO KEY UPDATE";
        sqlx::query(sql).bind(tenant_id).execute(connection).await?;
    }
    Ok(())
}

/// Whether an Organization is on its way to another Sovereign or from one, or there. It does not set out before the
/// caller's transaction ends; a transaction that takes the account's lock too takes that first.
pub(crate) async fn is_away(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    place(tx, tenant_id).await.map(|(moving, gone)| moving || gone)
}

/// Whether it is on its way: nothing of it may change. One that has left is history, which may go on. It does not set
/// out before the caller's transaction ends.
pub(crate) async fn is_moving(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    place(tx, tenant_id).await.map(|(moving, _)| moving)
}

/// Whether an Organization is on its way, and whether it has left.
async fn place(tx: &mut Tx, tenant_id: &str) -> Result<(bool, bool)> {
    const SQL: &str = "SELECT (moving_from IS NOT NULL) AS moving, (moved_to IS NOT NULL) AS gone \
                       FROM organizations WHERE id = $1";
    const LOCKED: &str = "SELECT (moving_from IS NOT NULL) AS moving, (moved_to IS NOT NULL) AS gone \
                          FROM organizations WHERE id = $1 FOR SHARE";
    let found: Option<(bool, bool)> = match tx.connection() {
        Connection::Postgres(connection) => {
            sqlx::query_as(LOCKED).bind(tenant_id).fetch_optional(connection).await?
        }
        Connection::Sqlite(connection) => {
            sqlx::query_as(SQL).bind(tenant_id).fetch_optional(connection).await?
        }
    };
    Ok(found.unwrap_or_default())
}

from_row! {
    /// Where an Organization is, for whoever has news of it.
    #[derive(Debug, Clone)]
    pub(crate) struct WhereaboutsRow {
        pub(crate) name: String,
        pub(crate) is_moving: bool,
        /// The Sovereign that has it now.
        pub(crate) moved_to: Option<String>,
    }
}

/// `None` where there is no such Organization.
pub(crate) async fn whereabouts(tx: &mut Tx, tenant_id: &str) -> Result<Option<WhereaboutsRow>> {
    let sql = "SELECT name, (moving_from IS NOT NULL) AS is_moving, moved_to \
               FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    /// What stands in the way of a move.
    #[derive(Debug, Clone)]
    pub(crate) struct Obstacles {
        pub(crate) balance_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) owed_minor: i64,
        /// An order that waits for a payment.
        pub(crate) pending_order: Option<Uuid>,
        /// A refund that its card has not had yet.
        pub(crate) pending_refund: Option<Uuid>,
        /// A dispute that a bank has not decided.
        pub(crate) open_dispute: Option<String>,
        /// What is being brought to its place at this moment.
        pub(crate) running_provision: Option<Uuid>,
        /// Whether somebody else bills its subscription.
        pub(crate) billed_elsewhere: bool,
        pub(crate) unnumbered: i64,
        pub(crate) unpublished: i64,
    }
}

/// `None` where there is no such Organization.
pub(crate) async fn obstacles(tx: &mut Tx, tenant_id: &str) -> Result<Option<Obstacles>> {
    let sql = "SELECT w.balance_minor, w.held_minor, w.owed_minor, \
                   (SELECT p.id FROM orders p WHERE p.tenant_id = o.id AND p.status = 'pending') \
                       AS pending_order, \
                   (SELECT r.id FROM refunds r WHERE r.tenant_id = o.id AND r.status = 'pending' \
                       ORDER BY r.id LIMIT 1) AS pending_refund, \
                   (SELECT d.stripe_dispute_id FROM disputes d WHERE d.tenant_id = o.id \
                       AND d.status IN ('inquiry', 'open') ORDER BY d.id LIMIT 1) AS open_dispute, \
                   (SELECT p.id FROM provisions p WHERE p.tenant_id = o.id \
                       AND p.status = 'provisioning' ORDER BY p.id LIMIT 1) AS running_provision, \
                   EXISTS (SELECT 1 FROM subscriptions s WHERE s.tenant_id = o.id \
                       AND s.status <> 'canceled' AND s.billed_by = 'stripe') AS billed_elsewhere, \
                   (SELECT COUNT(*) FROM invoices i WHERE i.tenant_id = o.id AND i.number IS NULL \
                       AND i.amount_omr IS NULL AND i.foreign_number IS NULL) \
                   + (SELECT COUNT(*) FROM refunds r WHERE r.tenant_id = o.id AND r.number IS NULL \
                       AND r.has_note AND r.foreign_number IS NULL) AS unnumbered, \
                   (SELECT COUNT(*) FROM outbox e WHERE e.tenant_id = o.id) AS unpublished \
               FROM organizations o JOIN wallets w ON w.tenant_id = o.id WHERE o.id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}
