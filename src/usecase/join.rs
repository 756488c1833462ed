//! What somebody who signs up can choose from: Organizations that are theirs, and plans.

use serde_json::Value;
use sovereign_domain::estimate::Estimate;
use sovereign_domain::event::Actor;
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::voucher::Code;

use super::catalog::{self, Kind};
use super::organizations::{self, checked_text};
use super::quote;
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage::{self, billing};

/// How an Organization stands to a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has no subscription yet.
    MayOrder,
    Subscribed,
}

/// A plan to choose.
#[derive(Debug, Clone)]
pub(crate) struct PlanOffer {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price_minor: i64,
    /// What is used is billed besides.
    pub(crate) usage_priced: bool,
    pub(crate) popular: bool,
    pub(crate) chosen: bool,
    /// What a month comes to with the voucher; absent without one, and where the checkout would refuse it.
    pub(crate) estimate: Option<Estimate>,
}

/// Slug, name and standing of the Organizations that the user may spend for.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn organizations(
    app: &App,
    user_id: &str,
) -> storage::Result<Vec<(String, String, Standing)>> {
    let found = organizations::with_role_of(app, user_id).await?;
    let mut tx = app.store.read_as(&user_id.into()).await?;
    let mut standing = Vec::new();
    for (row, role) in found {
        let open =
            matches!(row.status()?, OrganizationStatus::Active | OrganizationStatus::Provisioning);
        if !(role.may_spend() && open) {
            continue;
        }
        let subscription = billing::subscription(&mut tx, &row.id).await?;
        let live = subscription.is_some_and(|found| found.status != "canceled");
        let stands = if live { Standing::Subscribed } else { Standing::MayOrder };
        standing.push((row.slug, row.name, stands));
    }
    Ok(standing)
}

/// The plans; the one that was chosen before, else the popular one, is marked.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn plans(
    app: &App,
    code: Option<&Code>,
    chosen: &str,
) -> storage::Result<Vec<PlanOffer>> {
    let documents = catalog::list(&app.store, Kind::Plan, app.facts.currency).await?;
    let mut plans: Vec<PlanOffer> = documents.iter().map(offer).collect();
    for plan in plans.iter_mut().filter(|_| code.is_some()) {
        plan.estimate = quote::estimate(app, &plan.slug, code).await.ok();
    }
    let before = plans.iter().position(|plan| !chosen.is_empty() && plan.slug == chosen);
    let marked = before.or_else(|| plans.iter().position(|plan| plan.popular)).unwrap_or(0);
    if let Some(plan) = plans.get_mut(marked) {
        plan.chosen = true;
    }
    Ok(plans)
}

fn offer(document: &Value) -> PlanOffer {
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let is = |name: &str| document[name].as_bool().unwrap_or(false);
    PlanOffer {
        slug: text("slug"),
        name: text("name"),
        description: text("description"),
        price_minor: document["price_minor"].as_i64().unwrap_or(0),
        usage_priced: is("usage_priced"),
        popular: is("popular"),
        chosen: false,
        estimate: None,
    }
}

/// Whether the user owns an Organization of this address and name: the one that an earlier press made.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn made_before(
    app: &App,
    actor: &Actor,
    slug: &str,
    name: &str,
) -> storage::Result<bool> {
    let found = organizations::with_role_of(app, &actor.user_id.0).await?;
    Ok(found
        .iter()
        .any(|(row, _)| row.slug == slug && row.name == name && row.owner_id == *actor.user_id.0))
}

/// The name as it would be kept.
///
/// # Errors
/// Where it is none.
pub(crate) fn checked_name(name: &str) -> Result<String, FieldError> {
    checked_text("name", name, 1)
}
