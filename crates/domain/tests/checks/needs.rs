//! What a selection of the world is priced for, reckoned anew.

use std::collections::BTreeSet;

use sovereign_domain::catalog::Item;
use sovereign_domain::services::Dedicated;

use crate::model::World;

/// Everything by identifier, a service also by the app that it is for.
pub(crate) type Things = BTreeSet<(String, Option<String>)>;

pub(super) fn find<'a>(items: &'a [Item], reference: &str) -> Option<&'a Item> {
    items.iter().find(|item| item.id == reference || item.slug == reference)
}

/// All apps, and all that they need.
pub(super) fn things_of(world: &World, apps: &[String], dedicated: &Dedicated) -> Things {
    let apps: Vec<&Item> = apps.iter().map(|app| find(&world.apps, app).unwrap()).collect();
    let mut things: Things = apps.iter().map(|app| (app.id.clone(), None)).collect();
    for app in apps {
        let mut needs = BTreeSet::new();
        add_needs(world, app, &mut needs);
        needs.remove(&app.id);
        for need in needs {
            let own = dedicated.get(&app.id).is_some_and(|own| own.contains(&need));
            let shared = find(&world.apps, &need).unwrap().shareable && !own;
            things.insert((need, (!shared).then(|| app.id.clone())));
        }
    }
    things
}

fn add_needs(world: &World, app: &Item, needs: &mut BTreeSet<String>) {
    for need in &app.needs {
        let need = find(&world.apps, need).unwrap();
        if needs.insert(need.id.clone()) {
            add_needs(world, need, needs);
        }
    }
}

pub(super) fn price_of(world: &World, things: &Things) -> i64 {
    things.iter().map(|(id, _)| find(&world.apps, id).unwrap().price_minor).sum()
}

/// What of these costs something, and what a month of it costs.
pub(crate) fn priced_things(
    world: &World,
    apps: &[String],
    dedicated: &Dedicated,
) -> Vec<((String, Option<String>), i64)> {
    let things = things_of(world, apps, dedicated).into_iter();
    let price = |id: &str| find(&world.apps, id).unwrap().price_minor;
    things.map(|thing| (thing.clone(), price(&thing.0))).filter(|(_, price)| *price != 0).collect()
}
