//! Which subscriptions have something to be done: a month to bill, a payment to ask for again, a warning.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A place among subscriptions: a moment, and whose it is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Place {
        pub(crate) at: Ts,
        pub(crate) tenant_id: String,
    }
}

impl Place {
    /// Before all others.
    pub(crate) fn first() -> Self {
        Self { at: Ts(Timestamp::from_micros(i64::MIN)), tenant_id: String::new() }
    }
}

/// Subscriptions whose paid period has ended by `now`, and that have no renewal yet: those after `after`.
pub(crate) async fn ended(
    tx: &mut Tx,
    now: Timestamp,
    after: &Place,
    limit: i64,
) -> Result<Vec<Place>> {
    let sql = "SELECT current_period_end AS at, tenant_id FROM subscriptions s \
               WHERE billed_by = 'sovereign' AND status = 'active' AND current_period_end <= $1 \
                   AND due_order_id IS NULL \
                   AND (next_attempt_at IS NULL OR next_attempt_at <= $1) \
                   AND (current_period_end, tenant_id) > ($2, $3) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = s.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) \
               ORDER BY current_period_end, tenant_id LIMIT $4";
    page(tx, sql, now, after, limit).await
}

/// Subscriptions that were not billed while their Organization was suspended, which it is no more.
pub(crate) async fn paused(
    tx: &mut Tx,
    now: Timestamp,
    after: &Place,
    limit: i64,
) -> Result<Vec<Place>> {
    let sql = "SELECT s.created_at AS at, s.tenant_id FROM subscriptions s \
               JOIN organizations o ON o.id = s.tenant_id AND o.status <> 'suspended' \
               WHERE s.billed_by = 'sovereign' AND s.status = 'suspended' \
                   AND s.due_order_id IS NULL \
                   AND (s.next_attempt_at IS NULL OR s.next_attempt_at <= $1) \
                   AND (s.created_at, s.tenant_id) > ($2, $3) \
               ORDER BY s.created_at, s.tenant_id LIMIT $4";
    page(tx, sql, now, after, limit).await
}

/// Subscriptions of accounts without a card that end by `until` and have not been warned of it.
pub(crate) async fn without_card(
    tx: &mut Tx,
    until: Timestamp,
    after: &Place,
    limit: i64,
) -> Result<Vec<Place>> {
    let sql = "SELECT s.current_period_end AS at, s.tenant_id FROM subscriptions s \
               JOIN customers k ON k.id = s.customer_id AND k.payment_method_id IS NULL \
               WHERE s.billed_by = 'sovereign' AND s.status = 'active' \
                   AND s.current_period_end <= $1 AND NOT s.cancel_at_period_end \
                   AND (s.warned_for IS NULL OR s.warned_for <> s.current_period_end) \
                   AND (s.current_period_end, s.tenant_id) > ($2, $3) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = s.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) \
               ORDER BY s.current_period_end, s.tenant_id LIMIT $4";
    page(tx, sql, until, after, limit).await
}

async fn page(
    tx: &mut Tx,
    sql: &'static str,
    until: Timestamp,
    after: &Place,
    limit: i64,
) -> Result<Vec<Place>> {
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(until))
        .bind(after.at)
        .bind(&after.tenant_id)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Renewals whose payment is to be asked for again by `now`, oldest first: those after `after`.
pub(crate) async fn attempts(
    tx: &mut Tx,
    now: Timestamp,
    after: (Ts, Uuid),
    limit: i64,
) -> Result<Vec<(Ts, Uuid)>> {
    let sql = "SELECT s.next_attempt_at, o.id FROM subscriptions s \
               JOIN orders o ON o.id = s.due_order_id AND o.status = 'due' \
               WHERE s.next_attempt_at <= $1 AND (s.next_attempt_at, o.id) > ($2, $3) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = s.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) \
               ORDER BY s.next_attempt_at, o.id LIMIT $4";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(now))
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The renewals that an Organization has not paid: that of its subscription first, then what was used until
/// former ones ended.
pub(crate) async fn due_orders(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Uuid>> {
    let sql = "SELECT due_order_id FROM subscriptions \
               WHERE tenant_id = $1 AND due_order_id IS NOT NULL \
               ORDER BY CASE WHEN status = 'canceled' THEN 1 ELSE 0 END, created_at, id";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_all(c).await)?)
}
