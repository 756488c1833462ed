//! What every page of an Organization has: its name, and the way to its other pages.

use sovereign_domain::organization::MemberRole;

use super::super::page::Page;

/// The frame of a page of the Organization at `slug`.
#[derive(Debug)]
pub(in crate::web) struct Frame<'a> {
    page: &'a Page,
    pub(in crate::web) slug: &'a str,
    pub(in crate::web) organization: &'a str,
    role: MemberRole,
    /// The page that this is.
    current: &'static str,
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
        Self { page, slug, organization, role, current }
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
