//! How far people come with vouchers: what each Organization did with one, how often they were looked at, and who signed
//! up with one.

use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Result, Ts, Tx, on_db};

batch_row! {
    /// What lines on a voucher's credit come to for one account.
    pub(crate) struct CustomerRow {
        code: String => "text",
        customer_id: Uuid => "uuid",
        redemptions: i64 => "bigint",
        spent_minor: i64 => "bigint",
        redeemed_at: Option<Ts> => "timestamptz",
    }
}

/// Adds to what Organizations did with vouchers. Who redeems again begins anew: they have not paid since.
pub(crate) async fn add_customers(tx: &mut Tx, rows: Vec<CustomerRow>) -> Result<()> {
    let sql = "WITH v (code, customer_id, redemptions, spent_minor, redeemed_at) AS ({rows}) \
               INSERT INTO voucher_customers AS t (code, tenant_id, campaign_id, redemptions, spent_minor, \
                   redeemed_at) \
               SELECT v.code, k.tenant_id, r.campaign_id, v.redemptions, v.spent_minor, v.redeemed_at \
               FROM v JOIN customers k ON k.id = v.customer_id \
               LEFT JOIN promo_redemptions r ON r.code = v.code AND r.tenant_id = k.tenant_id \
                   AND r.state <> 'released' \
               WHERE TRUE \
               ON CONFLICT (code, tenant_id) DO UPDATE SET \
                   campaign_id = CASE WHEN excluded.redeemed_at IS NULL THEN t.campaign_id \
                       ELSE excluded.campaign_id END, \
                   redemptions = t.redemptions + excluded.redemptions, \
                   spent_minor = t.spent_minor + excluded.spent_minor, \
                   redeemed_at = COALESCE(excluded.redeemed_at, t.redeemed_at), \
                   paid_at = CASE WHEN excluded.redeemed_at IS NULL THEN t.paid_at END";
    batch::execute(tx, sql, rows).await.map(drop)
}

batch_row! {
    /// When a card of an Organization paid.
    pub(crate) struct PaidRow {
        tenant_id: String => "text",
        paid_at: Ts => "timestamptz",
    }
}

/// Notes who paid by card since they redeemed; the first time counts.
pub(crate) async fn note_payments(tx: &mut Tx, rows: Vec<PaidRow>) -> Result<()> {
    let sql = "WITH v (tenant_id, paid_at) AS ({rows}) \
               UPDATE voucher_customers SET paid_at = p.paid_at \
               FROM (SELECT c.code, c.tenant_id, MIN(v.paid_at) AS paid_at \
                   FROM v JOIN voucher_customers c ON c.tenant_id = v.tenant_id \
                   WHERE c.paid_at IS NULL AND c.redemptions > 0 AND c.redeemed_at <= v.paid_at \
                   GROUP BY c.code, c.tenant_id) p \
               WHERE voucher_customers.code = p.code AND voucher_customers.tenant_id = p.tenant_id";
    batch::execute(tx, sql, rows).await.map(drop)
}

batch_row! {
    /// How often a voucher was looked at.
    pub(crate) struct VoucherOpenings {
        code: String => "text",
        openings: i64 => "bigint",
    }
}

/// Adds how often vouchers were looked at.
pub(crate) async fn add_voucher_openings(tx: &mut Tx, rows: Vec<VoucherOpenings>) -> Result<()> {
    let sql = "WITH v (code, openings) AS ({rows}) \
               INSERT INTO voucher_openings AS t (code, openings) \
               SELECT code, openings FROM v WHERE TRUE \
               ON CONFLICT (code) DO UPDATE SET openings = t.openings + excluded.openings";
    batch::execute(tx, sql, rows).await.map(drop)
}

batch_row! {
    /// How often the vouchers of a campaign were looked at.
    pub(crate) struct CampaignOpenings {
        campaign_id: Uuid => "uuid",
        openings: i64 => "bigint",
    }
}

/// Adds how often the vouchers of campaigns were looked at.
pub(crate) async fn add_campaign_openings(tx: &mut Tx, rows: Vec<CampaignOpenings>) -> Result<()> {
    let sql = "WITH v (campaign_id, openings) AS ({rows}) \
               INSERT INTO campaign_openings AS t (campaign_id, openings) \
               SELECT campaign_id, openings FROM v WHERE TRUE \
               ON CONFLICT (campaign_id) DO UPDATE SET openings = t.openings + excluded.openings";
    batch::execute(tx, sql, rows).await.map(drop)
}

/// How often a voucher was looked at, as far as it is written.
pub(crate) async fn openings(tx: &mut Tx, code: &Code) -> Result<i64> {
    let sql = "SELECT openings FROM voucher_openings WHERE code = $1";
    let found: Option<i64> = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(code.as_str())
        .fetch_optional(c)
        .await)?;
    Ok(found.unwrap_or(0))
}

/// How often the vouchers of a campaign were looked at while they were in it, as far as it is written.
pub(crate) async fn openings_in(tx: &mut Tx, id: CampaignId) -> Result<i64> {
    let sql = "SELECT openings FROM campaign_openings WHERE campaign_id = $1";
    let found: Option<i64> =
        on_db!(tx, c => sqlx::query_scalar(sql).bind(id.0).fetch_optional(c).await)?;
    Ok(found.unwrap_or(0))
}

/// Notes with which voucher somebody signed up, where there is one of this code.
pub(crate) async fn note_sign_up(
    tx: &mut Tx,
    user_id: &str,
    code: &Code,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO voucher_sign_ups (user_id, code, campaign_id, created_at) \
               SELECT $1, p.code, p.campaign_id, $3 FROM promo_codes p WHERE p.code = $2 \
               ON CONFLICT (user_id) DO NOTHING";
    on_db!(tx, c => sqlx::query(sql)
        .bind(user_id)
        .bind(code.as_str())
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// How many people signed up with a voucher of a campaign.
pub(crate) async fn sign_ups(tx: &mut Tx, id: CampaignId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM voucher_sign_ups WHERE campaign_id = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id.0).fetch_one(c).await)?)
}

from_row! {
    /// The vouchers that are in a campaign.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Vouchers {
        pub(crate) all_issued: i64,
        /// Those that are not revoked.
        pub(crate) issued: i64,
    }
}

pub(crate) async fn vouchers(tx: &mut Tx, id: CampaignId) -> Result<Vouchers> {
    // `status` is in the campaign's index, `deleted_at` is not: no voucher is read.
    let sql = "SELECT COUNT(*) AS all_issued, COUNT(CASE WHEN status <> 'revoked' THEN 1 END) AS issued \
               FROM promo_codes WHERE campaign_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id.0).fetch_one(c).await)?)
}

from_row! {
    /// What became of a campaign's credit, by Organizations.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Customers {
        pub(crate) redeemed: i64,
        pub(crate) spenders: i64,
        pub(crate) spent_minor: i64,
        pub(crate) paying: i64,
    }
}

/// Each Organization counts once, with however many of the campaign's vouchers.
pub(crate) async fn customers(tx: &mut Tx, id: CampaignId) -> Result<Customers> {
    let sql = "SELECT COUNT(CASE WHEN o.times > 0 THEN 1 END) AS redeemed, \
                   COUNT(CASE WHEN o.spent > 0 THEN 1 END) AS spenders, \
                   CAST(COALESCE(SUM(o.spent), 0) AS bigint) AS spent_minor, \
                   COUNT(CASE WHEN o.paid > 0 THEN 1 END) AS paying \
               FROM (SELECT tenant_id, SUM(redemptions) AS times, SUM(spent_minor) AS spent, \
                       COUNT(CASE WHEN redemptions > 0 THEN paid_at END) AS paid \
                   FROM voucher_customers WHERE campaign_id = $1 GROUP BY tenant_id) o";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id.0).fetch_one(c).await)?)
}
