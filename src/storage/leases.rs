//! `leases`: jobs that one process at a time should do.
//!
//! A lease saves work, it guards nothing: clocks differ, and a holder may be slow to notice that its time
//! is up. Whatever two holders must not both do is refused by a key or a lock of its own.

use sovereign_domain::timestamp::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

/// Who has a lease, and when.
#[derive(Debug, FromRow)]
pub(crate) struct Lease {
    /// Since when its holder has had it without a break.
    pub(crate) taken_at: Ts,
    /// When it ends, unless it is renewed.
    pub(crate) until: Ts,
}

/// Takes the lease where nobody has it, or renews it where `holder` has; answers whether `holder` has it
/// now.
pub(crate) async fn hold(
    tx: &mut Tx,
    name: &str,
    holder: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO leases (name, holder, taken_at, until) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (name) DO UPDATE SET \
                   taken_at = CASE WHEN leases.until > excluded.taken_at THEN leases.taken_at \
                                   ELSE excluded.taken_at END, \
                   holder = excluded.holder, until = excluded.until \
               WHERE leases.holder = excluded.holder OR leases.until <= excluded.taken_at";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(name)
        .bind(holder)
        .bind(Ts(now))
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// The lease, where it was ever taken.
pub(crate) async fn find(tx: &mut Tx, name: &str) -> Result<Option<Lease>> {
    let sql = "SELECT taken_at, until FROM leases WHERE name = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(name).fetch_optional(c).await)?)
}
