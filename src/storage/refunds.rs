//! Refunds and disputes as rows: what is to be sent, what became of it, and credit notes.
//!
//! The engine makes the rows ([`super::write_payments`]); here is what Stripe says of them afterwards.

use sovereign_domain::book::RefundStatus;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A refund whose card part is to be sent, or may have been.
    #[derive(Debug, Clone)]
    pub(crate) struct PendingRefundRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) card_minor: i64,
        pub(crate) intent_id: String,
        /// Of a refund that was sent, and that the bank still has.
        pub(crate) stripe_refund_id: Option<String>,
        /// Which try it is, from 1.
        pub(crate) attempt: i16,
        pub(crate) created_at: Ts,
    }
}

/// Refunds to send, those first that were asked about longest ago: of one order, or of all.
pub(crate) async fn pending(
    tx: &mut Tx,
    order_id: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PendingRefundRow>> {
    let sql = "SELECT r.id, r.order_id, r.tenant_id, r.card_minor, p.intent_id, \
                   r.stripe_refund_id, r.attempt, r.created_at \
               FROM refunds r JOIN card_payments p ON p.id = r.payment_id \
               WHERE r.status = 'pending' AND ($1 IS NULL OR r.order_id = $1) \
                   AND p.foreign_fqdn IS NULL \
               ORDER BY r.updated_at, r.id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).bind(limit).fetch_all(c).await)?)
}

/// What became of a try to send a refund. What failed stays failed, and nothing that was sent is pending
/// again: two who asked Stripe may come here in any order. Answers whether this was news.
pub(crate) async fn settle(
    tx: &mut Tx,
    (id, attempt): (Uuid, i16),
    status: RefundStatus,
    stripe_id: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE refunds SET status = $3, \
                   stripe_refund_id = COALESCE($4, stripe_refund_id), updated_at = $5 \
               WHERE id = $1 AND attempt = $2 \
                   AND (status = 'pending' OR (status = 'succeeded' AND $3 = 'failed'))";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(attempt)
        .bind(status.as_str())
        .bind(stripe_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(touched > 0)
}

/// Takes a refund that somebody made at Stripe for one of ours of the same amount that failed. Answers whether
/// there was one. What an Organization takes along to another Sovereign, or has taken, stays as it is.
pub(crate) async fn take_for_failed(
    tx: &mut Tx,
    payment_id: Uuid,
    amount_minor: i64,
    (stripe_id, status): (&str, RefundStatus),
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE refunds SET status = $3, stripe_refund_id = $4, attempt = attempt + 1, \
                   updated_at = $5 \
               WHERE status = 'failed' AND id = (SELECT r.id FROM refunds r \
                   WHERE r.payment_id = $1 AND r.card_minor = $2 AND r.status = 'failed' \
                       AND r.order_id = (SELECT p.order_id FROM card_payments p WHERE p.id = $1) \
                   ORDER BY r.id LIMIT 1) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = refunds.tenant_id \
                       AND (a.moving_from IS NOT NULL OR (a.moved_to IS NOT NULL \
                           AND refunds.created_at < (SELECT MAX(m.ended_at) FROM organization_moves m \
                               WHERE m.tenant_id = a.id AND m.state = 'moved'))))";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(payment_id)
        .bind(amount_minor)
        .bind(status.as_str())
        .bind(stripe_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(touched > 0)
}

/// Has a refund that failed sent again. Answers whether it had failed.
pub(crate) async fn retry(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    // What is on its way to another Sovereign stays as it is.
    let sql = "UPDATE refunds SET status = 'pending', stripe_refund_id = NULL, \
                   attempt = attempt + 1, updated_at = $2 \
               WHERE id = $1 AND status = 'failed' \
                   AND NOT EXISTS (SELECT 1 FROM organizations a \
                       WHERE a.id = refunds.tenant_id AND a.moving_from IS NOT NULL)";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(touched > 0)
}

/// The Sovereign that charged the card of a refund, where that is another one.
pub(crate) async fn paid_elsewhere(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let sql = "SELECT p.foreign_fqdn FROM refunds r JOIN card_payments p ON p.id = r.payment_id \
               WHERE r.id = $1 AND p.foreign_fqdn IS NOT NULL";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?)
}

from_row! {
    /// A card payment, as far as money that goes back needs it.
    #[derive(Debug, Clone)]
    pub(crate) struct PaymentRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) intent_id: String,
    }
}

/// One that was charged here: what becomes of another Sovereign's payment is that one's to say.
pub(crate) async fn payment(tx: &mut Tx, intent_id: &str) -> Result<Option<PaymentRow>> {
    let sql = "SELECT id, order_id, tenant_id, intent_id FROM card_payments \
               WHERE intent_id = $1 AND foreign_fqdn IS NULL";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(intent_id).fetch_optional(c).await)?)
}

from_row! {
    /// A refund, with the number of its credit note.
    #[derive(Debug, Clone)]
    pub(crate) struct RefundRow {
        pub(crate) id: Uuid,
        pub(crate) order_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) credit_minor: i64,
        pub(crate) card_minor: i64,
        pub(crate) credited_minor: i64,
        pub(crate) tax_minor: i64,
        pub(crate) reason: String,
        pub(crate) requested_by: String,
        pub(crate) status: String,
        pub(crate) stripe_refund_id: Option<String>,
        pub(crate) voucher_freed: bool,
        pub(crate) number: Option<i64>,
        /// The Sovereign that gave the number, where that is another one.
        pub(crate) issued_by: Option<String>,
        pub(crate) attempt: i16,
        pub(crate) created_at: Ts,
    }
}

impl RefundRow {
    /// All that was given back; `i64::MAX` where that is more than fits.
    pub(crate) const fn total_minor(&self) -> i64 {
        self.credit_minor.saturating_add(self.card_minor).saturating_add(self.credited_minor)
    }
}

macro_rules! refund_columns {
    () => {
        "r.id, r.order_id, r.tenant_id, r.credit_minor, r.card_minor, r.credited_minor, \
         r.tax_minor, r.reason, r.requested_by, r.status, r.stripe_refund_id, r.voucher_freed, \
         COALESCE(r.number, r.foreign_number) AS number, r.foreign_fqdn AS issued_by, r.attempt, \
         r.created_at"
    };
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<RefundRow>> {
    let sql = concat!("SELECT ", refund_columns!(), " FROM refunds r WHERE r.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

pub(crate) async fn by_stripe_id(tx: &mut Tx, stripe_id: &str) -> Result<Option<RefundRow>> {
    let sql =
        concat!("SELECT ", refund_columns!(), " FROM refunds r WHERE r.stripe_refund_id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(stripe_id).fetch_optional(c).await)?)
}

/// The refunds of an order, oldest first.
pub(crate) async fn of_order(tx: &mut Tx, order_id: Uuid) -> Result<Vec<RefundRow>> {
    let sql = concat!(
        "SELECT ",
        refund_columns!(),
        " FROM refunds r WHERE r.order_id = $1 ORDER BY r.created_at, r.id"
    );
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).fetch_all(c).await)?)
}

/// The refunds of an Organization that have a credit note, newest first.
pub(crate) async fn noted(tx: &mut Tx, tenant_id: &str) -> Result<Vec<RefundRow>> {
    let sql = concat!(
        "SELECT ",
        refund_columns!(),
        " FROM refunds r WHERE r.tenant_id = $1 AND r.has_note ORDER BY r.created_at DESC, r.id DESC"
    );
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

from_row! {
    /// What an order was paid with, and what of it can still be given back.
    #[derive(Debug, Clone)]
    pub(crate) struct RefundableRow {
        pub(crate) status: String,
        pub(crate) credit_paid_minor: i64,
        pub(crate) credit_left_minor: i64,
        pub(crate) card_paid_minor: i64,
        pub(crate) card_left_minor: i64,
        /// Whether the bank has the card's part.
        pub(crate) disputed: bool,
        /// The Sovereign that charged the card, and alone can refund it; `None` where that is this one.
        pub(crate) card_paid_at: Option<String>,
    }
}

/// What the engine decides by (`Book::refundable`), for a person to look at. An earlier service's orders have
/// neither recorded draws nor payments.
pub(crate) async fn refundable(tx: &mut Tx, order_id: Uuid) -> Result<Option<RefundableRow>> {
    let sql = "SELECT s.status, s.credit_paid AS credit_paid_minor, \
                   s.credit_paid - s.credit_back AS credit_left_minor, \
                   s.card_paid AS card_paid_minor, \
                   CASE WHEN s.disputed THEN 0 ELSE s.card_paid - s.card_back END AS card_left_minor, \
                   s.disputed, s.card_paid_at \
               FROM (SELECT o.status, p.foreign_fqdn AS card_paid_at, \
                       CASE WHEN o.status = 'completed' AND o.amount_omr IS NULL \
                           THEN o.credit_minor ELSE 0 END AS credit_paid, \
                       CAST(COALESCE((SELECT SUM(r.credit_minor) FROM refunds r \
                           WHERE r.order_id = o.id), 0) AS bigint) AS credit_back, \
                       COALESCE(p.amount_minor, 0) AS card_paid, \
                       CAST(COALESCE((SELECT SUM(CASE WHEN r.payment_id = p.id \
                               THEN r.card_minor ELSE 0 END + r.credited_minor) FROM refunds r \
                           WHERE r.order_id = o.id), 0) AS bigint) AS card_back, \
                       EXISTS (SELECT 1 FROM disputes d \
                           WHERE d.order_id = o.id AND d.payment_id = p.id \
                           AND d.status IN ('open', 'lost')) AS disputed \
                   FROM orders o LEFT JOIN card_payments p \
                       ON p.order_id = o.id AND p.purpose = 'order' WHERE o.id = $1) s";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).fetch_optional(c).await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct DisputeRow {
        pub(crate) stripe_dispute_id: String,
        pub(crate) amount_minor: i64,
        pub(crate) clawed_minor: i64,
        pub(crate) status: String,
        pub(crate) created_at: Ts,
    }
}

/// The disputes of an order, oldest first.
pub(crate) async fn disputes(tx: &mut Tx, order_id: Uuid) -> Result<Vec<DisputeRow>> {
    let sql = "SELECT stripe_dispute_id, amount_minor, clawed_minor, status, created_at \
               FROM disputes WHERE order_id = $1 ORDER BY created_at, id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).fetch_all(c).await)?)
}

/// Gives up to `limit` credit notes without a number the next ones, as [`super::invoices::number_next`] does
/// invoices, in a series of their own.
pub(crate) async fn number_next(tx: &mut Tx, limit: i64) -> Result<usize> {
    let sql = "UPDATE refunds SET number = n.number \
               FROM (SELECT id, (SELECT COALESCE(MAX(number), 0) FROM refunds \
                       WHERE number IS NOT NULL) + ROW_NUMBER() OVER (ORDER BY id) AS number \
                   FROM (SELECT id FROM refunds WHERE number IS NULL AND has_note \
                           AND foreign_number IS NULL ORDER BY id LIMIT $1) p) n \
               WHERE refunds.id = n.id AND refunds.number IS NULL";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(usize::try_from(rows).unwrap_or(usize::MAX))
}

from_row! {
    /// A credit note, with the invoice it amends.
    #[derive(Debug, Clone)]
    pub(crate) struct PrintedNoteRow {
        pub(crate) number: Option<i64>,
        /// The Sovereign that gave the number, where that is another one.
        pub(crate) issued_by: Option<String>,
        pub(crate) invoice_number: Option<i64>,
        pub(crate) invoice_issued_by: Option<String>,
        pub(crate) credit_minor: i64,
        pub(crate) card_minor: i64,
        pub(crate) credited_minor: i64,
        pub(crate) tax_minor: i64,
        pub(crate) reason: String,
        pub(crate) tax_rate_bp: i64,
        pub(crate) tax_included: bool,
        pub(crate) created_at: Ts,
        pub(crate) organization: String,
        pub(crate) email: Option<String>,
    }
}

/// The credit note of that identifier, where it is one of this Organization.
pub(crate) async fn printed(
    tx: &mut Tx,
    tenant_id: &str,
    id: Uuid,
) -> Result<Option<PrintedNoteRow>> {
    let sql = "SELECT COALESCE(r.number, r.foreign_number) AS number, r.foreign_fqdn AS issued_by, \
                   COALESCE(i.number, i.foreign_number) AS invoice_number, \
                   i.foreign_fqdn AS invoice_issued_by, r.credit_minor, r.card_minor, \
                   r.credited_minor, r.tax_minor, r.reason, CAST(o.tax_rate_bp AS bigint) AS tax_rate_bp, o.tax_included, \
                   r.created_at, g.name AS organization, c.email \
               FROM refunds r JOIN orders o ON o.id = r.order_id \
               JOIN organizations g ON g.id = r.tenant_id \
               LEFT JOIN invoices i ON i.tenant_id = r.tenant_id AND i.order_id = r.order_id \
                   AND i.status <> 'void' \
               LEFT JOIN customers c ON c.id = r.customer_id \
               WHERE r.tenant_id = $1 AND r.id = $2 AND r.has_note";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(id).fetch_optional(c).await)?)
}
