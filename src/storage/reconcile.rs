//! What the comparison with Stripe's lists reads: the rows behind Stripe's identifiers, and those of a time.

use sovereign_domain::timestamp::Timestamp;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load::UuidKey;
use super::{Result, Ts, Tx, on_db};

batch_row! { struct TextKey<'a> { key: &'a str => "text" } }

fn keys(texts: &[String]) -> Vec<TextKey<'_>> {
    texts.iter().map(|key| TextKey { key }).collect()
}

/// A time, and the row that the page before ended with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) after: Option<(Ts, Uuid)>,
    pub(crate) limit: i64,
}

impl Span {
    fn place(self) -> (Ts, Uuid) {
        self.after.unwrap_or((Ts(self.from), Uuid::nil()))
    }
}

/// A page of the rows of a time, oldest first.
async fn page<O>(tx: &mut Tx, sql: &'static str, span: Span) -> Result<Vec<O>>
where
    O: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    let (moment, id) = span.place();
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(span.until))
        .bind(moment)
        .bind(id)
        .bind(span.limit)
        .fetch_all(c)
        .await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct OrderRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) status: String,
        pub(crate) charge_minor: i64,
        /// A payment that paid for it, wherever it was made.
        pub(crate) charge_id: Option<String>,
    }
}

/// Those of the orders that are here.
pub(crate) async fn orders(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<OrderRow>> {
    let sql = "WITH v (id) AS ({rows}) \
        SELECT o.id, o.tenant_id, o.status, o.charge_minor, \
            (SELECT MIN(p.charge_id) FROM card_payments p \
                WHERE p.order_id = o.id AND p.purpose = 'order') AS charge_id \
        FROM v JOIN orders o ON o.id = v.id";
    batch::fetch(tx, sql, ids.iter().map(|id| UuidKey { id: *id }).collect()).await
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct PaymentRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) charge_id: String,
        pub(crate) amount_minor: i64,
        pub(crate) created_at: Ts,
    }
}

/// The payments of these charges that were made here.
pub(crate) async fn payments(tx: &mut Tx, charges: &[String]) -> Result<Vec<PaymentRow>> {
    let sql = "WITH v (key) AS ({rows}) \
        SELECT p.id, p.order_id, p.tenant_id, p.charge_id, p.amount_minor, p.created_at \
        FROM v JOIN card_payments p ON p.charge_id = v.key AND p.foreign_fqdn IS NULL";
    batch::fetch(tx, sql, keys(charges)).await
}

/// The payments of a time that were made here, oldest first.
pub(crate) async fn payments_of(tx: &mut Tx, span: Span) -> Result<Vec<PaymentRow>> {
    let sql = "SELECT id, order_id, tenant_id, charge_id, amount_minor, created_at \
               FROM card_payments WHERE created_at < $1 AND (created_at, id) > ($2, $3) \
                   AND foreign_fqdn IS NULL \
               ORDER BY created_at, id LIMIT $4";
    page(tx, sql, span).await
}

/// The Organizations of these customers at Stripe. Not of those whose subscription Stripe bills for an
/// earlier service, or did until it was billed here: what it charges them names no order of ours.
pub(crate) async fn own_customers(
    tx: &mut Tx,
    customers: &[String],
) -> Result<Vec<(String, String)>> {
    let sql = "WITH v (key) AS ({rows}) \
        SELECT k.stripe_customer_id, k.tenant_id FROM v \
        JOIN customers k ON k.stripe_customer_id = v.key \
        WHERE NOT EXISTS (SELECT 1 FROM subscriptions s \
            WHERE s.customer_id = k.id \
                AND (s.billed_by = 'stripe' OR s.stripe_subscription_id IS NOT NULL))";
    batch::fetch(tx, sql, keys(customers)).await
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct RefundRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) stripe_refund_id: Option<String>,
        pub(crate) card_minor: i64,
        pub(crate) status: String,
        pub(crate) created_at: Ts,
    }
}

/// The refunds that Stripe calls so.
pub(crate) async fn refunds(tx: &mut Tx, ids: &[String]) -> Result<Vec<RefundRow>> {
    let sql = "WITH v (key) AS ({rows}) \
        SELECT r.id, r.order_id, r.tenant_id, r.stripe_refund_id, r.card_minor, r.status, \
            r.created_at \
        FROM v JOIN refunds r ON r.stripe_refund_id = v.key";
    batch::fetch(tx, sql, keys(ids)).await
}

/// Refunds of these orders that wait for Stripe's answer.
pub(crate) async fn unanswered_refunds(tx: &mut Tx, orders: &[Uuid]) -> Result<Vec<RefundRow>> {
    let sql = "WITH v (id) AS ({rows}) \
        SELECT r.id, r.order_id, r.tenant_id, r.stripe_refund_id, r.card_minor, r.status, \
            r.created_at \
        FROM v JOIN refunds r ON r.order_id = v.id \
        WHERE r.status = 'pending' AND r.stripe_refund_id IS NULL";
    batch::fetch(tx, sql, orders.iter().map(|id| UuidKey { id: *id }).collect()).await
}

/// The refunds of a time, of payments made here, that have succeeded, oldest first.
pub(crate) async fn refunds_of(tx: &mut Tx, span: Span) -> Result<Vec<RefundRow>> {
    let sql = "SELECT id, order_id, tenant_id, stripe_refund_id, card_minor, status, created_at \
               FROM refunds WHERE status = 'succeeded' AND card_minor > 0 \
                   AND created_at < $1 AND (created_at, id) > ($2, $3) \
                   AND NOT EXISTS (SELECT 1 FROM card_payments p \
                       WHERE p.id = refunds.payment_id AND p.foreign_fqdn IS NOT NULL) \
               ORDER BY created_at, id LIMIT $4";
    page(tx, sql, span).await
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct DisputeRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) stripe_dispute_id: String,
        pub(crate) amount_minor: i64,
        pub(crate) created_at: Ts,
    }
}

/// The disputes that Stripe calls so.
pub(crate) async fn disputes(tx: &mut Tx, ids: &[String]) -> Result<Vec<DisputeRow>> {
    let sql = "WITH v (key) AS ({rows}) \
        SELECT d.id, d.order_id, d.tenant_id, d.stripe_dispute_id, d.amount_minor, d.created_at \
        FROM v JOIN disputes d ON d.stripe_dispute_id = v.key";
    batch::fetch(tx, sql, keys(ids)).await
}

/// The disputes of a time, of payments made here, oldest first.
pub(crate) async fn disputes_of(tx: &mut Tx, span: Span) -> Result<Vec<DisputeRow>> {
    let sql = "SELECT id, order_id, tenant_id, stripe_dispute_id, amount_minor, created_at \
               FROM disputes WHERE created_at < $1 AND (created_at, id) > ($2, $3) \
                   AND NOT EXISTS (SELECT 1 FROM card_payments p \
                       WHERE p.id = disputes.payment_id AND p.foreign_fqdn IS NOT NULL) \
               ORDER BY created_at, id LIMIT $4";
    page(tx, sql, span).await
}
