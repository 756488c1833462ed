//! Sign-in by e-mail: a code of six digits and a link, good for five minutes, once.
//!
//! Whoever can read the mailbox is the user. Of the code and the link only digests are kept. How often a code
//! may be tried, and by whom, is in `sign_in_codes.rs`.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::json;
use sovereign_domain::event::Actor;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::sessions::{self, SessionError, Shown, TokenPair};
use super::{audited, branding, networks, roles, sign_in_codes, users};
use crate::app::App;
use crate::auth::secrets::{self, Purpose};
use crate::auth::{Role, own_issuer};
use crate::branding::Branding;
use crate::limits::{Key, Quota, TooMany, network_name};
use crate::mail::{self, MailError, SignInCode};
use crate::storage::sign_ins::{self as rows, NewSignIn, SignInRow};
use crate::storage::users as user_rows;
use crate::storage::users::NewUser;
use crate::storage::{self, Tx};
use crate::text::Language;

const MINUTES: i64 = 5;
/// The API answers a wrong code at a multiple of this after it was asked: how long the answer takes does not tell
/// with how many sign-ins the code was compared, and so not whether somebody's right password began one of them.
const WRONG_EVERY_MICROS: u64 = 100_000;

/// Where a mail was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    pub(crate) email: &'a str,
    pub(crate) address: IpAddr,
    pub(crate) language: Language,
    /// What the browser that asked can be known by; absent for the API.
    pub(crate) browser: Option<&'a str>,
    /// Where it goes on after the sign-in: a path of this Sovereign.
    pub(crate) return_to: &'a str,
    /// The one-time link that makes this person the superadmin.
    pub(crate) administrator_link: Option<&'a str>,
}

/// What shows that somebody can read the mailbox.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// The code, of what the API asked for.
    CodeOfEmail { email: &'a str, code: &'a str },
    /// The code, in the browser that asked.
    CodeInBrowser { id: Uuid, browser: &'a str, code: &'a str },
    /// The link, and a button pressed on its page.
    Link { token: &'a str },
}

#[derive(Debug)]
pub(crate) enum SignInError {
    /// No e-mail address.
    BadAddress,
    /// The mail server will not send there.
    Undeliverable,
    TooMany(TooMany),
    /// Wrong, used, too old, or tried too often.
    Wrong,
    Session(SessionError),
}

impl From<storage::Error> for SignInError {
    fn from(error: storage::Error) -> Self {
        Self::Session(error.into())
    }
}

impl From<SessionError> for SignInError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<secrets::NoRandomness> for SignInError {
    fn from(error: secrets::NoRandomness) -> Self {
        Self::Session(error.into())
    }
}

impl From<TooMany> for SignInError {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

/// Sends code and link; answers what the sign-in is called. It is the same for every address, whether
/// somebody has it here or not.
pub(crate) async fn ask(app: &App, asked: &Asked<'_>) -> Result<Uuid, SignInError> {
    let email = mail::usable_address(asked.email).ok_or(SignInError::BadAddress)?;
    let by_address = (Quota::SignInMailByAddress, Key::Address(asked.address));
    let from = Key::EmailFrom(&email, asked.address);
    if networks::seen(app, &email, asked.address).await?.known {
        app.limits.check_all(&[by_address, (Quota::SignInMailFromKnown, from)]).await?;
    } else {
        let strangers = (Quota::SignInMailByEmail, Key::Email(&email));
        let quotas = [by_address, (Quota::SignInMailFromNew, from), strangers];
        app.limits.check_all(&quotas).await?;
    }
    send(app, asked, &email, false).await
}

/// The same for whoever has shown the right password, and must show that they read the mailbox as well. They
/// have mails that nobody else can use up, and may enter the code whatever others have tried.
pub(crate) async fn confirm(app: &App, asked: &Asked<'_>) -> Result<Uuid, SignInError> {
    let email = mail::usable_address(asked.email).ok_or(SignInError::BadAddress)?;
    app.limits.check(Quota::SignInMailByPassword, Key::Email(&email)).await?;
    send(app, asked, &email, true).await
}

async fn send(
    app: &App,
    asked: &Asked<'_>,
    email: &str,
    by_password: bool,
) -> Result<Uuid, SignInError> {
    let now = app.clock.now();
    let (id, code, token) = (app.new_id(), secrets::random_code()?, secrets::random_token()?);
    let mut tx = app.store.begin().await?;
    let administrator_link_id = match asked.administrator_link {
        None => None,
        Some(token) => {
            let digest = secrets::digest(token);
            let found = rows::find_administrator_link(&mut tx, &digest, now).await?;
            Some(found.ok_or(SignInError::Wrong)?)
        }
    };
    let new = NewSignIn {
        id,
        email: email.to_owned(),
        code_digest: code_digest(app, id, &code),
        link_digest: secrets::digest(&token),
        browser_digest: asked.browser.map(secrets::digest),
        return_to: asked.return_to.to_owned(),
        administrator_link_id,
        language: asked.language.tag(),
        network: network_name(asked.address),
        by_password,
        expires_at: now.plus_seconds(MINUTES * 60),
    };
    rows::insert(&mut tx, &new, now).await?;
    let branding = branding::of(app, &mut tx).await?;
    let address = link_address(app, &mut tx, &new, &branding).await?;
    tx.commit().await?;

    let letter = SignInCode {
        brand: &branding,
        code: &code,
        link: &format!("{address}/sign-in/link?token={token}"),
        minutes: MINUTES,
    };
    match app.mailer.send(email, &letter.letter(asked.language), app.new_id(), now).await {
        Ok(()) => Ok(id),
        Err(MailError::Refused) => Err(SignInError::Undeliverable),
        Err(MailError::Unavailable) => {
            Err(storage::Error::Unavailable("the mail server".into()).into())
        }
    }
}

/// Where the link leads. A franchisee's administrator names the host of the pages, and would come by what is in
/// a link: that of a superadmin's, or of whoever becomes one, leads to the address that is configured.
async fn link_address(
    app: &App,
    tx: &mut Tx,
    sign_in: &NewSignIn,
    branding: &Branding,
) -> storage::Result<String> {
    let people = user_rows::profiles_by_email(tx, &sign_in.email).await?;
    let superadmin = people.iter().any(|person| person.role == Role::Superadmin.as_str());
    let platform = superadmin || sign_in.administrator_link_id.is_some();
    Ok(if platform { &app.configured_url } else { &branding.address }.clone())
}

fn code_digest(app: &App, id: Uuid, code: &str) -> String {
    app.tokens.secrets().mac(Purpose::SignInCode, &sign_in_codes::coded(id, code))
}

/// The address behind a link that still works, and whether `browser` is the one that asked for it.
pub(crate) async fn behind_link(
    app: &App,
    token: &str,
    browser: &str,
) -> storage::Result<Option<(String, bool)>> {
    let mut tx = app.store.read().await?;
    let found = rows::find_by_link(&mut tx, &secrets::digest(token), app.clock.now()).await?;
    Ok(found.map(|row| {
        let digest = secrets::digest(browser);
        let same = row.browser_digest.is_some_and(|stored| secrets::same(&stored, &digest));
        (row.email, same)
    }))
}

/// Who a proof is of, and where they go on.
pub(crate) struct Proven {
    pub(crate) user_id: String,
    /// Whether this sign-in made them a user.
    pub(crate) is_new: bool,
    pub(crate) return_to: String,
    pub(crate) shown: Shown,
}

/// Checks a proof and uses it up. The caller begins the session and commits; where there is no proof, the
/// try has been counted.
pub(crate) async fn prove(
    app: &App,
    proof: Proof<'_>,
    address: IpAddr,
    request_id: &str,
) -> Result<(Tx, Proven), SignInError> {
    let now = app.clock.now();
    let (mut tx, found) = match proof {
        Proof::Link { token } => {
            let mut tx = app.store.begin().await?;
            let found = rows::find_by_link(&mut tx, &secrets::digest(token), now).await?;
            (tx, found)
        }
        Proof::CodeInBrowser { id, browser, code } => {
            sign_in_codes::in_browser(app, (id, browser), code, address).await?
        }
        Proof::CodeOfEmail { email, code } => {
            let email = mail::usable_address(email).ok_or(SignInError::Wrong)?;
            sign_in_codes::of_email(app, &email, code, address).await?
        }
    };
    let used = match &found {
        Some(row) => rows::mark_used(&mut tx, row.id, now).await?,
        None => false,
    };
    let Some(row) = found.filter(|_| used) else {
        // Tries count, whatever they come to.
        tx.commit().await?;
        return Err(SignInError::Wrong);
    };
    let (user_id, is_new) = person(app, &mut tx, &row, request_id).await?;
    networks::remember(app, &mut tx, &user_id, address).await?;
    let shown = Shown::here("email", now);
    Ok((tx, Proven { user_id, is_new, return_to: row.return_to, shown }))
}

/// The user whose mailbox it is, and whether they are new.
async fn person(
    app: &App,
    tx: &mut Tx,
    row: &SignInRow,
    request_id: &str,
) -> storage::Result<(String, bool)> {
    let now = app.clock.now();
    let new = NewUser {
        id: app.new_id().to_string().into(),
        issuer: own_issuer(&app.facts.fqdn),
        subject: row.email.clone(),
        email: row.email.clone(),
        email_verified: true,
    };
    let users::Found { user_id, is_new } = users::find_or_create(app, tx, &new, true).await?;
    user_rows::note_profile(tx, &user_id.0, true, "", "", now).await?;
    if let Some(language) = &row.language {
        user_rows::note_language(tx, &user_id.0, language).await?;
    }
    if let Some(link) = row.administrator_link_id
        && rows::use_administrator_link(tx, link, &user_id.0, now).await?
    {
        let actor = Actor { user_id: user_id.clone(), request_id: request_id.to_owned() };
        roles::change(app, tx, &actor, &user_id.0, Role::Superadmin).await?;
        rows::end_administrator_links(tx, now).await?;
        let subject = link.to_string();
        let entry = audited::entry(app, &actor, "administrator_link.use", &subject, None);
        audited::record(tx, entry, json!({})).await?;
    }
    Ok((user_id.to_string(), is_new))
}

/// How long it is until wrong codes are answered again.
fn until_the_next_tick(taken: Duration) -> Duration {
    let taken = u64::try_from(taken.as_micros()).unwrap_or_default();
    Duration::from_micros(WRONG_EVERY_MICROS - taken % WRONG_EVERY_MICROS)
}

/// Signs in for the API.
pub(crate) async fn verify(
    app: &App,
    (email, code): (&str, &str),
    address: IpAddr,
    request_id: &str,
) -> Result<TokenPair, SignInError> {
    let asked_at = Instant::now();
    let proof = Proof::CodeOfEmail { email, code };
    let proven = prove(app, proof, address, request_id).await;
    if matches!(proven, Err(SignInError::Wrong)) {
        sleep(until_the_next_tick(asked_at.elapsed())).await;
    }
    let (mut tx, proven) = proven?;
    let pair = sessions::begin(app, &mut tx, &proven.user_id, &proven.shown, request_id).await?;
    tx.commit().await?;
    Ok(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_codes_are_answered_at_whole_ticks() {
        let micros = Duration::from_micros;
        for (taken, then) in
            [(0, 100_000), (1, 99_999), (99_999, 1), (100_000, 100_000), (250_000, 50_000)]
        {
            assert_eq!(until_the_next_tick(micros(taken)), micros(then), "{taken}");
        }
    }
}
