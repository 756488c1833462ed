//! The part of a [`Book`] that renewals need: live subscriptions that this Sovereign bills, and the invoices
//! that are to be paid.

use sovereign_domain::book::Book;
use sovereign_domain::ids::{CustomerId, InvoiceId, OrderId, SubscriptionId};
use sovereign_domain::subscription::{
    Invoice, InvoiceStatus, Period, PeriodChanges, Subscription, SubscriptionStatus,
};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load::Wanted;
use super::{Error, Json, Result, Ts, Tx};

batch_row! { struct TenantKey<'a> { tenant_id: &'a str => "text" } }

from_row! {
    #[derive(Debug)]
    struct SubscriptionRow {
        id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        order_id: Option<Uuid>,
        paid_order_id: Option<Uuid>,
        changes: Option<Json<PeriodChanges>>,
        plan_id: String,
        status: String,
        period_start: Ts,
        period_end: Ts,
        anchor_at: Ts,
        price_minor: i64,
        cancel_at_period_end: bool,
        due_order_id: Option<Uuid>,
        failed_attempts: i16,
        next_attempt_at: Option<Ts>,
        warned_for: Option<Ts>,
        created_at: Ts,
    }
}

impl SubscriptionRow {
    fn into_subscription(self) -> Result<Subscription> {
        let status = SubscriptionStatus::parse(&self.status)
            .ok_or_else(|| Error::corrupt("subscriptions", format!("status {:?}", self.status)))?;
        Ok(Subscription {
            id: SubscriptionId(self.id),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            order_id: self.order_id.map(OrderId),
            paid_order: self.paid_order_id.map(OrderId),
            changes: self.changes.map(|changes| changes.0),
            plan_id: self.plan_id,
            status,
            period: Period { start: self.period_start.0, end: self.period_end.0 },
            anchor_at: self.anchor_at.0,
            price_minor: self.price_minor,
            cancel_at_period_end: self.cancel_at_period_end,
            due_order: self.due_order_id.map(OrderId),
            failed_attempts: self.failed_attempts,
            next_attempt_at: self.next_attempt_at.map(|ts| ts.0),
            warned_for: self.warned_for.map(|ts| ts.0),
            created_at: self.created_at.0,
        })
    }
}

from_row! {
    #[derive(Debug)]
    struct OpenInvoiceRow {
        id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        order_id: Uuid,
        amount_minor: i64,
        credit_minor: i64,
        period_start: Ts,
        period_end: Ts,
        created_at: Ts,
    }
}

impl OpenInvoiceRow {
    fn into_invoice(self) -> Invoice {
        Invoice {
            id: InvoiceId(self.id),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            order_id: OrderId(self.order_id),
            amount_minor: self.amount_minor,
            credit_minor: self.credit_minor,
            status: InvoiceStatus::Open,
            period: Period { start: self.period_start.0, end: self.period_end.0 },
            created_at: self.created_at.0,
        }
    }
}

fn tenant_keys(wanted: &Wanted) -> Vec<TenantKey<'_>> {
    wanted.subscribers.iter().map(|id| TenantKey { tenant_id: &id.0 }).collect()
}

/// The wanted Organizations' subscriptions: live ones, and those that ended with usage to pay. Those of an earlier service that nobody has set a date for are not
/// billed, and not here. A renewal that is due becomes a wanted order, and so does what has paid for the
/// period of one that is changed.
pub(super) async fn subscriptions(tx: &mut Tx, wanted: &mut Wanted, book: &mut Book) -> Result<()> {
    const SUBSCRIPTIONS: &str = "WITH v (tenant_id) AS ({rows}) \
        SELECT s.id, s.customer_id, s.tenant_id, s.order_id, \
            COALESCE(s.paid_order_id, s.order_id) AS paid_order_id, s.changes, s.plan_id, s.status, \
            s.current_period_start AS period_start, s.current_period_end AS period_end, \
            s.anchor_at, COALESCE(s.price_minor, 0) AS price_minor, s.cancel_at_period_end, \
            s.due_order_id, s.failed_attempts, s.next_attempt_at, s.warned_for, s.created_at \
        FROM v JOIN subscriptions s ON s.tenant_id = v.tenant_id AND s.status <> 'canceled' \
            AND s.billed_by = 'sovereign'";
    const OWING: &str = "WITH v (tenant_id) AS ({rows}) \
        SELECT s.id, s.customer_id, s.tenant_id, s.order_id, \
            COALESCE(s.paid_order_id, s.order_id) AS paid_order_id, s.changes, s.plan_id, s.status, \
            s.current_period_start AS period_start, s.current_period_end AS period_end, \
            s.anchor_at, COALESCE(s.price_minor, 0) AS price_minor, s.cancel_at_period_end, \
            s.due_order_id, s.failed_attempts, s.next_attempt_at, s.warned_for, s.created_at \
        FROM v JOIN subscriptions s ON s.tenant_id = v.tenant_id AND s.due_order_id IS NOT NULL \
            AND s.status = 'canceled' AND s.billed_by = 'sovereign'";
    const INVOICES: &str = "WITH v (tenant_id) AS ({rows}) \
        SELECT i.id, i.customer_id, i.tenant_id, i.order_id, i.amount_minor, i.credit_minor, \
            i.period_start, i.period_end, i.created_at \
        FROM v JOIN invoices i ON i.tenant_id = v.tenant_id AND i.status = 'open' \
            AND i.order_id IS NOT NULL";
    let mut rows: Vec<SubscriptionRow> =
        batch::fetch(tx, SUBSCRIPTIONS, tenant_keys(wanted)).await?;
    rows.extend(batch::fetch::<_, SubscriptionRow>(tx, OWING, tenant_keys(wanted)).await?);
    for row in rows {
        let subscription = row.into_subscription()?;
        wanted.orders.extend(subscription.due_order);
        if wanted.changed.contains(&subscription.tenant_id) {
            // What is not used of the period may come back.
            let changes = subscription.changes.iter().flat_map(|changes| &changes.orders);
            let paid_by = changes.chain(&subscription.paid_order);
            wanted.orders.extend(paid_by.clone());
            wanted.refunded.extend(paid_by);
        }
        book.subscriptions.insert(subscription.id, subscription);
    }
    for row in batch::fetch::<_, OpenInvoiceRow>(tx, INVOICES, tenant_keys(wanted)).await? {
        let invoice = row.into_invoice();
        book.invoices.insert(invoice.id, invoice);
    }
    Ok(())
}
