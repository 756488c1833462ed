//! Signing in with a configured issuer: the person goes there, and comes back with a code.
//!
//! The issuer says who they are; what it may say beyond that is in its settings. Nothing is written before
//! its answer has been checked whole.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;

use super::sessions::{LATELY_SECONDS, SessionError, Shown};
use super::{branding, users};
use crate::app::App;
use crate::auth::TokenError;
use crate::auth::oidc::{Asked, Failure, Issuer, Person};
use crate::auth::secrets::{self, NoRandomness, Purpose};
use crate::storage::users as user_rows;
use crate::storage::{self, Tx};
use crate::text::Language;

/// How long somebody may take to sign in elsewhere.
pub(crate) const WITHIN_SECONDS: u32 = 600;

/// Why nobody is signed in.
#[derive(Debug)]
pub(crate) enum ElsewhereError {
    /// Begun in another browser or too long ago, or not begun at all.
    NotBegun,
    /// The person said no there.
    Cancelled,
    /// They were to show anew who they are, and the issuer does not say that they did.
    NotShownAnew,
    Issuer(Failure),
    Session(SessionError),
}

impl From<Failure> for ElsewhereError {
    fn from(failure: Failure) -> Self {
        Self::Issuer(failure)
    }
}

impl From<SessionError> for ElsewhereError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<storage::Error> for ElsewhereError {
    fn from(error: storage::Error) -> Self {
        Self::Session(error.into())
    }
}

impl From<NoRandomness> for ElsewhereError {
    fn from(error: NoRandomness) -> Self {
        Self::Session(error.into())
    }
}

/// What the browser keeps meanwhile, under a seal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    issuer: String,
    state: String,
    nonce: String,
    verifier: String,
    /// Where it goes on after the sign-in: a path of this Sovereign.
    pub(crate) return_to: String,
    /// Whether the person is to show there anew who they are, however long they have been signed in.
    #[serde(default)]
    again: bool,
    expires_at_seconds: i64,
}

/// With what somebody comes back, as it stands in the address.
#[derive(Debug, Default)]
pub(crate) struct Returned<'a> {
    pub(crate) state: &'a str,
    pub(crate) code: &'a str,
    pub(crate) error: &'a str,
    pub(crate) iss: Option<&'a str>,
}

impl Journey {
    fn begin(
        issuer: &Issuer,
        (return_to, again): (&str, bool),
        now: Timestamp,
    ) -> Result<Self, NoRandomness> {
        Ok(Self {
            issuer: issuer.settings.name.clone(),
            state: secrets::random_token()?,
            nonce: secrets::random_token()?,
            verifier: secrets::random_token()?,
            return_to: return_to.to_owned(),
            again,
            expires_at_seconds: now.plus_seconds(WITHIN_SECONDS.into()).seconds(),
        })
    }

    /// As a cookie holds it.
    fn seal(&self, app: &App) -> String {
        let content = URL_SAFE_NO_PAD.encode(serde_json::json!(self).to_string());
        let seal = app.tokens.secrets().mac(Purpose::SignInElsewhere, content.as_bytes());
        format!("{content}.{seal}")
    }

    /// One that this Sovereign sealed and that is not over.
    fn open(app: &App, sealed: &str) -> Option<Self> {
        let (content, seal) = sealed.split_once('.')?;
        let secrets = app.tokens.secrets();
        if !secrets.is_mac(Purpose::SignInElsewhere, content.as_bytes(), seal) {
            return None;
        }
        let journey: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()?;
        (app.clock.now().seconds() < journey.expires_at_seconds).then_some(journey)
    }

    fn asked<'a>(&'a self, redirect_uri: &'a str) -> Asked<'a> {
        Asked {
            redirect_uri,
            verifier: &self.verifier,
            nonce: &self.nonce,
            max_age_seconds: self.again.then_some(LATELY_SECONDS),
        }
    }
}

/// Where issuers send browsers back to.
async fn redirect_uri(app: &App) -> storage::Result<String> {
    Ok(branding::load(app).await?.page("/auth/callback"))
}

/// Begins a sign-in: where the browser goes, and what its cookie holds until it comes back. With `again` the
/// person is to show there anew who they are.
pub(crate) async fn begin(
    app: &App,
    issuer: &Issuer,
    return_to: &str,
    again: bool,
) -> Result<(String, String), ElsewhereError> {
    let journey = Journey::begin(issuer, (return_to, again), app.clock.now())?;
    let redirect_uri = redirect_uri(app).await?;
    let url = issuer.authorization_url(journey.asked(&redirect_uri), &journey.state).await?;
    Ok((url, journey.seal(app)))
}

/// The sign-in that somebody comes back from, where it was begun in their browser: whoever is sent here
/// with another's code would be signed in as that other.
pub(crate) fn resume(
    app: &App,
    cookie: Option<&str>,
    returned: &Returned<'_>,
) -> Result<Journey, ElsewhereError> {
    let journey = cookie.and_then(|cookie| Journey::open(app, cookie));
    let journey = journey.filter(|journey| secrets::same(&journey.state, returned.state));
    journey.ok_or(ElsewhereError::NotBegun)
}

/// Who has come back, by the issuer's word.
pub(crate) async fn arrive(
    app: &App,
    journey: &Journey,
    returned: &Returned<'_>,
) -> Result<(Person, Shown), ElsewhereError> {
    // Its settings may be gone since.
    let issuer = app.issuers.named(&journey.issuer).ok_or(ElsewhereError::NotBegun)?;
    issuer.check_answer(returned.iss).await?;
    if returned.error == "access_denied" {
        return Err(ElsewhereError::Cancelled);
    }
    if !returned.error.is_empty() {
        let (name, error) = (&issuer.settings.name, returned.error);
        tracing::warn!(issuer = name, ?error, "an issuer sent somebody back without a code");
        return Err(Failure::Refused(TokenError("the issuer answers with an error")).into());
    }
    let redirect_uri = redirect_uri(app).await?;
    let person = issuer.redeem(returned.code, journey.asked(&redirect_uri)).await?;
    let shown = shown(issuer, &person);
    // What was asked for went through the browser, which may have left it out.
    let oldest = app.clock.now().plus_seconds(-LATELY_SECONDS);
    if journey.again && shown.at.is_none_or(|at| at < oldest) {
        return Err(ElsewhereError::NotShownAnew);
    }
    Ok((person, shown))
}

pub(super) fn shown(issuer: &Issuer, person: &Person) -> Shown {
    Shown {
        method: format!("oidc:{}", issuer.settings.name),
        trusted: issuer.settings.grants_roles,
        granted: person.identity.role,
        at: person.identity.signed_in_at,
    }
}

/// The user that a person is, made where there was none, with the language they read here; and whether they are new.
pub(crate) async fn user(
    app: &App,
    tx: &mut Tx,
    person: &Person,
    language: Option<Language>,
) -> storage::Result<(String, bool)> {
    let identity = &person.identity;
    let new = users::new_user(app, identity);
    let links = users::links(identity, &new);
    let found = users::find_or_create(app, tx, &new, links).await?;
    let user_id = found.user_id.to_string();
    // An issuer vouches for the address that it names, which may not be the one known here.
    let known = user_rows::profile(tx, &user_id).await?;
    let same = known.is_some_and(|user| user.email.eq_ignore_ascii_case(&new.email));
    let (verified, now) = (new.email_verified && same, app.clock.now());
    user_rows::note_profile(tx, &user_id, verified, &person.name, &person.picture, now).await?;
    if let Some(language) = language {
        user_rows::note_language(tx, &user_id, language.tag()).await?;
    }
    Ok((user_id, found.is_new))
}
