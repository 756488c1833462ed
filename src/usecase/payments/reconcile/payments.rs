//! The payments that are written here, against Stripe's charges.

use std::collections::BTreeSet;

use super::finding::{Finding, Kind};
use super::{Desk, PaymentError, Rows, Window};
use crate::payment::stripe::{Charge, ChargeStatus, StripeError};
use crate::storage::reconcile::{self as rows, PaymentRow};

/// The payments of a slice. Those whose charges were `seen` have been compared; Stripe is asked about the
/// others one by one, for they may have been made before the slice.
pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    seen: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let mut place = Rows(None);
    loop {
        let mut tx = desk.store.read().await?;
        let page = rows::payments_of(&mut tx, place.span(slice)).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(()) };
        place = Rows(Some((last.created_at, last.id)));
        for payment in page.iter().filter(|payment| !seen.contains(&payment.charge_id)) {
            findings.extend(ask(desk, payment).await?);
        }
    }
}

async fn ask(desk: Desk<'_>, payment: &PaymentRow) -> Result<Option<Finding>, PaymentError> {
    let id = &payment.charge_id;
    match desk.stripe.resolve(|| desk.stripe.charge(id)).await {
        Ok(charge) => Ok(differs(desk, payment, &charge)),
        Err(StripeError::NotFound { .. }) => Ok(Some(not_there(desk, payment, "does not have it"))),
        Err(error) => Err(error.into()),
    }
}

/// How a payment here differs from its charge.
pub(super) fn differs(desk: Desk<'_>, payment: &PaymentRow, charge: &Charge) -> Option<Finding> {
    if !charge.paid || charge.status != ChargeStatus::Succeeded {
        return Some(not_there(desk, payment, "says that it did not succeed"));
    }
    if charge.amount == payment.amount_minor && desk.charges_in(&charge.currency) {
        return None;
    }
    let there = desk.amount(charge.amount, &charge.currency);
    let here = desk.currency.format(payment.amount_minor);
    let detail = format!("it charged {there}, and {here} are written here");
    let finding = Finding::new(Kind::AmountDiffers, &charge.id, detail);
    Some(finding.of(payment.order_id, &payment.tenant_id))
}

fn not_there(desk: Desk<'_>, payment: &PaymentRow, stripe: &str) -> Finding {
    let amount = desk.currency.format(payment.amount_minor);
    let detail = format!("a payment of {amount} is written here; Stripe {stripe}");
    let finding = Finding::new(Kind::PaidNotThere, &payment.charge_id, detail);
    finding.of(payment.order_id, &payment.tenant_id)
}
