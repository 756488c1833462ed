//! `mailings`: vouchers that are sent by mail. See `crate::usecase::mailings`; to whom they go is in
//! `mailing_addresses.rs`.

use sovereign_domain::mailing::MailingState;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Engine, Result, Ts, Tx, on_db};

from_row! {
    /// A mailing, as it is stored, and how many of its addresses stand at their end.
    #[derive(Debug, Clone)]
    pub(crate) struct Row {
        pub(crate) id: Uuid,
        pub(crate) state: String,
        pub(crate) language: String,
        pub(crate) message: String,
        pub(crate) total: i64,
        pub(crate) user_id: String,
        pub(crate) request_id: String,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
        pub(crate) sent: i64,
        pub(crate) failed: i64,
    }
}

macro_rules! columns {
    () => {
        "m.id, m.state, m.language, m.message, m.total, m.user_id, m.request_id, m.created_at, m.updated_at, \
         (SELECT COUNT(*) FROM mailing_addresses a WHERE a.mailing_id = m.id AND a.state = 'sent') AS sent, \
         (SELECT COUNT(*) FROM mailing_addresses a WHERE a.mailing_id = m.id AND a.state = 'failed') AS failed"
    };
}

/// What is new.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) id: Uuid,
    pub(crate) language: &'a str,
    pub(crate) message: &'a str,
    pub(crate) total: i64,
    pub(crate) user_id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

/// Answers `false`, and writes nothing, where there is one with this identifier.
pub(crate) async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<bool> {
    let sql = "INSERT INTO mailings (id, state, language, message, total, user_id, request_id, created_at, updated_at) \
               VALUES ($1, 'running', $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (id) DO NOTHING";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.language)
        .bind(new.message)
        .bind(new.total)
        .bind(new.user_id)
        .bind(new.request_id)
        .bind(Ts(new.now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Row>> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM mailings m WHERE m.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// How a mailing stands, and nobody else changes that until the transaction ends. SQLite has one writer at a time anyway.
pub(crate) async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let sql = match tx.engine() {
        Engine::Postgres => "SELECT state FROM mailings WHERE id = $1 FOR UPDATE",
        Engine::Sqlite => "SELECT state FROM mailings WHERE id = $1",
    };
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?)
}

/// Mailings, newest first, after the one that was asked for then and has this identifier.
pub(crate) async fn list(tx: &mut Tx, after: (Timestamp, Uuid), limit: i64) -> Result<Vec<Row>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM mailings m WHERE (m.created_at, m.id) < ($1, $2) \
         ORDER BY m.created_at DESC, m.id DESC LIMIT $3"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How a mailing that is locked stands from now on.
pub(crate) async fn stands(
    tx: &mut Tx,
    id: Uuid,
    state: MailingState,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE mailings SET state = $2, updated_at = $3 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(state.as_str())
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The oldest that runs, whose codes are all made, and not all given to its addresses.
pub(crate) async fn with_codes(tx: &mut Tx) -> Result<Option<Uuid>> {
    let sql = "SELECT m.id FROM mailings m JOIN bulk_operations b ON b.id = m.id \
               WHERE m.state = 'running' AND b.state = 'done' AND EXISTS (SELECT 1 FROM mailing_addresses a \
                   WHERE a.mailing_id = m.id AND a.code IS NULL) \
               ORDER BY m.created_at, m.id LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).fetch_optional(c).await)?)
}

/// Those that run, and have no address that waits.
pub(crate) async fn finished(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let sql = "SELECT m.id FROM mailings m WHERE m.state = 'running' AND NOT EXISTS (SELECT 1 \
                   FROM mailing_addresses a WHERE a.mailing_id = m.id AND a.state = 'waiting') \
               ORDER BY m.created_at, m.id";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).fetch_all(c).await)?)
}
