//! `leases`: jobs that one process at a time should do.
//!
//! A lease saves work, it guards nothing: clocks differ, and a holder may be slow to notice that its time
//! is up. Whatever two holders must not both do is refused by a key or a lock of its own.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

/// Takes the lease where nobody has it, or renews it where `holder` has; answers whether `holder` has it
/// now. Its row stays locked until the transaction ends.
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

/// Makes a lease that `holder` has last until then; answers whether `holder` has it still.
pub(crate) async fn renew(tx: &mut Tx, name: &str, holder: Uuid, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE leases SET until = $3 WHERE name = $1 AND holder = $2";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(name)
        .bind(holder)
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Gives the lease up; answers whether `holder` had it.
pub(crate) async fn release(tx: &mut Tx, name: &str, holder: Uuid) -> Result<bool> {
    let sql = "DELETE FROM leases WHERE name = $1 AND holder = $2";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(name)
        .bind(holder)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Gives up every lease that `holder` has.
pub(crate) async fn release_all(tx: &mut Tx, holder: Uuid) -> Result<()> {
    let sql = "DELETE FROM leases WHERE holder = $1";
    on_db!(tx, c => sqlx::query(sql).bind(holder).execute(c).await.map(|_| ()))?;
    Ok(())
}
