//! Refunds to cards, as Stripe lists them, against those here, and the other way round.
//!
//! A refund from Stripe's dashboard has no metadata: whose it is tells the payment it is of.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::book::RefundStatus;
use uuid::Uuid;

use super::finding::{Finding, Kind, Repair};
use super::{Desk, PaymentError, Rows, Window};
use crate::payment::stripe::{Created, Refund, StripeError};
use crate::storage::reconcile::{self as rows, PaymentRow, RefundRow};
use crate::usecase::payments::refunds;

/// Rows behind the refunds of one page.
struct Known {
    payments: BTreeMap<String, PaymentRow>,
    refunds: BTreeMap<String, RefundRow>,
    /// Sent, or about to be, and nobody has told which one it is.
    unanswered: Vec<RefundRow>,
}

pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let created = Created { from: Some(slice.from), before: Some(slice.until) };
    let mut refunds = desk.stripe.refunds(created, None);
    let mut seen = BTreeSet::new();
    loop {
        let page = refunds.page().await?;
        if page.is_empty() {
            break;
        }
        let known = known(desk, &page).await?;
        for refund in page {
            findings.extend(judge(desk, &refund, &known));
            if known.refunds.contains_key(&refund.id) {
                seen.insert(refund.id);
            }
        }
    }
    ours(desk, slice, &seen, findings).await
}

async fn known(desk: Desk<'_>, refunds: &[Refund]) -> Result<Known, PaymentError> {
    let ids: Vec<String> = refunds.iter().map(|refund| refund.id.clone()).collect();
    let charges: BTreeSet<String> =
        refunds.iter().filter_map(|refund| refund.charge.clone()).collect();
    let charges: Vec<String> = charges.into_iter().collect();
    let mut tx = desk.store.read().await?;
    let payments = rows::payments(&mut tx, &charges).await?;
    let orders: BTreeSet<Uuid> = payments.iter().map(|payment| payment.order_id).collect();
    let orders: Vec<Uuid> = orders.into_iter().collect();
    let unanswered = rows::unanswered_refunds(&mut tx, &orders).await?;
    let refunds = rows::refunds(&mut tx, &ids).await?;
    let by_id = |row: RefundRow| row.stripe_refund_id.clone().map(|id| (id, row));
    Ok(Known {
        payments: payments.into_iter().map(|row| (row.charge_id.clone(), row)).collect(),
        refunds: refunds.into_iter().filter_map(by_id).collect(),
        unanswered,
    })
}

fn judge(desk: Desk<'_>, refund: &Refund, known: &Known) -> Option<Finding> {
    if let Some(row) = known.refunds.get(&refund.id) {
        return differs(desk, row, refund);
    }
    let payment = known.payments.get(refund.charge.as_ref()?)?;
    let own = refund.metadata.is_of(desk.fqdn);
    let on_its_way = known
        .unanswered
        .iter()
        .any(|row| own && row.order_id == payment.order_id && row.card_minor == refund.amount);
    if failed(refund) || on_its_way {
        return None;
    }
    let amount = desk.amount(refund.amount, &refund.currency);
    let detail = format!("{amount} of {} went back, and no refund is here", payment.charge_id);
    let finding = Finding::new(Kind::RefundNotHere, &refund.id, detail);
    Some(mended(finding.of(payment.order_id, &payment.tenant_id), refund))
}

fn mended(finding: Finding, refund: &Refund) -> Finding {
    match refund.payment_intent.clone() {
        Some(intent_id) => finding.mended_by(Repair::Refunds { intent_id }),
        None => finding,
    }
}

fn failed(refund: &Refund) -> bool {
    refunds::status_of(refund) == RefundStatus::Failed
}

/// How a refund here differs from Stripe's. Of one that waits here the job tells that sends refunds.
fn differs(desk: Desk<'_>, row: &RefundRow, refund: &Refund) -> Option<Finding> {
    let finding = |kind, detail| {
        Some(Finding::new(kind, &refund.id, detail).of(row.order_id, &row.tenant_id))
    };
    if refund.amount != row.card_minor || !desk.charges_in(&refund.currency) {
        let there = desk.amount(refund.amount, &refund.currency);
        let here = desk.currency.format(row.card_minor);
        let detail = format!("{there} went back, and {here} are written here");
        return finding(Kind::AmountDiffers, detail);
    }
    match (row.status.as_str(), failed(refund)) {
        ("succeeded", true) => finding(
            Kind::RefundStateDiffers,
            "it failed at Stripe, and is written here as sent".to_owned(),
        )
        .map(|finding| mended(finding, refund)),
        ("failed", false) => finding(
            Kind::RefundStateDiffers,
            "it went back at Stripe, and is written here as failed".to_owned(),
        ),
        _ => None,
    }
}

/// The refunds here that were not `seen` in Stripe's list: they may have been sent outside the slice.
async fn ours(
    desk: Desk<'_>,
    slice: Window,
    seen: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let mut place = Rows(None);
    loop {
        let mut tx = desk.store.read().await?;
        let page = rows::refunds_of(&mut tx, place.span(slice)).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(()) };
        place = Rows(Some((last.created_at, last.id)));
        for row in &page {
            match &row.stripe_refund_id {
                Some(id) if seen.contains(id) => {}
                Some(id) => findings.extend(ask(desk, row, id).await?),
                None => findings.push(not_there(desk, row, &row.id.to_string())),
            }
        }
    }
}

async fn ask(desk: Desk<'_>, row: &RefundRow, id: &str) -> Result<Option<Finding>, PaymentError> {
    match desk.stripe.resolve(|| desk.stripe.refund(id)).await {
        Ok(refund) => Ok(differs(desk, row, &refund)),
        Err(StripeError::NotFound { .. }) => Ok(Some(not_there(desk, row, id))),
        Err(error) => Err(error.into()),
    }
}

fn not_there(desk: Desk<'_>, row: &RefundRow, subject: &str) -> Finding {
    let amount = desk.currency.format(row.card_minor);
    let detail = format!("a refund of {amount} is written here as sent; Stripe does not have it");
    Finding::new(Kind::RefundNotThere, subject, detail).of(row.order_id, &row.tenant_id)
}
