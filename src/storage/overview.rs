//! What administrators of the Sovereign see of every Organization: a row each, with counts and sums, and
//! nothing of its inside. Deleted ones are among them: their sums are part of the Sovereign's.

use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;

use super::cursor::Cursor;
use super::organizations::{self, OrganizationRow};
use super::{Error, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct SummaryRow {
        pub(crate) id: String,
        pub(crate) name: String,
        pub(crate) slug: String,
        pub(crate) plan_id: String,
        status: String,
        pub(crate) created_at: Ts,
        pub(crate) member_count: i64,
    }
}

impl SummaryRow {
    pub(crate) fn status(&self) -> Result<OrganizationStatus> {
        let unknown = || Error::corrupt("organizations", format!("status {:?}", self.status));
        OrganizationStatus::parse(&self.status).ok_or_else(unknown)
    }
}

from_row! {
    /// An Organization, and what its account comes to.
    #[derive(Debug, Clone)]
    pub(crate) struct TotalsRow {
        ..pub(crate) summary: SummaryRow,
        /// Without what was taken back.
        pub(crate) granted_minor: i64,
        pub(crate) spent_minor: i64,
        pub(crate) available_minor: i64,
        pub(crate) charged_minor: i64,
    }
}

/// Which Organizations are wanted: those that fit all that is given.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) id: Option<String>,
    pub(crate) status: Option<OrganizationStatus>,
    /// What the name or the address has in it.
    pub(crate) part: Option<String>,
}

impl Filter {
    /// The part as a pattern of LIKE, in small letters.
    fn pattern(&self) -> Option<String> {
        let escaped = |part: &String| {
            let part = part.to_lowercase();
            part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
        };
        self.part.as_ref().map(|part| format!("%{}%", escaped(part)))
    }
}

/// A page of Organizations with their totals, newest first. One statement, and so one moment: each table
/// is added up once for all Organizations of the page. A line's amount without what it adds to the debt
/// is what it gave or took: a settlement is neither, and nor is the line of an adopted debt.
pub(crate) async fn totals(
    tx: &mut Tx,
    filter: &Filter,
    (after, limit): (&Cursor, i64),
    now: Timestamp,
) -> Result<Vec<TotalsRow>> {
    let sql = "WITH page AS ( \
                   SELECT o.id, o.name, o.slug, o.plan_id, o.status, o.created_at, w.customer_id, \
                       COALESCE(w.balance_minor - w.held_minor, 0) AS unheld_minor \
                   FROM organizations o LEFT JOIN wallets w ON w.tenant_id = o.id \
                   WHERE (o.created_at, o.id) < ($1, $2) \
                       AND ($5 IS NULL OR o.id = $5) AND ($6 IS NULL OR o.status = $6) \
                       AND ($7 IS NULL OR lower(o.name) LIKE $7 ESCAPE '\\' OR o.slug LIKE $7 ESCAPE '\\') \
                   ORDER BY o.created_at DESC, o.id DESC LIMIT $3 \
               ), people AS ( \
                   SELECT tenant_id, COUNT(*) AS members FROM members \
                   WHERE tenant_id IN (SELECT id FROM page) GROUP BY tenant_id \
               ), moved AS ( \
                   SELECT customer_id, \
                       SUM(CASE WHEN kind IN ('grant', 'release', 'claw_back', 'reversal', 'moved') \
                           OR (kind = 'adopted' AND amount_minor > 0) \
                           THEN amount_minor - owed_minor ELSE 0 END) AS granted_minor, \
                       SUM(CASE WHEN kind IN ('draw', 'post', 'refund') \
                           OR (kind = 'adopted' AND amount_minor < 0) \
                           THEN owed_minor - amount_minor ELSE 0 END) AS spent_minor \
                   FROM credit_ledger \
                   WHERE customer_id IN (SELECT customer_id FROM page) GROUP BY customer_id \
               ), expired AS ( \
                   SELECT customer_id, SUM(remaining_minor - held_minor) AS expired_minor \
                   FROM credit_lots \
                   WHERE customer_id IN (SELECT customer_id FROM page) AND remaining_minor > 0 \
                       AND expires_at <= $4 GROUP BY customer_id \
               ), paid AS ( \
                   SELECT tenant_id, SUM(charge_minor) AS charged_minor FROM orders \
                   WHERE tenant_id IN (SELECT id FROM page) AND status = 'completed' \
                   GROUP BY tenant_id \
               ) \
               SELECT p.id, p.name, p.slug, p.plan_id, p.status, p.created_at, \
                   COALESCE(m.members, 0) AS member_count, \
                   CAST(COALESCE(l.granted_minor, 0) AS bigint) AS granted_minor, \
                   CAST(COALESCE(l.spent_minor, 0) AS bigint) AS spent_minor, \
                   CAST(p.unheld_minor - COALESCE(x.expired_minor, 0) AS bigint) AS available_minor, \
                   CAST(COALESCE(c.charged_minor, 0) AS bigint) AS charged_minor \
               FROM page p \
               LEFT JOIN people m ON m.tenant_id = p.id \
               LEFT JOIN moved l ON l.customer_id = p.customer_id \
               LEFT JOIN expired x ON x.customer_id = p.customer_id \
               LEFT JOIN paid c ON c.tenant_id = p.id \
               ORDER BY p.created_at DESC, p.id DESC";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .bind(Ts(now))
        .bind(filter.id.as_deref())
        .bind(filter.status.map(OrganizationStatus::as_str))
        .bind(filter.pattern())
        .fetch_all(c)
        .await)?)
}

/// Organizations, newest first.
pub(crate) async fn list(tx: &mut Tx, offset: i64, limit: i64) -> Result<Vec<SummaryRow>> {
    let sql = "SELECT o.id, o.name, o.slug, o.plan_id, o.status, o.created_at, \
                   (SELECT COUNT(*) FROM members m WHERE m.tenant_id = o.id) AS member_count \
               FROM organizations o ORDER BY o.created_at DESC, o.id DESC LIMIT $1 OFFSET $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(limit).bind(offset).fetch_all(c).await)?)
}

pub(crate) async fn count(tx: &mut Tx) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM organizations";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await)?)
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<OrganizationRow>> {
    const SQL: &str =
        concat!("SELECT ", organizations::columns!(), " FROM organizations o WHERE o.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}
