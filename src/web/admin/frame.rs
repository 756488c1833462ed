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
pub(super) const ORGANIZATIONS: &str = "/admin/organizations";

/// Address of each page, and the name of what it is called.
const PAGES: [(&str, &str); 4] = [
    (VOUCHERS, "admin-nav-vouchers"),
    (CAMPAIGNS, "admin-nav-campaigns"),
    (REPORTS, "admin-report-title"),
    (ORGANIZATIONS, "superadmin-organizations"),
];

/// The same of what only the superadmin has.
const SUPERADMIN_PAGES: [(&str, &str); 1] = [(ORDERS, "superadmin-orders")];

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
        let link = |(address, name): &(&'static str, &str)| Link {
            address,
            label: self.page.text(name),
            is_here: *address == self.current,
        };
        let more: &[_] = if self.page.is_superadmin { &SUPERADMIN_PAGES } else { &[] };
        PAGES.iter().chain(more).map(link).collect()
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
