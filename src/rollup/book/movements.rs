//! `movements`: what moved at the processor, whose it is, and how it is shared.

use super::months::Place;
use crate::from_row;
use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Ts, Tx, on_db};

batch_row! {
    /// A movement as it was read. What is `None` the processor did not say.
    #[derive(PartialEq, Eq)]
    pub(crate) struct NewMovement {
        id: String => "text",
        month: String => "text",
        kind: String => "text",
        rank: i32 => "integer",
        charge_id: String => "text",
        charge_at: Option<Ts> => "timestamptz",
        charge_minor: Option<i64> => "bigint",
        occurred_at: Ts => "timestamptz",
        currency: String => "text",
        amount_minor: i64 => "bigint",
        fee_minor: i64 => "bigint",
        sovereign: Option<String> => "text",
        organization: Option<String> => "text",
        order_id: Option<String> => "text",
    }
}

/// Adds what is not in the book yet, in whichever month; answers how many that were.
pub(crate) async fn insert(tx: &mut Tx, rows: Vec<NewMovement>) -> Result<u64> {
    let sql = "WITH v (id, month, kind, rank, charge_id, charge_at, charge_minor, occurred_at, currency, \
                   amount_minor, fee_minor, sovereign, organization, order_id) AS ({rows}) \
               INSERT INTO movements (id, month, kind, rank, charge_id, charge_at, charge_minor, occurred_at, \
                   currency, amount_minor, fee_minor, sovereign, organization, order_id) \
               SELECT id, month, kind, rank, charge_id, charge_at, charge_minor, occurred_at, currency, \
                   amount_minor, fee_minor, sovereign, organization, order_id FROM v WHERE TRUE \
               ON CONFLICT (id) DO NOTHING";
    batch::execute(tx, sql, rows).await
}

batch_row! {
    /// Transactions that are no movements of a charge.
    pub(crate) struct SkippedRow {
        type_name: String => "text",
        month: String => "text",
        transactions: i64 => "bigint",
    }
}

/// Counts them.
pub(crate) async fn skip(tx: &mut Tx, rows: Vec<SkippedRow>) -> Result<()> {
    let sql = "WITH v (type_name, month, transactions) AS ({rows}) \
               INSERT INTO skipped AS t (month, type, transactions) \
               SELECT month, type_name, transactions FROM v WHERE TRUE \
               ON CONFLICT (month, type) DO UPDATE SET transactions = t.transactions + excluded.transactions";
    batch::execute(tx, sql, rows).await.map(drop)
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Skipped {
        pub(crate) type_name: String,
        pub(crate) transactions: i64,
    }
}

/// How many of each type were skipped in a month.
pub(crate) async fn skipped(tx: &mut Tx, month: &str) -> Result<Vec<Skipped>> {
    let sql = "SELECT type AS type_name, transactions FROM skipped WHERE month = $1 ORDER BY type";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(month).fetch_all(c).await)?)
}

pub(crate) async fn count(tx: &mut Tx, month: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM movements WHERE month = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(month).fetch_one(c).await)?)
}

from_row! {
    /// A movement that is to be shared.
    #[derive(Debug, Clone)]
    pub(crate) struct Unshared {
        pub(crate) id: String,
        pub(crate) kind: String,
        pub(crate) rank: i32,
        pub(crate) charge_id: String,
        pub(crate) charge_at: Option<Ts>,
        pub(crate) charge_minor: Option<i64>,
        pub(crate) occurred_at: Ts,
        pub(crate) currency: String,
        pub(crate) amount_minor: i64,
        pub(crate) fee_minor: i64,
        pub(crate) sovereign: Option<String>,
    }
}

/// The movements of a month behind a place, in their order: by time, a charge before what goes back of it.
pub(crate) async fn behind(
    tx: &mut Tx,
    month: &str,
    place: &Place,
    limit: i64,
) -> Result<Vec<Unshared>> {
    let sql = "SELECT id, kind, rank, charge_id, charge_at, charge_minor, occurred_at, currency, amount_minor, \
                   fee_minor, sovereign \
               FROM movements WHERE month = $1 AND (occurred_at, rank, id) > ($2, $3, $4) \
               ORDER BY occurred_at, rank, id LIMIT $5";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(month)
        .bind(place.at)
        .bind(place.rank)
        .bind(&place.id)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

batch_row! {
    /// Whose a movement is and how it is shared; or why it is nobody's.
    #[derive(PartialEq, Eq)]
    pub(crate) struct SharedRow {
        id: String => "text",
        franchisee: Option<String> => "text",
        agreement: Option<i32> => "integer",
        publisher_minor: Option<i64> => "bigint",
        franchisee_fee_minor: Option<i64> => "bigint",
        unassigned: Option<String> => "text",
        note: Option<String> => "text",
    }
}

pub(crate) async fn share(tx: &mut Tx, rows: Vec<SharedRow>) -> Result<()> {
    let sql = "WITH v (id, franchisee, agreement, publisher_minor, franchisee_fee_minor, unassigned, note) \
                   AS ({rows}) \
               UPDATE movements SET franchisee = v.franchisee, agreement = v.agreement, \
                   publisher_minor = v.publisher_minor, franchisee_fee_minor = v.franchisee_fee_minor, \
                   unassigned = v.unassigned, note = v.note \
               FROM v WHERE movements.id = v.id";
    batch::execute_all(tx, "movements", sql, rows).await
}

/// Forgets how the movements of a month are shared.
pub(crate) async fn unshare(tx: &mut Tx, month: &str) -> Result<()> {
    let sql = "UPDATE movements SET franchisee = NULL, agreement = NULL, publisher_minor = NULL, \
                   franchisee_fee_minor = NULL, unassigned = NULL, note = NULL \
               WHERE month = $1 AND (franchisee IS NOT NULL OR unassigned IS NOT NULL)";
    on_db!(tx, c => sqlx::query(sql).bind(month).execute(c).await.map(|_| ()))?;
    Ok(())
}

from_row! {
    /// What movements of one kind come to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct KindSums {
        /// Whose; or why they are nobody's.
        pub(crate) whose: String,
        pub(crate) currency: String,
        pub(crate) kind: String,
        pub(crate) movements: i64,
        pub(crate) amount_minor: i64,
        pub(crate) publisher_minor: i64,
        pub(crate) fee_minor: i64,
        pub(crate) franchisee_fee_minor: i64,
    }
}

macro_rules! sums {
    ($whose:literal) => {
        concat!(
            "SELECT ",
            $whose,
            " AS whose, currency, kind, COUNT(*) AS movements, \
                 CAST(SUM(amount_minor) AS bigint) AS amount_minor, \
                 CAST(COALESCE(SUM(publisher_minor), 0) AS bigint) AS publisher_minor, \
                 CAST(SUM(fee_minor) AS bigint) AS fee_minor, \
                 CAST(COALESCE(SUM(franchisee_fee_minor), 0) AS bigint) AS franchisee_fee_minor \
             FROM movements WHERE month = $1 AND ",
            $whose,
            " IS NOT NULL GROUP BY ",
            $whose,
            ", currency, kind ORDER BY ",
            $whose,
            ", currency, kind"
        )
    };
}

/// What the movements of a month come to, by franchisee, currency and kind.
pub(crate) async fn sums(tx: &mut Tx, month: &str) -> Result<Vec<KindSums>> {
    const SQL: &str = sums!("franchisee");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(month).fetch_all(c).await)?)
}

/// The same of those that are nobody's, by why.
pub(crate) async fn unassigned_sums(tx: &mut Tx, month: &str) -> Result<Vec<KindSums>> {
    const SQL: &str = sums!("unassigned");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(month).fetch_all(c).await)?)
}

from_row! {
    /// What was charged under an agreement.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct AgreementSums {
        pub(crate) agreement: i32,
        pub(crate) charges: i64,
        pub(crate) charged_minor: i64,
        pub(crate) publisher_minor: i64,
    }
}

/// What was charged in a month, by agreement.
pub(crate) async fn agreement_sums(tx: &mut Tx, month: &str) -> Result<Vec<AgreementSums>> {
    let sql = "SELECT agreement, COUNT(*) AS charges, CAST(SUM(amount_minor) AS bigint) AS charged_minor, \
                   CAST(SUM(publisher_minor) AS bigint) AS publisher_minor \
               FROM movements WHERE month = $1 AND kind = 'charge' AND franchisee IS NOT NULL \
               GROUP BY agreement ORDER BY agreement";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(month).fetch_all(c).await)?)
}

from_row! {
    /// What was charged on a Sovereign in one currency.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct SovereignSums {
        /// As the charges' metadata says.
        pub(crate) sovereign: String,
        pub(crate) currency: String,
        pub(crate) charges: i64,
        /// How many of them are under an agreement, and how many under none; of the others it is not known yet.
        pub(crate) shared: i64,
        pub(crate) unassigned: i64,
        pub(crate) charged_minor: i64,
        /// Of those that are shared.
        pub(crate) publisher_minor: i64,
    }
}

/// What was charged in a month, by Sovereign and currency.
pub(crate) async fn sovereign_sums(tx: &mut Tx, month: &str) -> Result<Vec<SovereignSums>> {
    let sql = "SELECT sovereign, currency, COUNT(*) AS charges, COUNT(franchisee) AS shared, \
                   COUNT(unassigned) AS unassigned, CAST(SUM(amount_minor) AS bigint) AS charged_minor, \
                   CAST(COALESCE(SUM(publisher_minor), 0) AS bigint) AS publisher_minor \
               FROM movements WHERE month = $1 AND kind = 'charge' AND sovereign IS NOT NULL \
               GROUP BY sovereign, currency ORDER BY sovereign, currency";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(month).fetch_all(c).await)?)
}

from_row! {
    /// A movement as it is written to a file.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct FileRow {
        pub(crate) id: String,
        pub(crate) kind: String,
        pub(crate) rank: i32,
        pub(crate) charge_id: String,
        pub(crate) occurred_at: Ts,
        pub(crate) currency: String,
        pub(crate) amount_minor: i64,
        pub(crate) fee_minor: i64,
        pub(crate) sovereign: Option<String>,
        pub(crate) organization: Option<String>,
        pub(crate) order_id: Option<String>,
        pub(crate) agreement: Option<i32>,
        pub(crate) publisher_minor: Option<i64>,
        pub(crate) franchisee_fee_minor: Option<i64>,
        pub(crate) unassigned: Option<String>,
        pub(crate) note: Option<String>,
    }
}

impl FileRow {
    pub(crate) fn place(&self) -> Place {
        Place { at: self.occurred_at, rank: self.rank, id: self.id.clone() }
    }
}

macro_rules! file_rows {
    ($whose:literal) => {
        concat!(
            "SELECT id, kind, rank, charge_id, occurred_at, currency, amount_minor, fee_minor, sovereign, \
                 organization, order_id, agreement, publisher_minor, franchisee_fee_minor, unassigned, note \
             FROM movements WHERE month = $1 AND (occurred_at, rank, id) > ($2, $3, $4) AND ",
            $whose,
            " ORDER BY occurred_at, rank, id LIMIT $5"
        )
    };
}

/// The movements of a statement behind a place, in their order.
pub(crate) async fn of_statement(
    tx: &mut Tx,
    month: &str,
    (franchisee, currency): (&str, &str),
    place: &Place,
    limit: i64,
) -> Result<Vec<FileRow>> {
    const SQL: &str = file_rows!("franchisee = $6 AND currency = $7");
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(month)
        .bind(place.at)
        .bind(place.rank)
        .bind(&place.id)
        .bind(limit)
        .bind(franchisee)
        .bind(currency)
        .fetch_all(c)
        .await)?)
}

/// The movements of a month behind a place that are nobody's, in their order.
pub(crate) async fn unassigned(
    tx: &mut Tx,
    month: &str,
    place: &Place,
    limit: i64,
) -> Result<Vec<FileRow>> {
    const SQL: &str = file_rows!("unassigned IS NOT NULL");
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(month)
        .bind(place.at)
        .bind(place.rank)
        .bind(&place.id)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
