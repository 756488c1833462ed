//! Who redeemed a voucher and whose redemption was given back, by when it was: the newest first, after a place. What was
//! done to it is in the audit log (`voucher_story.rs`).

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A redemption or its release, and whose it is.
    #[derive(Debug, Clone)]
    pub(crate) struct RedeemedRow {
        /// Of the redemption.
        pub(crate) id: Uuid,
        pub(crate) at: Ts,
        pub(crate) tenant_id: String,
        /// Name and slug of the Organization, where it is here.
        pub(crate) name: Option<String>,
        pub(crate) slug: Option<String>,
        pub(crate) credit_minor: i64,
        /// As it is now: `reserved`, `redeemed` or `released`.
        pub(crate) state: String,
        /// The order it came with; of one that came alone there is none.
        pub(crate) order_id: Option<Uuid>,
    }
}

/// The redemptions whose identifiers `$page` selects, each at the moment `$at`.
macro_rules! redemptions {
    ($at:literal, $page:literal) => {
        concat!(
            "WITH ",
            $page,
            " SELECT r.id, r.",
            $at,
            " AS at, r.tenant_id, o.name, o.slug, r.credit_minor, r.state, r.order_id \
             FROM page JOIN promo_redemptions r ON r.id = page.id \
             LEFT JOIN organizations o ON o.id = r.tenant_id"
        )
    };
}

/// How often redemptions of a voucher were given back, counted up to a bound.
pub(crate) async fn releases_up_to(tx: &mut Tx, code: &Code, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM ( \
                   SELECT id FROM promo_redemptions WHERE code = $1 AND state = 'released' LIMIT $2 \
               ) AS counted";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(code.as_str()).bind(most).fetch_one(c).await)?)
}

/// The redemptions of a voucher that has few, also of those that were given back: all are found by its code, and put in order.
pub(crate) async fn few_redemptions(
    tx: &mut Tx,
    code: &Code,
    before: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<RedeemedRow>> {
    const SQL: &str = redemptions!(
        "created_at",
        "own AS MATERIALIZED ( \
             SELECT id, created_at FROM promo_redemptions WHERE code = $1 AND state <> 'released' \
             UNION ALL \
             SELECT id, created_at FROM promo_redemptions WHERE code = $1 AND state = 'released' \
         ), page AS MATERIALIZED ( \
             SELECT id FROM own WHERE (created_at, id) < ($2, $3) \
             ORDER BY created_at DESC, id DESC LIMIT $4 \
         )"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(code.as_str())
        .bind(Ts(before.0))
        .bind(before.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Those of a voucher that has many, which are dense among all: a walk backward along the identifiers, as in
/// `voucher_story.rs`. The last is the one with the smallest.
pub(crate) async fn many_redemptions(
    tx: &mut Tx,
    code: &Code,
    (low, high): (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<RedeemedRow>> {
    // What is put together of the code is in no index that could be taken instead.
    const SQL: &str = concat!(
        redemptions!(
            "created_at",
            "page AS MATERIALIZED ( \
                 SELECT id FROM promo_redemptions WHERE id >= $2 AND id < $3 AND code || '' = $1 \
                 ORDER BY id DESC LIMIT $4 \
             )"
        ),
        " ORDER BY r.id DESC"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(code.as_str())
        .bind(low)
        .bind(high)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Redemptions that were given back, by when they were. The moment was written together with the line of the ledger that
/// took the credit. What an earlier service had twice was never given back: it has no ordinal.
pub(crate) async fn releases(
    tx: &mut Tx,
    code: &Code,
    before: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<RedeemedRow>> {
    const SQL: &str = redemptions!(
        "closed_at",
        "page AS MATERIALIZED ( \
             SELECT id FROM promo_redemptions \
             WHERE code = $1 AND state = 'released' AND ordinal > 0 AND (closed_at, id) < ($2, $3) \
             ORDER BY closed_at DESC, id DESC LIMIT $4 \
         )"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(code.as_str())
        .bind(Ts(before.0))
        .bind(before.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
