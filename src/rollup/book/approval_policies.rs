//! `approval_policies`: who approves payouts, and above which limit. A row is written once; the last one is in force.

use crate::from_row;
use crate::storage::{Result, Ts, Tx, on_db};

/// Why a policy was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    First,
    /// It loosens nothing.
    Tighter,
    /// Those approved it who were in force.
    Approved,
}

impl Reason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Tighter => "tighter",
            Self::Approved => "approved",
        }
    }
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct PolicyRow {
        /// From 1.
        pub(crate) number: i64,
        /// To the letter.
        pub(crate) policy: String,
    }
}

/// The policy in force; none before anybody was paid.
pub(crate) async fn last(tx: &mut Tx) -> Result<Option<PolicyRow>> {
    let sql = "SELECT number, policy FROM approval_policies ORDER BY number DESC LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_optional(c).await)?)
}

/// Answers whether it is the one of its number: another process may have been first.
pub(crate) async fn insert(tx: &mut Tx, row: &PolicyRow, reason: Reason, at: Ts) -> Result<bool> {
    let sql = "INSERT INTO approval_policies (number, policy, reason, taken_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (number) DO NOTHING";
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(row.number)
        .bind(&row.policy)
        .bind(reason.as_str())
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}
