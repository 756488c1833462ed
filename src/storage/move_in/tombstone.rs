//! An Organization that was here before and is given up again while it arrives: it becomes the tombstone that it was,
//! with the history that came along. Documents that were numbered here, and redemptions of vouchers from here, stay.

use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::Account;
use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Ts, Tx, on_db};

batch_row! {
    struct GoneRow {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        lot_id: Option<Uuid> => "uuid",
        amount_minor: i64 => "bigint",
        owed_minor: i64 => "bigint",
        reason: String => "text",
        created_at: Ts => "timestamptz",
    }
}

/// Whose it is: the Sovereign that the Organization had left for, and the arrival that comes to nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) tenant_id: &'a str,
    /// Not that of the arrival: it may have come from elsewhere.
    pub(crate) left_for: &'a str,
    pub(crate) forward_url: Option<&'a str>,
    pub(crate) move_id: Uuid,
}

/// Takes everything out of the wallet, lot by lot, as it was when the Organization left.
pub(crate) async fn bury(
    tx: &mut Tx,
    whose: Whose<'_>,
    account: &Account,
    (ids, now): (&mut (dyn IdSource + Send), Timestamp),
) -> Result<()> {
    let customer_id = account.customer_id;
    let sql = "SELECT id, remaining_minor FROM credit_lots \
               WHERE customer_id = $1 AND remaining_minor > 0 ORDER BY id";
    let lots: Vec<(Uuid, i64)> =
        on_db!(tx, c => sqlx::query_as(sql).bind(customer_id).fetch_all(c).await)?;
    let mut rows = Vec::new();
    let mut line = |lot_id: Option<Uuid>, amount_minor: i64, owed_minor: i64| GoneRow {
        id: ids.next_id(),
        customer_id,
        lot_id,
        amount_minor,
        owed_minor,
        reason: format!("moved to {}", whose.left_for),
        created_at: Ts(now),
    };
    for (lot_id, remaining_minor) in lots {
        rows.push(line(Some(lot_id), remaining_minor.saturating_neg(), 0));
    }
    if account.owed_minor > 0 {
        rows.push(line(None, 0, account.owed_minor.saturating_neg()));
    }
    let sql = "WITH v (id, customer_id, lot_id, amount_minor, owed_minor, reason, created_at) \
                   AS ({rows}) \
               INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_minor, owed_minor, \
                   reason, status, created_at) \
               SELECT id, customer_id, lot_id, 'moved', amount_minor, owed_minor, reason, 'posted', \
                   created_at FROM v";
    batch::execute(tx, sql, rows).await?;
    let sql = "UPDATE credit_lots SET remaining_minor = 0 \
               WHERE customer_id = $1 AND remaining_minor > 0";
    on_db!(tx, c => sqlx::query(sql).bind(customer_id).execute(c).await.map(|_| ()))?;
    let sql = "UPDATE wallets SET balance_minor = 0, owed_minor = 0, version = version + 1 \
               WHERE customer_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(customer_id).execute(c).await.map(|_| ()))?;
    mark(tx, whose, account).await
}

async fn mark(tx: &mut Tx, whose: Whose<'_>, account: &Account) -> Result<()> {
    let sql = "UPDATE organizations SET moving_from = NULL, moved_to = $2, forward_url = $3 \
               WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(whose.tenant_id)
        .bind(whose.left_for)
        .bind(whose.forward_url)
        .execute(c)
        .await
        .map(|_| ()))?;
    let sql = "UPDATE organization_moves SET moved_minor = $2, moved_owed_minor = $3 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(whose.move_id)
        .bind(account.balance_minor)
        .bind(account.owed_minor)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
