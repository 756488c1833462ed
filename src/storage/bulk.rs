//! `bulk_operations` and `bulk_files`: operations on many vouchers at once. See `crate::usecase::bulk`.

use std::collections::BTreeSet;

use serde_json::Value;
use sovereign_domain::bulk::{BulkKind, BulkState};
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::types::int4;
use super::vouchers::CodeKey;
use super::{Connection, Json, Result, Ts, Tx, on_db};

from_row! {
    /// An operation, as it is stored.
    #[derive(Debug, Clone)]
    pub(crate) struct Row {
        pub(crate) id: Uuid,
        pub(crate) state: String,
        pub(crate) total: i64,
        pub(crate) done: i64,
        pub(crate) terms: Json<Value>,
        pub(crate) fault: Option<String>,
        /// Of vouchers that are changed: how many were, and where the next ones begin.
        pub(crate) changed: i64,
        pub(crate) place: Option<String>,
        pub(crate) user_id: String,
        pub(crate) request_id: String,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
    }
}

macro_rules! columns {
    () => {
        "id, state, total, done, terms, fault, changed, place, user_id, request_id, created_at, updated_at"
    };
}

/// What is new.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) id: Uuid,
    pub(crate) kind: BulkKind,
    pub(crate) state: BulkState,
    pub(crate) total: i64,
    pub(crate) terms: &'a Value,
    pub(crate) user_id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

/// Answers `false`, and writes nothing, where there is one with this identifier.
pub(crate) async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<bool> {
    let sql = "INSERT INTO bulk_operations (id, kind, state, total, done, terms, user_id, request_id, created_at, \
                   updated_at) \
               VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $8) ON CONFLICT (id) DO NOTHING";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.kind.as_str())
        .bind(new.state.as_str())
        .bind(new.total)
        .bind(Json(new.terms))
        .bind(new.user_id)
        .bind(new.request_id)
        .bind(Ts(new.now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Row>> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM bulk_operations WHERE id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// As [`find`], and nobody else changes it until the transaction ends. SQLite has one writer at a time anyway.
pub(crate) async fn find_locked(tx: &mut Tx, id: Uuid) -> Result<Option<Row>> {
    let sql = "SELECT id FROM bulk_operations WHERE id = $1 FOR UPDATE";
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query(sql).bind(id).execute(c).await?;
    }
    find(tx, id).await
}

/// Operations, newest first, after the one that was asked for then and has this identifier.
pub(crate) async fn list(tx: &mut Tx, after: (Timestamp, Uuid), limit: i64) -> Result<Vec<Row>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM bulk_operations WHERE (created_at, id) < ($1, $2) \
         ORDER BY created_at DESC, id DESC LIMIT $3"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The oldest that stands so.
pub(crate) async fn oldest(tx: &mut Tx, state: BulkState) -> Result<Option<Row>> {
    let sql = match state {
        BulkState::Checked => concat!(
            "SELECT ",
            columns!(),
            " FROM bulk_operations WHERE state = 'checked' ORDER BY created_at, id LIMIT 1"
        ),
        _ => concat!(
            "SELECT ",
            columns!(),
            " FROM bulk_operations WHERE state = 'running' ORDER BY created_at, id LIMIT 1"
        ),
    };
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_optional(c).await)?)
}

/// How an operation that is locked stands from now on, and how far it is.
pub(crate) async fn stands(
    tx: &mut Tx,
    id: Uuid,
    (state, done): (BulkState, i64),
    fault: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE bulk_operations SET state = $2, done = $3, fault = $4, updated_at = $5 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(state.as_str())
        .bind(done)
        .bind(fault)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// How many vouchers an operation that is locked has changed, and where it goes on.
pub(crate) async fn has_changed(
    tx: &mut Tx,
    id: Uuid,
    changed: i64,
    place: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE bulk_operations SET changed = $2, place = $3 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(changed)
        .bind(place)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn keep_file(tx: &mut Tx, id: Uuid, file: &[u8]) -> Result<()> {
    let sql = "INSERT INTO bulk_files (operation_id, file) VALUES ($1, $2)";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(file).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn file(tx: &mut Tx, id: Uuid) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT file FROM bulk_files WHERE operation_id = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?)
}

pub(crate) async fn forget_file(tx: &mut Tx, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM bulk_files WHERE operation_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

batch_row! {
    struct NewVoucher<'a> {
        code: &'a str => "text",
        credit_omr: i32 => "integer",
        credit_minor: i64 => "bigint",
        description: &'a str => "text",
        active: bool => "boolean",
        max_redemptions: i32 => "integer",
        credit_valid_days: Option<i32> => "integer",
        created_at: Ts => "timestamptz",
        updated_at: Ts => shared "timestamptz",
        deleted_at: Option<Ts> => "timestamptz",
        campaign_id: Option<Uuid> => "uuid",
        bulk_id: Uuid => shared "uuid",
    }
}

from_row! {
    struct Inserted {
        code: String,
    }
}

/// Issues vouchers that nobody has redeemed; `whole_units` says what a credit is in whole units. Answers the codes of
/// those that are new: one that was issued before, revoked or not, stays as it is.
pub(crate) async fn issue(
    tx: &mut Tx,
    bulk_id: Uuid,
    vouchers: &[Voucher],
    whole_units: impl Fn(i64) -> i64,
    now: Timestamp,
) -> Result<BTreeSet<String>> {
    let sql = "WITH v (code, credit_omr, credit_minor, description, active, max_redemptions, credit_valid_days, \
                   created_at, updated_at, deleted_at, campaign_id, bulk_id) AS ({rows}) \
               INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
                   times_redeemed, adopted_redemptions, credit_valid_days, created_at, updated_at, deleted_at, \
                   campaign_id, bulk_id) \
               SELECT code, credit_omr, credit_minor, description, active, max_redemptions, 0, 0, credit_valid_days, \
                   created_at, updated_at, deleted_at, campaign_id, bulk_id FROM v WHERE code IS NOT NULL \
               ON CONFLICT (code) DO NOTHING RETURNING code";
    let rows = vouchers.iter().map(|voucher| NewVoucher {
        code: voucher.code.as_str(),
        credit_omr: int4(whole_units(voucher.credit_minor)),
        credit_minor: voucher.credit_minor,
        description: &voucher.description,
        active: voucher.active,
        max_redemptions: int4(voucher.max_redemptions),
        credit_valid_days: voucher.credit_valid_days.map(int4),
        created_at: Ts(voucher.created_at),
        updated_at: Ts(now),
        deleted_at: voucher.deleted_at.map(Ts),
        campaign_id: voucher.campaign_id.map(|CampaignId(id)| id),
        bulk_id,
    });
    let inserted: Vec<Inserted> = batch::fetch(tx, sql, rows.collect()).await?;
    Ok(inserted.into_iter().map(|row| row.code).collect())
}

/// Those of the codes that were ever issued, revoked ones included.
pub(crate) async fn taken(tx: &mut Tx, codes: &[&str]) -> Result<BTreeSet<String>> {
    let sql =
        "WITH v (wanted) AS ({rows}) SELECT p.code FROM v JOIN promo_codes p ON p.code = v.wanted";
    let keys = codes.iter().map(|code| CodeKey { wanted: code });
    let found: Vec<Inserted> = batch::fetch(tx, sql, keys.collect()).await?;
    Ok(found.into_iter().map(|row| row.code).collect())
}
