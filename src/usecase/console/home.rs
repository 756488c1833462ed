//! How an Organization stands: its plan, its next bill, its credit, its apps, what is being set up.

use sovereign_domain::checkout::split;
use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;

use super::{Place, ShownApp, apps};
use crate::app::App;
use crate::storage::billing::{self, SubscriptionRow, WalletRow};
use crate::storage::provisions::{self, ProvisionRow};
use crate::storage::{self, Tx, catalog, letters, organization_life as life};
use crate::usecase::organization_life::OPERATOR;
use crate::usecase::usage;

/// How it stands.
#[derive(Debug)]
pub(crate) struct Home {
    /// What the plan is called.
    pub(crate) plan: String,
    pub(crate) subscription: Option<SubscriptionRow>,
    /// For those who may spend, where there is a next bill.
    pub(crate) next: Option<NextBill>,
    /// For those who may spend.
    pub(crate) wallet: Option<WalletRow>,
    pub(crate) apps: Vec<ShownApp>,
    /// The newest.
    pub(crate) provision: Option<ProvisionRow>,
    /// Whether only the operator can take its deletion back.
    pub(crate) deleted_by_operator: bool,
}

/// The month that comes next, at the prices of today and with what was used so far.
#[derive(Debug)]
pub(crate) struct NextBill {
    pub(crate) at: Timestamp,
    /// With tax.
    pub(crate) total_minor: i64,
    /// What credit pays of it, as much as there is now.
    pub(crate) credit_minor: i64,
    /// What a card pays.
    pub(crate) rest_minor: i64,
    pub(crate) has_card: bool,
}

/// # Errors
/// Where the database fails.
pub(crate) async fn home(app: &App, user_id: &UserId, place: &Place) -> storage::Result<Home> {
    let organization = &place.organization;
    let mut tx = app.store.read_as(user_id).await?;
    let prices = catalog::prices(&mut tx).await?;
    let plan = prices.plans.find(&organization.plan_id);
    let subscription = billing::subscription(&mut tx, &organization.id).await?;
    let mut wallet = None;
    if place.role.may_spend() {
        let tenant_id = Some(organization.id.as_str());
        let found = billing::wallets(&mut tx, user_id, tenant_id, app.clock.now()).await?;
        wallet = found.into_iter().next();
    }
    let apps = apps::installed(&mut tx, organization, &prices).await?;
    let provision = provisions::newest(&mut tx, &organization.id).await?;
    let life = life::find(&mut tx, &organization.id).await?;
    let next = if place.role.may_spend() { next_bill(app, &mut tx, place).await? } else { None };
    Ok(Home {
        plan: plan.map_or(&organization.plan_id, |plan| &plan.name).clone(),
        subscription,
        next,
        wallet,
        apps,
        provision,
        deleted_by_operator: life.is_some_and(|life| life.deletion_by.as_deref() == Some(OPERATOR)),
    })
}

/// `None` where nothing is renewed, or the catalog does not price it any more.
async fn next_bill(app: &App, tx: &mut Tx, place: &Place) -> storage::Result<Option<NextBill>> {
    let row = &place.organization;
    let Some(next) = letters::next_month(tx, &row.id, app.clock.now()).await? else {
        return Ok(None);
    };
    let used_minor = usage::estimate(tx, &row.id).await?.total_minor;
    let prices = catalog::prices(tx).await?;
    let month = prices.quote(&row.plan_id, &row.addons.0, &row.apps.0, &row.dedicated_services.0);
    let sum_minor = month.ok().and_then(|month| month.total_minor.checked_add(used_minor));
    let taxed = sum_minor.and_then(|sum_minor| app.tax.on(sum_minor));
    let bill = taxed.map(|taxed| {
        let total_minor = taxed.total_minor;
        let parts = split(total_minor, next.available_minor, app.engine.charge_rules());
        let credit_minor = parts.map_or_else(
            |_| next.available_minor.clamp(0, total_minor.max(0)),
            |parts| parts.credit_minor,
        );
        NextBill {
            at: next.period_end.0,
            total_minor,
            credit_minor,
            rest_minor: total_minor.saturating_sub(credit_minor),
            has_card: next.has_card,
        }
    });
    Ok(bill)
}
