//! Invoices as documents: their numbers, and what is printed on them.

use sovereign_domain::catalog::OrderLine;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

/// Gives up to `limit` invoices without a number the next ones, in the order of their identifiers; answers
/// how many got one. Those of an earlier service never get any. Of two that give the same number, the
/// second has a conflict.
pub(crate) async fn number_next(tx: &mut Tx, limit: i64) -> Result<usize> {
    // PostgreSQL looks at the last condition again after it has waited for another's transaction.
    let sql = "UPDATE invoices SET number = n.number \
               FROM (SELECT id, (SELECT COALESCE(MAX(number), 0) FROM invoices \
                       WHERE number IS NOT NULL) + ROW_NUMBER() OVER (ORDER BY id) AS number \
                   FROM (SELECT id FROM invoices WHERE number IS NULL AND amount_omr IS NULL \
                           AND foreign_number IS NULL \
                       ORDER BY id LIMIT $1) p) n \
               WHERE invoices.id = n.id AND invoices.number IS NULL";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(usize::try_from(rows).unwrap_or(usize::MAX))
}

from_row! {
    /// An invoice, with its order, its Organization and the account that pays.
    #[derive(Debug, Clone)]
    pub(crate) struct PrintedRow {
        /// None yet; an earlier service's invoice never has one.
        pub(crate) number: Option<i64>,
        /// The Sovereign that gave the number, where that is another one.
        pub(crate) issued_by: Option<String>,
        /// Whether an earlier service made it.
        pub(crate) adopted: bool,
        pub(crate) amount_minor: i64,
        pub(crate) credit_minor: i64,
        pub(crate) charge_minor: i64,
        /// What rounding took off the amount.
        pub(crate) rounding_minor: i64,
        /// The part of the amount that is tax.
        pub(crate) tax_minor: i64,
        pub(crate) tax_rate_bp: i64,
        pub(crate) tax_included: bool,
        /// None for an order that was placed before they were kept.
        pub(crate) lines: Json<Vec<OrderLine>>,
        /// What credit notes gave back.
        pub(crate) refunded_minor: i64,
        pub(crate) status: String,
        /// Whether a payment of its order failed, and is to be asked for again.
        pub(crate) past_due: bool,
        pub(crate) period_start: Option<Ts>,
        pub(crate) period_end: Option<Ts>,
        pub(crate) created_at: Ts,
        pub(crate) organization: String,
        pub(crate) email: Option<String>,
    }
}

/// The invoice of that identifier, where it is one of this Organization.
pub(crate) async fn printed(tx: &mut Tx, tenant_id: &str, id: Uuid) -> Result<Option<PrintedRow>> {
    let sql = "SELECT COALESCE(i.number, i.foreign_number) AS number, i.foreign_fqdn AS issued_by, \
                   (i.amount_omr IS NOT NULL) AS adopted, i.amount_minor, i.credit_minor, \
                   COALESCE(o.charge_minor, i.amount_minor - i.credit_minor) AS charge_minor, \
                   COALESCE(o.rounding_minor, 0) AS rounding_minor, \
                   COALESCE(o.tax_minor, 0) AS tax_minor, \
                   CAST(COALESCE(o.tax_rate_bp, 0) AS bigint) AS tax_rate_bp, \
                   (o.tax_included IS TRUE) AS tax_included, COALESCE(o.lines, '[]') AS lines, \
                   CAST(COALESCE((SELECT SUM(r.credit_minor + r.card_minor + r.credited_minor) FROM refunds r \
                       WHERE r.order_id = i.order_id AND r.has_note), 0) AS bigint) \
                       AS refunded_minor, \
                   i.status, (o.status = 'due') IS TRUE AS past_due, i.period_start, i.period_end, i.created_at, \
                   g.name AS organization, c.email \
               FROM invoices i JOIN organizations g ON g.id = i.tenant_id \
               LEFT JOIN customers c ON c.id = i.customer_id \
               LEFT JOIN orders o ON o.id = i.order_id \
               WHERE i.tenant_id = $1 AND i.id = $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(id).fetch_optional(c).await)?)
}
