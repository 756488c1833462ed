//! The Sovereign's policy, at random, against random orders: whatever is newly held after a command that was
//! accepted fits the policy of that moment, and nothing is refused in its name that it allows.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sovereign_domain::book::{
    Adjust, Cancel, CancelAt, ChangeSubscription, Checkout, Command, Idempotency, Outcome, Refusal,
};
use sovereign_domain::catalog::Catalog;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrganizationId;
use sovereign_domain::policy::{
    AppTerms, Approval, BASIC_TIER, NeedsApproval, Policy, PolicyInForce,
};

use self::model::{Model, World};

const PLANS: [&str; 3] = ["s", "m", "l"];
const ADDONS: [&str; 3] = ["waf", "backup", "support"];
const APPS: [&str; 3] = ["shop", "blog", "forum"];
const TIERS: [&str; 3] = [BASIC_TIER, "standard", "premium"];

#[derive(Debug, Clone)]
struct Wanted {
    plan: &'static str,
    addons: Vec<&'static str>,
    apps: Vec<&'static str>,
}

#[derive(Debug, Clone)]
enum Step {
    SetPolicy(Policy),
    Approve(Approval),
    Revoke,
    Pass(i64),
    Checkout { wanted: Wanted, preview: bool },
    Change { wanted: Wanted, preview: bool },
    Cancel,
}

fn slugs(of: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(select(of).prop_map(str::to_owned), 0..=of.len())
}

fn amount() -> impl Strategy<Value = Option<i64>> {
    option::of(0_i64..30_000)
}

prop_compose! {
    fn policy()(
        allowed_apps in option::weighted(0.3, slugs(&APPS)),
        denied_apps in slugs(&APPS).prop_filter("some apps", |denied| denied.len() < 2),
        allowed_tiers in option::weighted(0.3, slugs(&TIERS)),
        allowed_plans in option::weighted(0.3, slugs(&PLANS)),
        max_monthly_spend_minor in amount(),
        apps in slugs(&APPS),
        tiers in slugs(&TIERS),
        above_monthly_minor in amount(),
    ) -> Policy {
        let approval = NeedsApproval { apps, tiers, above_monthly_minor };
        Policy {
            allowed_apps, denied_apps, allowed_tiers, allowed_plans, max_monthly_spend_minor, approval,
            ..Policy::default()
        }
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let all = (
        select(&PLANS[..]),
        subsequence(ADDONS.to_vec(), 0..=3),
        subsequence(APPS.to_vec(), 0..=3),
    );
    all.prop_map(|(plan, addons, apps)| Wanted { plan, addons, apps })
}

fn step() -> impl Strategy<Value = Step> {
    let approval = (slugs(&APPS), slugs(&TIERS), amount(), option::of(0_i64..100));
    prop_oneof![
        2 => policy().prop_map(Step::SetPolicy),
        1 => Just(Step::SetPolicy(Policy::default())),
        2 => approval.prop_map(|(apps, tiers, monthly_minor, days)| {
            let expires_at = days.map(|days| World::new().start.plus_days(days));
            Step::Approve(Approval { apps, tiers, monthly_minor, expires_at })
        }),
        1 => Just(Step::Revoke),
        1 => (1_i64..10).prop_map(Step::Pass),
        4 => wanted().prop_map(|wanted| Step::Checkout { wanted, preview: false }),
        2 => wanted().prop_map(|wanted| Step::Checkout { wanted, preview: true }),
        6 => (wanted(), any::<bool>()).prop_map(|(wanted, preview)| Step::Change { wanted, preview }),
        1 => Just(Step::Cancel),
    ]
}

/// What the Organization holds and pays for, by slug.
#[derive(Debug, Clone, PartialEq)]
struct Held {
    plan: String,
    addons: BTreeSet<String>,
    apps: BTreeSet<String>,
    /// At the prices of today, which never change here.
    month_minor: i64,
}

struct Player {
    model: Model,
    tiers: BTreeMap<String, String>,
    keys: u64,
    refused: usize,
    accepted: usize,
}

impl Player {
    fn new() -> Self {
        let model = Model::new(World::new());
        let tiers = model.script.world.apps.iter().zip(TIERS);
        let tiers = tiers.map(|(app, tier)| (app.id.clone(), tier.to_owned())).collect();
        let mut player = Self { model, tiers, keys: 0, refused: 0, accepted: 0 };
        let granted = player.decide(Command::Adjust(Adjust {
            actor: actor(),
            tenant_id: tenant(),
            amount_minor: 1_000_000_000,
            promotional: false,
            valid_days: None,
            reason: "enough".into(),
        }));
        assert_eq!(granted, Ok(Outcome::Done));
        player
    }

    fn decide(&mut self, command: Command) -> Result<Outcome, Refusal> {
        self.model.decide(command);
        self.model.decision.take().unwrap().result
    }

    fn idempotency(&mut self) -> Idempotency {
        self.keys += 1;
        Idempotency { key: Some(self.keys.to_string()), request_hash: self.keys.to_string() }
    }

    fn policy(&self) -> &Policy {
        &self.model.book.catalog.policy.policy
    }

    fn held(&self) -> Option<Held> {
        let account = &self.model.book.accounts[&tenant()];
        account.live_subscription?;
        let catalog = &self.model.book.catalog;
        let names = |ids: &[String], shelf: &sovereign_domain::catalog::Shelf| {
            ids.iter().map(|id| shelf.find(id).unwrap().slug.clone()).collect()
        };
        let quote = catalog
            .quote(&account.plan_id, &account.addons, &account.apps, &account.dedicated)
            .unwrap();
        Some(Held {
            plan: catalog.plans.find(&account.plan_id).unwrap().slug.clone(),
            addons: names(&account.addons, &catalog.addons),
            apps: names(&account.apps, &catalog.apps),
            month_minor: quote.total_minor,
        })
    }

    fn as_held(&self, wanted: &Wanted) -> Held {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (addons, apps) = (texts(&wanted.addons), texts(&wanted.apps));
        let none = std::collections::BTreeMap::new();
        let quote = self.model.book.catalog.quote(wanted.plan, &addons, &apps, &none).unwrap();
        Held {
            plan: wanted.plan.into(),
            addons: addons.into_iter().collect(),
            apps: apps.into_iter().collect(),
            month_minor: quote.total_minor,
        }
    }

    fn tier(&self, slug: &str) -> &str {
        let app = self.model.script.world.apps.iter().find(|app| app.slug == slug).unwrap();
        &self.tiers[&app.id]
    }

    /// Said anew, with nothing of what the domain has for it: whether `after` fits the policy, where `before`
    /// was there before.
    fn fits(&self, before: Option<&Held>, after: &Held) -> bool {
        let (policy, now) = (self.policy(), self.model.script.now);
        let none = BTreeSet::new();
        let old_apps = before.map_or(&none, |held| &held.apps);
        let old_addons = before.map_or(&none, |held| &held.addons);
        let old_plan = before.map(|held| held.plan.as_str());
        let new_apps: Vec<&String> = after.apps.difference(old_apps).collect();
        let other_plan = old_plan != Some(after.plan.as_str());
        if !other_plan && new_apps.is_empty() && after.addons.is_subset(old_addons) {
            return true;
        }
        let approvals = self.model.book.approvals.get(&tenant()).cloned().unwrap_or_default();
        let standing: Vec<Approval> = approvals
            .into_iter()
            .filter(|one| one.expires_at.is_none_or(|end| end > now))
            .collect();
        let inside = |list: &Option<BTreeSet<String>>, name: &str| match list {
            Some(list) => list.contains(name),
            None => true,
        };
        let app_fits = |app: &&String| {
            let tier = self.tier(app);
            let by_name = standing.iter().any(|one| one.apps.contains(*app));
            let by_tier = standing.iter().any(|one| one.tiers.contains(tier));
            inside(&policy.allowed_apps, app)
                && !policy.denied_apps.contains(*app)
                && inside(&policy.allowed_tiers, tier)
                && (!policy.approval.apps.contains(*app) || by_name)
                && (!policy.approval.tiers.contains(tier) || by_name || by_tier)
        };
        let month = after.month_minor;
        let dearer = before.is_none_or(|held| month > held.month_minor);
        let approved = standing.iter().filter_map(|one| one.monthly_minor).max();
        (!other_plan || inside(&policy.allowed_plans, &after.plan))
            && new_apps.iter().all(app_fits)
            && (!dearer || policy.max_monthly_spend_minor.is_none_or(|most| month <= most))
            && (!dearer
                || policy.approval.above_monthly_minor.is_none_or(|above| month <= above)
                || approved.is_some_and(|most| month <= most))
    }

    /// Sends an order and looks at what became of it.
    fn order(&mut self, wanted: &Wanted, command: Command) -> Result<(), TestCaseError> {
        let before = self.held();
        let result = self.decide(command);
        let after = self.held();
        match result {
            Err(Refusal::Policy(refusal)) => {
                self.refused += 1;
                let would_be = self.as_held(wanted);
                prop_assert!(!self.fits(before.as_ref(), &would_be), "{refusal:?} {would_be:?}");
                prop_assert_eq!(before, after, "a refusal changes nothing");
            }
            Ok(Outcome::Previewed(_) | Outcome::Quoted(_)) => {
                let would_be = self.as_held(wanted);
                prop_assert!(self.fits(before.as_ref(), &would_be), "previewed: {would_be:?}");
                prop_assert_eq!(before, after, "a preview changes nothing");
            }
            Ok(_) => {
                self.accepted += 1;
                let after = after.expect("there is credit for everything");
                prop_assert_eq!(&after, &self.as_held(wanted));
                prop_assert!(self.fits(before.as_ref(), &after), "{before:?} -> {after:?}");
            }
            Err(_) => prop_assert_eq!(before, after),
        }
        Ok(())
    }

    fn apply(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::SetPolicy(policy) => {
                let before = &self.model.book.catalog;
                let version = before.policy.version + 1;
                let terms =
                    |tier: &String| AppTerms { tier: Some(tier.clone()), ..AppTerms::default() };
                let apps = self.tiers.iter().map(|(id, tier)| (id.clone(), terms(tier))).collect();
                let policy = policy.clone();
                let policy = PolicyInForce { version, policy, apps };
                self.model.book.catalog = Arc::new(Catalog { policy, ..Catalog::clone(before) });
            }
            Step::Approve(approval) => {
                let all = self.model.book.approvals.entry(tenant()).or_default();
                all.push(approval.clone());
            }
            Step::Revoke => {
                self.model.book.approvals.remove(&tenant());
            }
            Step::Pass(days) => self.model.script.now = self.model.script.now.plus_days(*days),
            Step::Checkout { wanted, preview } => {
                let idempotency = self.idempotency();
                let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
                let command = Command::Checkout(Checkout {
                    actor: actor(),
                    tenant_id: tenant(),
                    plan: wanted.plan.into(),
                    addons: texts(&wanted.addons),
                    apps: texts(&wanted.apps),
                    code: None,
                    promo_value_minor: None,
                    preview: *preview,
                    idempotency,
                });
                self.order(wanted, command)?;
            }
            Step::Change { wanted, preview } => {
                let idempotency = self.idempotency();
                let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
                let command = Command::ChangeSubscription(ChangeSubscription {
                    actor: actor(),
                    tenant_id: tenant(),
                    plan: Some(wanted.plan.into()),
                    addons: Some(texts(&wanted.addons)),
                    apps: Some(texts(&wanted.apps)),
                    app: None,
                    at: None,
                    total_minor: None,
                    preview: *preview,
                    idempotency,
                });
                self.order(wanted, command)?;
            }
            Step::Cancel => {
                let (actor, tenant_id) = (actor(), tenant());
                let _ =
                    self.decide(Command::Cancel(Cancel { actor, tenant_id, at: CancelAt::Now }));
            }
        }
        Ok(())
    }
}

fn tenant() -> OrganizationId {
    World::organization(2)
}

fn actor() -> Actor {
    Actor { user_id: World::user(2), request_id: "test".into() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_newly_held_fits_the_policy(steps in proptest::collection::vec(step(), 1..40)) {
        let mut player = Player::new();
        for step in &steps {
            player.apply(step)?;
        }
    }
}

/// The sequences are worth something: many orders are refused by the policy, and many are not.
#[test]
fn sequences_meet_both_answers() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = proptest::collection::vec(step(), 1..40);
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..200 {
        let mut player = Player::new();
        for step in strategy.new_tree(&mut runner).unwrap().current() {
            player.apply(&step).unwrap();
        }
        refused += player.refused;
        accepted += player.accepted;
    }
    assert!(refused > 200 && accepted > 200, "{refused} refused, {accepted} accepted");
}

/// A renewal is no order: what is held is billed on, whatever the policy says by then.
#[test]
fn renewals_are_never_stopped() {
    let mut player = Player::new();
    let wanted = Wanted { plan: "l", addons: vec!["backup"], apps: vec!["shop", "forum"] };
    player.apply(&Step::Checkout { wanted, preview: false }).unwrap();
    assert_eq!(player.accepted, 1);
    let nothing = Policy {
        allowed_apps: Some(BTreeSet::new()),
        allowed_plans: Some(BTreeSet::new()),
        max_monthly_spend_minor: Some(0),
        ..Policy::default()
    };
    player.apply(&Step::SetPolicy(nothing)).unwrap();
    let held = player.held();
    for _ in 0..3 {
        player.apply(&Step::Pass(32)).unwrap();
        let outcome = player.decide(Command::Renew { tenant_id: tenant() });
        assert!(matches!(outcome, Ok(Outcome::Billed { .. })), "{outcome:?}");
        assert_eq!(player.held(), held);
    }
}
