//! Who calls: the bearer of a valid token; and from where.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::UserId;

use super::middleware::RequestId;
use super::problem::Problem;
use crate::app::App;
use crate::auth::Role;
use crate::usecase::users;

/// A signed-in user.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) user_id: UserId,
    pub(super) email: String,
    role: Role,
    request_id: String,
}

impl Caller {
    pub(super) fn actor(&self) -> Actor {
        Actor { user_id: self.user_id.clone(), request_id: self.request_id.clone() }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = bearer(parts)?;
        let identity = app.tokens.verify(token).map_err(|error| Problem::unauthorized(error.0))?;
        let user_id = users::resolve(app, &identity).await?;
        let request_id = parts.extensions.get::<RequestId>();
        Ok(Self {
            user_id,
            email: identity.email,
            role: identity.role,
            request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
        })
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
        if caller.role.may_issue_vouchers() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("this takes the role superadmin or sovereign-admin"))
        }
    }
}

/// A caller who may see and change everything of the Sovereign's own: superadmin.
pub(super) struct Superadmin;

impl FromRequestParts<Arc<App>> for Superadmin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.role.may_administer() {
            Ok(Self)
        } else {
            Err(Problem::forbidden("this takes the role superadmin"))
        }
    }
}

/// The address a request came from: of its connection, or, behind a trusted proxy, what the proxy says.
pub(super) struct Address(pub(super) IpAddr);

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
