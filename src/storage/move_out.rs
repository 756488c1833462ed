//! What goes along with an Organization that moves away, beside its own rows (`moved_tables.rs`): who is named in
//! them, and the vouchers that it redeemed; and what all Organizations have, for the closing report.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::moved_tables::{Kind, MOVED};
use super::{Result, Ts, Tx, on_db};

/// Whoever is named in an Organization's rows; where that are more than `most`, so many at least. Not all of these are
/// users: some are names of the program's parts.
pub(crate) async fn named(tx: &mut Tx, tenant_id: &str, most: i64) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for moved in MOVED {
        for column in moved.columns.iter().filter(|column| column.kind == Kind::Person) {
            let sql = || {
                let (name, table, whose) = (column.name, moved.table, moved.whose);
                AssertSqlSafe(format!(
                    "SELECT DISTINCT t.{name} FROM {table} t WHERE t.{whose} AND t.{name} IS NOT NULL LIMIT $2"
                ))
            };
            let found: Vec<String> = on_db!(tx, c => sqlx::query_scalar(sql())
                .bind(tenant_id)
                .bind(most)
                .fetch_all(c)
                .await)?;
            named.extend(found);
        }
    }
    Ok(named)
}

from_row! {
    #[derive(Debug)]
    pub(crate) struct PersonRow {
        pub(crate) email: String,
        pub(crate) email_verified: bool,
        pub(crate) name: String,
        pub(crate) language: Option<String>,
    }
}

/// `None` where nobody has this identifier.
pub(crate) async fn person(tx: &mut Tx, id: &str) -> Result<Option<PersonRow>> {
    let sql = "SELECT email, email_verified, name, language FROM users WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// By which issuers somebody is known, and as what.
pub(crate) async fn linked(tx: &mut Tx, id: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT issuer, subject FROM users WHERE id = $1 \
               UNION SELECT issuer, subject FROM linked_identities WHERE user_id = $1 \
               ORDER BY issuer, subject";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

from_row! {
    #[derive(Debug)]
    pub(crate) struct TrailRow {
        pub(crate) code: String,
        pub(crate) description: String,
        pub(crate) credit_minor: i64,
        pub(crate) campaign: Option<String>,
        pub(crate) issued_at: Ts,
        pub(crate) status: String,
    }
}

/// The vouchers of this Sovereign that an Organization has redeemed, by code: the first `most` of them.
pub(crate) async fn vouchers(tx: &mut Tx, tenant_id: &str, most: i64) -> Result<Vec<TrailRow>> {
    let sql = "SELECT p.code, p.description, p.credit_minor, c.name AS campaign, \
                   p.created_at AS issued_at, p.status \
               FROM promo_codes p LEFT JOIN campaigns c ON c.id = p.campaign_id \
               WHERE p.code IN (SELECT r.code FROM promo_redemptions r WHERE r.tenant_id = $1) \
               ORDER BY p.code LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(most).fetch_all(c).await)?)
}

/// Keeps both with a move, as they were when it began.
pub(crate) async fn keep_trail(tx: &mut Tx, id: Uuid, trail: &str) -> Result<()> {
    let sql = "UPDATE organization_moves SET trail = $2 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(trail).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn trail(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let sql = "SELECT trail FROM organization_moves WHERE id = $1";
    let found: Option<Option<String>> =
        on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?;
    Ok(found.flatten())
}

/// The Organization of this identifier or, if it has none, of this address.
pub(crate) async fn resolve(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM organizations WHERE id = $1 OR (slug = $1 AND status <> 'deleted') \
               ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(name).fetch_optional(c).await)?)
}

from_row! {
    /// An Organization in the closing report.
    #[derive(Debug, Clone)]
    pub(crate) struct ClosingRow {
        pub(crate) id: String,
        pub(crate) slug: String,
        pub(crate) status: String,
        pub(crate) moved_to: Option<String>,
        /// Of the move that it is on.
        pub(crate) move_state: Option<String>,
        pub(crate) balance_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) owed_minor: i64,
        /// What left with it.
        pub(crate) moved_minor: i64,
        pub(crate) moved_owed_minor: i64,
    }
}

/// Organizations, deleted ones too, by identifier from behind `after` on.
pub(crate) async fn closing(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<ClosingRow>> {
    let sql = "SELECT o.id, o.slug, o.status, o.moved_to, \
                   (SELECT m.state FROM organization_moves m \
                       WHERE m.tenant_id = o.id AND m.ended_at IS NULL) AS move_state, \
                   w.balance_minor, w.held_minor, w.owed_minor, \
                   CASE WHEN o.moved_to IS NULL THEN 0 ELSE COALESCE((SELECT m.moved_minor \
                       FROM organization_moves m WHERE m.tenant_id = o.id AND m.state IN ('moved', 'dropped') \
                       ORDER BY m.started_at DESC, m.id DESC LIMIT 1), 0) END AS moved_minor, \
                   CASE WHEN o.moved_to IS NULL THEN 0 ELSE COALESCE((SELECT m.moved_owed_minor \
                       FROM organization_moves m WHERE m.tenant_id = o.id AND m.state IN ('moved', 'dropped') \
                       ORDER BY m.started_at DESC, m.id DESC LIMIT 1), 0) END AS moved_owed_minor \
               FROM organizations o JOIN wallets w ON w.tenant_id = o.id \
               WHERE o.id > $1 ORDER BY o.id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(after).bind(limit).fetch_all(c).await)?)
}

/// What all wallets hold, and what is owed in all.
pub(crate) async fn sums(tx: &mut Tx) -> Result<(i64, i64)> {
    let sql = "SELECT CAST(COALESCE(SUM(balance_minor), 0) AS bigint), \
                   CAST(COALESCE(SUM(owed_minor), 0) AS bigint) FROM wallets";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?)
}

/// Organizations that can move: neither deleted nor gone, from behind `after` on.
pub(crate) async fn to_move(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT id, slug FROM organizations \
               WHERE id > $1 AND status <> 'deleted' AND moved_to IS NULL ORDER BY id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(after).bind(limit).fetch_all(c).await)?)
}

from_row! {
    /// Where an Organization is.
    #[derive(Debug)]
    pub(crate) struct PlaceRow {
        pub(crate) status: String,
        pub(crate) moved_to: Option<String>,
        pub(crate) forward_url: Option<String>,
    }
}

pub(crate) async fn place(tx: &mut Tx, tenant_id: &str) -> Result<Option<PlaceRow>> {
    let sql = "SELECT status, moved_to, forward_url FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}
