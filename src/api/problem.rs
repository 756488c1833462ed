//! Error answers: `application/problem+json` (RFC 9457) with a member `error` for older clients.
//!
//! What went wrong inside is logged, never sent.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sovereign_domain::book::Refusal;
use utoipa::ToSchema;
use uuid::Uuid;

use super::if_match;
use super::move_plan::NoteBody;
use super::policy_problem::PolicyRuleBody;
use crate::auth::oidc::Failure;
use crate::engine::EngineError;
use crate::limits::TooMany;
use crate::storage;
use crate::storage::organizations::Forwarding;
use crate::usecase::bulk::BulkError;
use crate::usecase::campaigns::CampaignError;
use crate::usecase::organizations::OrganizationError;
use crate::usecase::paging::PageError;
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
    forwarding: Option<Forwarding>,
    file: Option<String>,
    conflicts: Option<Vec<NoteBody>>,
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
    // Described where it is made: what stands here as well would be a second schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    policy: Option<PolicyRuleBody>,
    /// Of what is refused because the Organization has left (`organization_moving`, `organization_suspended`): the
    /// Sovereign that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    moved_to: Option<String>,
    /// Where its people find it there, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    forward_url: Option<String>,
    /// With `bundle_refused`: the file within the bundle that is wrong, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    file: Option<String>,
    /// With `import_conflicts`: all that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conflicts: Option<Vec<NoteBody>>,
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
            forwarding: None,
            file: None,
            conflicts: None,
        }))
    }

    /// Bad input: which field, what is wrong, what to do.
    pub(crate) fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail).about(field)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// Whether a password was right is not said: strangers have guessed too often.
    pub(crate) fn confirm_by_mail(too_many: TooMany) -> Self {
        let seconds = wait_seconds(too_many);
        let detail = format!(
            "too many passwords were tried for this account from networks that nobody has signed \
             in to it from; if yours was right, a code was mailed: send it to /auth/verify, or wait \
             {seconds} s"
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after(seconds)
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

    /// Says what the voucher is worth.
    pub(super) fn worth(mut self, credit_minor: i64) -> Self {
        self.0.credit_minor = Some(credit_minor);
        self
    }

    /// Says where a card pays for an order.
    pub(crate) fn payable_at(mut self, order_id: Uuid, session_url: Option<String>) -> Self {
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

    /// Says where the Organization is that has left.
    pub(super) fn forwarded(mut self, forwarding: Forwarding) -> Self {
        self.0.forwarding = Some(forwarding);
        self
    }

    /// Names the file within a bundle that is wrong.
    pub(super) fn in_file(mut self, file: Option<&str>) -> Self {
        self.0.file = file.map(str::to_owned);
        self
    }

    /// Lists what is in the way of an import.
    pub(super) fn with_conflicts(mut self, conflicts: Vec<NoteBody>) -> Self {
        self.0.conflicts = Some(conflicts);
        self
    }

    /// The rule that it names.
    pub(super) fn code(&self) -> &'static str {
        self.0.code
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
            forwarding,
            file,
            conflicts,
        } = *self.0;
        let (order_id, session_url) = to_pay.map_or((None, None), |(id, url)| (Some(id), url));
        let (moved_to, forward_url) = forwarding.map_or((None, None), |forwarding| {
            let link = forwarding.link().map(str::to_owned);
            (Some(forwarding.moved_to), link)
        });
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
            moved_to,
            forward_url,
            file,
            conflicts,
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

pub(crate) async fn no_such_route() -> Problem {
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

/// How long to wait, in whole seconds.
fn wait_seconds(too_many: TooMany) -> u64 {
    let seconds = too_many.retry_after.as_micros().div_ceil(1_000_000).max(1);
    u64::try_from(seconds).unwrap_or(u64::MAX)
}

impl From<TooMany> for Problem {
    fn from(too_many: TooMany) -> Self {
        let seconds = wait_seconds(too_many);
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
            IssueError::Taken(_) => {
                let detail =
                    "there is a voucher with this code, or was; choose another, or edit that one";
                Self::new(StatusCode::PRECONDITION_FAILED, "voucher_taken", detail)
                    .about("If-None-Match")
            }
            IssueError::Changed(now) => {
                let detail = match now {
                    None => "there is no voucher with this code",
                    Some(_) => "the voucher is another by now; read it, and change it again",
                };
                Self::new(StatusCode::PRECONDITION_FAILED, "voucher_edited", detail)
                    .about("If-Match")
            }
        }
    }
}

/// The first of the faults.
fn of_faults(faults: Vec<FieldError>) -> Problem {
    match faults.into_iter().next() {
        Some(first) => first.into(),
        None => Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "it cannot be read"),
    }
}

impl From<BulkError> for Problem {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Fields(faults) => of_faults(faults),
            BulkError::Unknown => Self::not_found("there is no operation with this identifier"),
            BulkError::NotNow(operation) => {
                let detail = format!("the operation is {} by now", operation.state.as_str());
                Self::new(StatusCode::CONFLICT, "bulk_not_now", detail)
            }
            BulkError::Storage(error) => error.into(),
        }
    }
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Fields(faults) => of_faults(faults),
            CampaignError::Unknown => Self::not_found("there is no campaign with this identifier"),
            CampaignError::Changed(_) => {
                let detail = "the campaign is another by now; read it, and change it again";
                Self::new(StatusCode::PRECONDITION_FAILED, "campaign_edited", detail)
                    .about("If-Match")
            }
            CampaignError::Storage(error) => error.into(),
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Field(error) => error.into(),
            PageError::Storage(error) => error.into(),
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
            OrganizationError::Moving => Refusal::OrganizationMoving.into(),
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
            RoleError::UnknownUser => Self::not_found("there is no such user"),
            RoleError::Ambiguous(ids) => Self::new(
                StatusCode::CONFLICT,
                "ambiguous_address",
                format!(
                    "several users have this address; name one by identifier: {}",
                    ids.join(", ")
                ),
            ),
            RoleError::Changed(_) => if_match::failed("role_edited", "the role of this user"),
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
