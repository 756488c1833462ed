//! What an order would come to. Nothing here changes anything.

use sovereign_domain::book::Refusal;
use sovereign_domain::catalog::Catalog;
use sovereign_domain::estimate::{self, Estimate, Terms};
use sovereign_domain::voucher::{Code, Voucher, VoucherRefusal};

use crate::app::App;
use crate::engine::EngineError;
use crate::storage::catalog;

/// What a month of a plan comes to for somebody who has no Organization yet, with the voucher that has this code.
/// The plan is named by identifier or slug. The checkout decides by the same rules again.
///
/// # Errors
/// Where the checkout would refuse it whoever asks; or the database fails.
pub async fn estimate(app: &App, plan: &str, code: Option<&Code>) -> Result<Estimate, EngineError> {
    let refused = EngineError::Refused;
    let voucher = match code {
        None => None,
        Some(code) => {
            let known = app.previews.find(code.clone()).await?;
            Some(known.ok_or(refused(VoucherRefusal::Unknown.into()))?)
        }
    };
    let catalog = catalog::prices(&mut app.store.read().await?).await?;
    let voucher = voucher.as_ref().map(|known| &known.voucher);
    estimate_of(app, &catalog, plan, voucher).map_err(refused)
}

/// The same of a catalog and a voucher that were read.
///
/// # Errors
/// Where the checkout would refuse it whoever asks.
pub(crate) fn estimate_of(
    app: &App,
    catalog: &Catalog,
    plan: &str,
    voucher: Option<&Voucher>,
) -> Result<Estimate, Refusal> {
    let terms = Terms {
        now: app.clock.now(),
        charge_rules: app.engine.charge_rules(),
        tax: app.tax,
        zone: &app.zone,
    };
    let price_minor = estimate::plan_price(catalog, plan, terms.now)?;
    estimate::estimate(price_minor, voucher, &terms)
}
