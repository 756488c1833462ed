//! What became of a voucher: what was done to it, and who redeemed it. Newest first; identifiers sort by time.

use sovereign_domain::ids::CampaignId;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// Something that was done to a voucher: a line of the audit log.
    #[derive(Debug)]
    pub(crate) struct DoneRow {
        pub(crate) id: Uuid,
        pub(crate) at: Ts,
        pub(crate) actor: String,
        /// The address of a user who did it.
        pub(crate) email: Option<String>,
        pub(crate) action: String,
        /// How the voucher was before, as JSON; absent for a new one.
        pub(crate) before: Option<String>,
        pub(crate) after: Option<String>,
    }
}

/// What was done to a voucher, before the line `before`.
pub(crate) async fn done(
    tx: &mut Tx,
    code: &Code,
    before: Uuid,
    limit: i64,
) -> Result<Vec<DoneRow>> {
    let sql = "SELECT a.id, a.at, a.actor, u.email, a.action, \
                   CAST(a.before AS text) AS before, CAST(a.after AS text) AS after \
               FROM audit_log a LEFT JOIN users u ON u.id = a.actor \
               WHERE a.subject = $1 AND a.action IN ('voucher.issue', 'voucher.revoke', 'voucher.tag') AND a.id < $2 \
               ORDER BY a.id DESC LIMIT $3";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(code.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

from_row! {
    /// A redemption, and what is left of its credit.
    #[derive(Debug, Clone)]
    pub(crate) struct RedemptionRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        /// Name and slug of the Organization, where it is here.
        pub(crate) name: Option<String>,
        pub(crate) slug: Option<String>,
        pub(crate) credit_minor: i64,
        /// What is neither spent, expired nor taken back.
        pub(crate) left_minor: i64,
        /// `reserved`, `redeemed` or `released`.
        pub(crate) state: String,
        /// The order it came with, and what that comes to in all; of one that came alone there is none.
        pub(crate) order_id: Option<Uuid>,
        pub(crate) order_minor: Option<i64>,
        pub(crate) created_at: Ts,
    }
}

/// The redemptions whose identifiers `$page` selects.
macro_rules! redemptions {
    ($page:literal) => {
        concat!(
            "WITH ",
            $page,
            " SELECT r.id, r.tenant_id, o.name, o.slug, r.credit_minor, \
                 CASE WHEN r.state = 'redeemed' THEN COALESCE(l.remaining_minor, 0) ELSE 0 END AS left_minor, \
                 r.state, r.order_id, d.amount_baisa AS order_minor, r.created_at \
             FROM page JOIN promo_redemptions r ON r.id = page.id LEFT JOIN orders d ON d.id = r.order_id \
             LEFT JOIN organizations o ON o.id = r.tenant_id LEFT JOIN credit_lots l ON l.id = r.lot_id \
             ORDER BY r.id DESC"
        )
    };
}

/// The redemptions of a voucher that has few: all are found by its code, and put in order.
pub(crate) async fn few_redemptions(
    tx: &mut Tx,
    code: &Code,
    before: Uuid,
    limit: i64,
) -> Result<Vec<RedemptionRow>> {
    const SQL: &str = redemptions!(
        "own AS MATERIALIZED ( \
             SELECT id FROM promo_redemptions WHERE code = $1 AND state <> 'released' \
             UNION ALL \
             SELECT id FROM promo_redemptions WHERE code = $1 AND state = 'released' \
         ), page AS MATERIALIZED ( \
             SELECT id FROM own WHERE id < $2 ORDER BY id DESC LIMIT $3 \
         )"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(code.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Those of a voucher that has many, which are dense among all: a walk backward from `high` to `low`. There is no
/// index to walk along for each voucher, because every checkout would write to it.
pub(crate) async fn many_redemptions(
    tx: &mut Tx,
    code: &Code,
    (low, high): (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<RedemptionRow>> {
    // What is put together of the code is in no index that could be taken instead.
    const SQL: &str = redemptions!(
        "page AS MATERIALIZED ( \
             SELECT id FROM promo_redemptions WHERE id >= $2 AND id < $3 AND code || '' = $1 \
             ORDER BY id DESC LIMIT $4 \
         )"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(code.as_str())
        .bind(low)
        .bind(high)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The redemption that has so many newer ones between it and `high`, of whichever vouchers; `None` where there are
/// fewer.
pub(crate) async fn reach(tx: &mut Tx, high: Uuid, redemptions: i64) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM promo_redemptions WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(high)
        .bind(redemptions)
        .fetch_optional(c)
        .await)?)
}

/// How often each user with this address has redeemed a voucher, and vouchers of a campaign; nobody may have it yet.
pub(crate) async fn redeemed_by_address(
    tx: &mut Tx,
    (code, campaign): (&Code, Option<CampaignId>),
    email: &str,
) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT (SELECT COUNT(*) FROM promo_redemptions r \
                   WHERE r.code = $1 AND r.user_id = u.id AND r.state <> 'released'), \
                   (SELECT COUNT(*) FROM promo_redemptions r \
                   WHERE r.campaign_id = $3 AND r.user_id = u.id AND r.state <> 'released') \
               FROM users u WHERE lower(u.email) = lower($2)";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(code.as_str())
        .bind(email)
        .bind(campaign.map(|id| id.0))
        .fetch_all(c)
        .await)?)
}

from_row! {
    /// An Organization, and how often it has redeemed a voucher, and vouchers of a campaign.
    #[derive(Debug)]
    pub(crate) struct OfOrganization {
        pub(crate) status: String,
        pub(crate) redemptions: i64,
        pub(crate) in_campaign: i64,
    }
}

/// The Organization at `slug`, where there is one.
pub(crate) async fn redeemed_by_organization(
    tx: &mut Tx,
    (code, campaign): (&Code, Option<CampaignId>),
    slug: &str,
) -> Result<Option<OfOrganization>> {
    let sql = "SELECT o.status, (SELECT COUNT(*) FROM promo_redemptions r \
                   WHERE r.code = $1 AND r.tenant_id = o.id AND r.state <> 'released') AS redemptions, \
                   (SELECT COUNT(*) FROM promo_redemptions r \
                   WHERE r.campaign_id = $3 AND r.tenant_id = o.id AND r.state <> 'released') \
                   AS in_campaign \
               FROM organizations o WHERE o.slug = $2 AND o.status <> 'deleted'";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(code.as_str())
        .bind(slug)
        .bind(campaign.map(|id| id.0))
        .fetch_optional(c)
        .await)?)
}
