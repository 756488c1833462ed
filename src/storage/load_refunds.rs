//! The part of a [`Book`] that money which goes back needs: what was given back before, disputes, and what
//! the ledger says was drawn of which lots.
//!
//! The ledger has no index by order: an account's lines since the order was placed are few, and whoever
//! checks out does not pay for one.

use sovereign_domain::book::{Book, Dispute, DisputeState, EntryKind, Refund, RefundStatus};
use sovereign_domain::ids::{CustomerId, DisputeId, LotId, OrderId, PaymentId, RefundId};
use uuid::Uuid;

use super::batch;
use super::load::{UuidKey, Wanted};
use super::{Error, Result, Ts, Tx};

from_row! {
    #[derive(Debug)]
    struct RefundRow {
        id: Uuid,
        order_id: Uuid,
        payment_id: Option<Uuid>,
        customer_id: Uuid,
        tenant_id: String,
        credit_minor: i64,
        card_minor: i64,
        credited_minor: i64,
        tax_minor: i64,
        reason: String,
        requested_by: String,
        status: String,
        stripe_refund_id: Option<String>,
        voucher_freed: bool,
        has_note: bool,
        created_at: Ts,
    }
}

impl RefundRow {
    fn into_refund(self) -> Result<Refund> {
        let status = RefundStatus::parse(&self.status)
            .ok_or_else(|| Error::corrupt("refunds", format!("status {:?}", self.status)))?;
        Ok(Refund {
            id: RefundId(self.id),
            order_id: OrderId(self.order_id),
            payment_id: self.payment_id.map(PaymentId),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            credit_minor: self.credit_minor,
            card_minor: self.card_minor,
            credited_minor: self.credited_minor,
            tax_minor: self.tax_minor,
            reason: self.reason,
            requested_by: self.requested_by.into(),
            status,
            stripe_refund_id: self.stripe_refund_id,
            voucher_freed: self.voucher_freed,
            has_note: self.has_note,
            created_at: self.created_at.0,
        })
    }
}

from_row! {
    #[derive(Debug)]
    struct DisputeRow {
        id: Uuid,
        stripe_dispute_id: String,
        payment_id: Uuid,
        order_id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        amount_minor: i64,
        status: String,
        created_at: Ts,
        updated_at: Ts,
    }
}

impl DisputeRow {
    /// What was taken for it comes from the ledger.
    fn into_dispute(self) -> Result<Dispute> {
        let state = DisputeState::parse(&self.status)
            .ok_or_else(|| Error::corrupt("disputes", format!("status {:?}", self.status)))?;
        Ok(Dispute {
            id: DisputeId(self.id),
            stripe_dispute_id: self.stripe_dispute_id,
            payment_id: PaymentId(self.payment_id),
            order_id: OrderId(self.order_id),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            amount_minor: self.amount_minor,
            state,
            taken: Vec::new(),
            owed_minor: 0,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

from_row! {
    #[derive(Debug)]
    struct OrderLine {
        order_id: Uuid,
        kind: String,
        lot_id: Option<Uuid>,
        amount_minor: i64,
        owed_minor: i64,
        reason: String,
    }
}

from_row! {
    #[derive(Debug)]
    struct LotLine {
        lot_id: Uuid,
        kind: String,
        amount_minor: i64,
        owed_minor: i64,
    }
}

/// What was given back of the orders that money goes back of, with what their disputes took.
pub(super) async fn given_back(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    const REFUNDS: &str = "WITH v (id) AS ({rows}) \
        SELECT r.id, r.order_id, r.payment_id, r.customer_id, r.tenant_id, r.credit_minor, \
            r.card_minor, r.credited_minor, r.tax_minor, r.reason, r.requested_by, r.status, r.stripe_refund_id, \
            r.voucher_freed, r.has_note, r.created_at \
        FROM v JOIN refunds r ON r.order_id = v.id";
    const DISPUTES: &str = "WITH v (id) AS ({rows}) \
        SELECT d.id, d.stripe_dispute_id, d.payment_id, d.order_id, d.customer_id, d.tenant_id, \
            d.amount_minor, d.status, d.created_at, d.updated_at \
        FROM v JOIN disputes d ON d.order_id = v.id";
    for row in batch::fetch::<_, RefundRow>(tx, REFUNDS, keys(wanted)).await? {
        let refund = row.into_refund()?;
        book.refunds.insert(refund.id, refund);
    }
    for row in batch::fetch::<_, DisputeRow>(tx, DISPUTES, keys(wanted)).await? {
        let dispute = row.into_dispute()?;
        book.disputes.insert(dispute.id, dispute);
    }
    order_lines(tx, wanted, book).await?;
    lot_lines(tx, wanted, book).await
}

fn keys(wanted: &Wanted) -> Vec<UuidKey> {
    wanted.refunded.iter().map(|id| UuidKey { id: id.0 }).collect()
}

async fn order_lines(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    let sql = "WITH v (id) AS ({rows}) \
        SELECT e.order_id, e.kind, e.lot_id, e.amount_minor, e.owed_minor, e.reason \
        FROM v JOIN orders o ON o.id = v.id \
        JOIN credit_ledger e ON e.customer_id = o.customer_id AND e.created_at >= o.created_at \
            AND e.order_id = o.id \
        WHERE e.kind IN ('draw', 'post', 'refund', 'claw_back', 'reversal', 'grant') \
        ORDER BY e.id";
    for row in batch::fetch::<_, OrderLine>(tx, sql, keys(wanted)).await? {
        let order_id = OrderId(row.order_id);
        let kind = kind(&row.kind)?;
        let lot_id = row.lot_id.map(LotId);
        if let Some(lot_id) = lot_id {
            book.load_draw(order_id, kind, lot_id, row.amount_minor);
        }
        let mut disputes = book.disputes.values_mut();
        let dispute = disputes.find(|d| d.order_id == order_id && d.ledger_reason() == row.reason);
        if let Some(dispute) = dispute {
            dispute.load_line(kind, lot_id, row.amount_minor, row.owed_minor);
        }
    }
    Ok(())
}

/// What was spent of the lots of the orders' vouchers.
async fn lot_lines(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    let sql = "WITH v (id) AS ({rows}) \
        SELECT l.id AS lot_id, e.kind, e.amount_minor, e.owed_minor \
        FROM v JOIN credit_lots l ON l.id = v.id \
        JOIN credit_ledger e ON e.customer_id = l.customer_id AND e.created_at >= l.created_at \
            AND e.lot_id = l.id \
        WHERE e.kind IN ('draw', 'post', 'refund', 'settlement', 'release')";
    let redemptions = book
        .redemptions
        .values()
        .filter(|redemption| redemption.order_id.is_some_and(|id| wanted.refunded.contains(&id)));
    let lots = redemptions.map(|redemption| UuidKey { id: redemption.lot_id.0 }).collect();
    for row in batch::fetch::<_, LotLine>(tx, sql, lots).await? {
        let kind = kind(&row.kind)?;
        book.load_spent(LotId(row.lot_id), kind, row.amount_minor, row.owed_minor);
    }
    Ok(())
}

fn kind(text: &str) -> Result<EntryKind> {
    EntryKind::parse(text).ok_or_else(|| Error::corrupt("credit_ledger", format!("kind {text:?}")))
}
