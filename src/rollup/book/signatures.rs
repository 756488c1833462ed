//! `signatures`: who signed what takes two people besides a payout. What is in here proves nothing until its signature
//! is checked.

use crate::from_row;
use crate::storage::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct SignatureRow {
        /// Of what is signed, in hexadecimal.
        pub(crate) message_sha256: String,
        /// By the name that the agreements have.
        pub(crate) approver: String,
        /// Both in base64url.
        pub(crate) public_key: String,
        pub(crate) signature: String,
        pub(crate) signed_at: Ts,
    }
}

/// The signatures under a message, in the order in which they were given.
pub(crate) async fn of(tx: &mut Tx, message_sha256: &str) -> Result<Vec<SignatureRow>> {
    let sql = "SELECT message_sha256, approver, public_key, signature, signed_at FROM signatures \
               WHERE message_sha256 = $1 ORDER BY signed_at, approver";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(message_sha256).fetch_all(c).await)?)
}

/// Keeps a signature; it takes the place of one by the same person that does not count any more.
pub(crate) async fn put(tx: &mut Tx, row: &SignatureRow) -> Result<()> {
    let sql = "INSERT INTO signatures (message_sha256, approver, public_key, signature, signed_at) \
               VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (message_sha256, approver) DO UPDATE SET public_key = excluded.public_key, \
                   signature = excluded.signature, signed_at = excluded.signed_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.message_sha256)
        .bind(&row.approver)
        .bind(&row.public_key)
        .bind(&row.signature)
        .bind(row.signed_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
