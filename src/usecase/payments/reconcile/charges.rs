//! Money that cards were charged, as Stripe lists it, against the orders and payments here.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::finding::{Finding, Kind, Repair};
use super::{Desk, PaymentError, Window, payments};
use crate::payment::stripe::{Charge, ChargeStatus, Created};
use crate::storage::reconcile::{self as rows, OrderRow, PaymentRow};

/// Rows behind the charges of one page.
struct Known {
    payments: BTreeMap<String, PaymentRow>,
    orders: BTreeMap<Uuid, OrderRow>,
    /// The Organizations of our customers.
    customers: BTreeMap<String, String>,
}

pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let created = Created { from: Some(slice.from), before: Some(slice.until) };
    let mut charges = desk.stripe.charges(created, None);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    loop {
        let mut page = charges.page().await?;
        if page.is_empty() {
            break;
        }
        page.retain(|charge| charge.paid && charge.status == ChargeStatus::Succeeded);
        page.retain(|charge| {
            charge.metadata.sovereign().is_none() || charge.metadata.is_of(desk.fqdn)
        });
        let known = known(desk, &page).await?;
        for charge in page {
            found.extend(judge(desk, &charge, &known));
            if known.payments.contains_key(&charge.id) {
                seen.insert(charge.id);
            }
        }
    }
    // Stripe lists the newest first. Of two payments for one order the first is the one that counts.
    found.reverse();
    findings.append(&mut found);
    payments::compare(desk, slice, &seen, findings).await
}

async fn known(desk: Desk<'_>, charges: &[Charge]) -> Result<Known, PaymentError> {
    let ids: Vec<String> = charges.iter().map(|charge| charge.id.clone()).collect();
    let named = charges.iter().filter(|charge| charge.metadata.is_of(desk.fqdn));
    let orders: BTreeSet<Uuid> = named.filter_map(|charge| charge.metadata.order_id()).collect();
    let unnamed = charges.iter().filter(|charge| charge.metadata.sovereign().is_none());
    let customers: BTreeSet<String> =
        unnamed.filter_map(|charge| charge.customer.clone()).collect();
    let orders: Vec<Uuid> = orders.into_iter().collect();
    let customers: Vec<String> = customers.into_iter().collect();
    let mut tx = desk.store.read().await?;
    let payments = rows::payments(&mut tx, &ids).await?;
    let orders = rows::orders(&mut tx, &orders).await?;
    let customers = rows::own_customers(&mut tx, &customers).await?;
    Ok(Known {
        payments: payments.into_iter().map(|row| (row.charge_id.clone(), row)).collect(),
        orders: orders.into_iter().map(|row| (row.id, row)).collect(),
        customers: customers.into_iter().collect(),
    })
}

fn judge(desk: Desk<'_>, charge: &Charge, known: &Known) -> Option<Finding> {
    if let Some(payment) = known.payments.get(&charge.id) {
        return payments::differs(desk, payment, charge);
    }
    let amount = desk.amount(charge.amount, &charge.currency);
    if !charge.metadata.is_of(desk.fqdn) {
        return unnamed(charge, known, &amount);
    }
    let order = charge.metadata.order_id().and_then(|id| known.orders.get(&id));
    let Some(order) = order else { return orphan(charge, &amount) };
    let finding = |kind, detail| Finding::new(kind, &charge.id, detail).of_order(order);
    let asked = desk.currency.format(order.charge_minor);
    // A payment that came late, or twice, is taken up and sent back whatever it amounts to.
    let waits = order.status == "pending";
    if !desk.charges_in(&charge.currency) || (waits && charge.amount != order.charge_minor) {
        let detail = format!("it charged {amount}, and its order asks for {asked}");
        return Some(finding(Kind::AmountDiffers, detail));
    }
    let (kind, detail) = match &order.charge_id {
        Some(other) => (
            Kind::DuplicatePayment,
            format!("it charged {amount}; {other} has paid the same order"),
        ),
        None => {
            (Kind::PaidNotHere, format!("it charged {amount}; its order is {} here", order.status))
        }
    };
    if charge.amount_refunded > 0 || charge.disputed {
        let detail = format!("{detail}; money has gone back at Stripe since");
        return Some(finding(kind, detail));
    }
    let repair = match &charge.payment_intent {
        Some(intent_id) => {
            Repair::Pay { intent_id: intent_id.clone(), charge_id: charge.id.clone() }
        }
        None => Repair::None,
    };
    Some(finding(kind, detail).mended_by(repair))
}

/// Of no order here. One that was wholly refunded is nobody's concern any more.
fn orphan(charge: &Charge, amount: &str) -> Option<Finding> {
    let detail = match charge.metadata.order_id() {
        Some(id) => format!("it charged {amount} for order {id}, which is not here"),
        None => format!("it charged {amount}, and names no order"),
    };
    (!charge.refunded).then(|| Finding::new(Kind::OrphanCharge, &charge.id, detail))
}

/// Without a name. Where its customer is none of ours it may be anybody's.
fn unnamed(charge: &Charge, known: &Known, amount: &str) -> Option<Finding> {
    let customer = charge.customer.as_ref()?;
    let tenant_id = known.customers.get(customer)?;
    let detail = format!("it charged our customer {customer} {amount} and names no Sovereign");
    let mut finding = Finding::new(Kind::UnnamedCharge, &charge.id, detail);
    finding.tenant_id = Some(tenant_id.clone());
    (!charge.refunded).then_some(finding)
}
