//! `jobs`: when each job ran, how it went, and when it is due again. See `crate::jobs`.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A job that was begun at least once.
    #[derive(Debug, Clone)]
    pub struct Row {
        pub name: String,
        pub last_started_at: Option<Ts>,
        pub last_finished_at: Option<Ts>,
        /// When it last began a run that did all there was to do.
        pub last_ok_at: Option<Ts>,
        /// The first of the failures since its last success.
        pub failing_since: Option<Ts>,
        pub consecutive_failures: i64,
        pub last_error: Option<String>,
        /// How many things its last run did.
        pub last_count: Option<i64>,
        pub next_run_at: Ts,
        pub runs: i64,
        /// Who does it now.
        pub holder: Option<Uuid>,
    }
}

/// How a run went.
#[derive(Debug)]
pub(crate) struct Ended<'a> {
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    /// Whether it did all there was to do.
    pub(crate) complete: bool,
    pub(crate) count: i64,
    pub(crate) error: Option<&'a str>,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) consecutive_failures: i64,
    pub(crate) next_run_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT j.name, j.last_started_at, j.last_finished_at, j.last_ok_at, j.failing_since, \
             j.consecutive_failures, j.last_error, j.last_count, j.next_run_at, j.runs, l.holder \
             FROM jobs j LEFT JOIN leases l ON l.name = j.name AND l.until > $1 ",
            $rest
        )
    };
}

/// Every job, by name; a lease that has ended by `now` is nobody's.
pub(crate) async fn list(tx: &mut Tx, now: Timestamp) -> Result<Vec<Row>> {
    const SQL: &str = select!("ORDER BY j.name");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(Ts(now)).fetch_all(c).await)?)
}

pub(crate) async fn find(tx: &mut Tx, name: &str, now: Timestamp) -> Result<Option<Row>> {
    const SQL: &str = select!("WHERE j.name = $2");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(Ts(now)).bind(name).fetch_optional(c).await)?)
}

/// Notes that a run begins; answers `false`, and notes nothing, where the job is not due. It is always due
/// with `at_once`.
pub(crate) async fn begin(tx: &mut Tx, name: &str, now: Timestamp, at_once: bool) -> Result<bool> {
    let sql = "INSERT INTO jobs (name, last_started_at, next_run_at, runs) VALUES ($1, $2, $2, 1) \
               ON CONFLICT (name) DO UPDATE SET \
                   last_started_at = excluded.last_started_at, runs = jobs.runs + 1 \
               WHERE $3 OR jobs.next_run_at <= excluded.last_started_at";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(name)
        .bind(Ts(now))
        .bind(at_once)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Notes how a run went. Where somebody has made the job due meanwhile, it stays due: what they want done may have come
/// after the run looked.
pub(crate) async fn end(tx: &mut Tx, name: &str, ended: &Ended<'_>) -> Result<()> {
    let sql = "UPDATE jobs SET last_finished_at = $2, \
                   last_ok_at = CASE WHEN $3 THEN $4 ELSE last_ok_at END, failing_since = $5, \
                   consecutive_failures = $6, last_error = $7, last_count = $8, \
                   next_run_at = CASE WHEN next_run_at > last_started_at AND next_run_at <= $2 \
                       THEN next_run_at ELSE $9 END \
               WHERE name = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(name)
        .bind(Ts(ended.finished_at))
        .bind(ended.complete)
        .bind(Ts(ended.started_at))
        .bind(ended.failing_since.map(Ts))
        .bind(ended.consecutive_failures)
        .bind(ended.error)
        .bind(ended.count)
        .bind(Ts(ended.next_run_at))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Makes a job due at once.
pub(crate) async fn ask(tx: &mut Tx, name: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO jobs (name, next_run_at) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at";
    on_db!(tx, c => sqlx::query(sql).bind(name).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}
