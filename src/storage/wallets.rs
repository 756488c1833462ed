//! What an Organization's wallet has: its lots, what of them is held for which order, and what its subscription
//! will ask for. And which wallets have lots that end soon.

use std::collections::BTreeMap;

use sovereign_domain::ids::LotId;
use sovereign_domain::subscription::PeriodChanges;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::{Lot, LotSource, Wallet};
use uuid::Uuid;

use super::ledger::AccountRow;
use super::{Connection, Error, Json, Result, Ts, Tx, on_db};

from_row! {
    /// A lot with something in it.
    #[derive(Debug, Clone)]
    pub(crate) struct LotRow {
        pub(crate) id: Uuid,
        pub(crate) source: String,
        pub(crate) reference: String,
        pub(crate) promotional: bool,
        priority: i16,
        pub(crate) amount_minor: i64,
        pub(crate) remaining_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) created_at: Ts,
        pub(crate) expires_at: Option<Ts>,
        /// The end of which the owner was told, and how many days before it at the latest.
        pub(crate) warned_for: Option<Ts>,
        pub(crate) warned_days: Option<i16>,
    }
}

impl LotRow {
    fn lot(&self) -> Result<Lot> {
        let source = LotSource::parse(&self.source)
            .ok_or_else(|| Error::corrupt("credit_lots", format!("source {:?}", self.source)))?;
        Ok(Lot {
            id: LotId(self.id),
            source,
            reference: self.reference.clone(),
            promotional: self.promotional,
            priority: self.priority,
            amount_minor: self.amount_minor,
            remaining_minor: self.remaining_minor,
            held_minor: self.held_minor,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|ts| ts.0),
        })
    }
}

/// The lots of an account that have something in them, those first that end first.
pub(crate) async fn lots(tx: &mut Tx, customer_id: Uuid) -> Result<Vec<LotRow>> {
    let sql = "SELECT id, source, reference, promotional, priority, amount_minor, remaining_minor, \
                   held_minor, created_at, expires_at, warned_for, warned_days FROM credit_lots \
               WHERE customer_id = $1 AND remaining_minor > 0 \
               ORDER BY (expires_at IS NULL), expires_at, created_at, id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(customer_id).fetch_all(c).await)?)
}

/// The wallet that an account and its lots are.
///
/// # Errors
/// Where a row cannot be read.
pub(crate) fn wallet(account: &AccountRow, lots: &[LotRow]) -> Result<Wallet> {
    let lots: Result<BTreeMap<LotId, Lot>> =
        lots.iter().map(|row| Ok((LotId(row.id), row.lot()?))).collect();
    Ok(Wallet {
        balance_minor: account.balance_minor,
        held_minor: account.held_minor,
        owed_minor: account.owed_minor,
        lots: lots?,
    })
}

from_row! {
    /// An order that waits for a card payment, and what of it credit pays.
    #[derive(Debug, Clone)]
    pub(crate) struct WaitingRow {
        pub(crate) id: Uuid,
        pub(crate) credit_minor: i64,
        pub(crate) charge_minor: i64,
        pub(crate) created_at: Ts,
    }
}

/// The order that the wallet holds credit for; there is one at a time.
pub(crate) async fn waiting(tx: &mut Tx, tenant_id: &str) -> Result<Option<WaitingRow>> {
    let sql = "SELECT id, credit_minor, charge_minor, created_at FROM orders \
               WHERE tenant_id = $1 AND status = 'pending'";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    /// The live subscription, as far as it says what will be asked for.
    #[derive(Debug, Clone)]
    pub(crate) struct AheadRow {
        pub(crate) status: String,
        pub(crate) billed_by: String,
        pub(crate) cancel_at_period_end: bool,
        /// Of one that is billed here.
        pub(crate) period_end: Option<Ts>,
        pub(crate) anchor_at: Ts,
        /// What a month costs, before tax that is added; NULL where it is not known.
        pub(crate) price_minor: Option<i64>,
        pub(crate) changes: Option<Json<PeriodChanges>>,
        /// Whether the month that has begun is not paid yet.
        pub(crate) owes: bool,
        /// What that comes to; NULL while a card is asked for it.
        pub(crate) due_minor: Option<i64>,
        pub(crate) has_card: bool,
        pub(crate) suspended: bool,
    }
}

/// `None` where the Organization has no live subscription.
pub(crate) async fn ahead(tx: &mut Tx, tenant_id: &str) -> Result<Option<AheadRow>> {
    let sql = "SELECT s.status, s.billed_by, s.cancel_at_period_end, \
                   s.current_period_end AS period_end, s.anchor_at, s.price_minor, s.changes, \
                   (s.due_order_id IS NOT NULL) AS owes, d.amount_baisa AS due_minor, \
                   (k.payment_method_id IS NOT NULL) AS has_card, \
                   (t.status = 'suspended') AS suspended \
               FROM subscriptions s JOIN customers k ON k.id = s.customer_id \
               JOIN organizations t ON t.id = s.tenant_id \
               LEFT JOIN orders d ON d.id = s.due_order_id AND d.status = 'due' \
               WHERE s.tenant_id = $1 AND s.status <> 'canceled'";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// Organizations, after this one, with credit that ends by `until`, and whose owners were not told of that end
/// so many days before.
pub(crate) async fn ending(
    tx: &mut Tx,
    (now, until, days): (Timestamp, Timestamp, i16),
    after: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT w.tenant_id FROM credit_lots l \
               JOIN wallets w ON w.customer_id = l.customer_id \
               WHERE l.remaining_minor > 0 AND l.remaining_minor > l.held_minor \
                   AND l.expires_at > $1 AND l.expires_at <= $2 \
                   AND (l.warned_for IS NULL OR l.warned_for <> l.expires_at \
                       OR l.warned_days > $3) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = w.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) \
                   AND w.tenant_id > $4 ORDER BY w.tenant_id LIMIT $5";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(Ts(now))
        .bind(Ts(until))
        .bind(days)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Notes that the owner is told of the lot's end.
pub(crate) async fn warned(tx: &mut Tx, lot: &LotRow, days: i16) -> Result<()> {
    let sql = "UPDATE credit_lots SET warned_for = expires_at, warned_days = $2 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(lot.id).bind(days).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Keeps a wallet as it is until the caller's transaction ends. SQLite has one writer at a time anyway.
pub(crate) async fn lock(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        let sql = "SELECT 1 FROM wallets WHERE tenant_id = $1 FOR UPDATE";
        sqlx::query(sql).bind(tenant_id).execute(connection).await?;
    }
    Ok(())
}
