//! Who calls: the bearer of a valid token; and from where.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;

use super::middleware::RequestId;
use super::problem::Problem;
use crate::app::App;
use crate::auth::oidc::Failure;
use crate::auth::{Identity, Role, Source, TokenError};
use crate::storage::users as user_rows;
use crate::usecase::sessions::LATELY_SECONDS;
use crate::usecase::{sessions, users};

/// A signed-in user.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) user_id: UserId,
    pub(super) email: String,
    /// What the token says; see [`Caller::confirmed_role`].
    role: Role,
    source: Source,
    signed_in_at: Option<Timestamp>,
    request_id: String,
}

impl Caller {
    pub(super) fn actor(&self) -> Actor {
        Actor { user_id: self.user_id.clone(), request_id: self.request_id.clone() }
    }

    /// The caller's role as it stands now. A token is good for 15 minutes; a role that was taken away and
    /// a session that has ended count at once. Where an issuer grants roles, one granted here counts too.
    pub(super) async fn confirmed_role(&self, app: &App) -> Result<Role, Problem> {
        match self.source {
            Source::Session(id) => {
                let standing = sessions::standing(app, id).await?;
                let standing = standing.filter(|session| session.user_id == *self.user_id.0);
                let ended = || Problem::unauthorized("the session has ended; sign in again");
                Ok(standing.ok_or_else(ended)?.role)
            }
            Source::Issuer { grants_roles: true } => {
                let mut tx = app.store.read().await?;
                let user = user_rows::profile(&mut tx, &self.user_id.0).await?;
                let own = user.and_then(|user| Role::parse(&user.role));
                Ok(own.unwrap_or(Role::Member).max(self.role))
            }
            Source::Minted | Source::SharedSecret | Source::Issuer { grants_roles: false } => {
                Ok(self.role)
            }
        }
    }

    /// Refuses who has not signed in lately: a token that was left lying about is not enough for this.
    pub(super) fn signed_in_lately(&self, app: &App) -> Result<(), Problem> {
        let oldest = app.clock.now().plus_seconds(-LATELY_SECONDS);
        match self.signed_in_at {
            Some(at) if at >= oldest => Ok(()),
            _ => Err(Problem::sign_in_again(LATELY_SECONDS)),
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = bearer(parts)?;
        let identity = match app.tokens.verify(token) {
            Ok(identity) => identity,
            // Boxed: it is rarer, and would make every request's future as large as its own.
            Err(refused) => Box::pin(from_elsewhere(app, token, refused)).await?,
        };
        let user_id = users::resolve(app, &identity).await?;
        let request_id = parts.extensions.get::<RequestId>();
        Ok(Self {
            user_id,
            email: identity.email,
            role: identity.role,
            source: identity.source,
            signed_in_at: identity.signed_in_at,
            request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
        })
    }
}

/// Who a token speaks for that is not this Sovereign's.
async fn from_elsewhere(app: &App, token: &str, refused: TokenError) -> Result<Identity, Problem> {
    Ok(app.issuers.identify(&app.tokens, token, refused).await?)
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => Self::unauthorized(error.0),
            Failure::Unreachable => Self::issuer_unavailable(),
        }
    }
}

fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let missing = || Problem::unauthorized("send a token: Authorization: Bearer <JWT>");
    let header = parts.headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

/// A caller who may issue vouchers: superadmin or sovereign-admin.
pub(super) struct Issuer(pub(super) Caller);

impl FromRequestParts<Arc<App>> for Issuer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.confirmed_role(app).await?.may_issue_vouchers() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("this takes the role superadmin or sovereign-admin"))
        }
    }
}

/// A caller who may see and change everything of the Sovereign's own: superadmin.
pub(super) struct Superadmin(pub(super) Caller);

impl FromRequestParts<Arc<App>> for Superadmin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.confirmed_role(app).await?.may_administer() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("this takes the role superadmin"))
        }
    }
}

/// A caller who may change the publisher's entries of the catalog: superadmin.
pub(super) struct Publisher(pub(super) Caller);

impl FromRequestParts<Arc<App>> for Publisher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let role = caller.confirmed_role(app).await?;
        if role.may_administer() {
            Ok(Self(caller))
        } else if role.may_issue_vouchers() {
            Err(Problem::catalog_entry_locked())
        } else {
            Err(Problem::forbidden("this takes the role superadmin"))
        }
    }
}

/// The address a request came from: of its connection, or, behind a trusted proxy, what the proxy says.
pub(crate) struct Address(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(Problem::internal)?;
        let forwarded = || {
            let values = parts.headers.get_all("x-forwarded-for").iter();
            values
                .filter_map(|value| value.to_str().ok())
                .flat_map(|text| text.split(','))
                .collect()
        };
        Ok(Self(app.limits.client(peer.0.ip(), forwarded)))
    }
}

/// What the request is called; see `middleware.rs`.
pub(crate) struct RequestName(pub(crate) String);

impl FromRequestParts<Arc<App>> for RequestName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let id = parts.extensions.get::<RequestId>().ok_or_else(Problem::internal)?;
        Ok(Self(id.0.clone()))
    }
}
