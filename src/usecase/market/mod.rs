//! What can be had, as its pages show it: the listed entries of the catalog in both languages, with the prices
//! that a checkout takes.
//!
//! What is listed here is what `GET /catalog/*` lists. It is kept for as long as the catalog's revision stays:
//! a page asks for that in one statement, and so nothing on it is older than the request.

mod entry;
pub(crate) mod fold;
mod names;
mod needs;
mod search;

use std::sync::{Arc, PoisonError, RwLock};

use sovereign_domain::catalog::{Catalog, LineKind, OrderLine};
use sovereign_domain::money::Currency;

pub(crate) use self::entry::{Addon, Bundle, Industry, MarketApp, Plan, Said, Told};
pub(crate) use self::names::Names;
pub(crate) use self::needs::{BundleSum, Need};
pub(crate) use self::search::{Sort, Wanted};
use super::catalog::{Kind, document};
use crate::app::App;
use crate::storage::catalog::{self as rows, ItemRow};
use crate::storage::{self, Store};
use crate::text::Language;

/// What can be had at one revision of the catalog.
#[derive(Debug)]
pub(crate) struct Market {
    revision: i64,
    pub(crate) plans: Vec<Plan>,
    pub(crate) addons: Vec<Addon>,
    /// Services, which only serve apps, are among them.
    pub(crate) apps: Vec<MarketApp>,
    pub(crate) industries: Vec<Industry>,
    pub(crate) bundles: Vec<Bundle>,
    /// As a checkout has them.
    pub(crate) prices: Arc<Catalog>,
}

/// The market as it was read last.
#[derive(Debug, Default)]
pub(crate) struct Kept(RwLock<Option<Arc<Market>>>);

impl Kept {
    fn get(&self) -> Option<Arc<Market>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what was read, unless somebody has read later.
    fn put(&self, market: &Arc<Market>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|kept| kept.revision < market.revision) {
            *kept = Some(Arc::clone(market));
        }
    }
}

/// What can be had now.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn now(app: &App) -> storage::Result<Arc<Market>> {
    let revision = rows::revision(&mut app.store.read().await?).await?;
    if let Some(kept) = app.market.get().filter(|kept| kept.revision == revision) {
        return Ok(kept);
    }
    let market = Arc::new(read(&app.store, app.facts.currency).await?);
    app.market.put(&market);
    Ok(market)
}

/// Reads everything at one moment.
async fn read(store: &Store, currency: Currency) -> storage::Result<Market> {
    let mut tx = store.snapshot().await?;
    let revision = rows::revision(&mut tx).await?;
    let all = rows::all(&mut tx).await?;
    let prices = rows::prices(&mut tx).await?;
    drop(tx);
    let listed = |kind: Kind| {
        let rows = all.iter().filter(move |row| row.kind == kind.as_str() && row.is_listed());
        rows.map(move |row: &ItemRow| document(row.clone(), kind, currency))
    };
    Ok(Market {
        revision,
        plans: listed(Kind::Plan).map(|doc| Plan::of(&doc)).collect(),
        addons: listed(Kind::Addon).map(|doc| Addon::of(&doc)).collect(),
        apps: listed(Kind::App).map(|doc| MarketApp::of(&doc)).collect(),
        industries: listed(Kind::Industry).map(|doc| Industry::of(&doc)).collect(),
        bundles: listed(Kind::Bundle).map(|doc| Bundle::of(&doc)).collect(),
        prices,
    })
}

impl Market {
    pub(crate) fn app(&self, slug: &str) -> Option<&MarketApp> {
        self.apps.iter().find(|app| app.slug == slug)
    }

    pub(crate) fn plan(&self, slug: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.slug == slug)
    }

    pub(crate) fn industry(&self, slug: &str) -> Option<&Industry> {
        self.industries.iter().find(|industry| industry.slug == slug)
    }

    pub(crate) fn bundle(&self, slug: &str) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.slug == slug)
    }

    /// The bundle of an industry.
    pub(crate) fn bundle_of(&self, industry: &Industry) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.id == industry.bundle_id)
    }

    /// The apps of these slugs that are listed.
    pub(crate) fn apps_of<'a>(
        &'a self,
        slugs: &'a [String],
    ) -> impl Iterator<Item = &'a MarketApp> {
        slugs.iter().filter_map(|slug| self.app(slug))
    }

    /// What a line of a quote is for, as readers of this language know it.
    pub(crate) fn name_of<'a>(&'a self, line: &'a OrderLine, language: Language) -> &'a str {
        let known = match line.kind {
            LineKind::Plan => self.plans.iter().find(|one| one.id == line.id).map(|one| &one.name),
            LineKind::Addon => {
                self.addons.iter().find(|one| one.id == line.id).map(|one| &one.name)
            }
            LineKind::App | LineKind::Service => {
                self.apps.iter().find(|one| one.id == line.id).map(|one| &one.name)
            }
            LineKind::Usage => None,
        };
        known.map_or(&line.name, |name| name.text(language))
    }

    /// The apps that people install: not those that only serve others.
    pub(crate) fn installable(&self) -> impl Iterator<Item = &MarketApp> {
        self.apps.iter().filter(|app| !app.is_system)
    }

    /// The plan that costs least a month, of those with a price.
    pub(crate) fn cheapest_plan(&self) -> Option<&Plan> {
        self.plans.iter().filter(|plan| !plan.usage_priced).min_by_key(|plan| plan.price_minor)
    }
}
