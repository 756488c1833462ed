//! Each rule, alone.

use alloc::vec;

use super::*;

fn set(slugs: &[&str]) -> BTreeSet<String> {
    slugs.iter().map(|slug| (*slug).into()).collect()
}

fn in_force(policy: Policy) -> PolicyInForce {
    PolicyInForce { version: 3, policy, apps: BTreeMap::new() }
}

fn selection(plan: &'static str, apps: &[&'static str], month_minor: i64) -> Selection<'static> {
    let tier = |slug| if slug == "erp" { "premium" } else { BASIC_TIER };
    let apps =
        apps.iter().map(|slug| ChosenApp { slug, tier: tier(*slug), needs: &NO_NEEDS }).collect();
    Selection { plan, addons: vec![], apps, month_minor }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn rule(result: Result<(), PolicyRefusal>) -> Option<Rule> {
    result.err().map(|refusal| refusal.rule)
}

#[test]
fn no_policy_allows_everything() {
    let wanted = selection("xl", &["erp", "shop"], i64::MAX);
    assert_eq!(PolicyInForce::default().permit_order(&wanted, None, &[], at(0)), Ok(()));
}

#[test]
fn each_rule_refuses_what_is_new() {
    let wanted = selection("m", &["erp", "shop"], 9_000);
    let refused = |policy| rule(in_force(policy).permit(&wanted, None));
    let all = Policy::default;
    assert_eq!(refused(Policy { denied_apps: set(&["shop"]), ..all() }), Some(Rule::DeniedApps));
    let only = |slugs| Some(set(slugs));
    assert_eq!(refused(Policy { allowed_apps: only(&["shop"]), ..all() }), Some(Rule::AllowedApps));
    assert_eq!(
        refused(Policy { allowed_tiers: only(&["basic"]), ..all() }),
        Some(Rule::AllowedTiers)
    );
    assert_eq!(refused(Policy { allowed_plans: only(&[]), ..all() }), Some(Rule::AllowedPlans));
    assert_eq!(
        refused(Policy { max_monthly_spend_minor: Some(8_999), ..all() }),
        Some(Rule::MaxMonthlySpend)
    );
    assert_eq!(refused(Policy { max_monthly_spend_minor: Some(9_000), ..all() }), None);
    // A denied app stays denied where a list allows it.
    let both = Policy { denied_apps: set(&["erp"]), allowed_apps: only(&["erp"]), ..all() };
    assert_eq!(refused(both), Some(Rule::DeniedApps));
}

#[test]
fn what_is_held_goes_on_and_can_be_reduced() {
    let none = Policy {
        allowed_apps: Some(set(&[])),
        allowed_plans: Some(set(&[])),
        max_monthly_spend_minor: Some(0),
        ..Policy::default()
    };
    let policy = in_force(none);
    let held = selection("m", &["erp", "shop"], 9_000);
    for apps in [&["erp", "shop"][..], &["erp"], &[]] {
        // Prices that rose since are no reason to refuse a removal.
        let wanted = selection("m", apps, 12_000);
        assert_eq!(policy.permit_order(&wanted, Some(&held), &[], at(0)), Ok(()), "{apps:?}");
    }
    let more = selection("m", &["erp", "shop", "blog"], 9_000);
    assert_eq!(rule(policy.permit(&more, Some(&held))), Some(Rule::AllowedApps));
    let another = selection("s", &["erp", "shop"], 5_000);
    assert_eq!(rule(policy.permit(&another, Some(&held))), Some(Rule::AllowedPlans));
    // Above the limit, but below what it is.
    let cheaper = Policy { max_monthly_spend_minor: Some(1_000), ..Policy::default() };
    assert_eq!(in_force(cheaper).permit(&another, Some(&held)), Ok(()));
}

#[test]
fn an_approval_lifts_what_it_names_while_it_stands() {
    let approval = NeedsApproval {
        apps: set(&["shop"]),
        tiers: set(&["premium"]),
        above_monthly_minor: Some(8_000),
    };
    let policy = in_force(Policy { approval, ..Policy::default() });
    let asked = |apps: &[&'static str], month, approvals: &[Approval], now| {
        rule(policy.permit_order(&selection("m", apps, month), None, approvals, at(now)))
    };
    let shop = Approval { apps: set(&["shop"]), ..Approval::default() };
    assert_eq!(asked(&["shop"], 1, &[], 0), Some(Rule::ApprovalApps));
    assert_eq!(asked(&["shop"], 1, core::slice::from_ref(&shop), 0), None);
    assert_eq!(asked(&["erp"], 1, core::slice::from_ref(&shop), 0), Some(Rule::ApprovalTiers));
    let premium = Approval { tiers: set(&["premium"]), ..Approval::default() };
    let erp = Approval { apps: set(&["erp"]), ..Approval::default() };
    assert_eq!(asked(&["erp"], 1, &[premium], 0), None);
    assert_eq!(asked(&["erp"], 1, &[erp], 0), None);
    let spend = Approval { monthly_minor: Some(9_000), ..Approval::default() };
    assert_eq!(asked(&[], 8_000, &[], 0), None);
    assert_eq!(asked(&[], 8_001, &[], 0), Some(Rule::ApprovalSpend));
    assert_eq!(asked(&[], 9_000, core::slice::from_ref(&spend), 0), None);
    assert_eq!(asked(&[], 9_001, &[spend], 0), Some(Rule::ApprovalSpend));
    let until = Approval { expires_at: Some(at(10)), ..shop };
    assert_eq!(asked(&["shop"], 1, core::slice::from_ref(&until), 9), None);
    assert_eq!(asked(&["shop"], 1, &[until], 10), Some(Rule::ApprovalApps));
}

#[test]
fn an_approval_does_not_lift_what_is_forbidden() {
    let policy = in_force(Policy { denied_apps: set(&["shop"]), ..Policy::default() });
    let shop = Approval { apps: set(&["shop"]), ..Approval::default() };
    let wanted = selection("m", &["shop"], 1);
    let refused = policy.permit_order(&wanted, None, &[shop], at(0)).unwrap_err();
    assert_eq!((refused.rule, refused.version), (Rule::DeniedApps, 3));
    assert_eq!(refused.subject.as_deref(), Some("shop"));
    let said = refused.to_string();
    assert!(said.contains("version 3, denied_apps") && said.contains("shop"), "{said}");
}

#[test]
fn environments_are_counted_and_named() {
    let policy = in_force(Policy {
        allowed_environments: Some([EnvironmentName::Prod, EnvironmentName::Stg].into()),
        allowed_regions: Some(set(&["muscat"])),
        max_environments: Some(2),
        ..Policy::default()
    });
    assert_eq!(policy.permit_environment(EnvironmentName::Stg, "muscat"), Ok(()));
    let dev = policy.permit_environment(EnvironmentName::Dev, "muscat");
    assert_eq!(rule(dev), Some(Rule::AllowedEnvironments));
    let salalah = policy.permit_environment(EnvironmentName::Stg, "salalah");
    assert_eq!(rule(salalah), Some(Rule::AllowedRegions));
    assert_eq!(policy.permit_another_environment(1), Ok(()));
    let third = policy.permit_another_environment(2).unwrap_err();
    assert_eq!((third.rule, third.limit, third.asked), (Rule::MaxEnvironments, Some(2), Some(3)));
}

#[test]
fn what_an_app_needs_is_denied_with_it() {
    let mut policy = in_force(Policy {
        allowed_apps: Some(set(&["shop"])),
        denied_apps: set(&["database"]),
        ..Policy::default()
    });
    let needs = set(&["cache", "database"]);
    let terms = AppTerms { tier: Some("premium".into()), needs };
    policy.apps.insert("shop-id".into(), terms);
    let shop = policy.app("shop-id", "shop");
    assert_eq!((shop.tier, policy.app("blog-id", "blog").tier), ("premium", BASIC_TIER));
    let refused = policy.permit_app(shop).unwrap_err();
    assert_eq!((refused.rule, refused.needs.as_deref()), (Rule::DeniedApps, Some("database")));
    assert!(refused.to_string().contains("database, which shop needs"), "{refused}");
    // What it needs comes with what is allowed.
    policy.policy.denied_apps.clear();
    assert_eq!(policy.permit_app(policy.app("shop-id", "shop")), Ok(()));
    // As for approvals: of what it needs, or of itself.
    policy.policy.approval.apps = set(&["cache"]);
    let wanted = Selection { apps: vec![policy.app("shop-id", "shop")], ..Selection::default() };
    let asked = |slug| {
        let approval = Approval { apps: set(&[slug]), ..Approval::default() };
        rule(policy.permit_order(&wanted, None, &[approval], at(0)))
    };
    assert_eq!(asked("database"), Some(Rule::ApprovalApps));
    assert_eq!((asked("cache"), asked("shop")), (None, None));
}
