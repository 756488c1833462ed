//! The Sovereign's `EnvironmentPolicy`: what its administrator lets Organizations have.
//!
//! Source: franchise-model.txt, "What franchisees CANNOT do": nobody bypasses it, whatever their role. What an
//! Organization holds goes on when the policy is tightened; the policy binds what is new.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::environment::EnvironmentName;
use crate::timestamp::Timestamp;

/// The tier of an app that names none.
pub const BASIC_TIER: &str = "basic";

/// Plans, apps and tiers are named by slug. A list that is `None` allows all; an empty one allows none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub allowed_apps: Option<BTreeSet<String>>,
    pub denied_apps: BTreeSet<String>,
    pub allowed_tiers: Option<BTreeSet<String>>,
    pub allowed_plans: Option<BTreeSet<String>>,
    pub allowed_regions: Option<BTreeSet<String>>,
    pub allowed_environments: Option<BTreeSet<EnvironmentName>>,
    /// Of one Organization, with prod.
    pub max_environments: Option<i64>,
    /// What a month of one Organization may cost, before tax that is added.
    pub max_monthly_spend_minor: Option<i64>,
    pub approval: NeedsApproval,
}

/// What may be ordered only with an [`Approval`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NeedsApproval {
    pub apps: BTreeSet<String>,
    pub tiers: BTreeSet<String>,
    /// A month that costs more than this, before tax that is added.
    pub above_monthly_minor: Option<i64>,
}

impl NeedsApproval {
    /// Whether anything can need an approval at all.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        !self.apps.is_empty() || !self.tiers.is_empty() || self.above_monthly_minor.is_some()
    }
}

/// The policy as it is now, and what it has to know of the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyInForce {
    /// Zero where nobody has set one.
    pub version: i64,
    pub policy: Policy,
    /// Of apps, by identifier.
    pub apps: BTreeMap<String, AppTerms>,
}

/// What the policy has to know of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppTerms {
    /// `None`: [`BASIC_TIER`].
    pub tier: Option<String>,
    /// The slugs of all apps that are installed with it, because it or one of them needs them.
    pub needs: BTreeSet<String>,
}

static NO_NEEDS: BTreeSet<String> = BTreeSet::new();

/// What an Organization was allowed beyond the rules of [`NeedsApproval`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approval {
    pub apps: BTreeSet<String>,
    pub tiers: BTreeSet<String>,
    /// What a month may cost.
    pub monthly_minor: Option<i64>,
    /// `None`: until it is revoked.
    pub expires_at: Option<Timestamp>,
}

impl Approval {
    fn stands(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// An app, as far as the policy looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenApp<'a> {
    pub slug: &'a str,
    pub tier: &'a str,
    /// Slugs of what is installed with it.
    pub needs: &'a BTreeSet<String>,
}

/// What an Organization holds, or would hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection<'a> {
    pub plan: &'a str,
    pub addons: Vec<&'a str>,
    pub apps: Vec<ChosenApp<'a>>,
    /// What a month costs, before tax that is added.
    pub month_minor: i64,
}

impl Selection<'_> {
    fn has_app(&self, slug: &str) -> bool {
        self.apps.iter().any(|app| app.slug == slug)
    }

    /// Whether there is anything in it that is not in `held`.
    fn adds_to(&self, held: &Self) -> bool {
        self.plan != held.plan
            || self.addons.iter().any(|addon| !held.addons.contains(addon))
            || self.apps.iter().any(|app| !held.has_app(app.slug))
    }
}

/// Which rule of the policy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    AllowedApps,
    DeniedApps,
    AllowedTiers,
    AllowedPlans,
    AllowedRegions,
    AllowedEnvironments,
    MaxEnvironments,
    MaxMonthlySpend,
    ApprovalApps,
    ApprovalTiers,
    ApprovalSpend,
}

impl Rule {
    /// As the policy's document calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllowedApps => "allowed_apps",
            Self::DeniedApps => "denied_apps",
            Self::AllowedTiers => "allowed_tiers",
            Self::AllowedPlans => "allowed_plans",
            Self::AllowedRegions => "allowed_regions",
            Self::AllowedEnvironments => "allowed_environments",
            Self::MaxEnvironments => "max_environments",
            Self::MaxMonthlySpend => "max_monthly_spend_minor",
            Self::ApprovalApps => "approval.apps",
            Self::ApprovalTiers => "approval.tiers",
            Self::ApprovalSpend => "approval.above_monthly_minor",
        }
    }

    /// Whether an approval lifts it.
    #[must_use]
    pub const fn takes_approval(self) -> bool {
        matches!(self, Self::ApprovalApps | Self::ApprovalTiers | Self::ApprovalSpend)
    }
}

/// Why the policy does not let something be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRefusal {
    /// Of the policy that refuses.
    pub version: i64,
    pub rule: Rule,
    /// The app, plan, environment or region that it is about, by slug.
    pub subject: Option<String>,
    /// The denied app that the subject needs, where that is why.
    pub needs: Option<String>,
    /// What the rule allows at most: minor units, or environments.
    pub limit: Option<i64>,
    /// What was asked for instead.
    pub asked: Option<i64>,
}

impl fmt::Display for PolicyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ASK: &str =
            "an owner or admin can ask for an approval: POST /tenant/orgs/{id}/approvals";
        let subject = self.subject.as_deref().unwrap_or_default();
        let (limit, asked) = (self.limit.unwrap_or_default(), self.asked.unwrap_or_default());
        write!(
            f,
            "the policy of this Sovereign (version {}, {}) ",
            self.version,
            self.rule.as_str()
        )?;
        if let Some(needed) = &self.needs {
            return write!(
                f,
                "does not allow the app {needed}, which {subject} needs; leave {subject} out"
            );
        }
        match self.rule {
            Rule::AllowedApps | Rule::DeniedApps => {
                write!(f, "does not allow the app {subject}; leave it out")
            }
            Rule::AllowedTiers => {
                write!(f, "does not allow the tier of the app {subject}; leave it out")
            }
            Rule::AllowedPlans => write!(f, "does not allow the plan {subject}; choose another"),
            Rule::AllowedRegions => {
                write!(f, "does not allow the region {subject}; choose another")
            }
            Rule::AllowedEnvironments => {
                write!(f, "does not allow the environment {subject}; choose another")
            }
            Rule::MaxEnvironments => {
                write!(
                    f,
                    "allows {limit} environments, and this would be {asked}; remove one first"
                )
            }
            Rule::MaxMonthlySpend => write!(
                f,
                "allows a month of {limit} minor units, and it would cost {asked}; choose less"
            ),
            Rule::ApprovalApps => write!(f, "wants an approval for the app {subject}; {ASK}"),
            Rule::ApprovalTiers => {
                write!(f, "wants an approval for the tier of the app {subject}; {ASK}")
            }
            Rule::ApprovalSpend => write!(
                f,
                "wants an approval for a month above {limit} minor units, and it would cost {asked}; {ASK}"
            ),
        }
    }
}

impl PolicyInForce {
    /// An app as the policy looks at it.
    #[must_use]
    pub fn app<'a>(&'a self, id: &str, slug: &'a str) -> ChosenApp<'a> {
        let terms = self.apps.get(id);
        let tier = terms.and_then(|terms| terms.tier.as_deref()).unwrap_or(BASIC_TIER);
        ChosenApp { slug, tier, needs: terms.map_or(&NO_NEEDS, |terms| &terms.needs) }
    }

    /// Refuses what no approval lifts. What only removes or reduces is always allowed.
    ///
    /// # Errors
    /// The first rule that something new breaks.
    pub fn permit(
        &self,
        wanted: &Selection<'_>,
        held: Option<&Selection<'_>>,
    ) -> Result<(), PolicyRefusal> {
        if held.is_some_and(|held| !wanted.adds_to(held)) {
            return Ok(());
        }
        let policy = &self.policy;
        if held.is_none_or(|held| held.plan != wanted.plan)
            && !allows(policy.allowed_plans.as_ref(), wanted.plan)
        {
            return Err(self.about(Rule::AllowedPlans, wanted.plan));
        }
        for app in new_apps(wanted, held) {
            self.permit_app(app)?;
        }
        match policy.max_monthly_spend_minor {
            Some(limit) if costs_more_than(limit, wanted, held) => {
                Err(self.above(Rule::MaxMonthlySpend, limit, wanted.month_minor))
            }
            _ => Ok(()),
        }
    }

    /// As [`Self::permit`], and what needs an approval has one.
    ///
    /// # Errors
    /// The first rule that something new breaks.
    pub fn permit_order(
        &self,
        wanted: &Selection<'_>,
        held: Option<&Selection<'_>>,
        approvals: &[Approval],
        now: Timestamp,
    ) -> Result<(), PolicyRefusal> {
        self.permit(wanted, held)?;
        if held.is_some_and(|held| !wanted.adds_to(held)) {
            return Ok(());
        }
        let needs = &self.policy.approval;
        let standing: Vec<&Approval> = approvals.iter().filter(|one| one.stands(now)).collect();
        for app in new_apps(wanted, held) {
            let named = standing.iter().any(|one| one.apps.contains(app.slug));
            let approved = |slug: &String| standing.iter().any(|one| one.apps.contains(slug));
            let brings = || app.needs.intersection(&needs.apps).any(|slug| !approved(slug));
            if (needs.apps.contains(app.slug) || brings()) && !named {
                return Err(self.about(Rule::ApprovalApps, app.slug));
            }
            // Whoever approved the app knew its tier.
            let of_tier = || standing.iter().any(|one| one.tiers.contains(app.tier));
            if needs.tiers.contains(app.tier) && !named && !of_tier() {
                return Err(self.about(Rule::ApprovalTiers, app.slug));
            }
        }
        let month_minor = wanted.month_minor;
        let approved = || standing.iter().any(|one| one.monthly_minor >= Some(month_minor));
        match needs.above_monthly_minor {
            Some(limit) if costs_more_than(limit, wanted, held) && !approved() => {
                Err(self.above(Rule::ApprovalSpend, limit, month_minor))
            }
            _ => Ok(()),
        }
    }

    /// Refuses an app that may not be installed, wherever that is. What an app needs comes with it where it is
    /// not denied: a list of what is allowed need not name it.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn permit_app(&self, app: ChosenApp<'_>) -> Result<(), PolicyRefusal> {
        let policy = &self.policy;
        if policy.denied_apps.contains(app.slug) {
            return Err(self.about(Rule::DeniedApps, app.slug));
        }
        if let Some(needed) = app.needs.intersection(&policy.denied_apps).next() {
            let needs = Some(needed.clone());
            return Err(PolicyRefusal { needs, ..self.about(Rule::DeniedApps, app.slug) });
        }
        if !allows(policy.allowed_apps.as_ref(), app.slug) {
            return Err(self.about(Rule::AllowedApps, app.slug));
        }
        if !allows(policy.allowed_tiers.as_ref(), app.tier) {
            return Err(self.about(Rule::AllowedTiers, app.slug));
        }
        Ok(())
    }

    /// Refuses an environment that may not be used.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn permit_environment(
        &self,
        name: EnvironmentName,
        region: &str,
    ) -> Result<(), PolicyRefusal> {
        let named = self.policy.allowed_environments.as_ref();
        if named.is_some_and(|allowed| !allowed.contains(&name)) {
            return Err(self.about(Rule::AllowedEnvironments, name.as_str()));
        }
        if !allows(self.policy.allowed_regions.as_ref(), region) {
            return Err(self.about(Rule::AllowedRegions, region));
        }
        Ok(())
    }

    /// Refuses one environment more than there may be; `there` are there already, with prod.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn permit_another_environment(&self, there: usize) -> Result<(), PolicyRefusal> {
        let count = i64::try_from(there).unwrap_or(i64::MAX).saturating_add(1);
        match self.policy.max_environments {
            Some(limit) if count > limit => Err(self.above(Rule::MaxEnvironments, limit, count)),
            _ => Ok(()),
        }
    }

    fn about(&self, rule: Rule, subject: &str) -> PolicyRefusal {
        let subject = Some(subject.to_string());
        PolicyRefusal {
            version: self.version,
            rule,
            subject,
            needs: None,
            limit: None,
            asked: None,
        }
    }

    fn above(&self, rule: Rule, limit: i64, asked: i64) -> PolicyRefusal {
        let (limit, asked) = (Some(limit), Some(asked));
        PolicyRefusal { version: self.version, rule, subject: None, needs: None, limit, asked }
    }
}

fn allows(list: Option<&BTreeSet<String>>, name: &str) -> bool {
    list.is_none_or(|allowed| allowed.contains(name))
}

fn new_apps<'a>(
    wanted: &'a Selection<'_>,
    held: Option<&'a Selection<'_>>,
) -> impl Iterator<Item = ChosenApp<'a>> {
    let is_new = move |app: &&ChosenApp<'a>| held.is_none_or(|held| !held.has_app(app.slug));
    wanted.apps.iter().filter(is_new).copied()
}

/// Whether a month costs more than the limit, and more than it does already.
fn costs_more_than(limit: i64, wanted: &Selection<'_>, held: Option<&Selection<'_>>) -> bool {
    wanted.month_minor > limit && held.is_none_or(|held| wanted.month_minor > held.month_minor)
}

#[cfg(test)]
mod tests;
