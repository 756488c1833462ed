//! `/auth/*`: signing in by mail or password, tokens, and who somebody is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::caller::{Address, Caller, RequestName, Superadmin};
use super::extract::{Body, Segment};
use super::if_match::{self, Tag};
use super::invitations::mail_language;
use super::problem::Problem;
use crate::app::App;
use crate::auth::Role;
use crate::limits::{Key, Quota};
use crate::storage::users::{self, ProfileRow};
use crate::usecase::organizations::usable_id;
use crate::usecase::passwords::{self, LogIn, LogInError};
use crate::usecase::roles;
use crate::usecase::sessions::{self, SessionError, TokenPair};
use crate::usecase::sign_in::{self, Asked, SignInError};

/// A person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserBody {
    id: String,
    email: String,
    /// Empty where nobody said.
    name: String,
    /// Empty where there is none.
    avatar_url: String,
    #[schema(schema_with = role_schema)]
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

pub(super) fn role_schema() -> Object {
    let roles = Role::ALL.map(Role::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(roles)).build()
}

impl UserBody {
    pub(super) fn new(row: ProfileRow, role: Role) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            avatar_url: row.avatar_url,
            role,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// What somebody who signed in asks with from now on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenPair)]
pub(super) struct TokenPairBody {
    /// An access token: `Authorization: Bearer`.
    token: String,
    /// Fetches the next pair, once, at `/auth/refresh`; lasts 30 days.
    refresh_token: String,
    /// Seconds that the access token is valid.
    expires_in: i64,
    user: UserBody,
}

impl From<TokenPair> for TokenPairBody {
    fn from(pair: TokenPair) -> Self {
        Self {
            token: pair.token,
            refresh_token: pair.refresh_token,
            expires_in: sessions::token_lifetime_seconds(),
            user: UserBody::new(pair.user, pair.role),
        }
    }
}

/// A text for people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageBody {
    message: &'static str,
}

/// Somebody who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MagicLink)]
pub(super) struct MagicLinkBody {
    #[schema(max_length = 254)]
    email: String,
    /// `en` or `ar`; by default what `Accept-Language` prefers.
    #[serde(default)]
    #[schema(nullable = true)]
    language: Option<String>,
}

/// Mails a code and a link
///
/// To sign in, or to sign up. Both work once, for five minutes; five wrong codes from the network that asked
/// end the code, and so do five from all others together for those. The answer is the same whether anybody has
/// the address here or not.
#[utoipa::path(
    post, path = "/auth/magic-link", tag = "Sign-in", operation_id = "sendMagicLink",
    request_body = MagicLinkBody,
    responses(
        (status = 200, description = "The mail is on its way", body = MessageBody),
        (status = 429, description = "Too many mails to this address, or from this network"),
    ),
)]
pub(super) async fn magic_link(
    State(app): State<Arc<App>>,
    Address(address): Address,
    headers: HeaderMap,
    Body(body): Body<MagicLinkBody>,
) -> Result<Json<MessageBody>, Problem> {
    let language = mail_language(body.language.as_deref(), &headers)?;
    let asked = Asked {
        email: &body.email,
        address,
        language,
        browser: None,
        return_to: "/",
        administrator_link: None,
    };
    sign_in::ask(&app, &asked).await?;
    let message = "A code is on its way. Look into your mail.";
    Ok(Json(MessageBody { message }))
}

/// A code from a mail.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Verify)]
pub(super) struct VerifyBody {
    email: String,
    /// Six digits.
    code: String,
}

/// Signs in with a code
///
/// Makes the user where nobody has the address yet. Where strangers have tried too many codes of an address
/// today, codes from networks that nobody has signed in to it from count as wrong; the link in the mail works.
#[utoipa::path(
    post, path = "/auth/verify", tag = "Sign-in", operation_id = "verifyCode",
    request_body = VerifyBody,
    responses(
        (status = 200, description = "Signed in", body = TokenPairBody),
        (status = 401, description = "The code is wrong, was used, is too old or was tried too often"),
        (status = 429, description = "Too many tries from this network"),
    ),
)]
pub(super) async fn verify(
    State(app): State<Arc<App>>,
    Address(address): Address,
    RequestName(request_id): RequestName,
    Body(body): Body<VerifyBody>,
) -> Result<Json<TokenPairBody>, Problem> {
    app.limits.check(Quota::VerifyByAddress, Key::Address(address)).await?;
    let proof = (&*body.email, &*body.code);
    let pair = sign_in::verify(&app, proof, address, &request_id).await?;
    Ok(Json(pair.into()))
}

/// An administrator's password.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Login)]
pub(super) struct LoginBody {
    email: String,
    password: String,
}

/// Signs an administrator in with a password
///
/// For superadmins and sovereign-admins who have one; everybody can sign in by mail. While strangers guess
/// at an account, the answer from a network that nobody has signed in to it from is 429, right or wrong; who
/// had the right password gets a code by mail then, for `/auth/verify` from the same network.
#[utoipa::path(
    post, path = "/auth/login", tag = "Sign-in", operation_id = "logIn",
    request_body = LoginBody,
    responses(
        (status = 200, description = "Signed in", body = TokenPairBody),
        (status = 401, description = "Address or password is wrong"),
        (status = 429, description = "Too many tries from this network, or, where nobody has signed in \
            to this account from this network before, at this account; then a code was mailed if the \
            password was right"),
    ),
)]
pub(super) async fn login(
    State(app): State<Arc<App>>,
    Address(address): Address,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Body(body): Body<LoginBody>,
) -> Result<Json<TokenPairBody>, Problem> {
    let language = mail_language(None, &headers)?;
    let asked = LogIn { email: &body.email, password: &body.password, address, language };
    Ok(Json(passwords::log_in(&app, asked, &request_id).await?.into()))
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RefreshToken)]
pub(super) struct RefreshBody {
    refresh_token: String,
}

/// Fetches the next pair of tokens
///
/// A refresh token works once. Used again within ten seconds it brings the same successor; later its
/// session ends, for one of the two who used it is not who they seem.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "Sign-in", operation_id = "refreshTokens",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The next pair", body = TokenPairBody),
        (status = 401, description = "The token was used, is too old or unknown, or its session has ended"),
        (status = 429, description = "Too many requests from this network"),
    ),
)]
pub(super) async fn refresh(
    State(app): State<Arc<App>>,
    Address(address): Address,
    RequestName(request_id): RequestName,
    Body(body): Body<RefreshBody>,
) -> Result<Json<TokenPairBody>, Problem> {
    app.limits.check(Quota::RefreshByAddress, Key::Address(address)).await?;
    Ok(Json(sessions::refresh(&app, &body.refresh_token, &request_id).await?.into()))
}

/// Ends a session
///
/// The one that the refresh token is of. Access tokens of it open no administration any more, and end
/// within 15 minutes.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Sign-in", operation_id = "logOut",
    request_body = RefreshBody,
    responses((status = 200, description = "It has ended, also if it had before", body = MessageBody)),
)]
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    RequestName(request_id): RequestName,
    Body(body): Body<RefreshBody>,
) -> Result<Json<MessageBody>, Problem> {
    sessions::log_out(&app, &body.refresh_token, &request_id).await?;
    Ok(Json(MessageBody { message: "You are signed out." }))
}

/// Ends every session of the caller
#[utoipa::path(
    post, path = "/auth/logout-all", tag = "Sign-in", operation_id = "logOutEverywhere",
    security(("bearer" = [])),
    responses((status = 200, description = "They have ended", body = MessageBody)),
)]
pub(super) async fn logout_all(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<MessageBody>, Problem> {
    sessions::log_out_everywhere(&app, &caller.actor()).await?;
    Ok(Json(MessageBody { message: "You are signed out everywhere." }))
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserAnswer)]
pub(super) struct UserAnswer {
    pub(super) user: UserBody,
}

/// Says who the caller is
#[utoipa::path(
    get, path = "/auth/me", tag = "Sign-in", operation_id = "getMe",
    security(("bearer" = [])),
    responses((status = 200, description = "The caller", body = UserAnswer)),
)]
pub(super) async fn me(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<UserAnswer>, Problem> {
    let role = caller.confirmed_role(&app).await?;
    let mut tx = app.store.read().await?;
    let user = users::profile(&mut tx, &caller.user_id.0).await?;
    let user = user.ok_or_else(|| Problem::unauthorized("there is no such user any more"))?;
    Ok(Json(UserAnswer { user: UserBody::new(user, role) }))
}

pub(super) fn role_of(row: &ProfileRow) -> Role {
    Role::parse(&row.role).unwrap_or(Role::Member)
}

/// Reads a user
///
/// With the role that was granted here. For the role superadmin.
#[utoipa::path(
    get, path = "/auth/admin/users/{id}", tag = "Sign-in", operation_id = "getUser",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The user's identifier")),
    responses(
        (status = 200, description = "The user", body = UserAnswer,
            headers(("ETag" = String, description = "For the `If-Match` of another role"))),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such user"),
    ),
)]
pub(super) async fn user(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<(Tag, Json<UserAnswer>), Problem> {
    let unknown = || Problem::not_found("there is no such user");
    let mut tx = app.store.read().await?;
    let id = usable_id(&id).map_err(|_| unknown())?;
    let user = users::profile(&mut tx, id).await?.ok_or_else(unknown)?;
    Ok(tagged(user))
}

/// A user, with the tag of the role.
fn tagged(user: ProfileRow) -> (Tag, Json<UserAnswer>) {
    let (tag, role) = (if_match::tag(&roles::fingerprint(&user)), role_of(&user));
    (tag, Json(UserAnswer { user: UserBody::new(user, role) }))
}

/// A role on the Sovereign.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UserRole)]
pub(super) struct RoleBody {
    #[schema(schema_with = role_schema)]
    role: String,
}

/// Gives a user a role on the Sovereign
///
/// For the role superadmin, who must have signed in within the last ten minutes. Whoever loses a role is
/// signed out everywhere.
#[utoipa::path(
    put, path = "/auth/admin/users/{id}/role", tag = "Sign-in", operation_id = "setUserRole",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The user's identifier"),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of the user: if the role is another by now, nothing is done"),
    ),
    request_body = RoleBody,
    responses(
        (status = 200, description = "The user, with the role", body = UserAnswer,
            headers(("ETag" = String, description = "For the next role"))),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such user"),
        (status = 409, description = "Nobody would be superadmin any more (`last_superadmin`)"),
        (status = 412, description = "Somebody has given the user another role since (`role_edited`)"),
    ),
)]
pub(super) async fn set_role(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    headers: HeaderMap,
    Body(body): Body<RoleBody>,
) -> Result<(Tag, Json<UserAnswer>), Problem> {
    caller.signed_in_lately(&app)?;
    let role = Role::parse(&body.role).ok_or_else(|| {
        Problem::field("role", "role must be superadmin, sovereign-admin or member")
    })?;
    let id = usable_id(&id).map_err(|_| Problem::not_found("there is no such user"))?;
    let (actor, replaces) = (caller.actor(), if_match::tags(&headers));
    Ok(tagged(roles::set_by_id(&app, id, role, &actor, replaces.as_deref()).await?))
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => Self::unauthorized("the session has ended; sign in again"),
            SessionError::Storage(error) => error.into(),
            SessionError::Broken => Self::internal(),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::BadAddress => {
                Self::field("email", "email must be an e-mail address, such as ahmed@example.com")
            }
            SignInError::Undeliverable => {
                Self::field("email", "the mail server refuses this address; check it")
            }
            SignInError::TooMany(too_many) => too_many.into(),
            SignInError::Wrong => Self::unauthorized(
                "the code is wrong, was used, is too old or was tried too often; ask for another, \
                 or open the link in the mail",
            ),
            SignInError::Session(error) => error.into(),
        }
    }
}

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Wrong => Self::unauthorized("the address or the password is wrong"),
            LogInError::TooMany(too_many) => too_many.into(),
            LogInError::Crowded(too_many) => Self::confirm_by_mail(too_many),
            LogInError::Session(error) => error.into(),
        }
    }
}
