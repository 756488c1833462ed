//! What every page of an Organization has: its name, and the way to its other pages.

use sovereign_domain::organization::MemberRole;

use super::super::page::Page;
use crate::storage::organizations::{Forwarding, OrganizationRow};

/// The frame of a page of the Organization at `slug`.
#[derive(Debug)]
pub(in crate::web) struct Frame<'a> {
    page: &'a Page,
    pub(in crate::web) slug: &'a str,
    pub(in crate::web) organization: &'a str,
    role: MemberRole,
    /// The page that this is.
    current: &'static str,
    is_moving: bool,
    forwarding: Option<Forwarding>,
}

/// A way to a page.
#[derive(Debug)]
pub(in crate::web) struct Link {
    pub(in crate::web) address: String,
    pub(in crate::web) label: String,
    pub(in crate::web) is_here: bool,
}

/// The part of the address, and whether the page is for those only who may spend.
const PAGES: [(&str, bool); 9] = [
    ("", false),
    ("apps", false),
    ("plan", false),
    ("wallet", true),
    ("invoices", false),
    ("card", true),
    ("environments", false),
    ("members", false),
    ("settings", false),
];

impl<'a> Frame<'a> {
    pub(in crate::web) fn new(
        page: &'a Page,
        (slug, organization): (&'a str, &'a str),
        role: MemberRole,
        current: &'static str,
    ) -> Self {
        Self { page, slug, organization, role, current, is_moving: false, forwarding: None }
    }

    /// The same, which says where the Organization is, if not here.
    pub(in crate::web) fn placed(self, row: &OrganizationRow) -> Self {
        Self { is_moving: row.is_moving(), forwarding: row.forwarding(), ..self }
    }

    /// That it has moved, or is moving.
    pub(in crate::web) fn place(&self) -> Option<String> {
        let isolated = |text: &str| self.page.language.isolated(text);
        match &self.forwarding {
            Some(forwarding) => {
                let values = [
                    ("name", isolated(self.organization).into()),
                    ("fqdn", isolated(&forwarding.moved_to).into()),
                ];
                Some(self.page.language.text_with("console-moved", &values))
            }
            None => self.is_moving.then(|| self.page.text("console-moving")),
        }
    }

    /// Where its people find it now.
    pub(in crate::web) fn forward(&self) -> Option<&str> {
        self.forwarding.as_ref().and_then(Forwarding::link)
    }

    /// The pages that the reader's role sees.
    pub(in crate::web) fn links(&self) -> Vec<Link> {
        let seen = PAGES.iter().filter(|(_, spends)| self.role.may_spend() || !spends);
        let link = |(part, _): &(&str, bool)| Link {
            address: address(self.slug, part),
            label: self
                .page
                .text(&format!("console-nav-{}", if part.is_empty() { "home" } else { part })),
            is_here: *part == self.current,
        };
        seen.map(link).collect()
    }
}

/// A page of an Organization.
pub(in crate::web) fn address(slug: &str, part: &str) -> String {
    if part.is_empty() { format!("/console/{slug}") } else { format!("/console/{slug}/{part}") }
}
