//! Error answers: `application/problem+json` (RFC 9457) with a member `error` for older clients.
//!
//! What went wrong inside is logged, never sent.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sovereign_domain::book::Refusal;
use sovereign_domain::voucher::VoucherRefusal;
use utoipa::ToSchema;
use uuid::Uuid;

use super::policy_problem::PolicyRuleBody;
use crate::auth::oidc::Failure;
use crate::engine::EngineError;
use crate::limits::TooMany;
use crate::storage;
use crate::usecase::organizations::{OrganizationError, selection_error};
use crate::usecase::payments::PaymentError;
use crate::usecase::roles::RoleError;
use crate::usecase::vouchers::{FieldError, IssueError};

/// An error as a client sees it. `code` names the rule; its `type` is `urn:sovereign:problem:{code}`.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    credit_minor: Option<i64>,
    to_pay: Option<(Uuid, Option<String>)>,
    dependents: Option<Vec<String>>,
    retry_after_seconds: Option<u64>,
    policy: Option<PolicyRuleBody>,
}

/// Why a request was not answered (RFC 9457). Programs tell problems apart by `type`; the texts are for
/// people and may change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Names the rule: `urn:sovereign:problem:` and the `code`.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// The request, by its `x-request-id`; the log has the same identifier.
    instance: String,
    /// The same text as `detail`, for older clients.
    error: String,
    /// The last part of `type`.
    code: &'static str,
    /// With `voucher_changed`: what the voucher is worth now, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    credit_minor: Option<i64>,
    /// With `payment_required`: the order, and where the customer pays for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_url: Option<String>,
    /// With `app_needed`: the apps that need it, by slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    dependents: Option<Vec<String>>,
    /// The member, parameter or header that is wrong, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
    /// With `policy_forbids` and `approval_required`: the rule of the Sovereign's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    policy: Option<PolicyRuleBody>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self(Box::new(Parts {
            status,
            code,
            detail,
            field: None,
            credit_minor: None,
            to_pay: None,
            dependents: None,
            retry_after_seconds: None,
            policy: None,
        }))
    }

    /// Bad input: which field, what is wrong, what to do.
    pub(crate) fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail).about(field)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// RFC 9470: the token is good, but its bearer has not signed in lately enough for this.
    pub(crate) fn sign_in_again(max_age_seconds: i64) -> Self {
        let minutes = max_age_seconds / 60;
        let detail = format!("sign in again: this takes a sign-in of the last {minutes} minutes");
        Self::new(StatusCode::UNAUTHORIZED, "sign_in_again", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// A franchisee's administrator wants to change, or take the place of, what is the publisher's.
    pub(crate) fn catalog_entry_locked() -> Self {
        let detail = "the publisher's entries of the catalog take the role superadmin; add a private \
                      Blueprint of another name instead";
        Self::new(StatusCode::FORBIDDEN, "catalog_entry_locked", detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Names the member, parameter or header that the problem is about.
    pub(crate) fn about(mut self, field: &str) -> Self {
        self.0.field = Some(field.to_owned());
        self
    }

    /// Says where a card pays for an order.
    pub(crate) fn to_pay(mut self, order_id: Uuid, session_url: Option<String>) -> Self {
        self.0.to_pay = Some((order_id, session_url));
        self
    }

    /// Names the apps that are in the way, by slug.
    pub(crate) fn needed_by(mut self, dependents: Vec<String>) -> Self {
        self.0.dependents = Some(dependents);
        self
    }

    /// Names the rule of the policy that is in the way.
    pub(super) fn of_policy(mut self, rule: PolicyRuleBody) -> Self {
        self.0.policy = Some(rule);
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The problem behind a status that the framework answered by itself.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(status, "body_too_large", "the body is larger than 1 MiB")
            }
            StatusCode::REQUEST_TIMEOUT => {
                Self::new(status, "timeout", "the request took too long; try again")
            }
            status if status.is_server_error() => Self::internal(),
            status => Self::new(status, "invalid_request", "the request cannot be understood"),
        }
    }

    pub(super) fn internal() -> Self {
        let detail = "something went wrong on our side; try again";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    fn unavailable() -> Self {
        let detail = "the service is not available for a moment; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(1)
    }

    /// An issuer does not answer, and nobody here can say whether its token is good.
    pub(super) fn issuer_unavailable() -> Self {
        let detail = "the issuer of the token cannot be reached; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "issuer_unavailable", detail)
            .retry_after(Failure::RETRY_SECONDS)
    }

    /// The answer, with the request that caused it as its instance.
    pub(super) fn respond(self, request_id: &str) -> Response {
        let Parts {
            status,
            code,
            detail,
            field,
            credit_minor,
            to_pay,
            dependents,
            retry_after_seconds,
            policy,
        } = *self.0;
        let (order_id, session_url) = to_pay.map_or((None, None), |(id, url)| (Some(id), url));
        let body = ProblemBody {
            kind: format!("urn:sovereign:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            error: detail.clone(),
            detail,
            instance: format!("urn:request:{request_id}"),
            code,
            credit_minor,
            order_id,
            session_url,
            dependents,
            field,
            policy,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem);
        if status == StatusCode::UNAUTHORIZED {
            let challenge = match code {
                "sign_in_again" => {
                    "Bearer error=\"insufficient_user_authentication\", max_age=\"600\""
                }
                _ => "Bearer",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The middleware writes the body, because it knows the request's identifier.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(super) async fn no_such_route() -> Problem {
    Problem::not_found("there is no such route")
}

pub(super) async fn method_not_allowed() -> Problem {
    let detail = "this route does not answer that method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

impl From<storage::Error> for Problem {
    fn from(error: storage::Error) -> Self {
        tracing::error!(%error, "database");
        if error.may_pass() { Self::unavailable() } else { Self::internal() }
    }
}

impl From<TooMany> for Problem {
    fn from(too_many: TooMany) -> Self {
        let seconds = too_many.retry_after.as_micros().div_ceil(1_000_000).max(1);
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
        let detail = format!("too many requests; wait {seconds} s and try again");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after(seconds)
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::field(error.field, error.detail)
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Field(error) => error.into(),
            IssueError::Storage(error) => error.into(),
        }
    }
}

impl From<OrganizationError> for Problem {
    fn from(error: OrganizationError) -> Self {
        let conflict = |code, detail| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            OrganizationError::Field(error) => error.into(),
            OrganizationError::SlugTaken => {
                conflict("slug_taken", "slug is already taken").about("slug")
            }
            OrganizationError::AlreadyMember => {
                conflict("already_member", "this user is a member already").about("email")
            }
            OrganizationError::OwnerStays => {
                conflict("owner_stays", "the owner of an Organization cannot be removed")
            }
            OrganizationError::OwnerOnly => {
                Self::forbidden("this takes the role owner in the Organization")
            }
            OrganizationError::Suspended => Refusal::OrganizationSuspended.into(),
            OrganizationError::Forbidden => {
                Self::forbidden("this takes the role owner or admin in the Organization")
            }
            OrganizationError::NotFound => {
                Self::not_found("there is no such Organization or member")
            }
            OrganizationError::InvitedSomebodyElse => Self::new(
                StatusCode::FORBIDDEN,
                "invited_somebody_else",
                "another e-mail address was invited; sign in with that one",
            ),
            OrganizationError::Policy(refusal) => refusal.into(),
            OrganizationError::TooMany(too_many) => too_many.into(),
            OrganizationError::Storage(error) => error.into(),
        }
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::UnknownUser | RoleError::Ambiguous(_) => {
                Self::not_found("there is no such user")
            }
            RoleError::LastSuperadmin => Self::new(
                StatusCode::CONFLICT,
                "last_superadmin",
                "nobody would be superadmin any more; give somebody else the role first",
            ),
            RoleError::Storage(error) => error.into(),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Busy | EngineError::Stopping | EngineError::Unavailable => {
                Self::unavailable()
            }
            EngineError::Broken => Self::internal(),
        }
    }
}

impl From<PaymentError> for Problem {
    fn from(error: PaymentError) -> Self {
        let unavailable =
            |code, detail: &str| Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        match error {
            PaymentError::NotConfigured => {
                unavailable("payment_not_configured", "card payments are not configured here")
            }
            PaymentError::Unresolved(text) => {
                tracing::error!(text, "a payment is not resolved");
                let detail = "the payment service does not answer; nothing is lost: ask again with the \
                              same Idempotency-Key";
                unavailable("payment_unresolved", detail).retry_after(5)
            }
            PaymentError::Refused(_) => unavailable(
                "payment_refused",
                "the payment service refuses this payment, and nothing changed; contact the operator",
            ),
            PaymentError::InProgress => Self::new(
                StatusCode::CONFLICT,
                "payment_in_progress",
                "a payment of this Organization is in progress; wait until it has cleared",
            ),
            PaymentError::Engine(error) => error.into(),
            PaymentError::Storage(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let new = |status, code, detail: &str| Self::new(status, code, detail);
        match refusal {
            // One answer for "there is none" and "not yours": a stranger learns nothing.
            Refusal::NotAMember => new(
                StatusCode::FORBIDDEN,
                "not_a_member",
                "you are not a member of this Organization; check tenant_id",
            )
            .about("tenant_id"),
            Refusal::RoleMayNotSpend => new(
                StatusCode::FORBIDDEN,
                "role_may_not_spend",
                "your role in this Organization may not check out; ask an owner or admin",
            ),
            Refusal::OrganizationSuspended => new(
                StatusCode::FORBIDDEN,
                "organization_suspended",
                "this Organization is suspended: nothing is bought or changed in it; where it is to be \
                 deleted, its owner can take that back, else contact the operator",
            ),
            Refusal::Selection(error) => selection_error(error).into(),
            Refusal::Policy(refusal) => refusal.into(),
            Refusal::Voucher(refusal) => voucher_problem(refusal),
            Refusal::VoucherChanged { credit_minor } => voucher_changed(credit_minor),
            Refusal::AlreadySubscribed => new(
                StatusCode::CONFLICT,
                "already_subscribed",
                "this Organization has a subscription; change its plan instead",
            ),
            Refusal::NotSubscribed => new(
                StatusCode::CONFLICT,
                "not_subscribed",
                "this Organization has no subscription that is billed here",
            ),
            Refusal::PaymentDue => new(
                StatusCode::CONFLICT,
                "payment_due",
                "a month of this subscription is not paid; pay it, then change it",
            ),
            Refusal::NothingToChange => new(
                StatusCode::CONFLICT,
                "nothing_to_change",
                "the Organization has this plan, these add-ons and these apps; choose others",
            ),
            Refusal::ChangeMoment => new(
                StatusCode::BAD_REQUEST,
                "change_outdated",
                "at must be the moment of a preview of this period, not more than an hour ago; preview the \
                 change again",
            )
            .about("at"),
            Refusal::ChangeTotal { total_minor } => new(
                StatusCode::CONFLICT,
                "change_outdated",
                &format!(
                    "the change comes to {total_minor} minor units by now; preview it again, show that, and \
                     ask again"
                ),
            )
            .about("total_minor"),
            Refusal::KeyReused => new(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "this Idempotency-Key came with another body; use a new key",
            ),
            Refusal::NoProcessor => new(
                StatusCode::SERVICE_UNAVAILABLE,
                "payment_not_configured",
                "the credit does not cover the total and card payments are not configured here",
            ),
            Refusal::BelowMinimum => new(
                StatusCode::BAD_REQUEST,
                "below_minimum",
                "the total is less than a card can be charged; add to the order, or credit to the wallet",
            ),
            Refusal::UnknownOrder => Self::not_found("there is no such order"),
            Refusal::NotAnEnd(_) => Self::internal(),
            Refusal::OrderClosed(status) => new(
                StatusCode::CONFLICT,
                "order_closed",
                &format!("the order has ended: {}", status.as_str()),
            ),
            Refusal::AmountMismatch { .. } => new(
                StatusCode::CONFLICT,
                "amount_mismatch",
                "the card was charged another amount than the order asked for",
            ),
            Refusal::Refund(refusal) => super::refund_problem::problem(refusal),
            Refusal::Wallet(error) => new(StatusCode::BAD_REQUEST, "wallet", &error.to_string()),
        }
    }
}

fn voucher_changed(credit_minor: i64) -> Problem {
    let mut problem = Problem::new(
        StatusCode::CONFLICT,
        "voucher_changed",
        "the voucher's value has changed; show the new value and ask again",
    );
    problem.0.credit_minor = Some(credit_minor);
    problem.about("promo_value_minor")
}

/// Every rule has its own type; no text repeats the code.
fn voucher_problem(refusal: VoucherRefusal) -> Problem {
    let (code, detail) = match refusal {
        VoucherRefusal::Unknown => ("voucher_unknown", "this voucher is not valid; check the code"),
        VoucherRefusal::Inactive => {
            ("voucher_inactive", "this voucher is not active; go on without it")
        }
        VoucherRefusal::Exhausted => (
            "voucher_exhausted",
            "this voucher has been redeemed as often as it can be; go on without it",
        ),
        VoucherRefusal::RedeemedByUser => {
            ("voucher_redeemed_by_you", "you have redeemed this voucher before")
        }
        VoucherRefusal::RedeemedByOrganization => (
            "voucher_redeemed_by_organization",
            "this Organization has redeemed this voucher before",
        ),
    };
    Problem::new(StatusCode::BAD_REQUEST, code, detail).about("promo_code")
}
