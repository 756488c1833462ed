//! An order as its bill: what it comes to, how it stands, and what is behind it.

use sovereign_domain::catalog::OrderLine;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct BillRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) organization: String,
        pub(crate) status: String,
        pub(crate) lines: Json<Vec<OrderLine>>,
        pub(crate) amount_baisa: i64,
        pub(crate) credit_minor: i64,
        pub(crate) charge_minor: i64,
        pub(crate) rounding_minor: i64,
        pub(crate) tax_minor: i64,
        pub(crate) tax_rate_bp: i16,
        pub(crate) tax_included: bool,
        /// Whether a voucher was given with the order.
        pub(crate) has_voucher: bool,
        pub(crate) period_start: Option<Ts>,
        pub(crate) period_end: Option<Ts>,
        /// Once it is paid.
        pub(crate) invoice_id: Option<Uuid>,
        /// The invoice's.
        pub(crate) number: Option<i64>,
        /// The Sovereign that gave it, where that is another one.
        pub(crate) issued_by: Option<String>,
        /// The account's card for further payments.
        pub(crate) card_brand: Option<String>,
        pub(crate) card_last4: Option<String>,
        /// The account's credit that is not held.
        pub(crate) available_minor: i64,
        /// Of the subscription whose renewal this is, while it is not paid.
        pub(crate) next_attempt_at: Option<Ts>,
    }
}

pub(crate) async fn find(tx: &mut Tx, order_id: Uuid, now: Timestamp) -> Result<Option<BillRow>> {
    let sql = "SELECT o.id, o.tenant_id, t.name AS organization, o.status, o.lines, \
                   o.amount_baisa, o.credit_minor, o.charge_minor, o.rounding_minor, o.tax_minor, \
                   o.tax_rate_bp, o.tax_included, \
                   COALESCE(o.promo_code, '') <> '' AS has_voucher, \
                   COALESCE(i.period_start, o.period_start) AS period_start, \
                   COALESCE(i.period_end, o.period_end) AS period_end, \
                   i.id AS invoice_id, COALESCE(i.number, i.foreign_number) AS number, \
                   i.foreign_fqdn AS issued_by, k.card_brand, k.card_last4, \
                   CAST(w.balance_minor - w.held_minor - COALESCE(( \
                       SELECT SUM(l.remaining_minor - l.held_minor) FROM credit_lots l \
                       WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0 \
                           AND l.expires_at <= $2), 0) AS bigint) AS available_minor, \
                   s.next_attempt_at \
               FROM orders o JOIN organizations t ON t.id = o.tenant_id \
               JOIN customers k ON k.id = o.customer_id \
               JOIN wallets w ON w.customer_id = o.customer_id \
               LEFT JOIN invoices i ON i.tenant_id = o.tenant_id AND i.order_id = o.id \
                   AND i.status <> 'void' \
               LEFT JOIN subscriptions s ON s.tenant_id = o.tenant_id \
                   AND s.due_order_id = o.id \
               WHERE o.id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).bind(Ts(now)).fetch_optional(c).await)?)
}
