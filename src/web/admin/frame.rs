//! What every page of the administration has: the way to its other pages.

use sovereign_domain::ids::CampaignId;
use uuid::Uuid;

use super::super::page::Page;

pub(super) const VOUCHERS: &str = "/admin/vouchers";
pub(super) const BULK: &str = "/admin/vouchers/bulk";
pub(super) const EDIT: &str = "/admin/vouchers/edit";
pub(super) const CAMPAIGNS: &str = "/admin/campaigns";
pub(super) const REPORTS: &str = "/admin/reports";
pub(super) const ORDERS: &str = "/admin/orders";
pub(super) const SYSTEM: &str = "/admin/system";
pub(super) const FLEET: &str = "/admin/fleet";
pub(super) const AUDIT: &str = "/admin/audit";
pub(super) const ALARMS: &str = "/admin/alarms";
pub(super) const RECONCILE: &str = "/admin/reconcile";
pub(super) const WEBHOOKS: &str = "/admin/webhooks";
pub(super) const PAYMENTS: &str = "/admin/payments";
pub(super) const BRANDING: &str = "/admin/branding";
pub(super) const CATALOG: &str = "/admin/catalog";
pub(super) const POLICY: &str = "/admin/policy";
pub(super) const APPROVALS: &str = "/admin/approvals";
pub(super) const BLUEPRINTS: &str = "/admin/blueprints";
pub(super) const USERS: &str = "/admin/users";
pub(super) const ORGANIZATIONS: &str = "/admin/organizations";
pub(super) const MOVES: &str = "/admin/moves";

/// Address of each page, and the name of what it is called.
const PAGES: [(&str, &str); 9] = [
    (VOUCHERS, "admin-nav-vouchers"),
    (CAMPAIGNS, "admin-nav-campaigns"),
    (REPORTS, "admin-report-title"),
    (ORGANIZATIONS, "superadmin-organizations"),
    (CATALOG, "admin-catalog"),
    (BLUEPRINTS, "admin-blueprints"),
    (POLICY, "admin-policy"),
    (APPROVALS, "admin-approvals"),
    (BRANDING, "admin-branding"),
];

/// The same of what only the superadmin has.
const SUPERADMIN_PAGES: [(&str, &str); 2] =
    [(ORDERS, "superadmin-orders"), (SYSTEM, "superadmin-system")];

/// What only a Sovereign of the publisher's has.
const PUBLISHER_PAGES: [(&str, &str); 1] = [(FLEET, "superadmin-fleet")];

/// The pages of the Sovereign itself.
const SYSTEM_PAGES: [(&str, &str); 8] = [
    (SYSTEM, "superadmin-health"),
    (ALARMS, "superadmin-alarms"),
    (RECONCILE, "superadmin-reconcile"),
    (PAYMENTS, "superadmin-payments"),
    (WEBHOOKS, "superadmin-webhooks"),
    (USERS, "superadmin-users"),
    (MOVES, "superadmin-moves"),
    (AUDIT, "superadmin-audit"),
];

pub(super) struct Frame<'a> {
    page: &'a Page,
    /// The page that this is.
    current: &'static str,
}

pub(super) struct Link {
    pub(super) address: &'static str,
    pub(super) label: String,
    pub(super) is_here: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(page: &'a Page, current: &'static str) -> Self {
        Self { page, current }
    }

    pub(super) fn links(&self) -> Vec<Link> {
        let more: &[_] = if self.page.is_superadmin { &SUPERADMIN_PAGES } else { &[] };
        let is_publisher = self.page.is_superadmin && self.page.fleet.is_some();
        let most: &[_] = if is_publisher { &PUBLISHER_PAGES } else { &[] };
        let all = PAGES.iter().chain(more).chain(most);
        all.map(|(address, name)| self.link(address, name, *address == self.current)).collect()
    }

    /// The way to the other pages of the Sovereign itself.
    pub(super) fn system_links(&self) -> Vec<Link> {
        let here = self.page.here.split('?').next().unwrap_or_default();
        let is_here = |address: &str| {
            let rest = here.strip_prefix(address);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let all = SYSTEM_PAGES.iter();
        all.map(|(address, name)| self.link(address, name, is_here(address))).collect()
    }

    fn link(&self, address: &'static str, name: &str, is_here: bool) -> Link {
        Link { address, label: self.page.text(name), is_here }
    }
}

/// The page of a campaign.
pub(super) fn of_campaign(id: CampaignId) -> String {
    format!("{CAMPAIGNS}/{id}")
}

/// The page of an operation on many vouchers.
pub(super) fn of_bulk(id: Uuid) -> String {
    format!("{BULK}/{id}")
}

/// The page of an order.
pub(super) fn of_order(id: Uuid) -> String {
    format!("{ORDERS}/{id}")
}

/// The page of an Organization. Identifiers that an earlier service gave may have any characters.
pub(super) fn of_organization(id: &str) -> String {
    format!("{ORGANIZATIONS}/{}", segment(id))
}

/// The page of its move.
pub(super) fn of_move(organization: &str) -> String {
    format!("{}/move", of_organization(organization))
}

/// The page of an entry of the catalog, in the list of this name.
pub(super) fn of_catalog_entry(list: &str, name: &str) -> String {
    format!("{CATALOG}/{list}/{}", segment(name))
}

/// The page of what an Organization asked for.
pub(super) fn of_approval(id: Uuid) -> String {
    format!("{APPROVALS}/{id}")
}

/// The page of a private Blueprint.
pub(super) fn of_blueprint(slug: &str) -> String {
    format!("{BLUEPRINTS}/{}", segment(slug))
}

/// The page of a voucher.
pub(super) fn of_voucher(code: &str) -> String {
    format!("{VOUCHERS}/{}", segment(code))
}

/// A text as a part of a path.
fn segment(text: &str) -> String {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // A form's `+` is a blank; in a path it is itself.
    text.replace('+', "%20")
}
