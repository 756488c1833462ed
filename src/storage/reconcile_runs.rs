//! `reconcile_runs`: what each comparison with Stripe's lists came to. The last hundred are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

const KEPT: i64 = 100;

/// Findings of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) found: i64,
    /// How many of them were mended.
    pub(crate) repaired: i64,
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct RunRow {
        pub(crate) id: Uuid,
        pub(crate) started_at: Ts,
        pub(crate) finished_at: Ts,
        pub(crate) window_from: Ts,
        pub(crate) window_until: Ts,
        /// What is before it was compared.
        pub(crate) done_until: Ts,
        pub(crate) counts: Json<BTreeMap<String, Count>>,
        pub(crate) repaired: i64,
        pub(crate) findings_left: i64,
        /// Why the run could not be finished.
        pub(crate) error: Option<String>,
    }
}

/// Files a run, and forgets those that are too old to be kept.
pub(crate) async fn add(tx: &mut Tx, run: &RunRow) -> Result<()> {
    let sql = "INSERT INTO reconcile_runs (id, started_at, finished_at, window_from, window_until, \
                   done_until, counts, repaired, findings_left, error) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(run.id)
        .bind(run.started_at)
        .bind(run.finished_at)
        .bind(run.window_from)
        .bind(run.window_until)
        .bind(run.done_until)
        .bind(&run.counts)
        .bind(run.repaired)
        .bind(run.findings_left)
        .bind(run.error.as_deref())
        .execute(c)
        .await
        .map(|_| ()))?;
    let sql = "DELETE FROM reconcile_runs WHERE id NOT IN \
                   (SELECT id FROM reconcile_runs ORDER BY started_at DESC, id DESC LIMIT $1)";
    on_db!(tx, c => sqlx::query(sql).bind(KEPT).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The runs, newest first.
pub(crate) async fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<RunRow>> {
    let sql = "SELECT id, started_at, finished_at, window_from, window_until, done_until, counts, \
                   repaired, findings_left, error \
               FROM reconcile_runs ORDER BY started_at DESC, id DESC LIMIT $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(limit).fetch_all(c).await)?)
}
