//! What installing or uninstalling an app would come to.

use sovereign_domain::book::{AppChange, ChangePreview};
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
    /// For those who may spend, where it can be told.
    pub(crate) cost: Option<ChangePreview>,
}

/// What it would come to, for members.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn preview(
    app: &App,
    actor: Actor,
    tenant_id: &str,
    (slug, comes): (&str, bool),
) -> Result<Preview, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    let apps = Apps::of(&mut tx, &actor, tenant_id).await?;
    drop(tx);
    let item = apps.catalog.apps.find(slug).ok_or(AppError::UnknownApp)?;
    let (with_it, anyway) = apps.services_with(item);
    let shown = |services: Vec<Service<'_>>| {
        services.iter().map(|service| ShownService::new(service, &apps.catalog)).collect()
    };
    let id = item.id.clone();
    let change = if comes {
        AppChange::Install { app: id, dedicated: Vec::new() }
    } else {
        AppChange::Uninstall { app: id }
    };
    let mut preview = Preview {
        slug: item.slug.clone(),
        name: item.name.clone(),
        installed: apps.has(item),
        month_minor: item.price_minor,
        with_it: shown(with_it),
        anyway: shown(anyway),
        dependents: apps.dependents(item),
        cost: None,
    };
    if apps.role.may_spend() && preview.installed != comes {
        let request = request(tenant_id, change, Accepted::default());
        preview.cost = cost(change::preview(app, request, actor).await)?;
    }
    Ok(preview)
}

/// No price where it would be refused; the request itself says why.
fn cost(
    previewed: Result<ChangePreview, PaymentError>,
) -> Result<Option<ChangePreview>, PaymentError> {
    match previewed {
        Ok(cost) => Ok(Some(cost)),
        Err(PaymentError::Engine(EngineError::Refused(_))) => Ok(None),
        Err(error) => Err(error),
    }
}
