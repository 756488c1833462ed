//! `bank_batches`: payouts that went into one file for a bank, and the file as it was written first.

use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct BatchRow {
        /// The message's identifier.
        pub(crate) id: String,
        pub(crate) month: String,
        pub(crate) created_at: Ts,
        /// Such as `2026-12-07`.
        pub(crate) execution_date: String,
        pub(crate) payouts: i64,
        /// To the letter; so is the other.
        pub(crate) csv: String,
        pub(crate) csv_sha256: String,
        pub(crate) xml: String,
        pub(crate) xml_sha256: String,
    }
}

/// The batches of a month, in the order in which they were made.
pub(crate) async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<BatchRow>> {
    let sql = "SELECT id, month, created_at, execution_date, payouts, csv, csv_sha256, xml, xml_sha256 \
               FROM bank_batches WHERE month = $1 ORDER BY created_at, id";
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}

/// One of the same payouts that is there already is a conflict.
pub(crate) async fn insert(tx: &mut Tx, row: &BatchRow) -> Result<()> {
    let sql = "INSERT INTO bank_batches (id, month, created_at, execution_date, payouts, csv, csv_sha256, xml, \
                   xml_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.id)
        .bind(&row.month)
        .bind(row.created_at)
        .bind(&row.execution_date)
        .bind(row.payouts)
        .bind(&row.csv)
        .bind(&row.csv_sha256)
        .bind(&row.xml)
        .bind(&row.xml_sha256)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Puts a batch of the same payouts in the place of one that was never written.
pub(crate) async fn replace(tx: &mut Tx, row: &BatchRow) -> Result<()> {
    let sql = "UPDATE bank_batches SET created_at = $2, execution_date = $3, csv = $4, csv_sha256 = $5, xml = $6, \
                   xml_sha256 = $7 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.id)
        .bind(row.created_at)
        .bind(&row.execution_date)
        .bind(&row.csv)
        .bind(&row.csv_sha256)
        .bind(&row.xml)
        .bind(&row.xml_sha256)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
