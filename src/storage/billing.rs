//! Reads for the billing routes: wallets, ledger, subscriptions, invoices, revenue.

use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// One wallet as it is at a moment: what expired by then is not available, swept or not.
    #[derive(Debug, Clone)]
    pub(crate) struct WalletRow {
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) balance_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) owed_minor: i64,
        pub(crate) expired_minor: i64,
    }
}

impl WalletRow {
    pub(crate) fn available_minor(&self) -> i64 {
        self.balance_minor - self.held_minor - self.expired_minor
    }
}

/// The wallets of the Organizations where the user is owner or admin; of one of them where `tenant_id`
/// is given.
pub(crate) async fn wallets(
    tx: &mut Tx,
    user_id: &UserId,
    tenant_id: Option<&str>,
    now: Timestamp,
) -> Result<Vec<WalletRow>> {
    let sql = "SELECT w.customer_id, w.tenant_id, w.balance_minor, w.held_minor, w.owed_minor, \
                   CAST(COALESCE((SELECT SUM(l.remaining_minor - l.held_minor) FROM credit_lots l \
                       WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0 \
                           AND l.expires_at <= $3), 0) AS bigint) AS expired_minor \
               FROM members m JOIN organizations o ON o.id = m.tenant_id AND o.status <> 'deleted' \
               JOIN wallets w ON w.tenant_id = m.tenant_id \
               WHERE m.user_id = $1 AND m.role IN ('owner', 'admin') \
                   AND ($2 IS NULL OR m.tenant_id = $2) \
               ORDER BY w.tenant_id";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(&user_id.0)
        .bind(tenant_id)
        .bind(Ts(now))
        .fetch_all(c)
        .await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct EntryRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) kind: String,
        pub(crate) amount_minor: i64,
        pub(crate) reason: String,
        pub(crate) order_id: Option<Uuid>,
        pub(crate) created_at: Ts,
    }
}

/// The newest ledger lines of an account.
pub(crate) async fn entries(tx: &mut Tx, customer_id: Uuid, limit: i64) -> Result<Vec<EntryRow>> {
    let sql = "SELECT e.id, w.tenant_id, e.kind, e.amount_minor, e.reason, e.order_id, e.created_at \
               FROM credit_ledger e JOIN wallets w ON w.customer_id = e.customer_id \
               WHERE e.customer_id = $1 ORDER BY e.created_at DESC, e.id DESC LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(customer_id).bind(limit).fetch_all(c).await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct SubscriptionRow {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) stripe_subscription_id: Option<String>,
        pub(crate) plan_id: String,
        pub(crate) status: String,
        pub(crate) current_period_start: Option<Ts>,
        pub(crate) current_period_end: Option<Ts>,
        pub(crate) cancel_at_period_end: bool,
        pub(crate) due_order_id: Option<Uuid>,
        pub(crate) next_attempt_at: Option<Ts>,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
    }
}

/// The Organization's live subscription, else its latest.
pub(crate) async fn subscription(tx: &mut Tx, tenant_id: &str) -> Result<Option<SubscriptionRow>> {
    let sql = "SELECT id, customer_id, tenant_id, stripe_subscription_id, plan_id, status, \
                   current_period_start, current_period_end, cancel_at_period_end, due_order_id, \
                   next_attempt_at, created_at, updated_at \
               FROM subscriptions WHERE tenant_id = $1 \
               ORDER BY (status = 'canceled'), created_at DESC, id DESC LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct InvoiceRow {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) stripe_invoice_id: Option<String>,
        pub(crate) amount_minor: i64,
        pub(crate) credit_minor: i64,
        pub(crate) tax_minor: i64,
        /// What rounding the card's part took off the total.
        pub(crate) rounding_minor: i64,
        pub(crate) number: Option<i64>,
        /// The Sovereign that gave the number, where that is another one.
        pub(crate) issued_by: Option<String>,
        pub(crate) currency: String,
        pub(crate) status: String,
        pub(crate) period_start: Option<Ts>,
        pub(crate) period_end: Option<Ts>,
        pub(crate) pdf_url: Option<String>,
        pub(crate) created_at: Ts,
    }
}

/// The Organization's invoices, newest first.
pub(crate) async fn invoices(tx: &mut Tx, tenant_id: &str) -> Result<Vec<InvoiceRow>> {
    let sql = "SELECT i.id, i.customer_id, i.tenant_id, i.stripe_invoice_id, i.amount_minor, \
                   i.credit_minor, COALESCE(o.tax_minor, 0) AS tax_minor, \
                   COALESCE(o.rounding_minor, 0) AS rounding_minor, \
                   COALESCE(i.number, i.foreign_number) AS number, i.foreign_fqdn AS issued_by, i.currency, \
                   i.status, i.period_start, i.period_end, i.pdf_url, i.created_at \
               FROM invoices i LEFT JOIN orders o ON o.id = i.order_id \
               WHERE i.tenant_id = $1 ORDER BY i.created_at DESC, i.id DESC";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

from_row! {
    /// What the Sovereign earns. A subscription's month is the total of the order that began it; where none
    /// is known, its price here.
    #[derive(Debug, Clone)]
    pub(crate) struct RevenueRow {
        pub(crate) mrr_minor: i64,
        pub(crate) active_subscriptions: i64,
        pub(crate) customers: i64,
        pub(crate) new_customers: i64,
    }
}

pub(crate) async fn revenue(tx: &mut Tx, month_start: Timestamp) -> Result<RevenueRow> {
    let sql = "SELECT CAST(COALESCE(SUM(COALESCE(o.amount_baisa, s.price_minor)), 0) AS bigint) AS mrr_minor, \
                   COUNT(s.id) AS active_subscriptions, \
                   (SELECT COUNT(*) FROM customers) AS customers, \
                   (SELECT COUNT(*) FROM customers WHERE created_at >= $1) AS new_customers \
               FROM subscriptions s LEFT JOIN orders o ON o.id = s.order_id \
               WHERE s.status = 'active'";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(Ts(month_start)).fetch_one(c).await)?)
}

/// Organizations with credit that expired and was not written off yet.
pub(crate) async fn expired_wallets(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT w.tenant_id \
               FROM credit_lots l JOIN wallets w ON w.customer_id = l.customer_id \
               WHERE l.remaining_minor > l.held_minor AND l.expires_at <= $1 \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = w.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(Ts(now)).bind(limit).fetch_all(c).await)?)
}
