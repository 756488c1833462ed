//! An Organization's apps: installing one, uninstalling one, and what that would come to.
//!
//! Source: franchise-model.txt, "Redemption flow" 4; the wire contract, "Organizations". What an app costs is
//! drawn by the engine, as every change of a subscription is (`usecase/change.rs`).

mod come_and_go;
mod services;
mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use sovereign_domain::book::AppChange;
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::event::Actor;
use sovereign_domain::organization::MemberRole;
use sovereign_domain::services::{Dedicated, Service};
use sovereign_domain::timestamp::Timestamp;

pub(crate) use self::come_and_go::{Done, Install, install, uninstall};
pub(crate) use self::services::{BackingService, backing_services, backing_services_of_any};
pub(crate) use self::shown::{Need, Preview, Question, preview};
use super::change::ChangeRequest;
use super::organizations::OrganizationError;
use super::payments::PaymentError;
use crate::app::App;
use crate::storage::organizations::{self, OrganizationRow};
use crate::storage::{self, Tx, catalog, overview};

/// Why no app came or went.
#[derive(Debug)]
pub(crate) enum AppError {
    Organization(OrganizationError),
    Payment(PaymentError),
    /// The catalog has no such app.
    UnknownApp,
    /// The catalog says that it cannot be installed yet.
    NotAvailable,
    /// The Organization has no such app.
    NotInstalled,
    /// Other apps need it; by slug.
    Needed(Vec<String>),
}

impl<E: Into<OrganizationError>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

impl From<PaymentError> for AppError {
    fn from(error: PaymentError) -> Self {
        Self::Payment(error)
    }
}

/// How a customer came to the price of what they ask for, and how their request is known again.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) at: Option<Timestamp>,
    pub(crate) total_minor: Option<i64>,
    pub(crate) key: Option<String>,
}

/// An Organization's apps, with what the catalog says of them.
pub(crate) struct Apps {
    pub(crate) organization: OrganizationRow,
    role: MemberRole,
    catalog: Arc<Catalog>,
}

impl Apps {
    async fn of(tx: &mut Tx, actor: &Actor, tenant_id: &str) -> Result<Self, AppError> {
        let found = organizations::find_for_member(tx, tenant_id, &actor.user_id).await?;
        let (organization, role) = found.ok_or(OrganizationError::NotFound)?;
        Ok(Self { organization, role, catalog: catalog::prices(tx).await? })
    }

    fn installed(&self) -> Vec<&Item> {
        let ids = self.organization.apps.0.iter();
        ids.filter_map(|id| self.catalog.apps.find(id)).collect()
    }

    fn dedicated(&self) -> &Dedicated {
        &self.organization.dedicated_services.0
    }

    fn has(&self, app: &Item) -> bool {
        self.organization.apps.0.contains(&app.id)
    }

    /// The installed apps that need this one, by slug.
    fn dependents(&self, app: &Item) -> Vec<String> {
        let needs = |other: &&Item| {
            let needs = self.catalog.apps.needs_of(other, self.dedicated());
            needs.iter().any(|need| need.item.id == app.id && need.for_app.is_none())
        };
        let others = self.installed().into_iter().filter(|other| other.id != app.id);
        others.filter(needs).map(|other| other.slug.clone()).collect()
    }

    /// The services that an app needs: those that come or go with it, and those that are there anyway.
    fn services_with(&self, app: &Item) -> (Vec<Service<'_>>, Vec<Service<'_>>) {
        let others: Vec<&Item> =
            self.installed().into_iter().filter(|other| other.id != app.id).collect();
        let kept = self.catalog.services(&others, self.dedicated());
        let needs = match self.catalog.apps.find(&app.id) {
            Some(app) => self.catalog.apps.needs_of(app, self.dedicated()),
            None => Vec::new(),
        };
        needs.into_iter().partition(|need| {
            let is_app = need.for_app.is_none() && others.iter().any(|o| o.id == need.item.id);
            !is_app && !kept.contains(need)
        })
    }
}

/// A service as it is shown.
#[derive(Debug)]
pub(crate) struct ShownService {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The app that has it for itself, by slug; `None` where it is shared.
    pub(crate) for_app: Option<String>,
    pub(crate) month_minor: i64,
}

impl ShownService {
    fn new(service: &Service<'_>, catalog: &Catalog) -> Self {
        let slug_of = |id: &str| catalog.apps.find(id).map_or(id, |app| &app.slug).to_owned();
        Self {
            slug: service.item.slug.clone(),
            name: service.item.name.clone(),
            for_app: service.for_app.map(slug_of),
            month_minor: service.item.price_minor,
        }
    }
}

fn request(tenant_id: &str, app: AppChange, accepted: Accepted) -> ChangeRequest {
    let Accepted { at, total_minor, key } = accepted;
    ChangeRequest {
        at,
        total_minor,
        key,
        app: Some(app),
        ..ChangeRequest::of(tenant_id.to_owned())
    }
}

/// The Organization as it is now, for the answer.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn organization(
    app: &App,
    tenant_id: &str,
) -> storage::Result<Option<(OrganizationRow, BTreeMap<String, String>)>> {
    let mut tx = app.store.read().await?;
    let Some(row) = overview::find(&mut tx, tenant_id).await? else { return Ok(None) };
    let states = super::app_states::of(&mut tx, &row).await?;
    Ok(Some((row, states)))
}
