//! `/billing/admin/environment-policy`: what Organizations may have, for whoever administers the Sovereign to
//! set and for everybody to read.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::policy::{NeedsApproval, Policy};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

use super::caller::{Caller, Issuer};
use super::extract::{Body, Query, Whole};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::environment_policy::{
    self, ApprovalWish, Desk, PolicyError, PolicyWish, Standing,
};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// What Organizations may have: everything new is held against it, whoever asks for it. What an Organization has
/// already goes on. A list that is `null` allows all, and an empty one none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnvironmentPolicy)]
pub(super) struct PolicyBody {
    /// Zero where nobody has set one, which allows everything.
    version: i64,
    /// Slugs of apps.
    #[schema(required = true)]
    allowed_apps: Option<BTreeSet<String>>,
    /// Slugs of apps that nobody may have, also where they are among those that are allowed.
    denied_apps: BTreeSet<String>,
    /// Tiers of apps; an app that names none is `basic`.
    #[schema(required = true)]
    allowed_tiers: Option<BTreeSet<String>>,
    /// Slugs of plans.
    #[schema(required = true)]
    allowed_plans: Option<BTreeSet<String>>,
    /// Where environments may be added.
    #[schema(required = true)]
    allowed_regions: Option<BTreeSet<String>>,
    /// `prod`, `stg`, `uat`, `dev`, `poc`.
    #[schema(required = true, value_type = Option<Vec<String>>)]
    allowed_environments: Option<BTreeSet<EnvironmentName>>,
    /// How many environments an Organization may have, with prod; `null`: any number.
    #[schema(required = true)]
    max_environments: Option<i64>,
    /// What a month of an Organization may cost, in minor units, before tax that is added; `null`: anything.
    #[schema(required = true)]
    max_monthly_spend_minor: Option<i64>,
    approval: ApprovalRulesBody,
    /// The user who set it, or `cli`; shown to administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    set_by: Option<String>,
    /// When it was set; absent where nobody has set one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    set_at: Option<Timestamp>,
}

/// What may be ordered only with an approval of the Sovereign's administrator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalRules)]
pub(super) struct ApprovalRulesBody {
    /// Slugs of apps.
    apps: BTreeSet<String>,
    /// Tiers of apps.
    tiers: BTreeSet<String>,
    /// A month that costs more than this, in minor units, before tax that is added; `null`: none does.
    #[schema(required = true)]
    above_monthly_minor: Option<i64>,
}

impl PolicyBody {
    fn new(standing: Standing) -> Self {
        let Standing { version, policy, set } = standing;
        let (set_by, set_at) = set.unzip();
        let Policy {
            allowed_apps,
            denied_apps,
            allowed_tiers,
            allowed_plans,
            allowed_regions,
            allowed_environments,
            max_environments,
            max_monthly_spend_minor,
            approval: NeedsApproval { apps, tiers, above_monthly_minor },
        } = policy;
        Self {
            version,
            allowed_apps,
            denied_apps,
            allowed_tiers,
            allowed_plans,
            allowed_regions,
            allowed_environments,
            max_environments,
            max_monthly_spend_minor,
            approval: ApprovalRulesBody { apps, tiers, above_monthly_minor },
            set_by,
            set_at,
        }
    }
}

/// Reads the policy
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/environment-policy", tag = "Policy",
    operation_id = "getEnvironmentPolicy",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The policy in force", body = PolicyBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    _: Issuer,
) -> Result<Json<PolicyBody>, Problem> {
    Ok(Json(PolicyBody::new(environment_policy::current(&app.store).await?)))
}

/// Reads what Organizations may have
///
/// For whoever has signed in: what is refused can be known before it is asked for.
#[utoipa::path(
    get, path = "/tenant/environment-policy", tag = "Policy",
    operation_id = "getPolicyForMembers",
    security(("bearer" = [])),
    responses((status = 200, description = "The policy in force", body = PolicyBody)),
)]
pub(super) async fn read_as_member(
    State(app): State<Arc<App>>,
    _: Caller,
) -> Result<Json<PolicyBody>, Problem> {
    let standing = environment_policy::current(&app.store).await?;
    Ok(Json(PolicyBody { set_by: None, ..PolicyBody::new(standing) }))
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionsQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists all versions of the policy
///
/// Newest first, each with who set it when. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/environment-policy/versions", tag = "Policy",
    operation_id = "listPolicyVersions",
    security(("bearer" = [])),
    params(VersionsQuery),
    responses(
        (status = 200, description = "A page of versions", body = Vec<PolicyBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn versions(
    State(app): State<Arc<App>>,
    _: Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<VersionsQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let page = environment_policy::versions(&app.store, query.after.as_deref(), limit).await?;
    let bodies: Vec<PolicyBody> = page.rows.into_iter().map(PolicyBody::new).collect();
    Ok(paging::answer(bodies, page.next, &uri, limit))
}

/// A policy to set: the whole of it. A list that is absent or `null` allows all; plans and apps are named by
/// identifier or slug.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewEnvironmentPolicy)]
pub(super) struct SetBody {
    /// The version that it replaces: zero for the first.
    #[schema(value_type = i64, minimum = 0)]
    version: Whole,
    #[schema(max_items = 1000)]
    allowed_apps: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    denied_apps: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    allowed_tiers: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    allowed_plans: Option<Vec<String>>,
    /// The first of the Sovereign's regions has to be among them: prod of every Organization is there.
    #[schema(max_items = 1000)]
    allowed_regions: Option<Vec<String>>,
    /// `prod` has to be among them: every Organization has it.
    #[schema(max_items = 1000)]
    allowed_environments: Option<Vec<String>>,
    /// With prod.
    #[schema(value_type = Option<i64>, minimum = 1)]
    max_environments: Option<Whole>,
    /// Of one Organization, in minor units, before tax that is added.
    #[schema(value_type = Option<i64>, minimum = 0)]
    max_monthly_spend_minor: Option<Whole>,
    approval: Option<SetApprovalBody>,
}

/// What is to need an approval.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewApprovalRules)]
pub(super) struct SetApprovalBody {
    #[schema(max_items = 1000)]
    apps: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    tiers: Option<Vec<String>>,
    /// A month that costs more than this, in minor units, before tax that is added.
    #[schema(value_type = Option<i64>, minimum = 0)]
    above_monthly_minor: Option<Whole>,
}

impl From<SetBody> for PolicyWish {
    fn from(body: SetBody) -> Self {
        let whole = |number: Option<Whole>| number.map(|whole| whole.0);
        Self {
            allowed_apps: body.allowed_apps,
            denied_apps: body.denied_apps,
            allowed_tiers: body.allowed_tiers,
            allowed_plans: body.allowed_plans,
            allowed_regions: body.allowed_regions,
            allowed_environments: body.allowed_environments,
            max_environments: whole(body.max_environments),
            max_monthly_spend_minor: whole(body.max_monthly_spend_minor),
            approval: body.approval.map(|approval| ApprovalWish {
                apps: approval.apps,
                tiers: approval.tiers,
                above_monthly_minor: whole(approval.above_monthly_minor),
            }),
        }
    }
}

/// Sets the policy
///
/// It binds every order, change, Organization and environment from then on, and nothing that there is already.
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/billing/admin/environment-policy", tag = "Policy",
    operation_id = "setEnvironmentPolicy",
    security(("bearer" = [])),
    request_body = SetBody,
    responses(
        (status = 200, description = "The policy in force; what changes nothing is no new version",
            body = PolicyBody),
        (status = 400, description = "A member is not as described, or names what there is not; `field` says \
            which"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 409, description = "Somebody has set another version since (`policy_changed`)"),
    ),
)]
pub(super) async fn set(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<SetBody>,
) -> Result<Json<PolicyBody>, Problem> {
    let replaces = body.version.0;
    let (actor, mut ids) = (caller.actor(), app.ids());
    let mut desk = Desk {
        store: &app.store,
        regions: &app.provisioning.regions,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
    };
    let set = environment_policy::set(&mut desk, &body.into(), Some(replaces)).await?;
    Ok(Json(PolicyBody::new(set)))
}

impl From<PolicyError> for Problem {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Field(error) => error.into(),
            PolicyError::Changed { version } => Self::new(
                StatusCode::CONFLICT,
                "policy_changed",
                format!("the policy is version {version} by now; read it, and set it again"),
            )
            .about("version"),
            PolicyError::Storage(error) => error.into(),
        }
    }
}
