//! `mailing_addresses`: to whom a mailing goes, which code each gets, and what became of the letter.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Result, Ts, Tx, on_db};

/// One address of a mailing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) mailing_id: Uuid,
    pub(crate) position: i32,
}

from_row! {
    /// An address, and the language of its letter.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Address {
        pub(crate) email: String,
        pub(crate) language: String,
    }
}

batch_row! {
    struct NewAddress<'a> {
        place: i32 => "integer",
        email: &'a str => "text",
        language: &'a str => "text",
        mailing_id: Uuid => shared "uuid",
    }
}

/// Notes to whom a new mailing goes, in this order.
pub(crate) async fn insert(tx: &mut Tx, mailing_id: Uuid, addresses: &[Address]) -> Result<()> {
    let sql = "WITH v (place, email, language, mailing_id) AS ({rows}) \
               INSERT INTO mailing_addresses (mailing_id, position, email, language, state, failures) \
               SELECT mailing_id, place, email, language, 'waiting', 0 FROM v";
    let rows = (1..).zip(addresses).map(|(place, address)| NewAddress {
        place,
        email: &address.email,
        language: &address.language,
        mailing_id,
    });
    batch::execute(tx, sql, rows.collect()).await.map(|_| ())
}

/// All addresses of a mailing, in their order.
pub(crate) async fn all(tx: &mut Tx, mailing_id: Uuid) -> Result<Vec<Address>> {
    let sql =
        "SELECT email, language FROM mailing_addresses WHERE mailing_id = $1 ORDER BY position";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(mailing_id).fetch_all(c).await)?)
}

/// The first addresses that have no code yet.
pub(crate) async fn codeless(tx: &mut Tx, mailing_id: Uuid, limit: i64) -> Result<Vec<i32>> {
    let sql = "SELECT position FROM mailing_addresses WHERE mailing_id = $1 AND code IS NULL \
               ORDER BY position LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(mailing_id).bind(limit).fetch_all(c).await)?)
}

/// The first codes that were made for a mailing, and that no address has.
pub(crate) async fn free_codes(tx: &mut Tx, mailing_id: Uuid, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT p.code FROM promo_codes p LEFT JOIN mailing_addresses a ON a.code = p.code \
               WHERE p.bulk_id = $1 AND a.code IS NULL ORDER BY p.code LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(mailing_id).bind(limit).fetch_all(c).await)?)
}

batch_row! {
    struct Assigned<'a> {
        place: i32 => "integer",
        code: &'a str => "text",
        mailing_id: Uuid => shared "uuid",
        next_attempt_at: Ts => shared "timestamptz",
    }
}

/// Gives addresses that have none a code each; their letters are due.
pub(crate) async fn assign(
    tx: &mut Tx,
    mailing_id: Uuid,
    codes: &[(i32, String)],
    now: Timestamp,
) -> Result<()> {
    let sql = "WITH v (place, code, mailing_id, next_attempt_at) AS ({rows}) \
               UPDATE mailing_addresses SET code = v.code, next_attempt_at = v.next_attempt_at FROM v \
               WHERE mailing_addresses.mailing_id = v.mailing_id AND mailing_addresses.position = v.place \
                   AND mailing_addresses.code IS NULL";
    let rows = codes.iter().map(|(place, code)| Assigned {
        place: *place,
        code: code.as_str(),
        mailing_id,
        next_attempt_at: Ts(now),
    });
    batch::execute_all(tx, "mailing_addresses", sql, rows.collect()).await
}

from_row! {
    /// A letter that is due.
    #[derive(Debug, Clone)]
    pub(crate) struct Due {
        pub(crate) mailing_id: Uuid,
        pub(crate) position: i32,
        pub(crate) email: String,
        pub(crate) language: String,
        pub(crate) code: String,
        pub(crate) failures: i32,
        /// In the sender's words.
        pub(crate) message: String,
    }
}

impl Due {
    pub(crate) const fn key(&self) -> Key {
        Key { mailing_id: self.mailing_id, position: self.position }
    }
}

/// Letters that are due, those first that have waited longest.
pub(crate) async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Due>> {
    let sql = "SELECT a.mailing_id, a.position, a.email, a.language, a.code, a.failures, m.message \
               FROM mailing_addresses a JOIN mailings m ON m.id = a.mailing_id \
               WHERE a.state = 'waiting' AND a.next_attempt_at <= $1 \
               ORDER BY a.next_attempt_at, a.mailing_id, a.position LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(Ts(now)).bind(limit).fetch_all(c).await)?)
}

/// Takes a letter that is due, so that nobody else does before `until`; `false` where somebody has, or it was stopped.
pub(crate) async fn claim(tx: &mut Tx, key: Key, now: Timestamp, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE mailing_addresses SET next_attempt_at = $4 \
               WHERE mailing_id = $1 AND position = $2 AND state = 'waiting' AND next_attempt_at <= $3";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(key.mailing_id)
        .bind(key.position)
        .bind(Ts(now))
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// The mail server took the letter.
pub(crate) async fn sent(tx: &mut Tx, key: Key, reply: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE mailing_addresses SET state = 'sent', sent_at = $3, reply = $4, next_attempt_at = NULL \
               WHERE mailing_id = $1 AND position = $2 AND state = 'waiting'";
    on_db!(tx, c => sqlx::query(sql)
        .bind(key.mailing_id)
        .bind(key.position)
        .bind(Ts(now))
        .bind(reply)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// It will not be sent.
pub(crate) async fn failed(tx: &mut Tx, key: Key, failures: i32, reply: &str) -> Result<()> {
    let sql = "UPDATE mailing_addresses SET state = 'failed', failures = $3, reply = $4, next_attempt_at = NULL \
               WHERE mailing_id = $1 AND position = $2 AND state = 'waiting'";
    on_db!(tx, c => sqlx::query(sql)
        .bind(key.mailing_id)
        .bind(key.position)
        .bind(failures)
        .bind(reply)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// It waits until then; without a moment, until somebody lets the mailing go on.
pub(crate) async fn put_off(
    tx: &mut Tx,
    key: Key,
    failures: i32,
    (reply, until): (&str, Option<Timestamp>),
) -> Result<()> {
    let sql = "UPDATE mailing_addresses SET failures = $3, reply = $4, next_attempt_at = $5 \
               WHERE mailing_id = $1 AND position = $2 AND state = 'waiting'";
    on_db!(tx, c => sqlx::query(sql)
        .bind(key.mailing_id)
        .bind(key.position)
        .bind(failures)
        .bind(reply)
        .bind(until.map(Ts))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Nothing that waits is sent any more.
pub(crate) async fn stop(tx: &mut Tx, mailing_id: Uuid) -> Result<()> {
    let sql = "UPDATE mailing_addresses SET next_attempt_at = NULL WHERE mailing_id = $1 AND state = 'waiting'";
    on_db!(tx, c => sqlx::query(sql).bind(mailing_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// What waits and has a code is due.
pub(crate) async fn go_on(tx: &mut Tx, mailing_id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE mailing_addresses SET next_attempt_at = $2 \
               WHERE mailing_id = $1 AND state = 'waiting' AND code IS NOT NULL";
    on_db!(tx, c => sqlx::query(sql)
        .bind(mailing_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What has failed is due again; answers how many that are.
pub(crate) async fn retry(tx: &mut Tx, mailing_id: Uuid, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE mailing_addresses SET state = 'waiting', failures = 0, next_attempt_at = $2 \
               WHERE mailing_id = $1 AND state = 'failed'";
    Ok(on_db!(tx, c => sqlx::query(sql)
        .bind(mailing_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Whether an address waits.
pub(crate) async fn any_waits(tx: &mut Tx, mailing_id: Uuid) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT position FROM mailing_addresses \
                   WHERE mailing_id = $1 AND state = 'waiting' LIMIT 1) AS first";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(mailing_id).fetch_one(c).await)?;
    Ok(found > 0)
}
