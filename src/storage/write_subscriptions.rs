//! The part of a batch's writes that subscriptions and their invoices have left.

use std::collections::BTreeSet;

use sovereign_domain::book::Book;
use sovereign_domain::ids::SubscriptionId;
use sovereign_domain::money::Currency;
use sovereign_domain::subscription::{Invoice, Subscription};
use uuid::Uuid;

use super::batch::{self, Writes, batch_row};
use super::types::json_text;
use super::{Result, Ts, Tx};

batch_row! {
    struct NewSubscription<'a> {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        order_id: Option<Uuid> => "uuid",
        plan_id: &'a str => "text",
        status: &'a str => "text",
        period_start: Ts => "timestamptz",
        period_end: Ts => "timestamptz",
        anchor_at: Ts => "timestamptz",
        price_minor: i64 => "bigint",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct SubscriptionState<'a> {
        id: Uuid => "uuid",
        paid_order_id: Option<Uuid> => "uuid",
        changes: Option<String> => "json",
        plan_id: &'a str => "text",
        status: &'a str => "text",
        period_start: Ts => "timestamptz",
        period_end: Ts => "timestamptz",
        anchor_at: Ts => "timestamptz",
        price_minor: i64 => "bigint",
        cancel_at_period_end: bool => "boolean",
        due_order_id: Option<Uuid> => "uuid",
        failed_attempts: i16 => "smallint",
        next_attempt_at: Option<Ts> => "timestamptz",
        warned_for: Option<Ts> => "timestamptz",
        updated_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct NewInvoice<'a> {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        order_id: Uuid => "uuid",
        amount_minor: i64 => "bigint",
        credit_minor: i64 => "bigint",
        currency: &'a str => shared "text",
        status: &'a str => "text",
        period_start: Ts => "timestamptz",
        period_end: Ts => "timestamptz",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct InvoiceState<'a> {
        id: Uuid => "uuid",
        status: &'a str => "text",
        credit_minor: i64 => "bigint",
    }
}

/// Writes what became of these subscriptions.
pub(super) async fn states(
    tx: &mut Tx,
    book: &Book,
    ids: &BTreeSet<SubscriptionId>,
    now: Ts,
) -> Result<()> {
    let changed = ids.iter().filter_map(|id| book.subscriptions.get(id));
    let sql = "WITH v (id, paid_order_id, changes, plan_id, status, period_start, period_end, \
                   anchor_at, price_minor, cancel_at_period_end, due_order_id, failed_attempts, \
                   next_attempt_at, warned_for, updated_at) AS ({rows}) \
               UPDATE subscriptions SET paid_order_id = v.paid_order_id, changes = v.changes, \
                   plan_id = v.plan_id, \
                   status = v.status, current_period_start = v.period_start, \
                   current_period_end = v.period_end, anchor_at = v.anchor_at, \
                   price_minor = v.price_minor, cancel_at_period_end = v.cancel_at_period_end, \
                   due_order_id = v.due_order_id, failed_attempts = v.failed_attempts, \
                   next_attempt_at = v.next_attempt_at, warned_for = v.warned_for, \
                   updated_at = v.updated_at \
               FROM v WHERE subscriptions.id = v.id";
    let rows = changed.map(|subscription| state(subscription, now)).collect();
    batch::execute_all(tx, "subscriptions", sql, rows).await
}

pub(super) async fn new_subscriptions(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let made = book.changes.new_subscriptions.iter();
    let made = made.filter_map(|id| book.subscriptions.get(id)).map(new_subscription);
    let sql = "WITH v (id, customer_id, tenant_id, order_id, plan_id, status, period_start, \
                   period_end, anchor_at, price_minor, created_at) AS ({rows}) \
               INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, plan_id, status, \
                   current_period_start, current_period_end, anchor_at, price_minor, billed_by, \
                   created_at, updated_at) \
               SELECT id, customer_id, tenant_id, order_id, plan_id, status, period_start, \
                   period_end, anchor_at, price_minor, 'sovereign', created_at, created_at FROM v";
    writes.insert(sql, made.collect()).await
}

fn new_subscription(subscription: &Subscription) -> NewSubscription<'_> {
    NewSubscription {
        id: subscription.id.0,
        customer_id: subscription.customer_id.0,
        tenant_id: &subscription.tenant_id.0,
        order_id: subscription.order_id.map(|id| id.0),
        plan_id: &subscription.plan_id,
        status: subscription.status.as_str(),
        period_start: Ts(subscription.period.start),
        period_end: Ts(subscription.period.end),
        anchor_at: Ts(subscription.anchor_at),
        price_minor: subscription.price_minor,
        created_at: Ts(subscription.created_at),
    }
}

fn state(subscription: &Subscription, now: Ts) -> SubscriptionState<'_> {
    SubscriptionState {
        id: subscription.id.0,
        paid_order_id: subscription.paid_order.map(|id| id.0),
        changes: subscription.changes.as_ref().map(json_text),
        plan_id: &subscription.plan_id,
        status: subscription.status.as_str(),
        period_start: Ts(subscription.period.start),
        period_end: Ts(subscription.period.end),
        anchor_at: Ts(subscription.anchor_at),
        price_minor: subscription.price_minor,
        cancel_at_period_end: subscription.cancel_at_period_end,
        due_order_id: subscription.due_order.map(|id| id.0),
        failed_attempts: subscription.failed_attempts,
        next_attempt_at: subscription.next_attempt_at.map(Ts),
        warned_for: subscription.warned_for.map(Ts),
        updated_at: now,
    }
}

pub(super) async fn invoices(
    writes: &mut Writes<'_>,
    book: &Book,
    currency: Currency,
) -> Result<()> {
    let found = |id| book.invoices.get(id);
    let made = book.changes.new_invoices.iter().filter_map(found);
    let sql = "WITH v (id, customer_id, tenant_id, order_id, amount_minor, credit_minor, \
                   currency, status, period_start, period_end, created_at) AS ({rows}) \
               INSERT INTO invoices (id, customer_id, tenant_id, order_id, amount_minor, \
                   credit_minor, currency, status, period_start, period_end, created_at) \
               SELECT id, customer_id, tenant_id, order_id, amount_minor, credit_minor, currency, \
                   status, period_start, period_end, created_at FROM v";
    let rows = made.map(|invoice| new_invoice(invoice, currency)).collect();
    writes.insert(sql, rows).await?;

    let changed = book.changes.changed_invoices.iter().filter_map(found);
    let rows: Vec<InvoiceState<'_>> = changed
        .map(|invoice| InvoiceState {
            id: invoice.id.0,
            status: invoice.status.as_str(),
            credit_minor: invoice.credit_minor,
        })
        .collect();
    let sql = "WITH v (id, status, credit_minor) AS ({rows}) \
               UPDATE invoices SET status = v.status, credit_minor = v.credit_minor \
               FROM v WHERE invoices.id = v.id AND invoices.status = 'open'";
    writes.update("invoices", sql, rows).await
}

fn new_invoice(invoice: &Invoice, currency: Currency) -> NewInvoice<'_> {
    NewInvoice {
        id: invoice.id.0,
        customer_id: invoice.customer_id.0,
        tenant_id: &invoice.tenant_id.0,
        order_id: invoice.order_id.0,
        amount_minor: invoice.amount_minor,
        credit_minor: invoice.credit_minor,
        currency: currency.code(),
        status: invoice.status.as_str(),
        period_start: Ts(invoice.period.start),
        period_end: Ts(invoice.period.end),
        created_at: Ts(invoice.created_at),
    }
}
