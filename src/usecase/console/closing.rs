//! What an Organization's end would take with it.

use sovereign_domain::ids::UserId;

use super::{Place, apps};
use crate::app::App;
use crate::storage::billing::{self, SubscriptionRow};
use crate::storage::{self, catalog, organization_life as life, organizations};
use crate::usecase::organization_life::OPERATOR;

/// What ends with it.
#[derive(Debug)]
pub(crate) struct Closing {
    pub(crate) subscription: Option<SubscriptionRow>,
    /// Names of apps, whose data goes.
    pub(crate) apps: Vec<String>,
    pub(crate) members: usize,
    /// Credit that nobody gets back; what is held for an order included.
    pub(crate) credit_minor: i64,
    /// Whether the operator asked for it, so that only they can take it back.
    pub(crate) by_operator: bool,
}

/// For its owner.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn closing(
    app: &App,
    user_id: &UserId,
    place: &Place,
) -> storage::Result<Closing> {
    let tenant_id = place.organization.id.as_str();
    let mut tx = app.store.read_as(user_id).await?;
    let prices = catalog::prices(&mut tx).await?;
    let installed = apps::installed(&mut tx, &place.organization, &prices).await?;
    let wallets = billing::wallets(&mut tx, user_id, Some(tenant_id), app.clock.now()).await?;
    let subscription = billing::subscription(&mut tx, tenant_id).await?;
    let members = organizations::members(&mut tx, tenant_id).await?.len();
    let life = life::find(&mut tx, tenant_id).await?;
    let left = wallets.iter().map(|wallet| wallet.balance_minor - wallet.expired_minor);
    Ok(Closing {
        subscription,
        apps: installed.into_iter().map(|one| one.name).collect(),
        members,
        credit_minor: left.sum(),
        by_operator: life.is_some_and(|life| life.deletion_by.as_deref() == Some(OPERATOR)),
    })
}
