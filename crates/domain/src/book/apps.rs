//! Which apps an Organization has: what a change makes of them, and telling others.

use alloc::string::String;
use alloc::vec::Vec;

use super::command::{AppChange, ChangeSubscription, Refusal};
use super::{Account, Book, Context};
use crate::catalog::{Item, Quote, SelectionError};
use crate::event::{AppRequested, EventData};
use crate::ids::OrganizationId;
use crate::services::{Dedicated, Service};

impl Book {
    /// A month of what an Organization has, at the prices of today.
    pub(super) fn quote_held(&self, account: &Account) -> Result<Quote, SelectionError> {
        let Account { plan_id, addons, apps, dedicated, .. } = account;
        self.catalog.quote(plan_id, addons, apps, dedicated)
    }

    /// The apps that there are to be, by identifier or slug, and what each is to have for itself.
    pub(super) fn apps_wanted(
        &self,
        request: &ChangeSubscription,
        account: &Account,
    ) -> Result<(Vec<String>, Dedicated), Refusal> {
        let mut apps = account.apps.clone();
        let mut dedicated = account.dedicated.clone();
        match &request.app {
            None => apps = request.apps.clone().unwrap_or(apps),
            Some(AppChange::Install { app, dedicated: own }) => {
                let unknown = Refusal::Selection(SelectionError::UnknownApp(0));
                let item = self.catalog.apps.find(app).ok_or(unknown)?;
                if apps.contains(&item.id) {
                    return Err(Refusal::NothingToChange);
                }
                apps.push(item.id.clone());
                match self.services_named(item, own) {
                    none if none.is_empty() => dedicated.remove(&item.id),
                    some => dedicated.insert(item.id.clone(), some),
                };
            }
            Some(AppChange::Uninstall { app }) => {
                let id = self.catalog.apps.find(app).map_or(app, |item| &item.id);
                apps.retain(|installed| installed != id);
                if apps.len() == account.apps.len() {
                    return Err(Refusal::NothingToChange);
                }
            }
        }
        Ok((apps, dedicated))
    }

    /// The identifiers of those that the app needs.
    fn services_named(&self, app: &Item, own: &[String]) -> Vec<String> {
        let needs = self.catalog.apps.needs_of(app, &Dedicated::new());
        let named = |item: &Item| own.contains(&item.id) || own.contains(&item.slug);
        needs
            .iter()
            .map(|need| need.item)
            .filter(|item| named(item))
            .map(|i| i.id.clone())
            .collect()
    }

    /// Keeps what apps are to have for themselves, also where they are still to be paid for.
    pub(super) fn keep_choices(&mut self, tenant_id: &OrganizationId, dedicated: &Dedicated) {
        if let Some(account) = self.accounts.get_mut(tenant_id)
            && account.dedicated != *dedicated
        {
            account.dedicated.clone_from(dedicated);
            self.changes.organizations.insert(tenant_id.clone());
        }
    }

    /// Makes another plan, add-ons and apps those of an Organization, and tells which apps come and go.
    pub(super) fn change_selection(
        &mut self,
        tenant_id: &OrganizationId,
        selection: (&String, &Vec<String>, &Vec<String>),
        context: &mut Context<'_>,
    ) {
        let Some(before) = self.accounts.get(tenant_id).map(|account| account.apps.clone()) else {
            return;
        };
        self.select(tenant_id, selection, None);
        let after = selection.2;
        let dedicated = self.forget_choices(tenant_id, after);
        let come = self.told(tenant_id, (&before, after), &dedicated);
        let go = self.told(tenant_id, (after, &before), &dedicated);
        let come = come.into_iter().map(EventData::AppInstallRequested);
        let go = go.into_iter().map(EventData::AppUninstallRequested);
        for data in go.chain(come).collect::<Vec<_>>() {
            self.emit(Some(tenant_id), data, context);
        }
    }

    /// Forgets what apps that are gone had for themselves; answers what was known before.
    fn forget_choices(&mut self, tenant_id: &OrganizationId, apps: &[String]) -> Dedicated {
        let Some(account) = self.accounts.get_mut(tenant_id) else { return Dedicated::new() };
        let known = account.dedicated.clone();
        account.dedicated.retain(|app, _| apps.contains(app));
        if account.dedicated != known {
            self.changes.organizations.insert(tenant_id.clone());
        }
        known
    }

    /// The apps that are in the second list alone, each with the services that are there for the second list
    /// alone.
    fn told(
        &self,
        tenant_id: &OrganizationId,
        (without, with): (&[String], &[String]),
        dedicated: &Dedicated,
    ) -> Vec<AppRequested> {
        let shelf = &self.catalog.apps;
        let items =
            |ids: &[String]| -> Vec<&Item> { ids.iter().filter_map(|id| shelf.find(id)).collect() };
        let (without_items, with_items) = (items(without), items(with));
        let before = self.catalog.services(&without_items, dedicated);
        let after = self.catalog.services(&with_items, dedicated);
        let changed = |service: &Service<'_>| after.contains(service) && !before.contains(service);
        let apps = with.iter().filter(|id| !without.contains(id));
        apps.map(|id| {
            let item = shelf.find(id);
            let needs = item.map_or_else(Vec::new, |item| shelf.needs_of(item, dedicated));
            let dependencies = needs.iter().filter(|need| changed(need));
            AppRequested {
                tenant_id: tenant_id.clone(),
                app_slug: item.map_or(id, |item| &item.slug).clone(),
                dependencies: dependencies.map(|need| need.item.slug.clone()).collect(),
            }
        })
        .collect()
    }
}
