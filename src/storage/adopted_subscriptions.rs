//! Subscriptions that an earlier service made at Stripe, which bills them: known by Stripe's identifiers alone.

use sovereign_domain::ids::{CustomerId, OrganizationId, SubscriptionId};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::types::int4;
use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct AdoptedRow {
        id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        pub(crate) plan_id: String,
        pub(crate) status: String,
        pub(crate) billed_by: String,
        pub(crate) current_period_start: Option<Ts>,
        pub(crate) current_period_end: Option<Ts>,
        pub(crate) cancel_at_period_end: bool,
        updated_at: Ts,
    }
}

impl AdoptedRow {
    pub(crate) fn id(&self) -> SubscriptionId {
        SubscriptionId(self.id)
    }

    pub(crate) fn customer_id(&self) -> CustomerId {
        CustomerId(self.customer_id)
    }

    pub(crate) fn tenant_id(&self) -> OrganizationId {
        self.tenant_id.as_str().into()
    }
}

/// The subscription of this name at Stripe; of several, the live one, else the newest.
pub(crate) async fn find(tx: &mut Tx, stripe_id: &str) -> Result<Option<AdoptedRow>> {
    let sql = "SELECT id, customer_id, tenant_id, plan_id, status, billed_by, current_period_start, \
                   current_period_end, cancel_at_period_end, updated_at \
               FROM subscriptions WHERE stripe_subscription_id = $1 \
               ORDER BY (status = 'canceled'), created_at DESC, id DESC LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(stripe_id).fetch_optional(c).await)?)
}

/// Whether something keeps an ended subscription from coming back: another one, or its Organization's end.
pub(crate) async fn is_over(tx: &mut Tx, row: &AdoptedRow) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (\
                   SELECT id FROM subscriptions \
                       WHERE tenant_id = $1 AND id <> $2 AND status <> 'canceled' \
                   UNION ALL \
                   SELECT $2 FROM organizations WHERE id = $1 AND status = 'deleted') AS found";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(&row.tenant_id)
        .bind(row.id)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}

/// How a subscription stands at Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: &'static str,
    pub(crate) start: Option<Ts>,
    pub(crate) end: Option<Ts>,
    pub(crate) cancel_at_period_end: bool,
}

/// Takes over how it stands, if the row still is as it was read; answers whether it was.
pub(crate) async fn follow(
    tx: &mut Tx,
    row: &AdoptedRow,
    standing: Standing,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE subscriptions SET status = $2, current_period_start = $3, \
                   current_period_end = $4, cancel_at_period_end = $5, updated_at = $6 \
               WHERE id = $1 AND billed_by = 'stripe' AND status = $7 AND updated_at = $8 \
                   AND current_period_end IS NOT DISTINCT FROM $9 \
                   AND cancel_at_period_end = $10";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(row.id)
        .bind(standing.status)
        .bind(standing.start)
        .bind(standing.end)
        .bind(standing.cancel_at_period_end)
        .bind(Ts(now))
        .bind(&row.status)
        .bind(row.updated_at)
        .bind(row.current_period_end)
        .bind(row.cancel_at_period_end)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// An invoice of Stripe's that was paid.
#[derive(Debug)]
pub(crate) struct PaidInvoice<'a> {
    pub(crate) id: Uuid,
    pub(crate) stripe_id: &'a str,
    /// In whole units: only adopted invoices have them, and so no number of ours.
    pub(crate) units: i64,
    pub(crate) amount_minor: i64,
    pub(crate) currency: &'a str,
    pub(crate) start: Ts,
    pub(crate) end: Ts,
    pub(crate) pdf_url: Option<&'a str>,
    pub(crate) created_at: Ts,
}

/// Notes that an invoice of a subscription was paid; answers its identifier, `None` where that was known.
pub(crate) async fn note_paid(
    tx: &mut Tx,
    of: &AdoptedRow,
    paid: &PaidInvoice<'_>,
) -> Result<Option<Uuid>> {
    // Whoever notes an invoice of the same subscription waits here.
    let lock = "UPDATE subscriptions SET stripe_subscription_id = stripe_subscription_id \
                WHERE id = $1";
    on_db!(tx, c => sqlx::query(lock).bind(of.id).execute(c).await.map(|_| ()))?;
    let known = "SELECT id, status FROM invoices WHERE stripe_invoice_id = $1 \
                 ORDER BY (status = 'paid') DESC, id LIMIT 1";
    let known: Option<(Uuid, String)> =
        on_db!(tx, c => sqlx::query_as(known).bind(paid.stripe_id).fetch_optional(c).await)?;
    match known {
        Some((_, status)) if status == "paid" => Ok(None),
        Some((id, _)) => {
            let sql = "UPDATE invoices SET status = 'paid' WHERE id = $1";
            on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
            Ok(Some(id))
        }
        None => insert(tx, of, paid).await.map(|()| Some(paid.id)),
    }
}

async fn insert(tx: &mut Tx, of: &AdoptedRow, paid: &PaidInvoice<'_>) -> Result<()> {
    let sql = "INSERT INTO invoices (id, customer_id, tenant_id, stripe_invoice_id, amount_omr, \
                   amount_minor, credit_minor, currency, status, period_start, period_end, \
                   pdf_url, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 'paid', $8, $9, $10, $11)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(paid.id)
        .bind(of.customer_id)
        .bind(&of.tenant_id)
        .bind(paid.stripe_id)
        .bind(int4(paid.units))
        .bind(paid.amount_minor)
        .bind(paid.currency)
        .bind(paid.start)
        .bind(paid.end)
        .bind(paid.pdf_url)
        .bind(paid.created_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
