//! `promo_codes`: the vouchers.

use std::collections::BTreeMap;

use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, Voucher};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::campaigns;
use super::reads::Lookup;
use super::types::int4;
use super::{Connection, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug)]
    pub(crate) struct VoucherRow {
        code: String,
        credit_minor: i64,
        description: String,
        active: bool,
        max_redemptions: i32,
        times_redeemed: i32,
        adopted_redemptions: i32,
        granted_minor: i64,
        campaign_id: Option<Uuid>,
        credit_valid_days: Option<i32>,
        created_at: Ts,
        deleted_at: Option<Ts>,
    }
}

impl From<VoucherRow> for Voucher {
    fn from(row: VoucherRow) -> Self {
        Self {
            code: Code::stored(row.code),
            credit_minor: row.credit_minor,
            description: row.description,
            active: row.active,
            max_redemptions: row.max_redemptions.into(),
            adopted_redemptions: row.adopted_redemptions.into(),
            times_redeemed: row.times_redeemed.into(),
            granted_minor: row.granted_minor,
            campaign_id: row.campaign_id.map(CampaignId),
            credit_valid_days: row.credit_valid_days.map(i64::from),
            created_at: row.created_at.0,
            deleted_at: row.deleted_at.map(|ts| ts.0),
        }
    }
}

macro_rules! columns {
    () => {
        "code, credit_minor, description, active, max_redemptions, times_redeemed, \
         adopted_redemptions, granted_minor, campaign_id, credit_valid_days, created_at, deleted_at"
    };
}
pub(crate) use columns;

batch_row! { pub(super) struct CodeKey<'a> { wanted: &'a str => "text" } }

/// Live vouchers by their codes. Of a revoked one there is nothing to see, not even that it takes longer.
pub(crate) struct ByCode;

impl Lookup for ByCode {
    type Key = Code;
    type Row = Issued;

    async fn read(tx: &mut Tx, codes: Vec<Code>) -> Result<BTreeMap<Code, Issued>> {
        const SQL: &str = concat!(
            "WITH v (wanted) AS ({rows}) SELECT ",
            columns!(),
            " FROM v JOIN promo_codes p ON p.code = v.wanted WHERE p.deleted_at IS NULL"
        );
        let keys = codes.iter().map(|code| CodeKey { wanted: code.as_str() });
        let rows: Vec<VoucherRow> = batch::fetch(tx, SQL, keys.collect()).await?;
        let vouchers = rows.into_iter().map(Voucher::from).collect();
        let issued = campaigns::of_vouchers(tx, vouchers).await?.into_iter();
        Ok(issued.map(|one| (one.voucher.code.clone(), one)).collect())
    }
}

pub(crate) async fn find(tx: &mut Tx, code: &Code) -> Result<Option<Voucher>> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM promo_codes WHERE code = $1");
    let query = SQL;
    let row: Option<VoucherRow> =
        on_db!(tx, c => sqlx::query_as(query).bind(code.as_str()).fetch_optional(c).await)?;
    Ok(row.map(Voucher::from))
}

/// Holds off every other issuer of this code until the transaction ends, also where there is no row to
/// lock yet: what is read next is what the write finds. SQLite has one writer at a time anyway.
pub(crate) async fn lock(tx: &mut Tx, code: &Code) -> Result<()> {
    const SQL: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query(SQL).bind(code.as_str()).execute(c).await?;
    }
    Ok(())
}

/// What becomes of a voucher's campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum CampaignChange {
    #[default]
    Stay,
    Leave,
    Join(CampaignId),
}

impl CampaignChange {
    /// The campaign that it is in afterwards, unless it stays where it is.
    fn joined(self) -> Option<CampaignId> {
        match self {
            Self::Join(id) => Some(id),
            Self::Stay | Self::Leave => None,
        }
    }
}

/// What an issuer may set of a voucher. Absent members keep what is stored; on a new voucher they have
/// their defaults.
#[derive(Debug, Clone, Default)]
pub(crate) struct VoucherEdit {
    pub(crate) credit_omr: i64,
    pub(crate) credit_minor: i64,
    pub(crate) description: Option<String>,
    pub(crate) active: Option<bool>,
    pub(crate) max_redemptions: Option<i64>,
    pub(crate) campaign: CampaignChange,
    /// 0 = for good.
    pub(crate) credit_valid_days: Option<i64>,
}

/// Issues a voucher, edits it, or resurrects a revoked one: one statement, so that no redemption gets
/// between. The counter and the first issue's time stay.
pub(crate) async fn upsert(
    tx: &mut Tx,
    code: &Code,
    edit: &VoucherEdit,
    now: Timestamp,
) -> Result<Voucher> {
    const SQL: &str = concat!(
        "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
             max_redemptions, times_redeemed, adopted_redemptions, credit_valid_days, \
             created_at, updated_at, deleted_at, campaign_id) \
         VALUES ($1, $2, $3, COALESCE($4, ''), COALESCE($5, TRUE), COALESCE($6, 0), 0, 0, NULLIF($7, 0), \
             $8, $8, NULL, $9) \
         ON CONFLICT (code) DO UPDATE SET \
             credit_omr = excluded.credit_omr, credit_minor = excluded.credit_minor, \
             description = COALESCE($4, promo_codes.description), \
             active = COALESCE($5, CASE WHEN promo_codes.deleted_at IS NULL THEN promo_codes.active ELSE TRUE END), \
             max_redemptions = COALESCE($6, promo_codes.max_redemptions), \
             credit_valid_days = CASE WHEN $7 IS NULL THEN promo_codes.credit_valid_days \
                                      ELSE NULLIF($7, 0) END, \
             campaign_id = CASE WHEN $10 THEN excluded.campaign_id ELSE promo_codes.campaign_id END, \
             updated_at = excluded.updated_at, deleted_at = NULL \
         RETURNING ",
        columns!()
    );
    let query = SQL;
    let row: VoucherRow = on_db!(tx, c => sqlx::query_as(query)
        .bind(code.as_str())
        .bind(int4(edit.credit_omr))
        .bind(edit.credit_minor)
        .bind(edit.description.as_deref())
        .bind(edit.active)
        .bind(edit.max_redemptions.map(int4))
        .bind(edit.credit_valid_days.map(int4))
        .bind(Ts(now))
        .bind(edit.campaign.joined().map(|id| id.0))
        .bind(edit.campaign != CampaignChange::Stay)
        .fetch_one(c)
        .await)?;
    Ok(row.into())
}

/// Lets a voucher be redeemed, or nobody; `None` where there is none, or it is revoked.
pub(crate) async fn set_active(
    tx: &mut Tx,
    code: &Code,
    active: bool,
    now: Timestamp,
) -> Result<Option<Voucher>> {
    const SQL: &str = concat!(
        "UPDATE promo_codes SET active = $2, updated_at = $3 \
         WHERE code = $1 AND deleted_at IS NULL RETURNING ",
        columns!()
    );
    let query = SQL;
    let row: Option<VoucherRow> = on_db!(tx, c => sqlx::query_as(query)
        .bind(code.as_str())
        .bind(active)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?;
    Ok(row.map(Voucher::from))
}

/// Soft-deletes a live voucher; `None` where there is none.
pub(crate) async fn revoke(tx: &mut Tx, code: &Code, now: Timestamp) -> Result<Option<Voucher>> {
    const SQL: &str = concat!(
        "UPDATE promo_codes SET deleted_at = $2, updated_at = $2, active = FALSE \
         WHERE code = $1 AND deleted_at IS NULL RETURNING ",
        columns!()
    );
    let query = SQL;
    let row: Option<VoucherRow> = on_db!(tx, c => sqlx::query_as(query)
        .bind(code.as_str())
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?;
    Ok(row.map(Voucher::from))
}

/// Whether a voucher was ever issued, revoked ones included.
pub(crate) async fn any(tx: &mut Tx) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT code FROM promo_codes LIMIT 1) AS first";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await)?;
    Ok(found > 0)
}
