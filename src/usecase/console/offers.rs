//! The plans and add-ons that there are, and which of them an Organization has.

use sovereign_domain::ids::UserId;

use super::Place;
use crate::app::App;
use crate::storage;
use crate::storage::billing::{self, SubscriptionRow};
use crate::storage::catalog::{self, ItemRow};
use crate::usecase::catalog::{Kind, document};
use crate::usecase::market::Said;

/// A plan or an add-on.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) about: Said,
    /// What a month costs, before tax that is added.
    pub(crate) month_minor: i64,
    /// Whether the Organization has it.
    pub(crate) held: bool,
    /// Whether everybody has it with any plan.
    pub(crate) included: bool,
}

#[derive(Debug)]
pub(crate) struct Offers {
    pub(crate) plans: Vec<Offer>,
    pub(crate) addons: Vec<Offer>,
    pub(crate) subscription: Option<SubscriptionRow>,
}

/// What is listed, and what the Organization has.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn offers(app: &App, user_id: &UserId, place: &Place) -> storage::Result<Offers> {
    let organization = &place.organization;
    let mut tx = app.store.read_as(user_id).await?;
    let plans = catalog::of_kind(&mut tx, "plan").await?;
    let addons = catalog::of_kind(&mut tx, "addon").await?;
    Ok(Offers {
        plans: shown(app, Kind::Plan, plans, |row| row.id == organization.plan_id),
        addons: shown(app, Kind::Addon, addons, |row| organization.addons.0.contains(&row.id)),
        subscription: billing::subscription(&mut tx, &organization.id).await?,
    })
}

fn shown(app: &App, kind: Kind, rows: Vec<ItemRow>, held: impl Fn(&ItemRow) -> bool) -> Vec<Offer> {
    let offer = |row: ItemRow| {
        let document = document(row.clone(), kind, app.facts.currency);
        Offer {
            held: held(&row),
            included: document["included"] == true,
            month_minor: row.price_minor(),
            name: Said::of(&document, "name"),
            about: Said::of(&document, "description"),
            slug: row.slug,
        }
    };
    rows.into_iter().filter(|row| row.is_listed() || held(row)).map(offer).collect()
}
