//! `found_by_search`: what a search at the processor found, to be compared with what was read.

use crate::from_row;
use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Ts, Tx, on_db};

batch_row! {
    pub(crate) struct FoundRow {
        charge_id: String => "text",
    }
}

/// Forgets what an earlier search found.
pub(crate) async fn clear(tx: &mut Tx) -> Result<()> {
    let sql = "DELETE FROM found_by_search";
    on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn add(tx: &mut Tx, rows: Vec<FoundRow>) -> Result<()> {
    let sql = "WITH v (charge_id) AS ({rows}) \
               INSERT INTO found_by_search (charge_id) SELECT charge_id FROM v WHERE TRUE \
               ON CONFLICT (charge_id) DO NOTHING";
    batch::execute(tx, sql, rows).await.map(drop)
}

from_row! {
    struct Id {
        charge_id: String,
    }
}

/// What was found and is no charge of the book, by identifier.
pub(crate) async fn not_in_book(tx: &mut Tx, behind: &str, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT f.charge_id FROM found_by_search f \
               LEFT JOIN movements m ON m.charge_id = f.charge_id AND m.kind = 'charge' \
               WHERE m.id IS NULL AND f.charge_id > $1 ORDER BY f.charge_id LIMIT $2";
    let rows: Vec<Id> =
        on_db!(tx, c => sqlx::query_as(sql).bind(behind).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| row.charge_id).collect())
}

/// The charges of a Sovereign that were made in a time and are in the book, and were not found.
pub(crate) async fn not_found(
    tx: &mut Tx,
    sovereign: &str,
    (from, before): (Ts, Ts),
    limit: i64,
) -> Result<Vec<String>> {
    let sql = "SELECT m.charge_id FROM movements m \
               LEFT JOIN found_by_search f ON f.charge_id = m.charge_id \
               WHERE m.kind = 'charge' AND m.sovereign = $1 AND m.charge_at >= $2 AND m.charge_at < $3 \
                   AND f.charge_id IS NULL ORDER BY m.charge_id LIMIT $4";
    let rows: Vec<Id> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(sovereign)
        .bind(from)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| row.charge_id).collect())
}
