//! `shared_charges` and `month_volumes`: how each charge was shared, what went back of it since, and how much was
//! charged under each agreement of a month so far.

use crate::from_row;
use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Tx, on_db};

batch_row! {
    struct ChargeKey<'a> {
        wanted: &'a str => "text",
    }
}

from_row! {
    /// How a charge was shared.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct SharedChargeRow {
        pub(crate) charge_id: String,
        pub(crate) franchisee: String,
        pub(crate) sovereign: String,
        pub(crate) currency: String,
        pub(crate) agreement: i32,
        pub(crate) fees: String,
        pub(crate) amount_minor: i64,
        pub(crate) publisher_minor: i64,
        /// What went back of it, less what came back.
        pub(crate) reversed_minor: i64,
        pub(crate) estimated: bool,
    }
}

/// Those of these charges that were shared.
pub(crate) async fn find(tx: &mut Tx, ids: &[&str]) -> Result<Vec<SharedChargeRow>> {
    let sql = "WITH v (wanted) AS ({rows}) \
               SELECT c.charge_id, c.franchisee, c.sovereign, c.currency, c.agreement, c.fees, c.amount_minor, \
                   c.publisher_minor, c.reversed_minor, c.estimated \
               FROM v JOIN shared_charges c ON c.charge_id = v.wanted";
    batch::fetch(tx, sql, keys(ids)).await
}

fn keys<'a>(ids: &[&'a str]) -> Vec<ChargeKey<'a>> {
    ids.iter().copied().map(|wanted| ChargeKey { wanted }).collect()
}

from_row! {
    /// A charge that is nobody's, and why.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct UnassignedCharge {
        pub(crate) charge_id: String,
        pub(crate) unassigned: String,
    }
}

/// Those of these charges that are in the book and nobody's.
pub(crate) async fn find_unassigned(tx: &mut Tx, ids: &[&str]) -> Result<Vec<UnassignedCharge>> {
    let sql = "WITH v (wanted) AS ({rows}) \
               SELECT m.charge_id, m.unassigned FROM v JOIN movements m ON m.charge_id = v.wanted \
               WHERE m.kind = 'charge' AND m.unassigned IS NOT NULL";
    batch::fetch(tx, sql, keys(ids)).await
}

batch_row! {
    pub(crate) struct NewCharge {
        charge_id: String => "text",
        month: String => "text",
        franchisee: String => "text",
        sovereign: String => "text",
        currency: String => "text",
        agreement: i32 => "integer",
        fees: String => "text",
        amount_minor: i64 => "bigint",
        publisher_minor: i64 => "bigint",
        reversed_minor: i64 => "bigint",
        estimated: bool => "boolean",
    }
}

/// Notes how charges were shared; of one that was shared before, what it was shared by stays.
pub(crate) async fn insert(tx: &mut Tx, rows: Vec<NewCharge>) -> Result<()> {
    let sql = "WITH v (charge_id, month, franchisee, sovereign, currency, agreement, fees, amount_minor, \
                   publisher_minor, reversed_minor, estimated) AS ({rows}) \
               INSERT INTO shared_charges (charge_id, month, franchisee, sovereign, currency, agreement, fees, \
                   amount_minor, publisher_minor, reversed_minor, estimated) \
               SELECT charge_id, month, franchisee, sovereign, currency, agreement, fees, amount_minor, \
                   publisher_minor, reversed_minor, estimated FROM v";
    batch::execute_all(tx, "shared_charges", sql, rows).await
}

batch_row! {
    pub(crate) struct ReversedRow {
        charge_id: String => "text",
        reversed_minor: i64 => "bigint",
    }
}

/// Notes what went back of charges by now.
pub(crate) async fn reverse(tx: &mut Tx, rows: Vec<ReversedRow>) -> Result<()> {
    let sql = "WITH v (charge_id, reversed_minor) AS ({rows}) \
               UPDATE shared_charges SET reversed_minor = v.reversed_minor FROM v \
               WHERE shared_charges.charge_id = v.charge_id";
    batch::execute_all(tx, "shared_charges", sql, rows).await
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Volume {
        pub(crate) agreement: i32,
        pub(crate) volume_minor: i64,
    }
}

/// What was charged under each agreement of a month so far.
pub(crate) async fn volumes(tx: &mut Tx, month: &str) -> Result<Vec<Volume>> {
    let sql =
        "SELECT agreement, volume_minor FROM month_volumes WHERE month = $1 ORDER BY agreement";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(month).fetch_all(c).await)?)
}

batch_row! {
    pub(crate) struct VolumeRow {
        agreement: i32 => "integer",
        month: String => "text",
        volume_minor: i64 => "bigint",
    }
}

pub(crate) async fn set_volumes(tx: &mut Tx, rows: Vec<VolumeRow>) -> Result<()> {
    let sql = "WITH v (agreement, month, volume_minor) AS ({rows}) \
               INSERT INTO month_volumes (month, agreement, volume_minor) \
               SELECT month, agreement, volume_minor FROM v WHERE TRUE \
               ON CONFLICT (month, agreement) DO UPDATE SET volume_minor = excluded.volume_minor";
    batch::execute(tx, sql, rows).await.map(drop)
}

/// Forgets how the charges of a month were shared, and what its movements sent back of others. Before the movements
/// themselves are forgotten.
pub(crate) async fn unshare(tx: &mut Tx, month: &str) -> Result<()> {
    let back = "UPDATE shared_charges SET reversed_minor = shared_charges.reversed_minor - s.reversed_minor \
                FROM (SELECT charge_id, CAST(SUM(CASE WHEN kind IN ('refund', 'dispute') THEN amount_minor \
                          ELSE -amount_minor END) AS bigint) AS reversed_minor \
                      FROM movements WHERE month = $1 AND kind <> 'charge' AND franchisee IS NOT NULL \
                      GROUP BY charge_id) AS s \
                WHERE shared_charges.charge_id = s.charge_id";
    let statements = [
        back,
        "DELETE FROM shared_charges WHERE month = $1",
        "DELETE FROM month_volumes WHERE month = $1",
    ];
    for sql in statements {
        on_db!(tx, c => sqlx::query(sql).bind(month).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
