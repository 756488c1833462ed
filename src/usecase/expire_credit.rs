//! Writes off credit that has expired. It cannot be spent before that either.

use sovereign_domain::book::Command;
use sovereign_domain::ids::OrganizationId;

use crate::app::App;
use crate::engine::EngineError;
use crate::storage::billing;
use crate::usecase::done::Done;

/// The most wallets of one step.
const WALLETS: u16 = 500;

/// One step; counts the wallets that were looked at.
///
/// # Errors
/// Where the database fails or the program is stopping.
pub async fn step(app: &App) -> Result<Done, EngineError> {
    let mut tx = app.store.read().await?;
    let found = billing::expired_wallets(&mut tx, app.clock.now(), WALLETS.into()).await;
    drop(tx);
    let tenants = found?;
    let count = tenants.len();
    for tenant_id in tenants {
        let tenant_id = OrganizationId::from(tenant_id);
        app.engine.submit(Command::Expire { tenant_id }).await?;
    }
    Ok(Done::up_to(WALLETS, count))
}
