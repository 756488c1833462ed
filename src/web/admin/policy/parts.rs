//! What the form of the policy consists of: a field for each of its rules.

use crate::web::page::Page;

/// How a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// What is allowed. Left empty everything is, unless the box of this name is ticked: then nothing is.
    Allowed(Option<&'static str>),
    /// What is denied, or needs an approval.
    Named,
    /// A whole number; left empty, any.
    Whole,
    /// An amount in the Sovereign's currency; left empty, any.
    Amount,
}

/// What can be named in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    Nothing,
    Apps,
    Tiers,
    Plans,
    Regions,
    Environments,
}

/// What fields belong together, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Catalog,
    Places,
    Approval,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Catalog, Self::Places, Self::Approval];

    /// The name of what it is called.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Catalog => "admin-policy-catalog",
            Self::Places => "admin-policy-places",
            Self::Approval => "admin-policy-approval",
        }
    }
}

/// A field of the form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The rule's name in the API, with `_` for its dots.
    pub(super) id: &'static str,
    pub(super) group: Group,
    pub(super) reading: Reading,
    pub(super) known: Known,
    /// The names of what it is called, and of what is to be said of it.
    label: &'static str,
    pub(super) hint: &'static str,
}

impl Part {
    /// What it is called.
    pub(super) fn label(&self, page: &Page) -> String {
        match self.reading {
            Reading::Amount => page.text_with(self.label, "code", page.currency.code()),
            _ => page.text(self.label),
        }
    }
}

const fn part(
    (id, label): (&'static str, &'static str),
    group: Group,
    reading: Reading,
    known: Known,
) -> Part {
    let hint = match reading {
        Reading::Allowed(_) => "admin-policy-allowed-hint",
        Reading::Named => "admin-policy-named-hint",
        Reading::Whole => "admin-policy-whole-hint",
        Reading::Amount => "admin-policy-amount-hint",
    };
    Part { id, group, reading, known, label, hint }
}

/// The fields, from top to bottom.
pub(super) static PARTS: [Part; 11] = [
    part(
        ("allowed_apps", "admin-policy-allowed-apps"),
        Group::Catalog,
        Reading::Allowed(Some("allowed_apps_none")),
        Known::Apps,
    ),
    part(("denied_apps", "admin-policy-denied-apps"), Group::Catalog, Reading::Named, Known::Apps),
    part(
        ("allowed_tiers", "admin-policy-allowed-tiers"),
        Group::Catalog,
        Reading::Allowed(Some("allowed_tiers_none")),
        Known::Tiers,
    ),
    part(
        ("allowed_plans", "admin-policy-allowed-plans"),
        Group::Catalog,
        Reading::Allowed(Some("allowed_plans_none")),
        Known::Plans,
    ),
    part(
        ("max_monthly_spend_minor", "admin-policy-max-spend"),
        Group::Catalog,
        Reading::Amount,
        Known::Nothing,
    ),
    part(
        ("allowed_regions", "admin-policy-allowed-regions"),
        Group::Places,
        Reading::Allowed(None),
        Known::Regions,
    ),
    part(
        ("allowed_environments", "admin-policy-allowed-environments"),
        Group::Places,
        Reading::Allowed(None),
        Known::Environments,
    ),
    part(
        ("max_environments", "admin-policy-max-environments"),
        Group::Places,
        Reading::Whole,
        Known::Nothing,
    ),
    part(
        ("approval_apps", "admin-policy-approval-apps"),
        Group::Approval,
        Reading::Named,
        Known::Apps,
    ),
    part(
        ("approval_tiers", "admin-policy-approval-tiers"),
        Group::Approval,
        Reading::Named,
        Known::Tiers,
    ),
    part(
        ("approval_above_monthly_minor", "admin-policy-approval-above"),
        Group::Approval,
        Reading::Amount,
        Known::Nothing,
    ),
];

/// The field of a rule, as the API names it.
pub(super) fn of_rule(rule: &str) -> &'static str {
    let id = rule.replace('.', "_");
    let part = PARTS.iter().find(|part| part.id == id);
    part.map_or("allowed_apps", |part| part.id)
}
