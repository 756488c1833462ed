//! Passwords of administrators: argon2id, and a lockout that cannot lock somebody else out.
//!
//! Tries are limited per network. Besides, all networks from which nobody has signed in to an account yet
//! share a limit at that account. Whoever guesses from many networks uses that one up; the administrator
//! comes from a network that is known, and is not held up, or signs in by mail.

use std::net::IpAddr;
use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use sovereign_domain::event::AuditEntry;
use tokio::sync::Semaphore;

use super::roles::Grantor;
use super::sessions::{self, SessionError, Shown, TokenPair};
use super::sign_in::SignInError;
use crate::app::App;
use crate::auth::Role;
use crate::limits::{Key, Quota, network_name};
use crate::storage::audit::{self, Change};
use crate::storage::{self, Store, passwords as rows, users};

/// How long a network is known after the right password came from it.
const KNOWN_DAYS: i64 = 90;
/// Passwords shorter than this are guessed (NIST SP 800-63B, section 5.1.1.2).
pub const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 1_024;
/// Each hash takes 19 MiB and a processor for a while.
static HASHING: Semaphore = Semaphore::const_new(2);

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

/// Signs in with a password.
pub(crate) async fn log_in(
    app: &App,
    email: &str,
    password: &str,
    address: IpAddr,
    request_id: &str,
) -> Result<TokenPair, SignInError> {
    app.limits.check(Quota::PasswordByAddress, Key::Address(address)).await?;
    let email = email.trim().to_ascii_lowercase();
    let network = network_name(address);
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let found = rows::find_by_email(&mut tx, &email).await?;
    let known = match &found {
        Some((user_id, _)) => {
            let since = now.plus_days(-KNOWN_DAYS);
            rows::knows_network(&mut tx, user_id, &network, since).await?
        }
        None => false,
    };
    drop(tx);
    if !known {
        // Also where nobody has the address: the limit must not tell.
        app.limits.check(Quota::PasswordFromUnknown, Key::Email(&email)).await?;
    }
    let (user_id, hash) = found.unzip();
    let right = check(password.to_owned(), hash).await?;
    let user_id = user_id.filter(|_| right).ok_or(SignInError::Wrong)?;

    let shown = Shown { method: "password".to_owned(), trusted: true, granted: Role::Member };
    let mut tx = app.store.begin().await?;
    rows::remember_network(&mut tx, &user_id, &network, now).await?;
    let pair = sessions::begin(app, &mut tx, &user_id, &shown, request_id).await?;
    tx.commit().await?;
    Ok(pair)
}

async fn check(password: String, hash: Option<String>) -> Result<bool, SignInError> {
    let broken = || SignInError::Session(SessionError::Broken);
    let _turn = HASHING.acquire().await.map_err(|_| broken())?;
    let checked = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        is_right(&password, hash.as_deref().unwrap_or(&NOBODY)) && known
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
