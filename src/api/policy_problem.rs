//! What a client is told when the Sovereign's policy does not let something be.

use axum::http::StatusCode;
use serde::Serialize;
use sovereign_domain::policy::{PolicyRefusal, Rule};
use utoipa::ToSchema;

use super::problem::Problem;

/// With `policy_forbids` and `approval_required`: the rule of the Sovereign's policy that is in the way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct PolicyRuleBody {
    /// Of the policy.
    version: i64,
    /// Which member of the policy it is: `denied_apps`, `approval.tiers`, …
    rule: &'static str,
    /// The app, plan, environment or region, by slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    subject: Option<String>,
    /// The denied app that the subject needs, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    needs: Option<String>,
    /// What the rule allows at most: minor units of the Sovereign's currency, or environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<i64>,
    /// What was asked for instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    asked: Option<i64>,
}

/// The member of a request that a rule is about, where it is one.
fn field(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::AllowedApps
        | Rule::DeniedApps
        | Rule::AllowedTiers
        | Rule::ApprovalApps
        | Rule::ApprovalTiers => Some("apps"),
        Rule::AllowedPlans => Some("plan_id"),
        Rule::AllowedRegions => Some("region"),
        Rule::AllowedEnvironments | Rule::MaxEnvironments => Some("name"),
        Rule::MaxMonthlySpend | Rule::ApprovalSpend => None,
    }
}

impl From<PolicyRefusal> for Problem {
    fn from(refusal: PolicyRefusal) -> Self {
        let code =
            if refusal.rule.takes_approval() { "approval_required" } else { "policy_forbids" };
        let problem = Self::new(StatusCode::FORBIDDEN, code, refusal.to_string());
        let problem = match field(refusal.rule) {
            Some(field) => problem.about(field),
            None => problem,
        };
        let PolicyRefusal { version, rule, subject, needs, limit, asked } = refusal;
        let rule = rule.as_str();
        problem.of_policy(PolicyRuleBody { version, rule, subject, needs, limit, asked })
    }
}
