//! What installing or uninstalling an app would come to.

use std::collections::BTreeMap;

use sovereign_domain::book::{AppChange, ChangePreview, Refusal};
use sovereign_domain::catalog::Item;
use sovereign_domain::event::Actor;
use sovereign_domain::services::Service;

use super::{Accepted, AppError, Apps, ShownService, request};
use crate::app::App;
use crate::engine::EngineError;
use crate::usecase::change;
use crate::usecase::payments::PaymentError;

/// What installing or uninstalling an app would come to.
#[derive(Debug)]
pub(crate) struct Preview {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) installed: bool,
    pub(crate) month_minor: i64,
    /// What comes or goes with it.
    pub(crate) with_it: Vec<ShownService>,
    /// What it needs that is there anyway.
    pub(crate) anyway: Vec<ShownService>,
    /// Apps that need it, by slug.
    pub(crate) dependents: Vec<String>,
    /// What it needs, each with how the app is to have it.
    pub(crate) needs: Vec<Need>,
    /// For those who may spend, where it can be told.
    pub(crate) cost: Option<ChangePreview>,
    /// Why it cannot be told: the request itself would be refused so.
    pub(crate) refusal: Option<Refusal>,
}

/// A service that an app needs.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) month_minor: i64,
    /// Whether the app can have it together with others.
    pub(crate) shareable: bool,
    /// Whether the app is to have it for itself.
    pub(crate) dedicated: bool,
}

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) slug: &'a str,
    /// Whether it is to be installed, not uninstalled.
    pub(crate) comes: bool,
    /// As [`super::Install::dep_choices`].
    pub(crate) dep_choices: &'a BTreeMap<String, String>,
}

/// What it would come to, for members.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn preview(
    app: &App,
    actor: Actor,
    tenant_id: &str,
    question: Question<'_>,
) -> Result<Preview, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    let apps = Apps::of(&mut tx, &actor, tenant_id).await?;
    drop(tx);
    let item = apps.catalog.apps.find(question.slug).ok_or(AppError::UnknownApp)?;
    let dedicated = apps.choices(item, question.dep_choices)?;
    let mut preview = apps.shown(item, &dedicated);
    if apps.role.may_spend() && preview.installed != question.comes {
        let app_id = item.id.clone();
        let change = if question.comes {
            AppChange::Install { app: app_id, dedicated }
        } else {
            AppChange::Uninstall { app: app_id }
        };
        let request = request(tenant_id, change, Accepted::default());
        match change::preview(app, request, actor).await {
            Ok(cost) => preview.cost = Some(cost),
            Err(PaymentError::Engine(EngineError::Refused(refusal))) => {
                preview.refusal = Some(refusal);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(preview)
}

impl Apps {
    /// The app and what it needs, before anything is known of its cost.
    fn shown(&self, item: &Item, dedicated: &[String]) -> Preview {
        let (with_it, anyway) = self.services_with(item);
        let shown = |services: Vec<Service<'_>>| {
            services.iter().map(|service| ShownService::new(service, &self.catalog)).collect()
        };
        let need = |service: Service<'_>| Need {
            slug: service.item.slug.clone(),
            name: service.item.name.clone(),
            month_minor: service.item.price_minor,
            shareable: service.item.shareable,
            dedicated: !service.item.shareable || dedicated.contains(&service.item.id),
        };
        let needs = self.catalog.apps.needs_of(item, self.dedicated());
        Preview {
            slug: item.slug.clone(),
            name: item.name.clone(),
            installed: self.has(item),
            month_minor: item.price_minor,
            with_it: shown(with_it),
            anyway: shown(anyway),
            dependents: self.dependents(item),
            needs: needs.into_iter().map(need).collect(),
            cost: None,
            refusal: None,
        }
    }
}
