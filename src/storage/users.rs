//! `users`: people, each known by the issuer of their tokens and their subject there.

use std::collections::BTreeMap;

use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;

use super::batch::{self, batch_row};
use super::reads::Lookup;
use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct UserRow {
        pub(crate) id: String,
        pub(crate) email: String,
    }
}

from_row! {
    /// A user as they are shown.
    #[derive(Debug, Clone)]
    pub(crate) struct ProfileRow {
        pub(crate) id: String,
        pub(crate) email: String,
        pub(crate) email_verified: bool,
        pub(crate) name: String,
        pub(crate) avatar_url: String,
        pub(crate) role: String,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
    }
}

macro_rules! profile {
    () => {
        "id, email, email_verified, name, avatar_url, role, created_at, updated_at"
    };
}

/// A person as a token describes them.
#[derive(Debug, Clone)]
pub(crate) struct NewUser {
    pub(crate) id: UserId,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
}

batch_row! { struct SubjectKey { issuer: String => "text", subject: String => "text" } }

/// Who is behind an issuer and subject.
pub(crate) struct BySubject;

impl Lookup for BySubject {
    type Key = (String, String);
    type Row = UserId;

    async fn read(tx: &mut Tx, keys: Vec<Self::Key>) -> Result<BTreeMap<Self::Key, UserId>> {
        let sql = "WITH v (issuer, subject) AS ({rows}) SELECT u.issuer, u.subject, u.id \
                   FROM v JOIN users u ON u.issuer = v.issuer AND u.subject = v.subject";
        let keys: Vec<SubjectKey> =
            keys.into_iter().map(|(issuer, subject)| SubjectKey { issuer, subject }).collect();
        let rows: Vec<(String, String, String)> = batch::fetch(tx, sql, keys).await?;
        Ok(rows
            .into_iter()
            .map(|(issuer, subject, id)| ((issuer, subject), UserId::from(id)))
            .collect())
    }
}

pub(crate) async fn find_by_subject(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserRow>> {
    let sql = "SELECT id, email FROM users WHERE issuer = $1 AND subject = $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(c).await)?)
}

/// Makes the user unless a request at the same moment did; answers whether this one did.
pub(crate) async fn insert(tx: &mut Tx, user: &NewUser, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO users (id, issuer, subject, email, email_verified, name, avatar_url, \
                   created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, '', '', $6, $6) \
               ON CONFLICT (issuer, subject) DO NOTHING";
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(&user.id.0)
        .bind(&user.issuer)
        .bind(&user.subject)
        .bind(&user.email)
        .bind(user.email_verified)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Users whose verified e-mail address this is, whatever its case; at most two are answered.
pub(crate) async fn find_by_verified_email(tx: &mut Tx, email: &str) -> Result<Vec<UserRow>> {
    let sql = "SELECT id, email FROM users WHERE lower(email) = lower($1) AND email_verified \
               ORDER BY id LIMIT 2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(email).fetch_all(c).await)?)
}

/// The user whose further identity this is.
pub(crate) async fn find_linked(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM linked_identities WHERE issuer = $1 AND subject = $2";
    let found: Option<String> = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(issuer)
        .bind(subject)
        .fetch_optional(c)
        .await)?;
    Ok(found.map(UserId::from))
}

/// Gives a user a further identity, unless a request at the same moment did.
pub(crate) async fn link(
    tx: &mut Tx,
    identity: &NewUser,
    user_id: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO linked_identities (issuer, subject, user_id, email, created_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issuer, subject) DO NOTHING";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .bind(user_id)
        .bind(&identity.email)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn profile(tx: &mut Tx, id: &str) -> Result<Option<ProfileRow>> {
    const SQL: &str = concat!("SELECT ", profile!(), " FROM users WHERE id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// Users with this address, whoever vouches for it, the oldest first.
pub(crate) async fn profiles_by_email(tx: &mut Tx, email: &str) -> Result<Vec<ProfileRow>> {
    const SQL: &str =
        concat!("SELECT ", profile!(), " FROM users WHERE lower(email) = lower($1) ORDER BY id");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(email).fetch_all(c).await)?)
}

/// Users with a role on the Sovereign, by address.
pub(crate) async fn administrators(tx: &mut Tx) -> Result<Vec<ProfileRow>> {
    const SQL: &str =
        concat!("SELECT ", profile!(), " FROM users WHERE role <> 'member' ORDER BY email, id");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).fetch_all(c).await)?)
}

pub(crate) async fn has_superadmin(tx: &mut Tx) -> Result<bool> {
    let sql = "SELECT count(*) FROM users WHERE role = 'superadmin'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await)?;
    Ok(found > 0)
}

/// Waits for every other transaction that takes the role of a superadmin away. It writes a row that is always
/// there with what it holds: on SQLite whoever writes is alone anyway.
pub(crate) async fn await_other_superadmins(tx: &mut Tx) -> Result<()> {
    let sql = "UPDATE sovereign SET fqdn = fqdn WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Changes a user's role from what the caller saw it to be; `false` where it is another by now.
pub(crate) async fn set_role(
    tx: &mut Tx,
    id: &str,
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE users SET role = $3, updated_at = $4 WHERE id = $1 AND role = $2";
    let changed = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(from)
        .bind(to)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Writes down what a sign-in showed: that the address is theirs, and what they call themselves where
/// nothing was known.
pub(crate) async fn note_profile(
    tx: &mut Tx,
    id: &str,
    verified: bool,
    name: &str,
    avatar_url: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE users SET email_verified = (email_verified OR $2), \
                   name = CASE WHEN name = '' THEN $3 ELSE name END, \
                   avatar_url = CASE WHEN avatar_url = '' THEN $4 ELSE avatar_url END, \
                   updated_at = $5 \
               WHERE id = $1 AND (($2 AND NOT email_verified) OR (name = '' AND $3 <> '') \
                   OR (avatar_url = '' AND $4 <> ''))";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(verified)
        .bind(name)
        .bind(avatar_url)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The tag of the language they read, where it is known.
pub(crate) async fn language(tx: &mut Tx, id: &str) -> Result<Option<String>> {
    let sql = "SELECT language FROM users WHERE id = $1";
    let found: Option<Option<String>> =
        on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?;
    Ok(found.flatten())
}

/// Writes down which language they read, by its tag.
pub(crate) async fn note_language(tx: &mut Tx, id: &str, language: &str) -> Result<()> {
    let sql = "UPDATE users SET language = $2 \
               WHERE id = $1 AND (language IS NULL OR language <> $2)";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(language).execute(c).await.map(|_| ()))?;
    Ok(())
}
