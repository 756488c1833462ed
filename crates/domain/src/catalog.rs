//! What can be ordered, as far as its price matters, and the price of an order.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::money::checked_sum;

/// Anything with an identifier and a slug; references on the wire may use either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub slug: String,
    pub name: String,
    /// The price of a month. Zero for what is included, and for apps, which a plan covers.
    pub price_minor: i64,
    /// Whether it can be ordered. What is held goes on, and is priced, when it cannot.
    pub listed: bool,
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

/// The part of the catalog that prices an order.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pub plans: Shelf,
    pub addons: Shelf,
    pub apps: Shelf,
}

/// What a line of an order, and of its invoice, is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Plan,
    Addon,
    App,
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
}

/// An order's contents by identifier, and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub plan_id: String,
    pub addons: Vec<String>,
    pub apps: Vec<String>,
    /// The plan, every add-on, and the apps that cost something of their own.
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
        plan: &str,
        addons: &[String],
        apps: &[String],
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
        self.quote(plan, addons, apps)
    }

    /// Resolves and prices a selection: the plan and its add-ons, a month of each.
    ///
    /// # Errors
    /// The first reference that names nothing.
    pub fn quote(
        &self,
        plan: &str,
        addons: &[String],
        apps: &[String],
    ) -> Result<Quote, SelectionError> {
        let plan = self.plans.find(plan).ok_or(SelectionError::UnknownPlan)?;
        let addons = self.addons.resolve(addons).map_err(SelectionError::UnknownAddon)?;
        let apps = self.apps.resolve(apps).map_err(SelectionError::UnknownApp)?;
        let priced_apps = apps.iter().filter(|app| app.price_minor != 0);
        let mut lines = alloc::vec![plan.line(LineKind::Plan)];
        lines.extend(addons.iter().map(|addon| addon.line(LineKind::Addon)));
        lines.extend(priced_apps.map(|app| app.line(LineKind::App)));
        let total_minor = checked_sum(lines.iter().map(|line| line.amount_minor))
            .ok_or(SelectionError::TooLarge)?;
        let ids = |items: Vec<&Item>| items.into_iter().map(|item| item.id.clone()).collect();
        let (addons, apps) = (ids(addons), ids(apps));
        Ok(Quote { plan_id: plan.id.clone(), addons, apps, lines, total_minor })
    }
}

impl Item {
    fn line(&self, kind: LineKind) -> OrderLine {
        OrderLine {
            kind,
            id: self.id.clone(),
            name: self.name.clone(),
            amount_minor: self.price_minor,
            month_minor: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn item(id: &str, price_minor: i64) -> Item {
        let slug = id.trim_start_matches("id-").into();
        Item { id: id.into(), slug, name: id.into(), price_minor, listed: true }
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
        };
        let nothing = |_: &str| false;
        let old = texts(&["shop", "blog"]);
        assert_eq!(catalog.order("old", &[], &[], nothing), Err(SelectionError::UnknownPlan));
        let fax = texts(&["fax"]);
        assert_eq!(catalog.order("m", &fax, &[], nothing), Err(SelectionError::UnknownAddon(0)));
        for apps in [&old, &texts(&["id-shop", "id-blog"])] {
            let refused = catalog.order("m", &[], apps, nothing);
            assert_eq!(refused, Err(SelectionError::UnknownApp(1)));
        }
        let all = |id: &str| ["id-old", "id-fax", "id-blog"].contains(&id);
        let held = catalog.order("old", &fax, &old, all).unwrap();
        assert_eq!(Ok(held), catalog.quote("old", &fax, &old));
        assert_eq!(catalog.order("m", &[], &texts(&["shop"]), nothing).unwrap().total_minor, 9_000);
    }

    #[test]
    fn references_are_ids_or_slugs_and_duplicates_collapse() {
        let catalog = Catalog {
            plans: [item("id-m", 9_000)].into_iter().collect(),
            addons: [item("id-waf", 0), item("id-backup", 3_000)].into_iter().collect(),
            apps: [item("id-shop", 0)].into_iter().collect(),
        };
        let quote = catalog
            .quote("m", &texts(&["backup", "id-backup", "waf"]), &texts(&["shop", "id-shop"]))
            .unwrap();
        assert_eq!(quote.total_minor, 12_000);
        assert_eq!(quote.addons, vec!["id-backup", "id-waf"]);
        assert_eq!(quote.apps, vec!["id-shop"]);
        let lines: Vec<_> = quote.lines.iter().map(|l| (l.kind, &*l.id, l.amount_minor)).collect();
        let backup = (LineKind::Addon, "id-backup", 3_000);
        let waf = (LineKind::Addon, "id-waf", 0);
        assert_eq!(lines, [(LineKind::Plan, "id-m", 9_000), backup, waf]);
        assert_eq!(catalog.quote("xl", &[], &[]), Err(SelectionError::UnknownPlan));
        let unknown = catalog.quote("m", &texts(&["waf", "nope"]), &[]);
        assert_eq!(unknown, Err(SelectionError::UnknownAddon(1)));
        assert_eq!(catalog.quote("m", &[], &texts(&["nope"])), Err(SelectionError::UnknownApp(0)));
    }
}
