//! What takes two people besides a payout: they sign a text, and the book has their signatures by its digest. Whatever
//! of the text changes, their signatures count no more.

use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;

use super::digest;
use super::key::{self, ApproverKey, encoded};
use crate::rollup::agreements::PublicKey;
use crate::rollup::book::signatures::{self, SignatureRow};
use crate::rollup::error::RollupError;
use crate::storage::{Store, Ts, Tx};

/// Who of these signed a text, in the order in which they did.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn by(
    tx: &mut Tx,
    approvers: &BTreeMap<String, PublicKey>,
    message: &str,
) -> Result<Vec<String>, RollupError> {
    let rows = signatures::of(tx, &digest(message)).await?;
    let counting = rows.into_iter().filter(|row| counts(approvers, message, row));
    Ok(counting.map(|row| row.approver).collect())
}

fn counts(approvers: &BTreeMap<String, PublicKey>, message: &str, row: &SignatureRow) -> bool {
    let key = approvers.get(&row.approver).filter(|key| encoded(key) == row.public_key);
    key.is_some_and(|key| key::signed(key, message, &row.signature))
}

/// Signs a text, and puts the signature into the book.
///
/// # Errors
/// Where the key does not sign, or the book cannot be written.
pub(crate) async fn sign(
    store: &Store,
    message: &str,
    (name, key): (&str, &ApproverKey),
    now: Timestamp,
) -> Result<(), RollupError> {
    let public = key.public().map_err(RollupError::refused)?;
    let row = SignatureRow {
        message_sha256: digest(message),
        approver: name.to_owned(),
        public_key: encoded(&public),
        signature: key.sign(message).map_err(RollupError::refused)?,
        signed_at: Ts(now),
    };
    let mut tx = store.begin().await?;
    signatures::put(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(())
}
