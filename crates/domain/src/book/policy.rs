//! What the Sovereign's policy says to an order, at the moment it is decided.

use super::{Account, Book, Context, Refusal};
use crate::catalog::{Catalog, Quote, Shelf};
use crate::policy::Selection;
use crate::subscription::Subscription;
use alloc::string::String;

impl Catalog {
    /// A selection as the policy looks at it. References are identifiers; what the catalog does not have any
    /// more goes by its identifier.
    #[must_use]
    pub fn selection<'a>(
        &'a self,
        plan_id: &'a str,
        addons: &'a [String],
        apps: &'a [String],
        month_minor: i64,
    ) -> Selection<'a> {
        let slug = |shelf: &'a Shelf, id: &'a str| shelf.find(id).map_or(id, |item| &item.slug);
        let app = |id: &'a String| match self.apps.find(id) {
            Some(item) => self.policy.app(&item.id, &item.slug),
            None => self.policy.app(id, id),
        };
        Selection {
            plan: slug(&self.plans, plan_id),
            addons: addons.iter().map(|id| slug(&self.addons, id)).collect(),
            apps: apps.iter().map(app).collect(),
            month_minor,
        }
    }

    /// What is quoted, as the policy looks at it.
    #[must_use]
    pub fn selection_of<'a>(&'a self, quote: &'a Quote) -> Selection<'a> {
        self.selection(&quote.plan_id, &quote.addons, &quote.apps, quote.total_minor)
    }
}

impl Book {
    /// Refuses what the policy forbids of what is new in an order. `subscription` is what the Organization has
    /// now, and goes on.
    pub(super) fn permit(
        &self,
        quote: &Quote,
        account: &Account,
        subscription: Option<&Subscription>,
        context: &Context<'_>,
    ) -> Result<(), Refusal> {
        let catalog = &self.catalog;
        let held = subscription.map(|subscription| {
            // At the prices of today, as what is wanted; as it was paid where there are none.
            let today = self.quote_held(account);
            let month = today.map_or(subscription.price_minor, |quote| quote.total_minor);
            catalog.selection(&account.plan_id, &account.addons, &account.apps, month)
        });
        let approvals = self.approvals.get(&account.tenant_id).map_or(&[][..], |all| all);
        let wanted = catalog.selection_of(quote);
        catalog
            .policy
            .permit_order(&wanted, held.as_ref(), approvals, context.now)
            .map_err(Refusal::Policy)
    }
}
