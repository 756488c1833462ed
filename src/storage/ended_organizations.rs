//! `ended_organizations`: whose deletion was told, and the rows that end with an Organization.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

/// Has everything end that hangs on an Organization, once more where it has.
pub(crate) async fn ask(tx: &mut Tx, tenant_id: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO ended_organizations (tenant_id, asked_at) VALUES ($1, $2) \
               ON CONFLICT (tenant_id) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Those that wait, and whether each is deleted still.
pub(crate) async fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<(String, bool)>> {
    let sql = "SELECT e.tenant_id, COALESCE(o.status, '') = 'deleted' \
               FROM ended_organizations e LEFT JOIN organizations o ON o.id = e.tenant_id \
               WHERE e.done_at IS NULL ORDER BY e.asked_at, e.tenant_id LIMIT $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(limit).fetch_all(c).await)?)
}

/// Subscriptions that Stripe bills, by its names.
pub(crate) async fn billed_by_stripe(tx: &mut Tx, tenant_id: &str) -> Result<Vec<String>> {
    let sql = "SELECT stripe_subscription_id FROM subscriptions WHERE tenant_id = $1 \
               AND billed_by = 'stripe' AND status <> 'canceled' \
               AND stripe_subscription_id IS NOT NULL ORDER BY created_at, id";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_all(c).await)?)
}

from_row! {
    #[derive(Debug)]
    pub(crate) struct EndedSubscription {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) plan_id: String,
        pub(crate) current_period_start: Option<Ts>,
        pub(crate) current_period_end: Option<Ts>,
    }
}

/// Ends subscriptions that nobody bills.
pub(crate) async fn end_unbilled(
    tx: &mut Tx,
    tenant_id: &str,
    now: Timestamp,
) -> Result<Vec<EndedSubscription>> {
    let sql = "UPDATE subscriptions SET status = 'canceled', updated_at = $2 \
               WHERE tenant_id = $1 AND billed_by = 'none' AND status <> 'canceled' \
               RETURNING id, customer_id, plan_id, current_period_start, current_period_end";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(Ts(now)).fetch_all(c).await)?)
}

from_row! {
    #[derive(Debug)]
    pub(crate) struct VoidedInvoice {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) order_id: Option<Uuid>,
        pub(crate) amount_minor: i64,
    }
}

/// Voids invoices that wait for a payment which nobody asks for any more.
pub(crate) async fn void_invoices(tx: &mut Tx, tenant_id: &str) -> Result<Vec<VoidedInvoice>> {
    let sql = "UPDATE invoices SET status = 'void' \
               WHERE tenant_id = $1 AND status IN ('open', 'draft') AND NOT EXISTS (\
                   SELECT 1 FROM orders o WHERE o.id = invoices.order_id \
                       AND o.status IN ('pending', 'due')) \
               RETURNING id, customer_id, order_id, amount_minor";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Marks the ledger lines of an Organization's account. They count as before.
pub(crate) async fn mark_ledger(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    let sql = "UPDATE credit_ledger SET status = 'tenant_deleted' \
               WHERE customer_id IN (SELECT id FROM customers WHERE tenant_id = $1) \
                   AND status <> 'tenant_deleted'";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn done(tx: &mut Tx, tenant_id: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE ended_organizations SET done_at = $2 WHERE tenant_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}
