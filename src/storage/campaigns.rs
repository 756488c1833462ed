//! `campaigns`: sets of vouchers with a budget, a time and a rule for each customer.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::campaign::{Campaign, CampaignStatus};
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Issued, Voucher, VoucherStatus};
use uuid::Uuid;

use super::batch;
use super::cursor::Cursor;
use super::load::UuidKey;
use super::types::int4;
use super::voucher_list::pattern;
use super::{Connection, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug)]
    pub(crate) struct CampaignRow {
        id: Uuid,
        name: String,
        active: bool,
        budget_minor: i64,
        starts_at: Option<Ts>,
        ends_at: Option<Ts>,
        per_customer: i32,
        granted_minor: i64,
        redemptions: i64,
        created_at: Ts,
        updated_at: Ts,
    }
}

impl CampaignRow {
    pub(super) fn into_campaign(self) -> Campaign {
        Campaign {
            id: CampaignId(self.id),
            name: self.name,
            active: self.active,
            budget_minor: self.budget_minor,
            starts_at: self.starts_at.map(|ts| ts.0),
            ends_at: self.ends_at.map(|ts| ts.0),
            per_customer: self.per_customer.into(),
            granted_minor: self.granted_minor,
            redemptions: self.redemptions,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        }
    }
}

macro_rules! columns {
    () => {
        "c.id, c.name, c.active, c.budget_minor, c.starts_at, c.ends_at, c.per_customer, \
         c.granted_minor, c.redemptions, c.created_at, c.updated_at"
    };
}
pub(crate) use columns;

/// Holds off every other administrator of campaigns until the transaction ends: names stay unique, and what is read
/// next is what the write finds. SQLite has one writer at a time anyway.
pub(crate) async fn lock(tx: &mut Tx) -> Result<()> {
    const SQL: &str = "SELECT pg_advisory_xact_lock(hashtextextended('campaigns', 1))";
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query(SQL).execute(c).await?;
    }
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, id: CampaignId) -> Result<Option<Campaign>> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM campaigns c WHERE c.id = $1");
    let row: Option<CampaignRow> =
        on_db!(tx, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    Ok(row.map(CampaignRow::into_campaign))
}

/// The campaign of this name, as names are compared.
pub(crate) async fn named(tx: &mut Tx, name_key: &str) -> Result<Option<Campaign>> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM campaigns c WHERE c.name_key = $1");
    let row: Option<CampaignRow> =
        on_db!(tx, c => sqlx::query_as(SQL).bind(name_key).fetch_optional(c).await)?;
    Ok(row.map(CampaignRow::into_campaign))
}

/// Vouchers with the campaigns they are in, in their order.
pub(crate) async fn of_vouchers(tx: &mut Tx, vouchers: Vec<Voucher>) -> Result<Vec<Issued>> {
    const SQL: &str = concat!(
        "WITH v (wanted) AS ({rows}) SELECT ",
        columns!(),
        " FROM v JOIN campaigns c ON c.id = v.wanted"
    );
    let wanted: BTreeSet<CampaignId> = vouchers.iter().filter_map(|one| one.campaign_id).collect();
    let keys = wanted.into_iter().map(|id| UuidKey { id: id.0 });
    let rows: Vec<CampaignRow> = batch::fetch(tx, SQL, keys.collect()).await?;
    let campaigns: BTreeMap<CampaignId, Campaign> =
        rows.into_iter().map(|row| (CampaignId(row.id), row.into_campaign())).collect();
    let issued = vouchers.into_iter().map(|voucher| {
        let campaign = voucher.campaign_id.and_then(|id| campaigns.get(&id).cloned());
        Issued { voucher, campaign }
    });
    Ok(issued.collect())
}

/// A voucher with the campaign it is in.
pub(crate) async fn of_voucher(tx: &mut Tx, voucher: Voucher) -> Result<Issued> {
    let campaign = match voucher.campaign_id {
        None => None,
        Some(id) => find(tx, id).await?,
    };
    Ok(Issued { voucher, campaign })
}

pub(crate) async fn insert(tx: &mut Tx, campaign: &Campaign, name_key: &str) -> Result<()> {
    let sql = "INSERT INTO campaigns (id, name, name_key, active, budget_minor, starts_at, ends_at, per_customer, \
                   granted_minor, redemptions, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(campaign.id.0)
        .bind(&campaign.name)
        .bind(name_key)
        .bind(campaign.active)
        .bind(campaign.budget_minor)
        .bind(campaign.starts_at.map(Ts))
        .bind(campaign.ends_at.map(Ts))
        .bind(int4(campaign.per_customer))
        .bind(Ts(campaign.created_at))
        .bind(Ts(campaign.updated_at))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes what an administrator sets of a campaign. Its counters are the money engine's.
pub(crate) async fn update(tx: &mut Tx, campaign: &Campaign, name_key: &str) -> Result<()> {
    let sql = "UPDATE campaigns SET name = $2, name_key = $3, active = $4, budget_minor = $5, starts_at = $6, \
                   ends_at = $7, per_customer = $8, updated_at = $9 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(campaign.id.0)
        .bind(&campaign.name)
        .bind(name_key)
        .bind(campaign.active)
        .bind(campaign.budget_minor)
        .bind(campaign.starts_at.map(Ts))
        .bind(campaign.ends_at.map(Ts))
        .bind(int4(campaign.per_customer))
        .bind(Ts(campaign.updated_at))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Campaigns of a status, and whose names have a part in them as names are compared: newest first, after the one that was
/// made then and has this identifier.
pub(crate) async fn list(
    tx: &mut Tx,
    (status, part): (Option<CampaignStatus>, Option<&str>),
    now: Timestamp,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Campaign>> {
    macro_rules! page {
        ($which:literal) => {
            concat!(
                "SELECT ",
                columns!(),
                " FROM campaigns c WHERE (c.created_at, c.id) < ($1, $2) AND $3 = $3 \
                     AND ($5 = '%' OR c.name_key LIKE $5 ESCAPE '!') AND ",
                $which,
                " ORDER BY c.created_at DESC, c.id DESC LIMIT $4"
            )
        };
    }
    // The first that is true of it, as the domain has it.
    let sql = match status {
        None => page!("TRUE"),
        Some(CampaignStatus::Paused) => page!("NOT c.active"),
        Some(CampaignStatus::Ended) => page!("c.active AND c.ends_at <= $3"),
        Some(CampaignStatus::Scheduled) => {
            page!("c.active AND (c.ends_at IS NULL OR c.ends_at > $3) AND c.starts_at > $3")
        }
        Some(CampaignStatus::Exhausted) => page!(
            "c.active AND (c.ends_at IS NULL OR c.ends_at > $3) \
             AND (c.starts_at IS NULL OR c.starts_at <= $3) \
             AND c.budget_minor > 0 AND c.granted_minor >= c.budget_minor"
        ),
        Some(CampaignStatus::Running) => page!(
            "c.active AND (c.ends_at IS NULL OR c.ends_at > $3) \
             AND (c.starts_at IS NULL OR c.starts_at <= $3) \
             AND (c.budget_minor = 0 OR c.granted_minor < c.budget_minor)"
        ),
    };
    let rows: Vec<CampaignRow> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(Ts(now))
        .bind(limit)
        .bind(pattern(part))
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(CampaignRow::into_campaign).collect())
}

/// Campaigns, at most `limit`, of which vouchers that are live by themselves stand so. Of one with a budget that has
/// something left some may be exhausted: those that are worth more.
pub(crate) async fn standing(
    tx: &mut Tx,
    status: VoucherStatus,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Campaign>> {
    let of = match status {
        VoucherStatus::Live => CampaignStatus::Running,
        VoucherStatus::Paused => CampaignStatus::Paused,
        VoucherStatus::Scheduled => CampaignStatus::Scheduled,
        VoucherStatus::Ended => CampaignStatus::Ended,
        VoucherStatus::Exhausted => {
            const SQL: &str = concat!(
                "SELECT ",
                columns!(),
                " FROM campaigns c WHERE c.active AND (c.ends_at IS NULL OR c.ends_at > $1) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $1) AND c.budget_minor > 0 LIMIT $2"
            );
            let rows: Vec<CampaignRow> = on_db!(tx, c => sqlx::query_as(SQL)
                .bind(Ts(now))
                .bind(limit)
                .fetch_all(c)
                .await)?;
            return Ok(rows.into_iter().map(CampaignRow::into_campaign).collect());
        }
        VoucherStatus::Revoked => return Ok(Vec::new()),
    };
    let newest = (Cursor::newest().created_at, Uuid::nil());
    list(tx, (Some(of), None), now, newest, limit).await
}

/// What campaigns are called.
pub(crate) async fn names(
    tx: &mut Tx,
    ids: BTreeSet<CampaignId>,
) -> Result<BTreeMap<CampaignId, String>> {
    let sql = "WITH v (wanted) AS ({rows}) SELECT c.id, c.name FROM v JOIN campaigns c ON c.id = v.wanted";
    let keys = ids.into_iter().map(|id| UuidKey { id: id.0 }).collect();
    let rows: Vec<NameRow> = batch::fetch(tx, sql, keys).await?;
    Ok(rows.into_iter().map(|row| (CampaignId(row.id), row.name)).collect())
}

from_row! {
    #[derive(Debug)]
    struct NameRow {
        id: Uuid,
        name: String,
    }
}

/// How many vouchers a campaign has, without those that are revoked.
pub(crate) async fn vouchers(tx: &mut Tx, id: CampaignId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM promo_codes WHERE campaign_id = $1 AND deleted_at IS NULL";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id.0).fetch_one(c).await)?)
}

from_row! {
    /// What was granted in a quarter of an hour, less what was released of it.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct CountRow {
        pub(crate) since: Ts,
        pub(crate) redemptions: i64,
        pub(crate) granted_minor: i64,
    }
}

/// What a campaign granted from a moment on, by the quarter of an hour.
pub(crate) async fn counts(tx: &mut Tx, id: CampaignId, from: Timestamp) -> Result<Vec<CountRow>> {
    let sql = "SELECT since, redemptions, granted_minor FROM campaign_counts \
               WHERE campaign_id = $1 AND since >= $2 ORDER BY since";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id.0).bind(Ts(from)).fetch_all(c).await)?)
}
