//! What can be ordered, as far as its price matters, and the price of an order.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::money::checked_sum;
use crate::policy::PolicyInForce;
use crate::services::{Dedicated, Service};
use crate::usage::LineUsage;

/// Anything with an identifier and a slug; references on the wire may use either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub slug: String,
    pub name: String,
    /// The price of a month: of an app, that of its tier. Zero for what is included.
    pub price_minor: i64,
    /// Slugs or identifiers of what an app needs to run.
    pub needs: Vec<String>,
    /// Whether several apps may use one.
    pub shareable: bool,
    /// A plan that what is used is paid for beside.
    pub usage_priced: bool,
    /// Whether it can be ordered. What is held goes on, and is priced, when it cannot.
    pub listed: bool,
}

/// Something that can be ordered, for nothing.
impl Default for Item {
    fn default() -> Self {
        Self {
            id: String::new(),
            slug: String::new(),
            name: String::new(),
            price_minor: 0,
            needs: Vec::new(),
            shareable: false,
            usage_priced: false,
            listed: true,
        }
    }
}

/// One kind of thing in the catalog, found by identifier or slug.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    items: Vec<Item>,
    by_reference: BTreeMap<String, usize>,
}

impl FromIterator<Item> for Shelf {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Self {
        let items: Vec<Item> = items.into_iter().collect();
        let mut by_reference = BTreeMap::new();
        // Identifiers last: where a slug equals another thing's identifier, the identifier wins.
        for (index, item) in items.iter().enumerate() {
            by_reference.entry(item.slug.clone()).or_insert(index);
        }
        for (index, item) in items.iter().enumerate() {
            by_reference.insert(item.id.clone(), index);
        }
        Self { items, by_reference }
    }
}

impl Shelf {
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Item> {
        self.items.get(*self.by_reference.get(reference)?)
    }

    /// The identifiers behind `references`, each once, in the order given.
    ///
    /// # Errors
    /// The index of the first reference that names nothing.
    pub fn resolve(&self, references: &[String]) -> Result<Vec<&Item>, usize> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (index, reference) in references.iter().enumerate() {
            let item = self.find(reference).ok_or(index)?;
            if seen.insert(&item.id) {
                found.push(item);
            }
        }
        Ok(found)
    }
}

/// The part of the catalog that prices an order, and the policy that says what may be ordered.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pub plans: Shelf,
    pub addons: Shelf,
    pub apps: Shelf,
    pub policy: PolicyInForce,
}

/// What a line of an order, and of its invoice, is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Plan,
    Addon,
    App,
    /// What an app needs to run.
    Service,
    /// What was used of a meter.
    Usage,
}

/// A line of an order, as it was named and priced when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub kind: LineKind,
    pub id: String,
    pub name: String,
    /// Before tax where tax is added, with it where it is included.
    pub amount_minor: i64,
    /// What a whole month of it costs, where the line is for a part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_minor: Option<i64>,
    /// The one app that a service is for, where it is not shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_app: Option<String>,
    /// Whether a change takes it away, and this is what is not used of it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub gone: bool,
    /// What it counts, where it is for what was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<LineUsage>,
}

/// An order's contents by identifier, and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub plan_id: String,
    pub addons: Vec<String>,
    pub apps: Vec<String>,
    /// The plan, every add-on, and the apps and services that cost something of their own.
    pub lines: Vec<OrderLine>,
    pub total_minor: i64,
}

/// What a selection names that the catalog does not have; the indexes are those of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionError {
    UnknownPlan,
    UnknownAddon(usize),
    UnknownApp(usize),
    /// The prices add up to more than an amount can hold.
    TooLarge,
}

impl Catalog {
    /// As [`Self::quote`], for an order: what is not listed is unknown to it, but for what is `held`
    /// (asked with an identifier) already.
    ///
    /// # Errors
    /// The first reference that names nothing that can be ordered.
    pub fn order(
        &self,
        (plan, addons, apps): (&str, &[String], &[String]),
        dedicated: &Dedicated,
        held: impl Fn(&str) -> bool,
    ) -> Result<Quote, SelectionError> {
        let hidden = |shelf: &Shelf, reference: &str| {
            shelf.find(reference).is_some_and(|item| !item.listed && !held(&item.id))
        };
        let first_hidden = |shelf: &Shelf, references: &[String]| {
            references.iter().position(|reference| hidden(shelf, reference))
        };
        if hidden(&self.plans, plan) {
            return Err(SelectionError::UnknownPlan);
        }
        if let Some(index) = first_hidden(&self.addons, addons) {
            return Err(SelectionError::UnknownAddon(index));
        }
        if let Some(index) = first_hidden(&self.apps, apps) {
            return Err(SelectionError::UnknownApp(index));
        }
        self.quote(plan, addons, apps, dedicated)
    }

    /// Resolves and prices a selection: the plan, its add-ons, its apps and what those need, a month of each.
    ///
    /// # Errors
    /// The first reference that names nothing.
    pub fn quote(
        &self,
        plan: &str,
        addons: &[String],
        apps: &[String],
        dedicated: &Dedicated,
    ) -> Result<Quote, SelectionError> {
        let plan = self.plans.find(plan).ok_or(SelectionError::UnknownPlan)?;
        let addons = self.addons.resolve(addons).map_err(SelectionError::UnknownAddon)?;
        let apps = self.apps.resolve(apps).map_err(SelectionError::UnknownApp)?;
        let priced_apps = apps.iter().filter(|app| app.price_minor != 0);
        let services = self.services(&apps, dedicated);
        let priced_services = services.iter().filter(|service| service.item.price_minor != 0);
        let mut lines = alloc::vec![plan.line(LineKind::Plan)];
        lines.extend(addons.iter().map(|addon| addon.line(LineKind::Addon)));
        lines.extend(priced_apps.map(|app| app.line(LineKind::App)));
        lines.extend(priced_services.map(Service::line));
        let total_minor = checked_sum(lines.iter().map(|line| line.amount_minor))
            .ok_or(SelectionError::TooLarge)?;
        let ids = |items: Vec<&Item>| items.into_iter().map(|item| item.id.clone()).collect();
        let (addons, apps) = (ids(addons), ids(apps));
        Ok(Quote { plan_id: plan.id.clone(), addons, apps, lines, total_minor })
    }
}

impl Item {
    pub(crate) fn line(&self, kind: LineKind) -> OrderLine {
        OrderLine {
            kind,
            id: self.id.clone(),
            name: self.name.clone(),
            amount_minor: self.price_minor,
            month_minor: None,
            for_app: None,
            gone: false,
            usage: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn item(id: &str, price_minor: i64) -> Item {
        let slug = id.trim_start_matches("id-").into();
        Item { id: id.into(), slug, name: id.into(), price_minor, ..Item::default() }
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| String::from(*text)).collect()
    }

    #[test]
    fn what_is_not_listed_is_priced_where_it_is_held_and_unknown_to_others() {
        let hidden = |id: &str| Item { listed: false, ..item(id, 1_000) };
        let catalog = Catalog {
            plans: [item("id-m", 9_000), hidden("id-old")].into_iter().collect(),
            addons: [hidden("id-fax")].into_iter().collect(),
            apps: [item("id-shop", 0), hidden("id-blog")].into_iter().collect(),
            ..Catalog::default()
        };
        let (nothing, none) = (|_: &str| false, Dedicated::new());
        let order = |plan: &str, addons: &[String], apps: &[String]| {
            catalog.order((plan, addons, apps), &none, nothing)
        };
        let old = texts(&["shop", "blog"]);
        assert_eq!(order("old", &[], &[]), Err(SelectionError::UnknownPlan));
        let fax = texts(&["fax"]);
        assert_eq!(order("m", &fax, &[]), Err(SelectionError::UnknownAddon(0)));
        for apps in [&old, &texts(&["id-shop", "id-blog"])] {
            assert_eq!(order("m", &[], apps), Err(SelectionError::UnknownApp(1)));
        }
        let all = |id: &str| ["id-old", "id-fax", "id-blog"].contains(&id);
        let held = catalog.order(("old", &fax, &old), &none, all).unwrap();
        assert_eq!(Ok(held), catalog.quote("old", &fax, &old, &none));
        assert_eq!(order("m", &[], &texts(&["shop"])).unwrap().total_minor, 9_000);
    }

    #[test]
    fn references_are_ids_or_slugs_and_duplicates_collapse() {
        let catalog = Catalog {
            plans: [item("id-m", 9_000)].into_iter().collect(),
            addons: [item("id-waf", 0), item("id-backup", 3_000)].into_iter().collect(),
            apps: [item("id-shop", 0)].into_iter().collect(),
            ..Catalog::default()
        };
        let none = Dedicated::new();
        let quote = catalog
            .quote(
                "m",
                &texts(&["backup", "id-backup", "waf"]),
                &texts(&["shop", "id-shop"]),
                &none,
            )
            .unwrap();
        assert_eq!(quote.total_minor, 12_000);
        assert_eq!(quote.addons, vec!["id-backup", "id-waf"]);
        assert_eq!(quote.apps, vec!["id-shop"]);
        let lines: Vec<_> = quote.lines.iter().map(|l| (l.kind, &*l.id, l.amount_minor)).collect();
        let backup = (LineKind::Addon, "id-backup", 3_000);
        let waf = (LineKind::Addon, "id-waf", 0);
        assert_eq!(lines, [(LineKind::Plan, "id-m", 9_000), backup, waf]);
        assert_eq!(catalog.quote("xl", &[], &[], &none), Err(SelectionError::UnknownPlan));
        let unknown = catalog.quote("m", &texts(&["waf", "nope"]), &[], &none);
        assert_eq!(unknown, Err(SelectionError::UnknownAddon(1)));
        assert_eq!(
            catalog.quote("m", &[], &texts(&["nope"]), &none),
            Err(SelectionError::UnknownApp(0))
        );
    }
}
