//! `sessions` and `refresh_tokens`: who is signed in, and what their next access token is fetched with.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

#[derive(Debug, Clone)]
pub(crate) struct NewSession<'a> {
    pub(crate) id: Uuid,
    pub(crate) user_id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) trusted: bool,
    pub(crate) granted_role: &'static str,
    pub(crate) cookie_digest: Option<String>,
    pub(crate) signed_in_at: Timestamp,
    /// Whether nobody knows when the person showed who they are.
    pub(crate) undated: bool,
    pub(crate) expires_at: Timestamp,
}

from_row! {
    /// A session and the user it is of.
    #[derive(Debug, Clone)]
    pub(crate) struct SessionRow {
        pub(crate) id: Uuid,
        pub(crate) user_id: String,
        pub(crate) email: String,
        pub(crate) trusted: bool,
        pub(crate) granted_role: String,
        pub(crate) own_role: String,
        pub(crate) signed_in_at: Ts,
        pub(crate) undated: bool,
        pub(crate) expires_at: Ts,
    }
}

macro_rules! live_session {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.user_id, u.email, s.trusted, s.granted_role, u.role AS own_role, \
                 s.signed_in_at, s.undated, s.expires_at \
             FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.ended_at IS NULL AND s.expires_at > $2 AND ",
            $condition
        )
    };
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewSession<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO sessions (id, user_id, method, trusted, granted_role, cookie_digest, \
                   created_at, expires_at, signed_in_at, undated) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.user_id)
        .bind(new.method)
        .bind(new.trusted)
        .bind(new.granted_role)
        .bind(&new.cookie_digest)
        .bind(Ts(now))
        .bind(Ts(new.expires_at))
        .bind(Ts(new.signed_in_at))
        .bind(new.undated)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The session, while it lasts.
pub(crate) async fn find(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<Option<SessionRow>> {
    const SQL: &str = live_session!("s.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).bind(Ts(now)).fetch_optional(c).await)?)
}

/// The session of a browser's cookie, while it lasts.
pub(crate) async fn find_by_cookie(
    tx: &mut Tx,
    cookie_digest: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>> {
    const SQL: &str = live_session!("s.cookie_digest = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(cookie_digest)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

/// Makes a session last until `expires_at`; `false` where it has ended. Whoever ends it meanwhile waits.
pub(crate) async fn extend(
    tx: &mut Tx,
    id: Uuid,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE sessions SET expires_at = $3 \
               WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";
    let extended = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(Ts(expires_at))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(extended == 1)
}

/// Ends one session; `false` where it has ended.
pub(crate) async fn end(tx: &mut Tx, id: Uuid, reason: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE sessions SET ended_at = $3, end_reason = $2 \
               WHERE id = $1 AND ended_at IS NULL";
    let ended = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(reason)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Ends every session of a user; answers how many there were.
pub(crate) async fn end_all(
    tx: &mut Tx,
    user_id: &str,
    reason: &str,
    now: Timestamp,
) -> Result<u64> {
    let sql = "UPDATE sessions SET ended_at = $3, end_reason = $2 \
               WHERE user_id = $1 AND ended_at IS NULL";
    let ended = on_db!(tx, c => sqlx::query(sql)
        .bind(user_id)
        .bind(reason)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended)
}

pub(crate) async fn insert_refresh(
    tx: &mut Tx,
    digest: &str,
    session_id: Uuid,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO refresh_tokens (digest, session_id, created_at, expires_at) \
               VALUES ($1, $2, $3, $4)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(digest)
        .bind(session_id)
        .bind(Ts(now))
        .bind(Ts(expires_at))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Uses a refresh token, once: of many at once one gets its session.
pub(crate) async fn use_refresh(tx: &mut Tx, digest: &str, now: Timestamp) -> Result<Option<Uuid>> {
    let sql = "UPDATE refresh_tokens SET used_at = $2 \
               WHERE digest = $1 AND used_at IS NULL AND expires_at > $2 RETURNING session_id";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(digest)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct RefreshRow {
        pub(crate) session_id: Uuid,
        pub(crate) used_at: Option<Ts>,
    }
}

pub(crate) async fn find_refresh(tx: &mut Tx, digest: &str) -> Result<Option<RefreshRow>> {
    let sql = "SELECT session_id, used_at FROM refresh_tokens WHERE digest = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(digest).fetch_optional(c).await)?)
}

/// Removes what ended before `before`, the tokens first: a token without its session could not say that
/// it was used. Answers how many sessions that were.
pub(crate) async fn remove_ended(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let mut removed = 0;
    for sql in [
        "DELETE FROM refresh_tokens WHERE session_id IN \
             (SELECT id FROM sessions WHERE expires_at < $1)",
        "DELETE FROM sessions WHERE expires_at < $1",
    ] {
        removed = on_db!(tx, c => sqlx::query(sql)
            .bind(Ts(before))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
    }
    Ok(removed)
}
