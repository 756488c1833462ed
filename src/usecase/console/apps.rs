//! The apps that an Organization has, and those that it could have.

use std::collections::BTreeMap;

use sovereign_domain::catalog::Catalog;
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::ids::UserId;

use super::Place;
use crate::app::App;
use crate::storage::catalog::{self, ItemRow};
use crate::storage::organizations::OrganizationRow;
use crate::storage::{self, Tx, environments};
use crate::usecase::app_states;
use crate::usecase::catalog::{Kind, document};
use crate::usecase::market::Said;

/// An app of an Organization.
#[derive(Debug, Clone)]
pub(crate) struct ShownApp {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// What a month costs beside the plan.
    pub(crate) month_minor: i64,
    /// `ordered`, where nothing is set up yet, or as [`app_states`] has it.
    pub(crate) state: String,
    pub(crate) environment: &'static str,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct AppList {
    pub(crate) installed: Vec<ShownApp>,
    /// What can be installed.
    pub(crate) others: Vec<OtherApp>,
}

/// An app of the catalog that the Organization does not have.
#[derive(Debug)]
pub(crate) struct OtherApp {
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) about: Said,
    pub(crate) month_minor: i64,
}

/// # Errors
/// Where the database fails.
pub(crate) async fn apps(app: &App, user_id: &UserId, place: &Place) -> storage::Result<AppList> {
    let mut tx = app.store.read_as(user_id).await?;
    let prices = catalog::prices(&mut tx).await?;
    let installed = installed(&mut tx, &place.organization, &prices).await?;
    let items = catalog::of_kind(&mut tx, "app").await?;
    let has = |row: &ItemRow| installed.iter().any(|one| one.id == row.id);
    let others = items
        .iter()
        .filter(|row| row.is_listed() && row.can_be_deployed() && !has(row))
        .map(|row| {
            let document = document(row.clone(), Kind::App, app.facts.currency);
            OtherApp {
                slug: row.slug.clone(),
                name: Said::of(&document, "name"),
                about: Said::of(&document, "tagline"),
                month_minor: row.price_minor(),
            }
        })
        .collect();
    Ok(AppList { installed, others })
}

/// Those that are there or on their way, and those that are going.
pub(super) async fn installed(
    tx: &mut Tx,
    organization: &OrganizationRow,
    prices: &Catalog,
) -> storage::Result<Vec<ShownApp>> {
    let states = app_states::of(tx, organization).await?;
    let places = environments::placements(tx, &organization.id).await?;
    let going = states.keys().filter(|id| !organization.apps.0.contains(id));
    let ids = organization.apps.0.iter().chain(going);
    Ok(ids.map(|id| shown(id, &states, &places, prices)).collect())
}

fn shown(
    id: &str,
    states: &BTreeMap<String, String>,
    places: &BTreeMap<String, EnvironmentName>,
    prices: &Catalog,
) -> ShownApp {
    let item = prices.apps.find(id);
    ShownApp {
        id: id.to_owned(),
        slug: item.map_or(id, |item| &item.slug).to_owned(),
        name: item.map_or(id, |item| &item.name).to_owned(),
        month_minor: item.map_or(0, |item| item.price_minor),
        state: states.get(id).map_or("ordered", String::as_str).to_owned(),
        environment: places.get(id).map_or("prod", |name| name.as_str()),
    }
}
