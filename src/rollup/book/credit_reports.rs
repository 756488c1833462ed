//! `credit_reports`: what credit of vouchers paid on each Sovereign, as it signed.

use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::{Result, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct CreditReportRow {
        pub(crate) sovereign: String,
        /// Such as `2026-11`.
        pub(crate) month: String,
        pub(crate) currency: String,
        pub(crate) credit_spent_minor: i64,
        /// The signed report.
        pub(crate) document: String,
        /// The public key that it was checked with, in base64url.
        pub(crate) verified_key: String,
    }
}

/// Keeps a report; a newer one takes the place of one that was there, as long as the month is open.
pub(crate) async fn put(tx: &mut Tx, row: &CreditReportRow) -> Result<()> {
    let sql = "INSERT INTO credit_reports AS t (sovereign, month, currency, credit_spent_minor, document, \
                   verified_key) \
               SELECT $1, m.month, $3, $4, $5, $6 FROM months m WHERE m.month = $2 AND m.state <> 'closed' \
               ON CONFLICT (sovereign, month) DO UPDATE SET currency = excluded.currency, \
                   credit_spent_minor = excluded.credit_spent_minor, document = excluded.document, \
                   verified_key = excluded.verified_key";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.sovereign)
        .bind(&row.month)
        .bind(&row.currency)
        .bind(row.credit_spent_minor)
        .bind(&row.document)
        .bind(&row.verified_key)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The reports of a month, by Sovereign.
pub(crate) async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<CreditReportRow>> {
    let sql = "SELECT sovereign, month, currency, credit_spent_minor, document, verified_key \
               FROM credit_reports WHERE month = $1 ORDER BY sovereign";
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}
