//! A policy as somebody writes it, and what is wrong with it.

use std::collections::BTreeSet;

use serde::Deserialize;
use sovereign_domain::catalog::{Catalog, Shelf};
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::policy::{BASIC_TIER, NeedsApproval, Policy};

use crate::usecase::vouchers::FieldError;

/// Tiers that a policy may speak of before any app has them.
const KNOWN_TIERS: [&str; 3] = [BASIC_TIER, "standard", "premium"];
/// Entries of one list; more is no list of a person.
const MAX_ENTRIES: usize = 1_000;

/// A list that is absent allows all, or names none where it is one of what is denied or needs an approval.
/// Plans and apps are named by identifier or slug.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PolicyWish {
    pub(crate) allowed_apps: Option<Vec<String>>,
    pub(crate) denied_apps: Option<Vec<String>>,
    pub(crate) allowed_tiers: Option<Vec<String>>,
    pub(crate) allowed_plans: Option<Vec<String>>,
    pub(crate) allowed_regions: Option<Vec<String>>,
    pub(crate) allowed_environments: Option<Vec<String>>,
    pub(crate) max_environments: Option<i64>,
    pub(crate) max_monthly_spend_minor: Option<i64>,
    pub(crate) approval: Option<ApprovalWish>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApprovalWish {
    pub(crate) apps: Option<Vec<String>>,
    pub(crate) tiers: Option<Vec<String>>,
    pub(crate) above_monthly_minor: Option<i64>,
}

impl PolicyWish {
    /// The policy, with everything by slug.
    ///
    /// # Errors
    /// The first member that is wrong.
    pub(super) fn resolve(
        &self,
        catalog: &Catalog,
        regions: &[String],
    ) -> Result<Policy, FieldError> {
        let approval = self.approval.clone().unwrap_or_default();
        let apps =
            |field, list: &Option<Vec<String>>| shelved(field, list.as_ref(), &catalog.apps, "app");
        let plans = |field, list: &Option<Vec<String>>| {
            shelved(field, list.as_ref(), &catalog.plans, "plan")
        };
        let tiers = |field, list: &Option<Vec<String>>| tiers(field, list.as_ref(), catalog);
        let minor = |field, amount: Option<i64>| at_least(field, amount, 0, "minor units");
        let policy = Policy {
            allowed_apps: apps("allowed_apps", &self.allowed_apps)?,
            denied_apps: apps("denied_apps", &self.denied_apps)?.unwrap_or_default(),
            allowed_tiers: tiers("allowed_tiers", &self.allowed_tiers)?,
            allowed_plans: plans("allowed_plans", &self.allowed_plans)?,
            allowed_regions: self.regions(regions)?,
            allowed_environments: self.environments()?,
            max_environments: at_least(
                "max_environments",
                self.max_environments,
                1,
                "environments: every Organization has prod",
            )?,
            max_monthly_spend_minor: minor(
                "max_monthly_spend_minor",
                self.max_monthly_spend_minor,
            )?,
            approval: NeedsApproval {
                apps: apps("approval.apps", &approval.apps)?.unwrap_or_default(),
                tiers: tiers("approval.tiers", &approval.tiers)?.unwrap_or_default(),
                above_monthly_minor: minor(
                    "approval.above_monthly_minor",
                    approval.above_monthly_minor,
                )?,
            },
        };
        Ok(policy)
    }

    fn regions(&self, regions: &[String]) -> Result<Option<BTreeSet<String>>, FieldError> {
        const FIELD: &str = "allowed_regions";
        let known = |text: &str| regions.iter().find(|region| *region == text).cloned();
        let what = format!("a region of this Sovereign: {}", regions.join(", "));
        let allowed = named(FIELD, self.allowed_regions.as_ref(), known, &what)?;
        let first = regions.first().map_or("", String::as_str);
        match &allowed {
            Some(allowed) if !allowed.contains(first) => {
                let detail =
                    format!("{FIELD} must have {first}: prod of every Organization is there");
                Err(FieldError::new(FIELD, detail))
            }
            _ => Ok(allowed),
        }
    }

    fn environments(&self) -> Result<Option<BTreeSet<EnvironmentName>>, FieldError> {
        const FIELD: &str = "allowed_environments";
        let what = "an environment: prod, stg, uat, dev or poc";
        let allowed =
            named(FIELD, self.allowed_environments.as_ref(), EnvironmentName::parse, what)?;
        match &allowed {
            Some(allowed) if !allowed.contains(&EnvironmentName::Prod) => {
                let detail = format!("{FIELD} must have prod: every Organization has it");
                Err(FieldError::new(FIELD, detail))
            }
            _ => Ok(allowed),
        }
    }
}

fn shelved(
    field: &'static str,
    list: Option<&Vec<String>>,
    shelf: &Shelf,
    kind: &str,
) -> Result<Option<BTreeSet<String>>, FieldError> {
    let what = format!("{kind} of the catalog; see GET /catalog/{kind}s");
    let article = if kind == "app" { "an" } else { "a" };
    let slug = |text: &str| shelf.find(text).map(|item| item.slug.clone());
    named(field, list, slug, &format!("{article} {what}"))
}

fn tiers(
    field: &'static str,
    list: Option<&Vec<String>>,
    catalog: &Catalog,
) -> Result<Option<BTreeSet<String>>, FieldError> {
    let of_apps = catalog.policy.apps.values().filter_map(|app| app.tier.as_deref());
    let known: BTreeSet<&str> = KNOWN_TIERS.into_iter().chain(of_apps).collect();
    let find = |text: &str| known.get(text).map(|tier| (*tier).to_owned());
    let all = known.iter().copied().collect::<Vec<_>>().join(", ");
    named(field, list, find, &format!("a tier of apps: {all}"))
}

/// What each entry of a list names.
fn named<T: Ord>(
    field: &'static str,
    list: Option<&Vec<String>>,
    find: impl Fn(&str) -> Option<T>,
    what: &str,
) -> Result<Option<BTreeSet<T>>, FieldError> {
    let Some(list) = list else { return Ok(None) };
    if list.len() > MAX_ENTRIES {
        let detail = format!("{field} must have at most {MAX_ENTRIES} entries");
        return Err(FieldError::new(field, detail));
    }
    let entries = list.iter().enumerate().map(|(index, text)| {
        let shown: String = text.chars().take(60).collect();
        find(text).ok_or_else(|| {
            FieldError::new(field, format!("{field}[{index}] ({shown:?}) must be {what}"))
        })
    });
    entries.collect::<Result<_, _>>().map(Some)
}

fn at_least(
    field: &'static str,
    number: Option<i64>,
    least: i64,
    what: &str,
) -> Result<Option<i64>, FieldError> {
    match number {
        Some(number) if number < least => {
            Err(FieldError::new(field, format!("{field} must be {least} or more {what}")))
        }
        _ => Ok(number),
    }
}
