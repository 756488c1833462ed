//! Changing many vouchers at once: which they are, and what becomes of them.

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::cursor::Cursor;
use super::types::int4;
use super::vouchers::{CodeKey, VoucherRow, columns};
use super::{Engine, Result, Ts, Tx, on_db};

from_row! {
    /// A voucher, and whether it was active before the last operation changed it.
    #[derive(Debug)]
    struct LockedRow {
        ..voucher: VoucherRow,
        was_active: Option<bool>,
    }
}

/// Vouchers by their codes, in the codes' order; nobody else edits or redeems them until the transaction ends. SQLite has
/// one writer at a time anyway. Each comes with whether it was active before the last operation changed it.
pub(crate) async fn locked(
    tx: &mut Tx,
    mut codes: Vec<Code>,
) -> Result<Vec<(Voucher, Option<bool>)>> {
    const LOCK: &str = "WITH v (wanted) AS ({rows}) \
        SELECT pg_advisory_xact_lock(hashtextextended(v.wanted, 0)) FROM v";
    const READ: &str = concat!(
        "WITH v (wanted) AS ({rows}) SELECT ",
        columns!(),
        ", was_active FROM v JOIN promo_codes p ON p.code = v.wanted ORDER BY p.code {lock:p}"
    );
    codes.sort();
    let keys = || codes.iter().map(|code| CodeKey { wanted: code.as_str() }).collect();
    if tx.engine() == Engine::Postgres {
        batch::execute(tx, LOCK, keys()).await?;
    }
    let rows: Vec<LockedRow> = batch::fetch(tx, READ, keys()).await?;
    Ok(rows.into_iter().map(|row| (row.voucher.into(), row.was_active)).collect())
}

batch_row! {
    struct Edited<'a> {
        code: &'a str => "text",
        active: bool => "boolean",
        credit_valid_days: Option<i32> => "integer",
        deleted_at: Option<Ts> => "timestamptz",
        updated_at: Ts => shared "timestamptz",
        edit_id: Uuid => shared "uuid",
        was_active: bool => "boolean",
    }
}

/// Writes what an operation changed of vouchers that are locked: each as it was, and as it is.
pub(crate) async fn write(
    tx: &mut Tx,
    edit_id: Uuid,
    vouchers: &[(Voucher, Voucher)],
    now: Timestamp,
) -> Result<()> {
    let sql = "WITH v (code, active, credit_valid_days, deleted_at, updated_at, edit_id, was_active) \
                   AS ({rows}) \
               UPDATE promo_codes SET active = v.active, credit_valid_days = v.credit_valid_days, \
                   deleted_at = v.deleted_at, updated_at = v.updated_at, edit_id = v.edit_id, \
                   was_active = v.was_active \
               FROM v WHERE promo_codes.code = v.code";
    let rows = vouchers.iter().map(|(before, voucher)| Edited {
        code: voucher.code.as_str(),
        active: voucher.active,
        credit_valid_days: voucher.credit_valid_days.map(int4),
        deleted_at: voucher.deleted_at.map(Ts),
        updated_at: Ts(now),
        edit_id,
        was_active: before.active,
    });
    batch::execute_all(tx, "promo_codes", sql, rows.collect()).await
}

/// Vouchers that an operation was the last to change, newest first, after a cursor.
pub(crate) async fn changed_by(
    tx: &mut Tx,
    edit_id: Uuid,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Voucher>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM promo_codes WHERE edit_id = $1 AND (created_at, code) < ($2, $3) \
         ORDER BY created_at DESC, code DESC LIMIT $4"
    );
    let rows: Vec<VoucherRow> = on_db!(tx, c => sqlx::query_as(SQL)
        .bind(edit_id)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(Voucher::from).collect())
}

/// How many those are.
pub(crate) async fn count_changed_by(tx: &mut Tx, edit_id: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM promo_codes WHERE edit_id = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(edit_id).fetch_one(c).await)?)
}
