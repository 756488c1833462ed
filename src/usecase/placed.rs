//! An order that was placed, for the people who may spend for its Organization: how it stands, what paid for it,
//! and how far the credit goes.

use sovereign_domain::book::{OrderKind, OrderStatus};
use sovereign_domain::cover::cover;
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::Wallet;

use super::bill::{self, Bill};
use super::organizations;
use crate::app::App;
use crate::storage::organizations::OrganizationRow;
use crate::storage::{self, Tx, billing, placed};

pub(crate) struct Placed {
    pub(crate) bill: Bill,
    pub(crate) organization: OrganizationRow,
    /// The first order of a subscription.
    pub(crate) is_checkout: bool,
    /// What was ordered, by identifier.
    pub(crate) plan: String,
    pub(crate) apps: Vec<String>,
    pub(crate) addons: Vec<String>,
    /// Until when credit alone pays, where it paid for this order.
    pub(crate) covered_until: Option<Timestamp>,
}

/// The Organization of this address, where the user is a member.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn organization(
    app: &App,
    user_id: &str,
    slug: &str,
) -> storage::Result<Option<OrganizationRow>> {
    let found = organizations::with_role_of(app, user_id).await?;
    Ok(found.into_iter().map(|(row, _)| row).find(|row| row.slug == slug))
}

/// The order that an Organization's next one would supersede.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn pending(
    app: &App,
    user_id: &str,
    tenant_id: &str,
) -> storage::Result<Option<Bill>> {
    let mut tx = app.store.read_as(&user_id.into()).await?;
    match placed::pending(&mut tx, tenant_id).await? {
        None => Ok(None),
        Some(id) => bill::find(app, &mut tx, OrderId(id)).await,
    }
}

/// An order, where the user may spend for its Organization.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn find(
    app: &App,
    user_id: &str,
    order_id: OrderId,
) -> storage::Result<Option<Placed>> {
    let theirs = organizations::with_role_of(app, user_id).await?;
    let mut tx = app.store.read_as(&user_id.into()).await?;
    let Some(row) = placed::find(&mut tx, order_id.0).await? else { return Ok(None) };
    let owned = theirs
        .into_iter()
        .find(|(organization, role)| organization.id == row.tenant_id && role.may_spend());
    let Some((organization, _)) = owned else { return Ok(None) };
    let Some(bill) = bill::find(app, &mut tx, order_id).await? else { return Ok(None) };
    let is_checkout = row.kind == OrderKind::Checkout.as_str();
    let covered_until = if is_checkout { covered_until(app, &mut tx, &bill).await? } else { None };
    Ok(Some(Placed {
        bill,
        organization,
        is_checkout,
        plan: row.plan_id,
        apps: row.apps.0,
        addons: row.addons.0,
        covered_until,
    }))
}

/// While the month lasts that the order has paid for.
async fn covered_until(app: &App, tx: &mut Tx, bill: &Bill) -> storage::Result<Option<Timestamp>> {
    let (_, charge_minor) = bill.parts_minor();
    let Some(start) = bill.period_start() else { return Ok(None) };
    if bill.status != OrderStatus::Completed || charge_minor > 0 {
        return Ok(None);
    }
    let subscription = billing::subscription(tx, bill.tenant_id()).await?;
    let current = subscription.and_then(|found| found.current_period_start);
    if current.map(|at| at.0) != Some(start) {
        return Ok(None);
    }
    let lots = placed::lots(tx, bill.tenant_id()).await?;
    let lots = lots.into_iter().map(|lot| (lot.id, lot)).collect();
    let wallet = Wallet { lots, ..Wallet::default() };
    Ok(cover(&wallet, bill.total_minor(), start, &app.zone).until())
}
