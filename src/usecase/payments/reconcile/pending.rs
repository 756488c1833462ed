//! Orders that wait for a payment, against their sessions.

use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::finding::{Finding, Kind, Repair};
use super::{Desk, PaymentError, Rows, Window};
use crate::payment::stripe::{CheckoutSession, SessionStatus, StripeError};
use crate::storage::Ts;
use crate::storage::payments::{self, PayableRow};
use crate::usecase::payments::{session, settle};

pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let mut after = (Ts(slice.from), Uuid::nil());
    loop {
        let mut tx = desk.store.read().await?;
        let page = payments::waiting(&mut tx, slice.until, after, Rows::PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = *last;
        let mut orders = Vec::with_capacity(page.len());
        for (_, id) in page {
            orders.extend(payments::payable(&mut tx, id).await?);
        }
        drop(tx);
        for order in orders {
            findings.extend(ask(desk, slice, &order).await?);
        }
    }
}

/// An order whose session is not known yet is the job's that looks after orders.
async fn ask(
    desk: Desk<'_>,
    slice: Window,
    order: &PayableRow,
) -> Result<Option<Finding>, PaymentError> {
    let Some(id) = order.stripe_session_id.as_deref() else { return Ok(None) };
    match desk.stripe.resolve(|| desk.stripe.checkout_session(id)).await {
        Ok(session) => Ok(ended(&session, order)),
        Err(StripeError::NotFound { .. }) => {
            let over = session::must_have_ended(order, slice.until);
            Ok(over.then(|| {
                let detail = "an order waits for this session, which Stripe does not have";
                let finding = Finding::new(Kind::SessionGone, id, detail.to_owned());
                finding.of(order.id, &order.tenant_id).mended_by(Repair::GiveUp)
            }))
        }
        Err(error) => Err(error.into()),
    }
}

/// A session that was paid is found by its charge.
fn ended(session: &CheckoutSession, order: &PayableRow) -> Option<Finding> {
    let how = match session.status {
        Some(SessionStatus::Expired) => "has expired",
        Some(SessionStatus::Complete) if settle::came_to_nothing(session) => {
            "was not paid in the end"
        }
        _ => return None,
    };
    let order_id = OrderId(order.id);
    let detail = format!("it {how}, and order {order_id} still waits for it");
    let finding = Finding::new(Kind::SessionEnded, &session.id, detail);
    Some(finding.of(order.id, &order.tenant_id).mended_by(Repair::Settle))
}
