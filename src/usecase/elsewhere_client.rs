//! Signing in with a configured issuer for clients of the API, which keep no cookie.
//!
//! What ties an answer to its question follows from what the client sends: the address that somebody comes
//! back to and, where the client wants that, the `state` as well. By the address alone it is the same for
//! everybody, and only as good as the client's own care for its `state`.

use super::elsewhere::{ElsewhereError, WITHIN_SECONDS, shown, user};
use super::sessions::{self, TokenPair};
use crate::app::App;
use crate::auth::oidc::{Asked, Issuer};
use crate::auth::secrets::{self, NoRandomness, Purpose};

/// With what a client comes back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Returned<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: &'a str,
    /// Where the client sends it along.
    pub(crate) state: Option<&'a str>,
}

/// PKCE's verifier and the nonce.
struct Derived {
    verifier: String,
    nonce: String,
}

impl Derived {
    fn of(app: &App, redirect_uri: &str, state: Option<&str>) -> Self {
        let secrets = app.tokens.secrets();
        let derive = |what: &str| {
            let of = match state {
                None => format!("{what}\n{redirect_uri}"),
                Some(state) => format!("{what} of a state\n{state}\n{redirect_uri}"),
            };
            secrets.mac(Purpose::GoogleRoute, of.as_bytes())
        };
        Self { verifier: derive("verifier"), nonce: derive("nonce") }
    }

    fn asked<'a>(&'a self, redirect_uri: &'a str) -> Asked<'a> {
        let Self { verifier, nonce } = self;
        Asked { redirect_uri, verifier, nonce, max_age_seconds: None }
    }
}

/// What a state says of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ties {
    /// The code is worth something with this state only.
    State,
    /// The state is for the client to compare.
    Address,
}

impl Ties {
    const fn letter(self) -> &'static str {
        match self {
            Self::State => "s",
            Self::Address => "a",
        }
    }
}

fn sealed(app: &App, head: &str, redirect_uri: &str) -> String {
    app.tokens.secrets().mac(Purpose::GoogleState, format!("{head}\n{redirect_uri}").as_bytes())
}

fn new_state(app: &App, redirect_uri: &str, ties: Ties) -> Result<String, NoRandomness> {
    let until = app.clock.now().plus_seconds(WITHIN_SECONDS.into()).seconds();
    let head = format!("{}.{until}.{}", secrets::random_token()?, ties.letter());
    let seal = sealed(app, &head, redirect_uri);
    Ok(format!("{head}.{seal}"))
}

/// Of a state that was given out here for this address and is not over.
fn read_state(app: &App, state: &str, redirect_uri: &str) -> Option<Ties> {
    let (head, seal) = state.rsplit_once('.')?;
    let data = format!("{head}\n{redirect_uri}");
    if !app.tokens.secrets().is_mac(Purpose::GoogleState, data.as_bytes(), seal) {
        return None;
    }
    let (rest, letter) = head.rsplit_once('.')?;
    let (_, until) = rest.rsplit_once('.')?;
    let until: i64 = until.parse().ok()?;
    let ties = [Ties::State, Ties::Address].into_iter().find(|ties| ties.letter() == letter)?;
    (app.clock.now().seconds() < until).then_some(ties)
}

/// Where a client of the API sends somebody who signs in with `issuer`, and the state that they come back
/// with. With `with_state` the client must send that along with the code.
pub(crate) async fn begin(
    app: &App,
    issuer: &Issuer,
    redirect_uri: &str,
    with_state: bool,
) -> Result<(String, String), ElsewhereError> {
    let ties = if with_state { Ties::State } else { Ties::Address };
    let state = new_state(app, redirect_uri, ties)?;
    let derived = Derived::of(app, redirect_uri, with_state.then_some(&*state));
    let url = issuer.authorization_url(derived.asked(redirect_uri), &state).await?;
    Ok((url, state))
}

/// Signs in for the API, with the code that came back.
pub(crate) async fn finish(
    app: &App,
    issuer: &Issuer,
    returned: Returned<'_>,
    request_id: &str,
) -> Result<TokenPair, ElsewhereError> {
    let Returned { code, redirect_uri, state } = returned;
    let ties = match state {
        None => Ties::Address,
        Some(state) => read_state(app, state, redirect_uri).ok_or(ElsewhereError::NotBegun)?,
    };
    let derived = Derived::of(app, redirect_uri, state.filter(|_| ties == Ties::State));
    let person = issuer.redeem(code, derived.asked(redirect_uri)).await?;
    let mut tx = app.store.begin().await?;
    let (user_id, _) = user(app, &mut tx, &person, None).await?;
    let shown = shown(issuer, &person);
    let pair = sessions::begin(app, &mut tx, &user_id, &shown, request_id).await?;
    tx.commit().await?;
    Ok(pair)
}
