//! Backing services: what apps need to run, such as databases. A shareable one is there once for an
//! Organization, unless an app was installed with one of its own; any other is there once for each app.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::catalog::{Catalog, Item, LineKind, OrderLine, Shelf};

/// Which shareable services an app has for itself alone; identifiers, by that of the app. Of apps that are not
/// installed it says what they are to have when they are.
pub type Dedicated = BTreeMap<String, Vec<String>>;

/// A service that runs for an Organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service<'a> {
    pub item: &'a Item,
    /// The one app that has it, where it is not shared.
    pub for_app: Option<&'a str>,
}

impl Service<'_> {
    fn is(&self, item: &Item, for_app: Option<&str>) -> bool {
        self.item.id == item.id && self.for_app == for_app
    }
}

impl Catalog {
    /// The services of these apps, in the order in which they are needed first. What is installed as an app of
    /// its own, and can be shared, is not among them.
    #[must_use]
    pub fn services<'a>(&'a self, apps: &[&'a Item], dedicated: &Dedicated) -> Vec<Service<'a>> {
        let mut services: Vec<Service<'a>> = Vec::new();
        for app in apps {
            for service in self.apps.needs_of(app, dedicated) {
                let is_app = apps.iter().any(|other| service.is(other, None));
                if !is_app && !services.contains(&service) {
                    services.push(service);
                }
            }
        }
        services
    }
}

impl Shelf {
    /// What one app needs, and what that needs in turn. What the catalog does not have is left out.
    pub fn needs_of<'a>(&'a self, app: &'a Item, dedicated: &Dedicated) -> Vec<Service<'a>> {
        let own = dedicated.get(&app.id).map_or(&[][..], Vec::as_slice);
        let mut seen = BTreeSet::from([app.id.as_str()]);
        let mut found = Vec::new();
        let mut waiting: Vec<&str> = app.needs.iter().rev().map(String::as_str).collect();
        while let Some(item) = waiting.pop().map(|need| self.find(need)) {
            let Some(item) = item.filter(|item| seen.insert(&item.id)) else { continue };
            let shared = item.shareable && !own.contains(&item.id);
            found.push(Service { item, for_app: (!shared).then_some(app.id.as_str()) });
            waiting.extend(item.needs.iter().rev().map(String::as_str));
        }
        found
    }
}

impl Service<'_> {
    /// A month of it.
    pub(crate) fn line(&self) -> OrderLine {
        let for_app = self.for_app.map(String::from);
        OrderLine { for_app, ..self.item.line(LineKind::Service) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn item(slug: &str, shareable: bool, needs: &[&str]) -> Item {
        Item {
            id: slug.into(),
            slug: slug.into(),
            name: slug.into(),
            needs: needs.iter().copied().map(Into::into).collect(),
            shareable,
            ..Item::default()
        }
    }

    fn catalog() -> Catalog {
        let apps = [
            item("shop", false, &["db", "cache"]),
            item("blog", false, &["db", "cache", "gone"]),
            item("db", true, &["disk"]),
            item("cache", false, &["disk"]),
            item("disk", true, &["db"]),
        ];
        Catalog { apps: apps.into_iter().collect(), ..Catalog::default() }
    }

    fn of(apps: &[&str], dedicated: &Dedicated) -> Vec<String> {
        let catalog = catalog();
        let apps: Vec<&Item> = apps.iter().map(|app| catalog.apps.find(app).unwrap()).collect();
        let services = catalog.services(&apps, dedicated);
        let name = |s: &Service<'_>| match s.for_app {
            Some(app) => alloc::format!("{}/{app}", s.item.id),
            None => s.item.id.clone(),
        };
        services.iter().map(name).collect()
    }

    #[test]
    fn what_can_be_shared_is_there_once() {
        let none = Dedicated::new();
        assert_eq!(of(&["shop"], &none), ["db", "disk", "cache/shop"]);
        assert_eq!(of(&["shop", "blog"], &none), ["db", "disk", "cache/shop", "cache/blog"]);
        assert_eq!(of(&[], &none), [""; 0]);
    }

    #[test]
    fn an_app_may_have_its_own() {
        let own = Dedicated::from([("blog".into(), vec!["db".into()])]);
        assert_eq!(of(&["shop"], &own), ["db", "disk", "cache/shop"]);
        let both = ["db", "disk", "cache/shop", "db/blog", "cache/blog"];
        assert_eq!(of(&["shop", "blog"], &own), both);
    }

    #[test]
    fn what_is_installed_itself_serves_the_others() {
        let none = Dedicated::new();
        assert_eq!(of(&["db", "shop"], &none), ["disk", "cache/shop"]);
        assert_eq!(of(&["cache", "shop"], &none), ["disk", "db", "cache/shop"]);
    }
}
