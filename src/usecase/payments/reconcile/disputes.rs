//! Disputes, as Stripe lists them, against those here, and the other way round.
//!
//! Stripe copies no metadata to a dispute: whose it is tells the payment it is of.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::book::DisputeState;

use super::finding::{Finding, Kind, Repair};
use super::{Desk, PaymentError, Rows, Window};
use crate::payment::stripe::{Created, Dispute, StripeError};
use crate::storage::reconcile::{self as rows, DisputeRow, PaymentRow};
use crate::usecase::payments::dispute_events;

/// Rows behind the disputes of one page.
struct Known {
    payments: BTreeMap<String, PaymentRow>,
    disputes: BTreeMap<String, DisputeRow>,
}

pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let created = Created { from: Some(slice.from), before: Some(slice.until) };
    let mut disputes = desk.stripe.disputes(created, None);
    let mut seen = BTreeSet::new();
    loop {
        let page = disputes.page().await?;
        if page.is_empty() {
            break;
        }
        let known = known(desk, &page).await?;
        for dispute in page {
            findings.extend(judge(desk, &dispute, &known));
            if known.disputes.contains_key(&dispute.id) {
                seen.insert(dispute.id);
            }
        }
    }
    ours(desk, slice, &seen, findings).await
}

async fn known(desk: Desk<'_>, disputes: &[Dispute]) -> Result<Known, PaymentError> {
    let ids: Vec<String> = disputes.iter().map(|dispute| dispute.id.clone()).collect();
    let charges: BTreeSet<String> =
        disputes.iter().filter_map(|dispute| dispute.charge.clone()).collect();
    let charges: Vec<String> = charges.into_iter().collect();
    let mut tx = desk.store.read().await?;
    let payments = rows::payments(&mut tx, &charges).await?;
    let disputes = rows::disputes(&mut tx, &ids).await?;
    Ok(Known {
        payments: payments.into_iter().map(|row| (row.charge_id.clone(), row)).collect(),
        disputes: disputes.into_iter().map(|row| (row.stripe_dispute_id.clone(), row)).collect(),
    })
}

/// Whether money was taken back. A bank that only asks has taken none.
fn takes_money(dispute: &Dispute) -> bool {
    let state = dispute_events::state(dispute);
    !matches!(state, Some(DisputeState::Inquiry | DisputeState::Closed))
}

fn judge(desk: Desk<'_>, dispute: &Dispute, known: &Known) -> Option<Finding> {
    if let Some(row) = known.disputes.get(&dispute.id) {
        return differs(desk, row, dispute);
    }
    let payment = known.payments.get(dispute.charge.as_ref()?)?;
    let amount = desk.amount(dispute.amount, &dispute.currency);
    let detail = format!("a bank took {amount} of {} back; it is not here", payment.charge_id);
    let finding = Finding::new(Kind::DisputeNotHere, &dispute.id, detail);
    let finding = finding.of(payment.order_id, &payment.tenant_id);
    takes_money(dispute).then(|| match dispute.payment_intent.clone() {
        Some(intent_id) => finding.mended_by(Repair::Dispute { intent_id }),
        None => finding,
    })
}

fn differs(desk: Desk<'_>, row: &DisputeRow, dispute: &Dispute) -> Option<Finding> {
    if dispute.amount == row.amount_minor && desk.charges_in(&dispute.currency) {
        return None;
    }
    let there = desk.amount(dispute.amount, &dispute.currency);
    let here = desk.currency.format(row.amount_minor);
    let detail = format!("{there} are disputed, and {here} are written here");
    let finding = Finding::new(Kind::AmountDiffers, &dispute.id, detail);
    Some(finding.of(row.order_id, &row.tenant_id))
}

/// The disputes here that were not `seen` in Stripe's list: they may have begun outside the slice.
async fn ours(
    desk: Desk<'_>,
    slice: Window,
    seen: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let mut place = Rows(None);
    loop {
        let mut tx = desk.store.read().await?;
        let page = rows::disputes_of(&mut tx, place.span(slice)).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(()) };
        place = Rows(Some((last.created_at, last.id)));
        for row in page.iter().filter(|row| !seen.contains(&row.stripe_dispute_id)) {
            findings.extend(ask(desk, row).await?);
        }
    }
}

async fn ask(desk: Desk<'_>, row: &DisputeRow) -> Result<Option<Finding>, PaymentError> {
    let id = &row.stripe_dispute_id;
    match desk.stripe.resolve(|| desk.stripe.dispute(id)).await {
        Ok(dispute) => Ok(differs(desk, row, &dispute)),
        Err(StripeError::NotFound { .. }) => {
            let amount = desk.currency.format(row.amount_minor);
            let detail = format!("a dispute of {amount} is here that Stripe does not have");
            let finding = Finding::new(Kind::DisputeNotThere, id, detail);
            Ok(Some(finding.of(row.order_id, &row.tenant_id)))
        }
        Err(error) => Err(error.into()),
    }
}
