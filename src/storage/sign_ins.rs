//! `sign_ins`: sign-ins by e-mail that have begun, and `administrator_links`.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

#[derive(Debug, Clone)]
pub(crate) struct NewSignIn {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) code_digest: String,
    pub(crate) link_digest: String,
    pub(crate) browser_digest: Option<String>,
    pub(crate) return_to: String,
    pub(crate) administrator_link_id: Option<Uuid>,
    /// The tag of the language it was asked for in.
    pub(crate) language: &'static str,
    /// The network that asked.
    pub(crate) network: String,
    /// Whether whoever asked had the right password.
    pub(crate) by_password: bool,
    pub(crate) expires_at: Timestamp,
}

from_row! {
    /// One that is live: not used, not over, with tries left.
    #[derive(Debug, Clone)]
    pub(crate) struct SignInRow {
        pub(crate) id: Uuid,
        pub(crate) email: String,
        pub(crate) code_digest: String,
        pub(crate) browser_digest: Option<String>,
        pub(crate) return_to: String,
        pub(crate) administrator_link_id: Option<Uuid>,
        pub(crate) language: Option<String>,
    }
}

from_row! {
    /// One that the API began: of the network that looks for it, or with tries left for all others.
    #[derive(Debug, Clone)]
    pub(crate) struct WaitingRow {
        pub(crate) id: Uuid,
        pub(crate) network: Option<String>,
        pub(crate) by_password: bool,
        /// Those of the network that asked.
        pub(crate) tries: i16,
    }
}

macro_rules! columns {
    () => {
        "id, email, code_digest, browser_digest, return_to, administrator_link_id, language"
    };
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewSignIn, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO sign_ins (id, email, code_digest, link_digest, browser_digest, \
                   return_to, administrator_link_id, tries, created_at, expires_at, language, \
                   network, by_password) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(&new.email)
        .bind(&new.code_digest)
        .bind(&new.link_digest)
        .bind(&new.browser_digest)
        .bind(&new.return_to)
        .bind(new.administrator_link_id)
        .bind(Ts(now))
        .bind(Ts(new.expires_at))
        .bind(new.language)
        .bind(&new.network)
        .bind(new.by_password)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The live one of this identifier, while it has tries left.
pub(crate) async fn find_waiting(
    tx: &mut Tx,
    id: Uuid,
    most: i16,
    now: Timestamp,
) -> Result<Option<SignInRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM sign_ins WHERE id = $1 AND tries < $2 AND used_at IS NULL AND expires_at > $3"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(id)
        .bind(most)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

/// Counts a try before the code is looked at, so that of many at once no more are looked at than are
/// allowed. `None` where there is nothing live to try.
pub(crate) async fn take_try(
    tx: &mut Tx,
    id: Uuid,
    most: i16,
    now: Timestamp,
) -> Result<Option<SignInRow>> {
    const SQL: &str = concat!(
        "UPDATE sign_ins SET tries = tries + 1 \
         WHERE id = $1 AND tries < $2 AND used_at IS NULL AND expires_at > $3 RETURNING ",
        columns!()
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(id)
        .bind(most)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

/// The same of one that the API began: the network that asked has its tries, and all others together have
/// as many.
pub(crate) async fn take_try_from(
    tx: &mut Tx,
    id: Uuid,
    network: &str,
    most: i16,
    now: Timestamp,
) -> Result<Option<SignInRow>> {
    const SQL: &str = concat!(
        "UPDATE sign_ins SET \
             tries = CASE WHEN network = $4 THEN tries + 1 ELSE tries END, \
             tries_elsewhere = CASE WHEN network = $4 THEN tries_elsewhere \
                                    ELSE tries_elsewhere + 1 END \
         WHERE id = $1 AND used_at IS NULL AND expires_at > $3 \
             AND CASE WHEN network = $4 THEN tries ELSE tries_elsewhere END < $2 RETURNING ",
        columns!()
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(id)
        .bind(most)
        .bind(Ts(now))
        .bind(network)
        .fetch_optional(c)
        .await)?)
}

/// Those that the API began for an address: first those that `network` asked for itself, tried out or not, and
/// then those of others that still have tries for it; of each the newest first.
pub(crate) async fn live_of_api(
    tx: &mut Tx,
    email: &str,
    network: &str,
    most: i16,
    now: Timestamp,
) -> Result<Vec<WaitingRow>> {
    let sql = "SELECT id, network, by_password, tries FROM sign_ins \
               WHERE email = $1 AND expires_at > $2 AND used_at IS NULL AND browser_digest IS NULL \
                   AND (network = $3 OR tries_elsewhere < $4) \
               ORDER BY CASE WHEN network = $3 THEN 0 ELSE 1 END, id DESC";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(email)
        .bind(Ts(now))
        .bind(network)
        .bind(most)
        .fetch_all(c)
        .await)?)
}

/// The live one behind a link.
pub(crate) async fn find_by_link(
    tx: &mut Tx,
    link_digest: &str,
    now: Timestamp,
) -> Result<Option<SignInRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM sign_ins WHERE link_digest = $1 AND used_at IS NULL AND expires_at > $2"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(link_digest)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

/// Uses it, once; `false` where another request was first.
pub(crate) async fn mark_used(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE sign_ins SET used_at = $2 \
               WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
    let used = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(used == 1)
}

/// Removes what ended before `before`.
pub(crate) async fn remove_ended(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM sign_ins WHERE expires_at < $1";
    Ok(on_db!(tx, c => sqlx::query(sql)
        .bind(Ts(before))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

pub(crate) async fn insert_administrator_link(
    tx: &mut Tx,
    id: Uuid,
    digest: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO administrator_links (id, digest, created_at, expires_at) \
               VALUES ($1, $2, $3, $4)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(digest)
        .bind(Ts(now))
        .bind(Ts(expires_at))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The live administrator link of this token.
pub(crate) async fn find_administrator_link(
    tx: &mut Tx,
    digest: &str,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM administrator_links \
               WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(digest)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}

/// Uses it, once.
pub(crate) async fn use_administrator_link(
    tx: &mut Tx,
    id: Uuid,
    user_id: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE administrator_links SET used_at = $3, used_by = $2 \
               WHERE id = $1 AND used_at IS NULL AND expires_at > $3";
    let used = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(user_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(used == 1)
}

/// Ends every administrator link that was not used.
pub(crate) async fn end_administrator_links(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let sql = "UPDATE administrator_links SET expires_at = $1 \
               WHERE used_at IS NULL AND expires_at > $1";
    on_db!(tx, c => sqlx::query(sql).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}
