//! Sessions: begun by a sign-in, kept alive by refresh tokens or a browser's cookie, ended by a logout.
//!
//! A refresh token works once. Used again within ten seconds, as two tabs do, it brings the same
//! successor; later it is in wrong hands, and the whole session ends (RFC 9700, section 4.14.2).

use serde_json::json;
use sovereign_domain::event::{Actor, Event, EventData, UserLogin};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{audited, networks};
use crate::app::App;
use crate::auth::secrets::{self, Purpose, Secrets};
use crate::auth::{Role, SignedIn, Tokens};
use crate::storage::audit;
use crate::storage::sessions::{self as rows, NewSession, SessionRow};
use crate::storage::users::{self, ProfileRow};
use crate::storage::{self, Tx};

/// A session that nobody uses for this long ends.
const LIFETIME_DAYS: i64 = 30;
/// Two tabs may use one refresh token within this time.
const REPLAY_GRACE_SECONDS: i64 = 10;
/// A browser's session is made to last longer at most this often.
const EXTEND_EVERY_SECONDS: i64 = 86_400;
/// Ended sessions are kept for this long, so that a late replay still finds what it replays.
const KEEP_ENDED_DAYS: i64 = 30;

/// Whoever changes roles or keys, or ends an Organization, must have shown who they are within this time.
pub(crate) const LATELY_SECONDS: i64 = 600;

/// How somebody showed who they are.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// `email`, `password`, or `oidc:` and the issuer's name.
    pub(crate) method: String,
    /// Whether roles count in this session.
    pub(crate) trusted: bool,
    /// The role that the issuer granted.
    pub(crate) granted: Role,
    /// When they showed it; absent where their issuer does not say.
    pub(crate) at: Option<Timestamp>,
}

impl Shown {
    /// Shown to this Sovereign itself, just now.
    pub(super) fn here(method: &str, now: Timestamp) -> Self {
        let method = method.to_owned();
        Self { method, trusted: true, granted: Role::Member, at: Some(now) }
    }
}

/// What a client gets.
#[derive(Debug, Clone)]
pub(crate) struct TokenPair {
    pub(crate) token: String,
    pub(crate) refresh_token: String,
    pub(crate) user: ProfileRow,
    pub(crate) role: Role,
}

/// Who a live session is of, and what they may do now.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) id: Uuid,
    pub(crate) user_id: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) signed_in_at: Timestamp,
    /// Whether that is when they showed who they are; else only when the session began.
    dated: bool,
}

/// Why there is no next token.
#[derive(Debug)]
pub(crate) enum SessionError {
    /// The token is unknown, used before, or too old; or its session has ended.
    Ended,
    Storage(storage::Error),
    /// The system has no randomness, or the key cannot sign.
    Broken,
}

impl From<storage::Error> for SessionError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<secrets::NoRandomness> for SessionError {
    fn from(_: secrets::NoRandomness) -> Self {
        Self::Broken
    }
}

impl Standing {
    /// Whether they showed who they are so shortly ago that a browser left open is no worry.
    pub(crate) fn signed_in_lately(&self, now: Timestamp) -> bool {
        self.dated && self.signed_in_at >= now.plus_seconds(-LATELY_SECONDS)
    }
}

impl From<SessionRow> for Standing {
    fn from(row: SessionRow) -> Self {
        Self {
            role: role(row.trusted, &row.granted_role, &row.own_role),
            id: row.id,
            user_id: row.user_id,
            email: row.email,
            signed_in_at: row.signed_in_at.0,
            dated: !row.undated,
        }
    }
}

/// The role in a session: where roles count at all, the higher of the issuer's and the user's own.
fn role(trusted: bool, granted: &str, own: &str) -> Role {
    if trusted { Role::highest([granted, own]) } else { Role::Member }
}

fn expiry(now: Timestamp) -> Timestamp {
    now.plus_days(LIFETIME_DAYS)
}

/// Begins a session whose client keeps a refresh token.
pub(crate) async fn begin(
    app: &App,
    tx: &mut Tx,
    user_id: &str,
    shown: &Shown,
    request_id: &str,
) -> Result<TokenPair, SessionError> {
    let now = app.clock.now();
    let id = insert(app, tx, user_id, shown, None, request_id).await?;
    let refresh_token = secrets::random_token()?;
    rows::insert_refresh(tx, &secrets::digest(&refresh_token), id, now, expiry(now)).await?;
    pair(app, tx, id, refresh_token).await
}

/// Begins a session of a browser; answers what its cookie holds.
pub(crate) async fn begin_in_browser(
    app: &App,
    tx: &mut Tx,
    user_id: &str,
    shown: &Shown,
    request_id: &str,
) -> Result<String, SessionError> {
    let cookie = secrets::random_token()?;
    let digest = secrets::digest(&cookie);
    insert(app, tx, user_id, shown, Some(digest), request_id).await?;
    Ok(cookie)
}

async fn insert(
    app: &App,
    tx: &mut Tx,
    user_id: &str,
    shown: &Shown,
    cookie_digest: Option<String>,
    request_id: &str,
) -> Result<Uuid, SessionError> {
    let now = app.clock.now();
    let id = app.new_id();
    let session = NewSession {
        id,
        user_id,
        method: &shown.method,
        trusted: shown.trusted,
        granted_role: shown.granted.as_str(),
        cookie_digest,
        // An issuer's clock may be ahead of this one.
        signed_in_at: shown.at.unwrap_or(now).min(now),
        undated: shown.at.is_none(),
        expires_at: expiry(now),
    };
    rows::insert(tx, &session, now).await?;
    let user = users::profile(tx, user_id).await?.ok_or(SessionError::Ended)?;
    let login = UserLogin { id: user_id.into(), email: user.email, method: shown.method.clone() };
    let event =
        Event { id: app.new_id(), at: now, tenant_id: None, data: EventData::UserLogin(login) };
    audit::publish(tx, &[event]).await?;
    let actor = Actor { user_id: user_id.into(), request_id: request_id.to_owned() };
    let entry = audited::entry(app, &actor, "session.begin", user_id, None);
    let after = json!({ "session": id, "method": shown.method });
    audited::record(tx, entry, after).await?;
    Ok(id)
}

async fn pair(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    refresh_token: String,
) -> Result<TokenPair, SessionError> {
    let row = rows::find(tx, id, app.clock.now()).await?.ok_or(SessionError::Ended)?;
    let session = Standing::from(row);
    let user = users::profile(tx, &session.user_id).await?.ok_or(SessionError::Ended)?;
    let token = app.tokens.mint_for_session(&SignedIn {
        session: id,
        user_id: &session.user_id,
        email: &session.email,
        role: session.role,
        at: session.dated.then_some(session.signed_in_at),
    });
    let token = token.map_err(|error| {
        tracing::error!(%error, "a token cannot be signed");
        SessionError::Broken
    })?;
    Ok(TokenPair { token, refresh_token, user, role: session.role })
}

/// The token that follows `token`: nobody else can tell it, and the same is made again for a replay.
fn successor(secrets: &Secrets, token: &str) -> String {
    secrets.mac(Purpose::RefreshToken, token.as_bytes())
}

/// Takes a refresh token and gives the next pair.
pub(crate) async fn refresh(
    app: &App,
    token: &str,
    request_id: &str,
) -> Result<TokenPair, SessionError> {
    let now = app.clock.now();
    let digest = secrets::digest(token);
    let next = successor(&app.tokens.secrets(), token);
    let mut tx = app.store.begin().await?;
    let Some(id) = rows::use_refresh(&mut tx, &digest, now).await? else {
        return replay(app, tx, &digest, next, request_id).await;
    };
    // Behind this row stands whoever ends the session at this moment.
    if !rows::extend(&mut tx, id, now, expiry(now)).await? {
        return Err(SessionError::Ended);
    }
    rows::insert_refresh(&mut tx, &secrets::digest(&next), id, now, expiry(now)).await?;
    let pair = pair(app, &mut tx, id, next).await?;
    tx.commit().await?;
    Ok(pair)
}

async fn replay(
    app: &App,
    mut tx: Tx,
    digest: &str,
    next: String,
    request_id: &str,
) -> Result<TokenPair, SessionError> {
    let now = app.clock.now();
    let found = rows::find_refresh(&mut tx, digest).await?.ok_or(SessionError::Ended)?;
    let Some(used_at) = found.used_at else { return Err(SessionError::Ended) };
    if now <= used_at.0.plus_seconds(REPLAY_GRACE_SECONDS) {
        // After a rotation of the keys the successor would be another, which nobody knows.
        rows::find_refresh(&mut tx, &secrets::digest(&next)).await?.ok_or(SessionError::Ended)?;
        return pair(app, &mut tx, found.session_id, next).await;
    }
    // Of many at once, one ends it.
    if let Some(row) = rows::find(&mut tx, found.session_id, now).await?
        && rows::end(&mut tx, row.id, "reuse", now).await?
    {
        let actor = Actor { user_id: "system".into(), request_id: request_id.to_owned() };
        let entry = audited::entry(app, &actor, "session.reuse", &row.user_id, None);
        audited::record(&mut tx, entry, json!({ "session": row.id })).await?;
        tx.commit().await?;
        tracing::warn!(session = %row.id, "a refresh token was used again: its session is ended");
    }
    Err(SessionError::Ended)
}

/// A session as it stands now; `None` where it has ended.
pub(crate) async fn standing(app: &App, id: Uuid) -> storage::Result<Option<Standing>> {
    let mut tx = app.store.read().await?;
    Ok(rows::find(&mut tx, id, app.clock.now()).await?.map(Standing::from))
}

/// The session of a browser's cookie. Being used keeps it alive.
pub(crate) async fn of_browser(app: &App, cookie: &str) -> storage::Result<Option<Standing>> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let found = rows::find_by_cookie(&mut tx, &secrets::digest(cookie), now).await?;
    let Some(row) = found else { return Ok(None) };
    drop(tx);
    if row.expires_at.0.plus_seconds(EXTEND_EVERY_SECONDS) < expiry(now) {
        let mut tx = app.store.begin().await?;
        rows::extend(&mut tx, row.id, now, expiry(now)).await?;
        tx.commit().await?;
    }
    Ok(Some(row.into()))
}

/// Ends the session that a refresh token is of. One that has ended already has what was asked for.
pub(crate) async fn log_out(app: &App, token: &str, request_id: &str) -> storage::Result<()> {
    let mut tx = app.store.begin().await?;
    if let Some(found) = rows::find_refresh(&mut tx, &secrets::digest(token)).await? {
        end_one(app, &mut tx, found.session_id, request_id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Ends the session of this identifier, for whoever it is of.
pub(crate) async fn end(app: &App, id: Uuid, request_id: &str) -> storage::Result<()> {
    let mut tx = app.store.begin().await?;
    end_one(app, &mut tx, id, request_id).await?;
    tx.commit().await
}

/// Of many at once, one ends it and leaves a line.
async fn end_one(app: &App, tx: &mut Tx, id: Uuid, request_id: &str) -> storage::Result<()> {
    let now = app.clock.now();
    let Some(row) = rows::find(tx, id, now).await? else { return Ok(()) };
    if !rows::end(tx, id, "logout", now).await? {
        return Ok(());
    }
    let actor = Actor { user_id: row.user_id.as_str().into(), request_id: request_id.to_owned() };
    let entry = audited::entry(app, &actor, "session.end", &row.user_id, None);
    audited::record(tx, entry, json!({ "session": id })).await
}

/// Ends every session of a user, and forgets from where they came: one of the networks may be a thief's.
pub(crate) async fn log_out_everywhere(app: &App, actor: &Actor) -> storage::Result<()> {
    let mut tx = app.store.begin().await?;
    let user_id = &*actor.user_id.0;
    let ended = rows::end_all(&mut tx, user_id, "logout_all", app.clock.now()).await?;
    storage::networks::forget_of(&mut tx, user_id).await?;
    if ended > 0 {
        let entry = audited::entry(app, actor, "session.end_all", user_id, None);
        audited::record(&mut tx, entry, json!({ "sessions": ended })).await?;
    }
    tx.commit().await
}

/// Removes what ended long ago; answers how many sessions and sign-ins that were.
pub(crate) async fn sweep(app: &App) -> storage::Result<usize> {
    let before = app.clock.now().plus_days(-KEEP_ENDED_DAYS);
    let mut tx = app.store.begin().await?;
    let sessions = rows::remove_ended(&mut tx, before).await?;
    let sign_ins = storage::sign_ins::remove_ended(&mut tx, before).await?;
    networks::sweep(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    Ok(usize::try_from(sessions.saturating_add(sign_ins)).unwrap_or(usize::MAX))
}

/// How long the token of a pair is valid, in seconds.
pub(crate) const fn token_lifetime_seconds() -> i64 {
    Tokens::LIFETIME_SECONDS
}
