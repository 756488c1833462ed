//! `/auth/google*`: signing in with the issuer named `google`, for clients that keep neither cookies nor
//! `state`. Pages use `web/elsewhere.rs`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::TokenPairBody;
use super::caller::{Address, RequestName};
use super::extract::{Body, Query};
use super::problem::Problem;
use crate::app::App;
use crate::auth::oidc::{Failure, Issuer, is_loopback};
use crate::limits::{Key, Quota};
use crate::usecase::branding;
use crate::usecase::elsewhere::ElsewhereError;
use crate::usecase::elsewhere_client::{self, Returned};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GoogleQuery {
    /// Where Google sends the person back to: an https address on this Sovereign or below it.
    redirect_uri: String,
    /// Whether the answer's `state` must come with the code. By default it may.
    #[serde(default)]
    with_state: bool,
}

/// Where to send the person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoogleUrl)]
pub(super) struct GoogleUrlBody {
    url: String,
    /// What they come back with; keep it where they are. It is good for ten minutes.
    state: String,
}

/// Begins a sign-in with Google
///
/// The person goes to `url` and comes back to `redirect_uri` with a `code` and the `state`. Compare that
/// with the one kept, or somebody could be signed in as another; with `with_state` send the kept one along.
#[utoipa::path(
    get, path = "/auth/google", tag = "Sign-in", operation_id = "beginGoogleSignIn",
    params(GoogleQuery),
    responses(
        (status = 200, description = "Where to send the person", body = GoogleUrlBody),
        (status = 404, description = "Google is not configured here"),
        (status = 503, description = "Google does not answer (`issuer_unavailable`)"),
    ),
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    Query(query): Query<GoogleQuery>,
) -> Result<Json<GoogleUrlBody>, Problem> {
    let issuer = google(&app)?;
    let redirect_uri = usable_redirect_uri(&app, &query.redirect_uri).await?;
    let (url, state) =
        elsewhere_client::begin(&app, issuer, redirect_uri, query.with_state).await?;
    Ok(Json(GoogleUrlBody { url, state }))
}

/// What somebody came back with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GoogleCallback)]
pub(super) struct GoogleCallbackBody {
    code: String,
    /// The one that the sign-in was begun with.
    redirect_uri: String,
    /// The same of the state. Where it comes along it is checked.
    #[serde(default)]
    #[schema(nullable = true)]
    state: Option<String>,
}

/// Signs in with a code from Google
///
/// Makes the user where there is none yet.
#[utoipa::path(
    post, path = "/auth/google/callback", tag = "Sign-in", operation_id = "finishGoogleSignIn",
    request_body = GoogleCallbackBody,
    responses(
        (status = 200, description = "Signed in", body = TokenPairBody),
        (status = 401, description = "The code was used, is too old, or came from another sign-in, or the \
            state is none of here or over"),
        (status = 404, description = "Google is not configured here"),
        (status = 429, description = "Too many tries from this network"),
        (status = 503, description = "Google does not answer (`issuer_unavailable`)"),
    ),
)]
pub(super) async fn callback(
    State(app): State<Arc<App>>,
    Address(address): Address,
    RequestName(request_id): RequestName,
    Body(body): Body<GoogleCallbackBody>,
) -> Result<Json<TokenPairBody>, Problem> {
    let issuer = google(&app)?;
    app.limits.check(Quota::VerifyByAddress, Key::Address(address)).await?;
    let redirect_uri = usable_redirect_uri(&app, &body.redirect_uri).await?;
    let returned = Returned { code: &body.code, redirect_uri, state: body.state.as_deref() };
    let pair = elsewhere_client::finish(&app, issuer, returned, &request_id).await?;
    Ok(Json(pair.into()))
}

fn google(app: &App) -> Result<&Issuer, Problem> {
    let missing = || Problem::not_found("signing in with Google is not configured here");
    app.issuers.named("google").ok_or_else(missing)
}

/// A code that is sent anywhere else would sign strangers in.
async fn usable_redirect_uri<'a>(app: &App, text: &'a str) -> Result<&'a str, Problem> {
    let addresses = [app.configured_url.clone(), branding::address(app).await?];
    let addresses = addresses.map(|address| Url::parse(&address).ok());
    let hosts = addresses.iter().flatten().filter_map(Url::host_str).chain([&*app.facts.fqdn]);
    if is_ours(text, &hosts.collect::<Vec<_>>(), app.facts.demo) {
        return Ok(text);
    }
    let fqdn = &app.facts.fqdn;
    let detail = format!("redirect_uri must be an https address on {fqdn} or a name below it");
    Err(Problem::field("redirect_uri", detail))
}

fn is_ours(text: &str, hosts: &[&str], demo: bool) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default();
    let below = |name: &&str| {
        host == *name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    };
    let here = url.scheme() == "https" && hosts.iter().any(below);
    plain && (here || (demo && is_loopback(&url)))
}

impl From<ElsewhereError> for Problem {
    fn from(error: ElsewhereError) -> Self {
        match error {
            ElsewhereError::Issuer(Failure::Unreachable) => Self::issuer_unavailable(),
            ElsewhereError::Session(error) => error.into(),
            ElsewhereError::Issuer(Failure::Refused(refused)) => {
                tracing::warn!(reason = refused.0, "a sign-in with an issuer failed");
                Self::unauthorized("this sign-in did not work; begin again")
            }
            ElsewhereError::NotBegun | ElsewhereError::Cancelled | ElsewhereError::NotShownAnew => {
                Self::unauthorized("this sign-in did not work; begin again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn codes_are_sent_to_this_sovereign_alone() {
        let ours = |text, demo| is_ours(text, &["sov.example", "shop.other.example"], demo);
        for good in [
            "https://sov.example/auth/google",
            "https://console.sov.example:8443/back?a=b",
            "https://shop.other.example/",
            "https://SOV.example/x",
        ] {
            assert!(ours(good, false), "{good}");
        }
        for bad in [
            "",
            "/back",
            "http://sov.example/",
            "http://127.0.0.1:3000/",
            "https://evilsov.example/",
            "https://sov.example.evil.example/",
            "https://other.example/",
            "https://sov.example@evil.example/",
            "https://evil.example\\@sov.example/",
            "https://user@sov.example/",
            "https://sov.example/#part",
            "https://evil.example/?https://sov.example",
            "javascript://sov.example/%0aalert(1)",
        ] {
            assert!(!ours(bad, false), "{bad}");
        }
        assert!(ours("http://127.0.0.1:3000/back", true) && ours("http://localhost/", true));
        assert!(!ours("http://sov.example/", true) && !ours("http://10.0.0.1/", true));
    }
}
