//! Finding apps. Pure: what somebody looks for, and the market, make the list.

use std::cmp::Reverse;

use super::fold::words;
use super::{Market, MarketApp};

/// So many apps on a page.
const PER_PAGE: usize = 60;

/// In which order apps are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// What fits the words best, then favourites, then as the catalog has them.
    #[default]
    Best,
    Name,
    Price,
}

impl Sort {
    pub(crate) const ALL: [Self; 3] = [Self::Best, Self::Name, Self::Price];

    /// As an address names it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Name => "name",
            Self::Price => "price",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).unwrap_or_default()
    }
}

/// What somebody looks for. Filters that name nothing are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) query: String,
    pub(crate) category: String,
    pub(crate) industry: String,
    pub(crate) bundle: String,
    pub(crate) sort: Sort,
    /// From 1.
    pub(crate) page: usize,
}

/// What was found, a page of it.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) apps: Vec<&'a MarketApp>,
    pub(crate) total: usize,
    pub(crate) page: usize,
    pub(crate) pages: usize,
}

impl Market {
    /// What is wanted, without filters that name nothing here.
    pub(crate) fn possible(&self, wanted: Wanted) -> Wanted {
        let known = |text: String, is_known: bool| if is_known { text } else { String::new() };
        let is_category = self.installable().any(|app| app.category == wanted.category);
        let is_industry = self.industry(&wanted.industry).is_some();
        let is_bundle = self.bundle(&wanted.bundle).is_some();
        Wanted {
            category: known(wanted.category, is_category),
            industry: known(wanted.industry, is_industry),
            bundle: known(wanted.bundle, is_bundle),
            ..wanted
        }
    }

    /// The categories of the apps, each once, in the catalog's order.
    pub(crate) fn categories(&self) -> Vec<&str> {
        let mut categories: Vec<&str> = Vec::new();
        for app in self.installable() {
            if !app.category.is_empty() && !categories.contains(&&*app.category) {
                categories.push(&app.category);
            }
        }
        categories
    }

    /// The apps that have every word, and pass every filter.
    pub(crate) fn find(&self, wanted: &Wanted) -> Found<'_> {
        let words = words(&wanted.query);
        let passes = |app: &&MarketApp| {
            let names = |slugs: Option<&[String]>| slugs.is_none_or(|all| all.contains(&app.slug));
            (wanted.category.is_empty() || app.category == wanted.category)
                && names(self.industry(&wanted.industry).map(|found| &*found.suggested_apps))
                && names(self.bundle(&wanted.bundle).map(|found| &*found.apps))
        };
        let passing = self.installable().filter(passes);
        let mut ranked: Vec<(usize, &MarketApp)> =
            passing.filter_map(|app| Some((rank(app, &words)?, app))).collect();
        let name =
            |app: &MarketApp| app.name.told(crate::text::Language::English).text.to_lowercase();
        match wanted.sort {
            // What is equal stays in the catalog's order.
            Sort::Best => ranked.sort_by_key(|(rank, app)| (*rank, Reverse(app.is_favourite))),
            Sort::Name => ranked.sort_by_cached_key(|(_, app)| name(app)),
            Sort::Price => ranked.sort_by_cached_key(|(_, app)| {
                // What cannot be had has no price, and comes last.
                let month_minor = app.deployable.then(|| self.month_minor(app).unwrap_or(i64::MAX));
                (month_minor.is_none(), month_minor, name(app))
            }),
        }
        let total = ranked.len();
        let pages = total.div_ceil(PER_PAGE).max(1);
        let page = wanted.page.clamp(1, pages);
        let skipped = page.saturating_sub(1).saturating_mul(PER_PAGE);
        let apps = ranked.into_iter().skip(skipped).take(PER_PAGE).map(|(_, app)| app).collect();
        Found { apps, total, page, pages }
    }
}

/// How far from the name the words are found; `None` where one is not.
fn rank(app: &MarketApp, words: &[String]) -> Option<usize> {
    let fields = [&app.index.names, &app.index.taglines, &app.index.rest];
    let place = |word: &String| fields.iter().position(|field| field.contains(&**word));
    words.iter().map(place).try_fold(0, |worst, place| Some(worst.max(place?)))
}
