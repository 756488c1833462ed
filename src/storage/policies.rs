//! `environment_policies`: what Organizations may have, each version as it was set.

use sovereign_domain::policy::Policy;
use sovereign_domain::timestamp::Timestamp;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    /// A version of the policy, and who set it when.
    #[derive(Debug, Clone)]
    pub(crate) struct PolicyRow {
        pub(crate) version: i64,
        pub(crate) policy: Json<Policy>,
        /// A user's identifier, or `cli` for the command line.
        pub(crate) set_by: String,
        pub(crate) set_at: Ts,
    }
}

/// The newest version; `None` where nobody has set any.
pub(crate) async fn newest(tx: &mut Tx) -> Result<Option<PolicyRow>> {
    let found = before(tx, i64::MAX, 1).await?;
    Ok(found.into_iter().next())
}

/// The policy that holds now, and its version: zero, and everything allowed, where nobody has set any.
pub(crate) async fn in_force(tx: &mut Tx) -> Result<(i64, Policy)> {
    let newest = newest(tx).await?;
    Ok(newest.map_or_else(Default::default, |row| (row.version, row.policy.0)))
}

/// Versions older than this one, the newest first.
pub(crate) async fn before(tx: &mut Tx, version: i64, limit: i64) -> Result<Vec<PolicyRow>> {
    let sql = "SELECT version, policy, set_by, set_at FROM environment_policies \
               WHERE version < $1 ORDER BY version DESC LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(version).bind(limit).fetch_all(c).await)?)
}

pub(crate) async fn insert(
    tx: &mut Tx,
    (version, policy): (i64, &Policy),
    set_by: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO environment_policies (version, policy, set_by, set_at) \
               VALUES ($1, $2, $3, $4)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(version)
        .bind(Json(policy))
        .bind(set_by)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
