//! The part of a batch's writes that card payments bring: the payments, cards for later, refunds, disputes,
//! alarms, letters.

use sovereign_domain::book::{Alarm, Book};
use uuid::Uuid;

use super::batch::{self, Writes, batch_row};
use super::{Result, Ts, Tx};

batch_row! {
    struct NewPayment<'a> {
        id: Uuid => "uuid",
        order_id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        intent_id: &'a str => "text",
        charge_id: &'a str => "text",
        amount_minor: i64 => "bigint",
        purpose: &'a str => "text",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct Card<'a> {
        customer_id: Uuid => "uuid",
        payment_method_id: &'a str => "text",
        brand: &'a str => "text",
        last4: &'a str => "text",
    }
}
batch_row! {
    struct NewRefund<'a> {
        id: Uuid => "uuid",
        order_id: Uuid => "uuid",
        payment_id: Option<Uuid> => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        credit_minor: i64 => "bigint",
        card_minor: i64 => "bigint",
        credited_minor: i64 => "bigint",
        tax_minor: i64 => "bigint",
        reason: &'a str => "text",
        requested_by: &'a str => "text",
        status: &'a str => "text",
        stripe_refund_id: Option<&'a str> => "text",
        voucher_freed: bool => "boolean",
        has_note: bool => "boolean",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct NewDispute<'a> {
        id: Uuid => "uuid",
        stripe_dispute_id: &'a str => "text",
        payment_id: Uuid => "uuid",
        order_id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        amount_minor: i64 => "bigint",
        clawed_minor: i64 => "bigint",
        status: &'a str => "text",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct DisputeChange<'a> {
        id: Uuid => "uuid",
        clawed_minor: i64 => "bigint",
        status: &'a str => "text",
        updated_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct RaisedAlarm<'a> {
        id: Uuid => "uuid",
        kind: &'a str => "text",
        subject: &'a str => "text",
        detail: &'a str => "text",
        tenant_id: Option<&'a str> => "text",
        order_id: Option<Uuid> => "uuid",
        created_at: Ts => shared "timestamptz",
    }
}

batch_row! {
    struct NewLetter<'a> {
        id: Uuid => "uuid",
        kind: &'a str => "text",
        tenant_id: &'a str => "text",
        order_id: Option<Uuid> => "uuid",
        created_at: Ts => shared "timestamptz",
    }
}

pub(super) async fn payments(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let made = book.changes.new_payments.iter().filter_map(|id| book.payments.get(id));
    let made: Vec<NewPayment<'_>> = made
        .map(|payment| NewPayment {
            id: payment.id.0,
            order_id: payment.order_id.0,
            customer_id: payment.customer_id.0,
            tenant_id: &payment.tenant_id.0,
            intent_id: &payment.intent_id,
            charge_id: &payment.charge_id,
            amount_minor: payment.amount_minor,
            purpose: payment.purpose.as_str(),
            created_at: Ts(payment.created_at),
        })
        .collect();
    let sql = "WITH v (id, order_id, customer_id, tenant_id, intent_id, charge_id, amount_minor, \
                   purpose, created_at) AS ({rows}) \
               INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, \
                   charge_id, amount_minor, purpose, created_at) \
               SELECT id, order_id, customer_id, tenant_id, intent_id, charge_id, amount_minor, \
                   purpose, created_at FROM v";
    writes.insert(sql, made).await?;
    cards(writes, book).await?;
    refunds(writes, book).await?;
    disputes(writes, book).await?;
    alarms(writes, book).await?;
    letters(writes, book).await
}

async fn cards(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let cards = book.changes.cards.iter();
    let cards: Vec<Card<'_>> = cards
        .map(|(customer_id, card)| Card {
            customer_id: customer_id.0,
            payment_method_id: &card.payment_method_id,
            brand: &card.brand,
            last4: &card.last4,
        })
        .collect();
    let sql = "WITH v (customer_id, payment_method_id, brand, last4) AS ({rows}) \
               UPDATE customers SET payment_method_id = v.payment_method_id, \
                   card_brand = v.brand, card_last4 = v.last4 \
               FROM v WHERE customers.id = v.customer_id";
    writes.update("customers", sql, cards).await
}

async fn refunds(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let made = book.changes.new_refunds.iter();
    let made: Vec<NewRefund<'_>> = made
        .map(|refund| NewRefund {
            id: refund.id.0,
            order_id: refund.order_id.0,
            payment_id: refund.payment_id.map(|id| id.0),
            customer_id: refund.customer_id.0,
            tenant_id: &refund.tenant_id.0,
            credit_minor: refund.credit_minor,
            card_minor: refund.card_minor,
            credited_minor: refund.credited_minor,
            tax_minor: refund.tax_minor,
            reason: &refund.reason,
            requested_by: &refund.requested_by.0,
            status: refund.status.as_str(),
            stripe_refund_id: refund.stripe_refund_id.as_deref(),
            voucher_freed: refund.voucher_freed,
            has_note: refund.has_note,
            created_at: Ts(refund.created_at),
        })
        .collect();
    let sql = "WITH v (id, order_id, payment_id, customer_id, tenant_id, credit_minor, card_minor, \
                   credited_minor, tax_minor, reason, requested_by, status, stripe_refund_id, \
                   voucher_freed, has_note, created_at) AS ({rows}) \
               INSERT INTO refunds (id, order_id, payment_id, customer_id, tenant_id, credit_minor, \
                   card_minor, credited_minor, tax_minor, reason, requested_by, status, stripe_refund_id, \
                   voucher_freed, has_note, created_at, updated_at) \
               SELECT id, order_id, payment_id, customer_id, tenant_id, credit_minor, card_minor, \
                   credited_minor, tax_minor, reason, requested_by, status, stripe_refund_id, \
                   voucher_freed, has_note, created_at, created_at FROM v";
    writes.insert(sql, made).await
}

async fn disputes(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let made = book.changes.new_disputes.iter().filter_map(|id| book.disputes.get(id));
    let made: Vec<NewDispute<'_>> = made
        .map(|dispute| NewDispute {
            id: dispute.id.0,
            stripe_dispute_id: &dispute.stripe_dispute_id,
            payment_id: dispute.payment_id.0,
            order_id: dispute.order_id.0,
            customer_id: dispute.customer_id.0,
            tenant_id: &dispute.tenant_id.0,
            amount_minor: dispute.amount_minor,
            clawed_minor: dispute.clawed_minor(),
            status: dispute.state.as_str(),
            created_at: Ts(dispute.created_at),
        })
        .collect();
    let sql = "WITH v (id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
                   amount_minor, clawed_minor, status, created_at) AS ({rows}) \
               INSERT INTO disputes (id, stripe_dispute_id, payment_id, order_id, customer_id, \
                   tenant_id, amount_minor, clawed_minor, status, created_at, updated_at) \
               SELECT id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
                   amount_minor, clawed_minor, status, created_at, created_at FROM v";
    writes.insert(sql, made).await?;
    let changed = book.changes.changed_disputes.iter().filter_map(|id| book.disputes.get(id));
    let changed: Vec<DisputeChange<'_>> = changed
        .map(|dispute| DisputeChange {
            id: dispute.id.0,
            clawed_minor: dispute.clawed_minor(),
            status: dispute.state.as_str(),
            updated_at: Ts(dispute.updated_at),
        })
        .collect();
    let sql = "WITH v (id, clawed_minor, status, updated_at) AS ({rows}) \
               UPDATE disputes SET clawed_minor = v.clawed_minor, status = v.status, \
                   updated_at = v.updated_at \
               FROM v WHERE disputes.id = v.id";
    writes.update("disputes", sql, changed).await
}

impl<'a> From<&'a Alarm> for RaisedAlarm<'a> {
    fn from(alarm: &'a Alarm) -> Self {
        Self {
            id: alarm.id.0,
            kind: alarm.kind.as_str(),
            subject: &alarm.subject,
            detail: &alarm.detail,
            tenant_id: alarm.tenant_id.as_ref().map(|id| &*id.0),
            order_id: alarm.order_id.map(|id| id.0),
            created_at: Ts(alarm.created_at),
        }
    }
}

/// What is raised again while nobody has resolved it is the same alarm.
const RAISE: &str = "WITH v (id, kind, subject, detail, tenant_id, order_id, created_at) AS ({rows}) \
               INSERT INTO alarms (id, kind, subject, detail, tenant_id, order_id, times, \
                   created_at, last_at) \
               SELECT id, kind, subject, detail, tenant_id, order_id, 1, created_at, created_at \
               FROM v WHERE TRUE \
               ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO UPDATE \
                   SET times = alarms.times + 1, last_at = excluded.last_at, \
                       detail = excluded.detail";

async fn alarms(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let raised = book.changes.alarms.iter().map(RaisedAlarm::from);
    writes.insert(RAISE, raised.collect()).await
}

/// Files an alarm that no command of the engine raises.
pub(crate) async fn raise(tx: &mut Tx, alarm: &Alarm) -> Result<()> {
    batch::execute(tx, RAISE, vec![RaisedAlarm::from(alarm)]).await.map(|_| ())
}

async fn letters(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let posted = book.changes.letters.iter();
    let posted: Vec<NewLetter<'_>> = posted
        .map(|letter| NewLetter {
            id: letter.id.0,
            kind: letter.kind.as_str(),
            tenant_id: &letter.tenant_id.0,
            order_id: letter.order_id.map(|id| id.0),
            created_at: Ts(letter.created_at),
        })
        .collect();
    let sql = "WITH v (id, kind, tenant_id, order_id, created_at) AS ({rows}) \
               INSERT INTO letters (id, kind, tenant_id, order_id, created_at, next_attempt_at) \
               SELECT id, kind, tenant_id, order_id, created_at, created_at FROM v";
    writes.insert(sql, posted).await
}
