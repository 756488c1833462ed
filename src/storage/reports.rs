//! What reports are made of: sums of spans of time, such as days.

use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::rollups::CreditSums;
use super::{Result, Ts, Tx, on_db};

batch_row! {
    /// A span of time, without its end.
    pub(crate) struct Span {
        number: i64 => "bigint",
        since: Ts => "timestamptz",
        until: Ts => "timestamptz",
    }
}

from_row! {
    #[derive(Debug, Clone, Copy)]
    struct SumsRow {
        redemptions: i64,
        redeemed_minor: i64,
        granted_minor: i64,
        taken_back_minor: i64,
        spent_minor: i64,
        expired_minor: i64,
    }
}

impl From<SumsRow> for CreditSums {
    fn from(row: SumsRow) -> Self {
        Self {
            redemptions: row.redemptions,
            redeemed_minor: row.redeemed_minor,
            flow: CreditFlow {
                granted_minor: row.granted_minor,
                taken_back_minor: row.taken_back_minor,
                spent_minor: row.spent_minor,
                expired_minor: row.expired_minor,
            },
        }
    }
}

from_row! {
    #[derive(Debug, Clone, Copy)]
    struct SpanSums {
        ..sums: SumsRow,
        number: i64,
    }
}

macro_rules! sums {
    () => {
        "CAST(COALESCE(SUM(c.redemptions), 0) AS bigint) AS redemptions, \
         CAST(COALESCE(SUM(c.redeemed_minor), 0) AS bigint) AS redeemed_minor, \
         CAST(COALESCE(SUM(c.granted_minor), 0) AS bigint) AS granted_minor, \
         CAST(COALESCE(SUM(c.taken_back_minor), 0) AS bigint) AS taken_back_minor, \
         CAST(COALESCE(SUM(c.spent_minor), 0) AS bigint) AS spent_minor, \
         CAST(COALESCE(SUM(c.expired_minor), 0) AS bigint) AS expired_minor"
    };
}

/// What the ledger comes to in each span that has something, as far as it is added up.
pub(crate) async fn credit(tx: &mut Tx, spans: Vec<Span>) -> Result<Vec<(i64, CreditSums)>> {
    const SQL: &str = concat!(
        "WITH v (number, since, until) AS ({rows}) SELECT v.number, ",
        sums!(),
        " FROM v JOIN credit_counts c ON c.since >= v.since AND c.since < v.until GROUP BY v.number"
    );
    let rows: Vec<SpanSums> = batch::fetch(tx, SQL, spans).await?;
    Ok(rows.into_iter().map(|row| (row.number, row.sums.into())).collect())
}

/// The same of a voucher's credit.
pub(crate) async fn voucher(tx: &mut Tx, code: &str) -> Result<Vec<(Timestamp, CreditSums)>> {
    const SQL: &str = concat!(
        "SELECT c.since, ",
        sums!(),
        " FROM voucher_counts c WHERE c.code = $1 GROUP BY c.since ORDER BY c.since"
    );
    let rows: Vec<TimeSums> = on_db!(tx, c => sqlx::query_as(SQL).bind(code).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|row| (row.since.0, row.sums.into())).collect())
}

from_row! {
    #[derive(Debug, Clone, Copy)]
    struct TimeSums {
        ..sums: SumsRow,
        since: Ts,
    }
}

from_row! {
    #[derive(Debug, Clone)]
    struct SourceSums {
        ..sums: SumsRow,
        source: String,
    }
}

/// What all of the ledger before a moment comes to, and what that from then on does, by where the credit came from, as
/// far as it is added up.
pub(crate) async fn sources(
    tx: &mut Tx,
    moment: Timestamp,
) -> Result<[Vec<(String, CreditSums)>; 2]> {
    const BEFORE: &str = concat!(
        "SELECT c.source, ",
        sums!(),
        " FROM credit_counts c WHERE c.since < $1 GROUP BY c.source"
    );
    const SINCE: &str = concat!(
        "SELECT c.source, ",
        sums!(),
        " FROM credit_counts c WHERE c.since >= $1 GROUP BY c.source"
    );
    let mut found = [Vec::new(), Vec::new()];
    for (sql, found) in [BEFORE, SINCE].into_iter().zip(&mut found) {
        let rows: Vec<SourceSums> =
            on_db!(tx, c => sqlx::query_as(sql).bind(Ts(moment)).fetch_all(c).await)?;
        found.extend(rows.into_iter().map(|row| (row.source, row.sums.into())));
    }
    Ok(found)
}

from_row! {
    /// What was redeemed in a campaign in a span; nothing where it counted nothing.
    #[derive(Debug, Clone)]
    pub(crate) struct CampaignSums {
        pub(crate) number: i64,
        pub(crate) campaign_id: Uuid,
        pub(crate) redemptions: Option<i64>,
        pub(crate) granted_minor: Option<i64>,
    }
}

/// What campaigns granted in each span. The counts of each campaign are read along their key, a span after another: a join
/// would compare each with every span.
pub(crate) async fn campaigns(tx: &mut Tx, spans: Vec<Span>) -> Result<Vec<CampaignSums>> {
    let sql = "WITH v (number, since, until) AS ({rows}) \
               SELECT v.number, k.id AS campaign_id, \
                   CAST((SELECT SUM(c.redemptions) FROM campaign_counts c WHERE c.campaign_id = k.id \
                       AND c.since >= v.since AND c.since < v.until) AS bigint) AS redemptions, \
                   CAST((SELECT SUM(c.granted_minor) FROM campaign_counts c WHERE c.campaign_id = k.id \
                       AND c.since >= v.since AND c.since < v.until) AS bigint) AS granted_minor \
               FROM v CROSS JOIN campaigns k WHERE k.redemptions > 0";
    batch::fetch(tx, sql, spans).await
}

from_row! {
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct CountOf {
        pub(crate) number: i64,
        pub(crate) count: i64,
        pub(crate) minor: i64,
    }
}

/// How many Organizations were made in each span that has some.
pub(crate) async fn organizations(tx: &mut Tx, spans: Vec<Span>) -> Result<Vec<CountOf>> {
    let sql = "WITH v (number, since, until) AS ({rows}) \
               SELECT v.number, COUNT(*) AS count, CAST(0 AS bigint) AS minor \
               FROM v JOIN organizations o ON o.created_at >= v.since AND o.created_at < v.until \
               GROUP BY v.number";
    batch::fetch(tx, sql, spans).await
}

/// How often cards paid in each span that has something, and how much, as far as it is added up.
pub(crate) async fn cards(tx: &mut Tx, spans: Vec<Span>) -> Result<Vec<CountOf>> {
    let sql = "WITH v (number, since, until) AS ({rows}) \
               SELECT v.number, CAST(SUM(c.payments) AS bigint) AS count, \
                   CAST(SUM(c.paid_minor) AS bigint) AS minor \
               FROM v JOIN card_counts c ON c.since >= v.since AND c.since < v.until \
               GROUP BY v.number";
    batch::fetch(tx, sql, spans).await
}

/// How often something went back to cards in each span that has something, and how much: refunds by when they were made,
/// without those that failed.
pub(crate) async fn card_refunds(tx: &mut Tx, spans: Vec<Span>) -> Result<Vec<CountOf>> {
    let sql = "WITH v (number, since, until) AS ({rows}) \
               SELECT v.number, COUNT(*) AS count, CAST(SUM(r.card_minor) AS bigint) AS minor \
               FROM v JOIN refunds r ON r.created_at >= v.since AND r.created_at < v.until \
                   AND r.has_note AND r.card_minor > 0 AND r.status <> 'failed' \
               GROUP BY v.number";
    batch::fetch(tx, sql, spans).await
}
