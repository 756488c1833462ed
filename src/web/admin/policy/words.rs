//! The form of the policy as it is shown: its fields in the reader's language, and what can be named in each.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::policy::BASIC_TIER;

use super::parts::{Group, Known, PARTS, Part, Reading};
use super::typed::{Typed, environments};
use crate::app::App;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog::Kind;
use crate::web::page::Page;

/// Tiers that can be named before any app has them.
const TIERS: [&str; 3] = [BASIC_TIER, "standard", "premium"];

/// The field that the API refused, and why, in English.
pub(super) type Reason = (&'static str, String);

/// Fields that belong together.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) id: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    /// HTML of ours.
    pub(super) attributes: &'static str,
    /// Whether it has one name on each line.
    pub(super) is_list: bool,
    /// The box that says that nothing is allowed, and whether it is ticked.
    pub(super) none: Option<(&'static str, bool)>,
    /// What can be named in it.
    pub(super) known: Vec<String>,
    /// Why it cannot be as it is, in English, as the API says it.
    pub(super) reason: Option<String>,
}

/// What can be named, by what it is.
pub(super) struct Names(BTreeMap<Known, Vec<String>>);

impl Names {
    pub(super) fn of(app: &App, catalog: &[ItemRow]) -> Self {
        let of_kind = |kind: Kind| {
            let rows = catalog.iter().filter(move |row| row.kind == kind.as_str());
            rows.filter(|row| row.retired_at.is_none())
        };
        let slugs =
            |kind: Kind| -> Vec<String> { of_kind(kind).map(|row| row.slug.clone()).collect() };
        let of_apps = of_kind(Kind::App).filter_map(|row| row.doc.0["tier"].as_str());
        let tiers: BTreeSet<&str> =
            TIERS.into_iter().chain(of_apps.filter(|tier| !tier.is_empty())).collect();
        Self(BTreeMap::from([
            (Known::Nothing, Vec::new()),
            (Known::Apps, slugs(Kind::App)),
            (Known::Tiers, tiers.into_iter().map(str::to_owned).collect()),
            (Known::Plans, slugs(Kind::Plan)),
            (Known::Regions, app.provisioning.regions.clone()),
            (Known::Environments, environments()),
        ]))
    }
}

/// The form, with the rule that the API refused and why.
pub(super) fn sections(
    page: &Page,
    names: &Names,
    (typed, reason): (&Typed, Option<&Reason>),
) -> Vec<Section> {
    let of_group = |group: Group| {
        let parts = PARTS.iter().filter(|part| part.group == group);
        let fields = parts.map(|part| field(page, names, part, (typed, reason)));
        Section { title: page.text(group.title()), fields: fields.collect() }
    };
    Group::ALL.map(of_group).into()
}

fn field(
    page: &Page,
    Names(names): &Names,
    part: &Part,
    (typed, reason): (&Typed, Option<&Reason>),
) -> Field {
    let is_list = matches!(part.reading, Reading::Allowed(_) | Reading::Named);
    let none = match part.reading {
        Reading::Allowed(Some(none)) => Some((none, typed.allows_none(part))),
        _ => None,
    };
    Field {
        id: part.id,
        label: part.label(page),
        hint: page.text(part.hint),
        value: typed.text(part.id).to_owned(),
        attributes: attributes(part),
        is_list,
        none,
        known: names.get(&part.known).cloned().unwrap_or_default(),
        reason: reason.filter(|(id, _)| *id == part.id).map(|(_, detail)| detail.clone()),
    }
}

const fn attributes(part: &Part) -> &'static str {
    match part.reading {
        Reading::Allowed(_) | Reading::Named => {
            "rows=\"3\" dir=\"ltr\" autocapitalize=\"none\" spellcheck=\"false\""
        }
        Reading::Whole => {
            "class=\"short\" type=\"text\" dir=\"ltr\" inputmode=\"numeric\" autocomplete=\"off\" \
             maxlength=\"20\""
        }
        Reading::Amount => {
            "class=\"short\" type=\"text\" dir=\"ltr\" inputmode=\"decimal\" autocomplete=\"off\" \
             maxlength=\"30\""
        }
    }
}
