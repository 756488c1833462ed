//! Sessions that can still be paid, against the orders here.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::finding::{Finding, Kind};
use super::{Desk, PaymentError, Window};
use crate::payment::stripe::{Created, SessionFilter, SessionStatus};
use crate::storage::reconcile as rows;

pub(super) async fn compare(
    desk: Desk<'_>,
    slice: Window,
    findings: &mut Vec<Finding>,
) -> Result<(), PaymentError> {
    let filter = SessionFilter {
        created: Created { from: Some(slice.from), before: Some(slice.until) },
        status: Some(SessionStatus::Open),
        ..SessionFilter::default()
    };
    let mut sessions = desk.stripe.checkout_sessions(&filter);
    loop {
        let mut page = sessions.page().await?;
        if page.is_empty() {
            return Ok(());
        }
        page.retain(|session| session.metadata.is_of(desk.fqdn));
        let named: Vec<Uuid> =
            page.iter().filter_map(|session| session.metadata.order_id()).collect();
        let mut tx = desk.store.read().await?;
        let here = rows::orders(&mut tx, &named).await?;
        drop(tx);
        let here: BTreeSet<Uuid> = here.into_iter().map(|order| order.id).collect();
        let orphans = page
            .iter()
            .filter(|session| session.metadata.order_id().is_none_or(|id| !here.contains(&id)));
        findings.extend(orphans.map(|session| {
            let detail = "it can be paid, and names no order that is here: expire it at Stripe";
            Finding::new(Kind::OrphanSession, &session.id, detail.to_owned())
        }));
    }
}
