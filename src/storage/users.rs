//! `users`: people, each known by the issuer of their tokens and their subject there.

use std::collections::BTreeMap;

use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;
use sqlx::FromRow;

use super::batch::{self, batch_row};
use super::reads::Lookup;
use super::{Result, Ts, Tx, on_db};

#[derive(Debug, Clone, FromRow)]
pub(crate) struct UserRow {
    pub(crate) id: String,
    pub(crate) email: String,
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
