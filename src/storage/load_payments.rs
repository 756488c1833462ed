//! The part of a [`Book`] that card payments have left.

use sovereign_domain::book::{Book, CardPayment, PaymentPurpose};
use sovereign_domain::ids::{CustomerId, OrderId, PaymentId};
use uuid::Uuid;

use super::batch;
use super::load::{UuidKey, Wanted};
use super::{Error, Result, Ts, Tx};

from_row! {
    #[derive(Debug)]
    struct PaymentRow {
        id: Uuid,
        order_id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        intent_id: String,
        charge_id: String,
        amount_minor: i64,
        purpose: String,
        created_at: Ts,
        foreign_fqdn: Option<String>,
    }
}

impl PaymentRow {
    fn into_payment(self) -> Result<CardPayment> {
        let purpose = PaymentPurpose::parse(&self.purpose).ok_or_else(|| {
            Error::corrupt("card_payments", format!("purpose {:?}", self.purpose))
        })?;
        Ok(CardPayment {
            id: PaymentId(self.id),
            order_id: OrderId(self.order_id),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            intent_id: self.intent_id,
            charge_id: self.charge_id,
            amount_minor: self.amount_minor,
            purpose,
            created_at: self.created_at.0,
            foreign_fqdn: self.foreign_fqdn,
        })
    }
}

/// The payments of the named orders.
pub(super) async fn payments(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    let sql = "WITH v (id) AS ({rows}) \
        SELECT p.id, p.order_id, p.customer_id, p.tenant_id, p.intent_id, p.charge_id, \
            p.amount_minor, p.purpose, p.created_at, p.foreign_fqdn \
        FROM v JOIN card_payments p ON p.order_id = v.id";
    let orders = wanted.orders.iter().map(|id| UuidKey { id: id.0 }).collect();
    for row in batch::fetch::<_, PaymentRow>(tx, sql, orders).await? {
        let payment = row.into_payment()?;
        book.payments.insert(payment.id, payment);
    }
    Ok(())
}
