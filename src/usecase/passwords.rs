//! Passwords of administrators: argon2id, and a lockout that cannot lock somebody else out.
//!
//! Tries are limited per network. Besides, all networks from which nobody has signed in to an account yet
//! share a limit at that account. Whoever guesses from many networks uses that one up. From then on no answer
//! to any of them says whether a password was right, so that there is nothing to guess by; who has the right
//! one gets a code by mail, and enters that. From a network that is known nobody is held up.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use sovereign_domain::event::AuditEntry;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::networks;
use super::roles::Grantor;
use super::sessions::{self, SessionError, Shown, TokenPair};
use super::sign_in::{self, Asked};
use crate::app::App;
use crate::auth::Role;
use crate::limits::{Key, Quota, TooMany};
use crate::storage::audit::{self, Change};
use crate::storage::{self, Store, networks as network_rows, passwords as rows, users};
use crate::text::Language;

/// Passwords shorter than this are guessed (NIST SP 800-63B, section 5.1.1.2).
pub const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 1_024;
/// Each hash takes 19 MiB and a processor for a while.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Of the two at once one is for known networks, however many others guess.
static STRANGERS_HASHING: Semaphore = Semaphore::const_new(1);
/// How many of the others may wait for their turn, and how long those are told to wait who may not.
static STRANGERS_WAITING: Semaphore = Semaphore::const_new(64);
const BUSY: Duration = Duration::from_secs(5);

/// The hash of no password, so that an unknown address takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody's password").unwrap_or_default());

fn hash(password: &str) -> Option<String> {
    // The defaults are those that OWASP gives for argon2id: 19 MiB, two passes, one lane.
    let hashed = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hashed.to_string())
}

fn is_right(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// Who wants to sign in with a password, and from where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogIn<'a> {
    pub(crate) email: &'a str,
    pub(crate) password: &'a str,
    pub(crate) address: IpAddr,
    /// Of a mail, where one is needed.
    pub(crate) language: Language,
}

/// Why nobody is signed in.
#[derive(Debug)]
pub(crate) enum LogInError {
    /// Address or password.
    Wrong,
    TooMany(TooMany),
    /// Strangers have used up their guesses at this account. Right or wrong, the answer is this one; to who
    /// was right a code is on its way. The wait is until a password alone may do again.
    Crowded(TooMany),
    Session(SessionError),
}

impl From<storage::Error> for LogInError {
    fn from(error: storage::Error) -> Self {
        Self::Session(error.into())
    }
}

impl From<SessionError> for LogInError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<TooMany> for LogInError {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

/// Signs in with a password.
pub(crate) async fn log_in(
    app: &Arc<App>,
    asked: LogIn<'_>,
    request_id: &str,
) -> Result<TokenPair, LogInError> {
    let address = asked.address;
    app.limits.check(Quota::PasswordByAddress, Key::Address(address)).await?;
    let email = asked.email.trim().to_ascii_lowercase();
    let known = networks::seen(app, &email, address).await?.known;
    let (mut crowded, mut waiting) = (None, None);
    if !known {
        // Before anything is counted: who is told to come back in a moment, and does, has lost nothing by it.
        let busy = |_| LogInError::TooMany(TooMany { retry_after: BUSY });
        waiting = Some(STRANGERS_WAITING.try_acquire().map_err(busy)?);
        // Also where nobody has the address: the limit must not tell.
        let from = Key::EmailFrom(&email, address);
        app.limits.check(Quota::PasswordFromNew, from).await?;
        crowded = app.limits.check(Quota::PasswordFromUnknown, Key::Email(&email)).await.err();
    }
    let mut tx = app.store.read().await?;
    let (user_id, hash) = rows::find_by_email(&mut tx, &email).await?.unzip();
    drop(tx);
    let right = check(asked.password.to_owned(), hash, waiting).await?;
    let user_id = user_id.filter(|_| right);
    if let Some(too_many) = crowded {
        if user_id.is_some() {
            confirm_by_mail(app, asked, email);
        }
        return Err(LogInError::Crowded(too_many));
    }
    let user_id = user_id.ok_or(LogInError::Wrong)?;

    let shown = Shown::here("password", app.clock.now());
    let mut tx = app.store.begin().await?;
    networks::remember(app, &mut tx, &user_id, address).await?;
    let pair = sessions::begin(app, &mut tx, &user_id, &shown, request_id).await?;
    tx.commit().await?;
    Ok(pair)
}

/// Mails a code to whoever had the right password. The answer does not wait for it: it would be later than
/// that to a wrong one.
fn confirm_by_mail(app: &Arc<App>, asked: LogIn<'_>, email: String) {
    let (app, address, language) = (Arc::clone(app), asked.address, asked.language);
    tokio::spawn(async move {
        let asked = Asked {
            email: &email,
            address,
            language,
            browser: None,
            return_to: "/",
            administrator_link: None,
        };
        if let Err(error) = sign_in::confirm(&app, &asked).await {
            tracing::warn!(?error, "who had the right password got no code by mail");
        }
    });
}

/// Compares a password with a hash; `waiting` is the place of a stranger among those who wait for their turn.
async fn check(
    password: String,
    hash: Option<String>,
    waiting: Option<SemaphorePermit<'static>>,
) -> Result<bool, LogInError> {
    let broken = || LogInError::Session(SessionError::Broken);
    let mut place = None;
    if let Some(waiting) = waiting {
        place = Some((waiting, STRANGERS_HASHING.acquire().await.map_err(|_| broken())?));
    }
    let turn = HASHING.acquire().await.map_err(|_| broken())?;
    let checked = tokio::task::spawn_blocking(move || {
        let exists = hash.is_some();
        let right = is_right(&password, hash.as_deref().unwrap_or(&NOBODY)) && exists;
        // Kept until here: who hangs up ends the wait for the answer, but not the hash.
        drop((place, turn));
        right
    });
    checked.await.map_err(|_| broken())
}

/// Why a password was not set.
#[derive(Debug)]
pub enum PasswordError {
    /// It has not enough characters, or too many.
    Length,
    /// Nobody with a role on the Sovereign has this address.
    UnknownUser,
    Storage(storage::Error),
}

impl From<storage::Error> for PasswordError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Sets the password of an administrator.
///
/// # Errors
/// [`PasswordError`].
pub(crate) async fn set(
    store: &Store,
    email: &str,
    password: &str,
    grantor: &mut Grantor<'_>,
) -> Result<(), PasswordError> {
    if !(MIN_CHARS..=MAX_CHARS).contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    let hash = hash(password).ok_or_else(|| storage::Error::Unavailable("argon2".into()))?;
    let mut tx = store.begin().await?;
    let found = users::profiles_by_email(&mut tx, email).await?;
    let user = found.into_iter().find(|user| user.role != Role::Member.as_str());
    let user = user.ok_or(PasswordError::UnknownUser)?;
    rows::set(&mut tx, &user.id, Some(&hash), grantor.now).await?;
    // Who knew the last one may have made a network known with it.
    network_rows::forget_of(&mut tx, &user.id).await?;
    let entry = AuditEntry {
        id: grantor.ids.next_id(),
        at: grantor.now,
        actor: grantor.actor.clone(),
        action: "user.password",
        subject: user.id,
        tenant_id: None,
    };
    audit::record(&mut tx, &[(entry, Change::default())]).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::poll;
    use tokio::task::spawn_blocking;

    use super::{HASHING, check};

    /// The one thread that hashes here is taken, so that the hash is still to come when its caller is gone.
    #[test]
    fn who_hangs_up_keeps_the_turn_until_the_hash_is_done() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build();
        runtime.unwrap().block_on(async {
            let (go, wait) = mpsc::channel::<()>();
            let taken = spawn_blocking(move || wait.recv());
            let mut checked = Box::pin(check("a guess".to_owned(), None, None));
            assert!(poll!(checked.as_mut()).is_pending());
            drop(checked);
            assert_eq!(HASHING.available_permits(), 1);
            go.send(()).unwrap();
            taken.await.unwrap().unwrap();
            drop(HASHING.acquire_many(2).await.unwrap());
        });
    }
}
