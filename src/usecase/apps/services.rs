//! What runs beside an Organization's apps, because they need it.

use sovereign_domain::catalog::Item;
use sovereign_domain::event::Actor;
use sovereign_domain::organization::MemberRole;
use sovereign_domain::services::Service;

use super::{AppError, Apps, ShownService};
use crate::app::App;
use crate::storage::{catalog, overview};
use crate::usecase::organizations::OrganizationError;

/// A service that runs, and the apps that use it, by slug.
#[derive(Debug)]
pub(crate) struct BackingService {
    pub(crate) service: ShownService,
    pub(crate) used_by: Vec<String>,
}

/// The services of an Organization's apps, for its members.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn backing_services(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<Vec<BackingService>, AppError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    Ok(Apps::of(&mut tx, actor, tenant_id).await?.backing_services())
}

/// The same of any Organization.
///
/// # Errors
/// [`AppError`].
pub(crate) async fn backing_services_of_any(
    app: &App,
    tenant_id: &str,
) -> Result<Vec<BackingService>, AppError> {
    let mut tx = app.store.read_across().await?;
    let organization = overview::find(&mut tx, tenant_id).await?;
    let organization = organization.ok_or(OrganizationError::NotFound)?;
    let catalog = catalog::prices(&mut tx).await?;
    Ok(Apps { organization, role: MemberRole::Viewer, catalog }.backing_services())
}

impl Apps {
    fn backing_services(&self) -> Vec<BackingService> {
        let installed = self.installed();
        let services = self.catalog.services(&installed, self.dedicated());
        let needs: Vec<(&Item, Vec<Service<'_>>)> = installed
            .iter()
            .map(|app| (*app, self.catalog.apps.needs_of(app, self.dedicated())))
            .collect();
        let used_by = |service: &Service<'_>| {
            let users = needs.iter().filter(|(_, needs)| needs.contains(service));
            users.map(|(app, _)| app.slug.clone()).collect()
        };
        let shown = services.iter().map(|service| BackingService {
            service: ShownService::new(service, &self.catalog),
            used_by: used_by(service),
        });
        shown.collect()
    }
}
