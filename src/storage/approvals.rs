//! `approvals`: what Organizations asked for beyond the policy, and what became of it.

use sovereign_domain::book::Book;
use sovereign_domain::ids::OrganizationId;
use sovereign_domain::policy::Approval;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Json, Result, Ts, Tx, on_db};

batch_row! { struct TenantKey<'a> { id: &'a str => "text" } }

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct ApprovalRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        /// The Organization's slug.
        pub(crate) organization: String,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) tiers: Json<Vec<String>>,
        pub(crate) monthly_minor: Option<i64>,
        pub(crate) reason: String,
        pub(crate) state: String,
        pub(crate) requested_by: String,
        pub(crate) requested_at: Ts,
        pub(crate) decided_at: Option<Ts>,
        pub(crate) note: Option<String>,
        pub(crate) expires_at: Option<Ts>,
    }
}

/// A request as it is filed.
#[derive(Debug, Clone)]
pub(crate) struct NewRequest<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: &'a str,
    /// Slugs.
    pub(crate) apps: Vec<String>,
    pub(crate) tiers: Vec<String>,
    pub(crate) monthly_minor: Option<i64>,
    pub(crate) reason: &'a str,
    pub(crate) requested_by: &'a str,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.tenant_id, o.slug AS organization, a.apps, a.tiers, a.monthly_minor, \
                 a.reason, a.state, a.requested_by, a.requested_at, a.decided_at, a.note, \
                 a.expires_at \
             FROM approvals a JOIN organizations o ON o.id = a.tenant_id ",
            $rest
        )
    };
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<ApprovalRow>> {
    let sql = select!("WHERE a.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// As [`find`], for a decision: whoever else wants to decide it waits until this transaction ends.
pub(crate) async fn find_locked(tx: &mut Tx, id: Uuid) -> Result<Option<ApprovalRow>> {
    let sql = "UPDATE approvals SET state = state WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
    find(tx, id).await
}

/// Those of one Organization, or all, in one state, or all; newest first, from behind a place on.
pub(crate) async fn list(
    tx: &mut Tx,
    (tenant_id, state): (Option<&str>, Option<&str>),
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<ApprovalRow>> {
    let sql = select!(
        "WHERE (a.requested_at, a.id) < ($1, $2) AND ($3 IS NULL OR a.tenant_id = $3) \
             AND ($4 IS NULL OR a.state = $4) \
         ORDER BY a.requested_at DESC, a.id DESC LIMIT $5"
    );
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(tenant_id)
        .bind(state)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How many of an Organization's requests wait for an answer.
pub(crate) async fn waiting(tx: &mut Tx, tenant_id: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM approvals WHERE tenant_id = $1 AND state = 'requested'";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_one(c).await)?)
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewRequest<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO approvals (id, tenant_id, apps, tiers, monthly_minor, reason, state, \
                   requested_by, requested_at) \
               VALUES ($1, $2, $3, $4, $5, $6, 'requested', $7, $8)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.tenant_id)
        .bind(Json(&new.apps))
        .bind(Json(&new.tiers))
        .bind(new.monthly_minor)
        .bind(new.reason)
        .bind(new.requested_by)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What is decided about a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision<'a> {
    pub(crate) state: &'static str,
    pub(crate) by: &'a str,
    pub(crate) note: Option<&'a str>,
    pub(crate) expires_at: Option<Timestamp>,
}

pub(crate) async fn decide(
    tx: &mut Tx,
    id: Uuid,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE approvals SET state = $2, decided_by = $3, note = $4, expires_at = $5, \
                   decided_at = $6 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(decision.state)
        .bind(decision.by)
        .bind(decision.note)
        .bind(decision.expires_at.map(Ts))
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

from_row! {
    #[derive(Debug)]
    struct StandingRow {
        tenant_id: String,
        apps: Json<Vec<String>>,
        tiers: Json<Vec<String>>,
        monthly_minor: Option<i64>,
        expires_at: Option<Ts>,
    }
}

impl StandingRow {
    fn into_approval(self) -> Approval {
        Approval {
            apps: self.apps.0.into_iter().collect(),
            tiers: self.tiers.0.into_iter().collect(),
            monthly_minor: self.monthly_minor,
            expires_at: self.expires_at.map(|ts| ts.0),
        }
    }
}

/// Reads the approvals of every account of a book into it.
pub(crate) async fn load(tx: &mut Tx, book: &mut Book) -> Result<()> {
    let tenants: Vec<OrganizationId> = book.accounts.keys().cloned().collect();
    for (tenant_id, approval) in standing(tx, &tenants).await? {
        book.approvals.entry(tenant_id).or_default().push(approval);
    }
    Ok(())
}

/// The approvals that were given and not revoked, also those that have expired.
pub(crate) async fn standing(
    tx: &mut Tx,
    tenants: &[OrganizationId],
) -> Result<Vec<(OrganizationId, Approval)>> {
    let sql = "WITH v (id) AS ({rows}) \
               SELECT a.tenant_id, a.apps, a.tiers, a.monthly_minor, a.expires_at \
               FROM v JOIN approvals a ON a.tenant_id = v.id AND a.state = 'approved'";
    let keys = tenants.iter().map(|id| TenantKey { id: &id.0 }).collect();
    let rows: Vec<StandingRow> = batch::fetch(tx, sql, keys).await?;
    let standing = rows.into_iter();
    Ok(standing.map(|row| (row.tenant_id.as_str().into(), row.into_approval())).collect())
}
