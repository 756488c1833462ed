//! What an app needs besides, and what things cost together: by the rules that a checkout prices by.

use sovereign_domain::services::{Dedicated, Service};

use super::{Bundle, Market, MarketApp, Plan};

/// Something that is installed with an app.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    pub(crate) app: &'a MarketApp,
    /// Whether the Organization's apps use one together.
    pub(crate) is_shared: bool,
    pub(crate) price_minor: i64,
}

/// What a bundle costs a month.
#[derive(Debug)]
pub(crate) struct BundleSum<'a> {
    pub(crate) plan: &'a Plan,
    /// Of the apps, with what they need.
    pub(crate) apps_minor: i64,
    /// With the plan.
    pub(crate) total_minor: i64,
}

impl Market {
    /// All that an app needs, in the order in which it is needed.
    pub(crate) fn needs<'a>(&'a self, app: &MarketApp) -> Vec<Need<'a>> {
        let need = |service: Service<'_>| {
            Some(Need {
                app: self.app(&service.item.slug)?,
                is_shared: service.for_app.is_none(),
                price_minor: service.item.price_minor,
            })
        };
        let priced = self.prices.apps.find(&app.id);
        let needs = priced.map(|item| self.prices.apps.needs_of(item, &Dedicated::new()));
        needs.into_iter().flatten().filter_map(need).collect()
    }

    /// A month of an app with all that it needs; `None` where the sum is none.
    pub(crate) fn month_minor(&self, app: &MarketApp) -> Option<i64> {
        let needs = self.needs(app);
        needs.iter().try_fold(app.price_minor, |sum, need| sum.checked_add(need.price_minor))
    }

    /// What a bundle costs in the plan that it names, where it names one that can be had.
    pub(crate) fn sum_of(&self, bundle: &Bundle) -> Option<BundleSum<'_>> {
        let plan = self.plan(&bundle.recommended_plan)?;
        let quote = self.prices.quote(&plan.id, &[], &bundle.apps, &Dedicated::new()).ok()?;
        let apps_minor = quote.total_minor.checked_sub(plan.price_minor)?;
        Some(BundleSum { plan, apps_minor, total_minor: quote.total_minor })
    }
}
