//! `rate_limits`: how often who may ask, for all servers on one database.
//!
//! The statement decides as [`Rate::take`] does; a test holds the one against the other.

use std::collections::BTreeMap;

use sovereign_domain::gcra::{Rate, Taken};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Result, Tx};

/// So many want to be admitted under one key.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub key: Uuid,
    pub rate: Rate,
    pub count: u32,
}

batch_row! {
    struct WantedRow {
        key: Uuid => "uuid",
        interval_us: i64 => "bigint",
        burst: i64 => "bigint",
        wanted: i64 => "bigint",
        now_us: i64 => shared "bigint",
    }
}

/// Admits as many as there is room for. Each key stands there once; they are written in their order, so
/// that two servers never wait for each other.
///
/// # Errors
/// Where the database fails.
pub async fn take(
    tx: &mut Tx,
    wanted: &BTreeMap<Uuid, Wanted>,
    now: Timestamp,
) -> Result<BTreeMap<Uuid, Taken>> {
    // A new row admits at once what the burst allows; of one that is there, `excluded` says what was wanted
    // and when.
    let sql = "\
        WITH v (key, interval_us, burst, wanted, now_us) AS ({rows}) \
        INSERT INTO rate_limits AS r (key, arrival_us, interval_us, burst, admitted) \
        SELECT key, now_us + interval_us * wanted, interval_us, burst, wanted FROM v \
        WHERE TRUE ORDER BY key \
        ON CONFLICT (key) DO UPDATE SET \
            interval_us = excluded.interval_us, burst = excluded.burst, \
            (arrival_us, admitted) = ( \
                SELECT begin_us + excluded.interval_us * taken, taken \
                FROM (SELECT begin_us, CASE WHEN room < excluded.admitted THEN room \
                                            ELSE excluded.admitted END AS taken \
                FROM (SELECT begin_us, (end_us - begin_us) / excluded.interval_us AS room \
                FROM (SELECT end_us, CASE WHEN r.arrival_us < now_us THEN now_us \
                                          WHEN r.arrival_us > end_us THEN end_us \
                                          ELSE r.arrival_us END AS begin_us \
                FROM (SELECT now_us, now_us + excluded.interval_us * excluded.burst AS end_us \
                FROM (SELECT excluded.arrival_us - excluded.interval_us * excluded.admitted AS now_us \
                ) n) e) b) t) d \
            ) \
        RETURNING key, arrival_us, admitted";
    let rows = wanted.values().map(|wanted| WantedRow {
        key: wanted.key,
        interval_us: wanted.rate.interval_micros(),
        burst: wanted.rate.burst().into(),
        wanted: wanted.count.min(wanted.rate.burst()).into(),
        now_us: now.micros(),
    });
    let rows: Vec<(Uuid, i64, i64)> = batch::fetch(tx, sql, rows.collect()).await?;
    let taken = rows.into_iter().map(|(key, arrival_us, admitted)| {
        let admitted = u32::try_from(admitted).unwrap_or(0);
        (key, Taken { admitted, arrival: Timestamp::from_micros(arrival_us) })
    });
    Ok(taken.collect())
}

batch_row! { struct KeyRow { key: Uuid => "uuid" } }

/// The theoretical arrival times of `keys`; a key without a row is absent.
///
/// # Errors
/// Where the database fails.
pub async fn arrivals(
    tx: &mut Tx,
    keys: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Timestamp>> {
    let sql = "WITH v (key) AS ({rows}) SELECT r.key, r.arrival_us \
               FROM v JOIN rate_limits r ON r.key = v.key";
    let rows = keys.map(|key| KeyRow { key }).collect();
    let rows: Vec<(Uuid, i64)> = batch::fetch(tx, sql, rows).await?;
    Ok(rows.into_iter().map(|(key, at)| (key, Timestamp::from_micros(at))).collect())
}

batch_row! { struct BeforeRow { before_us: i64 => "bigint", most: i64 => "bigint" } }

/// Removes up to `most` rows that no longer hold anybody up, in the order of their keys; answers how many.
///
/// # Errors
/// Where the database fails.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: u32) -> Result<u64> {
    let sql = "\
        WITH v (before_us, most) AS ({rows}) \
        DELETE FROM rate_limits WHERE key IN ( \
            SELECT r.key FROM rate_limits r WHERE r.arrival_us < (SELECT before_us FROM v) \
            ORDER BY r.key LIMIT (SELECT most FROM v) {lock:r})";
    let row = BeforeRow { before_us: before.micros(), most: most.into() };
    batch::execute(tx, sql, vec![row]).await
}
