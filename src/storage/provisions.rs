//! `provisions`: what is on its way into the repository, and how it went.

use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Connection, Error, Json, Result, Ts, Tx, on_db};

/// How a provision, or a step of one, is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProvisionStatus {
    Pending,
    Provisioning,
    Completed,
    Failed,
}

impl ProvisionStatus {
    pub(crate) const ALL: [Self; 4] =
        [Self::Pending, Self::Provisioning, Self::Completed, Self::Failed];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Provisioning => "provisioning",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    pub(crate) const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// One step, as it is kept and shown: pending, running, completed or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done_at: Option<String>,
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct ProvisionRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) order_id: Option<Uuid>,
        pub(crate) cause: String,
        pub(crate) plan_id: String,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) subdomain: String,
        status: String,
        pub(crate) steps: Json<Vec<Step>>,
        pub(crate) failures: i32,
        pub(crate) error: Option<String>,
        pub(crate) revision: Option<String>,
        pub(crate) next_attempt_at: Ts,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
        pub(crate) started_at: Option<Ts>,
    }
}

impl ProvisionRow {
    pub(crate) fn status(&self) -> Result<ProvisionStatus> {
        let unknown = || Error::corrupt("provisions", format!("status {:?}", self.status));
        ProvisionStatus::parse(&self.status).ok_or_else(unknown)
    }
}

/// A provision to be made.
#[derive(Debug)]
pub(crate) struct NewProvision<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: &'a str,
    pub(crate) order_id: Option<Uuid>,
    pub(crate) cause: &'a str,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.tenant_id, p.order_id, p.cause, p.plan_id, p.apps, p.subdomain, \
             p.status, p.steps, p.failures, p.error, p.revision, p.next_attempt_at, p.created_at, \
             p.updated_at, p.started_at FROM provisions p ",
            $rest
        )
    };
}

/// Files a provision of what the Organization has now; `false` where there is one of this event or order, or
/// no such Organization.
pub(crate) async fn insert(tx: &mut Tx, new: &NewProvision<'_>, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO provisions (id, tenant_id, order_id, cause, plan_id, apps, subdomain, \
                   status, steps, next_attempt_at, created_at, updated_at) \
               SELECT $1, o.id, $3, $4, o.plan_id, o.apps, o.subdomain, 'pending', $5, $6, $6, $6 \
               FROM organizations o WHERE o.id = $2 ON CONFLICT DO NOTHING";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.tenant_id)
        .bind(new.order_id)
        .bind(new.cause)
        .bind(Json(Vec::<Step>::new()))
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Those that are due, the oldest first: of one Organization only the oldest that is not over.
pub(crate) async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT p.id FROM provisions p \
               WHERE p.status IN ('pending', 'provisioning') AND p.next_attempt_at <= $1 \
                   AND NOT EXISTS (SELECT 1 FROM provisions q WHERE q.tenant_id = p.tenant_id \
                       AND q.status IN ('pending', 'provisioning') \
                       AND (q.created_at, q.id) < (p.created_at, p.id) \
                       AND q.next_attempt_at <= $1) \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = p.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL)) \
               ORDER BY p.created_at, p.id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(Ts(now)).bind(limit).fetch_all(c).await)?)
}

/// Takes one that is due, so that nobody else does before `until`. Its row stays locked until the transaction
/// ends.
pub(crate) async fn claim(
    tx: &mut Tx,
    id: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<ProvisionRow>> {
    let sql = "UPDATE provisions SET next_attempt_at = $3, updated_at = $2 \
               WHERE id = $1 AND status IN ('pending', 'provisioning') AND next_attempt_at <= $2 \
                   AND NOT EXISTS (SELECT 1 FROM organizations a WHERE a.id = provisions.tenant_id \
                           AND (a.moving_from IS NOT NULL OR a.moved_to IS NOT NULL))";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if rows == 0 { Ok(None) } else { find(tx, id).await }
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<ProvisionRow>> {
    const SQL: &str = select!("WHERE p.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

pub(crate) async fn of_order(tx: &mut Tx, order_id: Uuid) -> Result<Option<ProvisionRow>> {
    const SQL: &str = select!("WHERE p.order_id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(order_id).fetch_optional(c).await)?)
}

/// The newest of an Organization.
pub(crate) async fn newest(tx: &mut Tx, tenant_id: &str) -> Result<Option<ProvisionRow>> {
    Ok(of_organization(tx, tenant_id, 1).await?.pop())
}

/// An Organization's, the newest first.
pub(crate) async fn of_organization(
    tx: &mut Tx,
    tenant_id: &str,
    limit: i64,
) -> Result<Vec<ProvisionRow>> {
    const SQL: &str =
        select!("WHERE p.tenant_id = $1 ORDER BY p.created_at DESC, p.id DESC LIMIT $2");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(tenant_id).bind(limit).fetch_all(c).await)?)
}

/// The newest of an Organization that is completed.
pub(crate) async fn newest_completed(tx: &mut Tx, tenant_id: &str) -> Result<Option<ProvisionRow>> {
    const SQL: &str = select!(
        "WHERE p.tenant_id = $1 AND p.status = 'completed' \
         ORDER BY p.created_at DESC, p.id DESC LIMIT 1"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(tenant_id).fetch_optional(c).await)?)
}

/// Whether one of an Organization has not begun yet.
pub(crate) async fn is_waiting(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM provisions WHERE tenant_id = $1 AND status = 'pending'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_one(c).await)?;
    Ok(found > 0)
}

/// All, newest first, from behind a place on; of one status where one is given.
pub(crate) async fn list(
    tx: &mut Tx,
    status: Option<ProvisionStatus>,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<ProvisionRow>> {
    const SQL: &str = select!(
        "WHERE (p.created_at, p.id) < ($1, $2) AND ($3 IS NULL OR p.status = $3) \
         ORDER BY p.created_at DESC, p.id DESC LIMIT $4"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(status.map(ProvisionStatus::as_str))
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How a provision is now.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    pub(crate) status: ProvisionStatus,
    pub(crate) steps: &'a [Step],
    pub(crate) failures: i32,
    pub(crate) error: Option<&'a str>,
    pub(crate) revision: Option<&'a str>,
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
}

/// Notes how one is doing that is not over; `false` where it is.
pub(crate) async fn note(
    tx: &mut Tx,
    id: Uuid,
    progress: &Progress<'_>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE provisions SET status = $2, steps = $3, failures = $4, error = $5, \
                   revision = $6, next_attempt_at = $7, updated_at = $8, started_at = $9, \
                   done_at = $10 \
               WHERE id = $1 AND status IN ('pending', 'provisioning')";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(progress.status.as_str())
        .bind(Json(progress.steps))
        .bind(progress.failures)
        .bind(progress.error)
        .bind(progress.revision)
        .bind(Ts(progress.next_attempt_at))
        .bind(Ts(now))
        .bind(progress.started_at.map(Ts))
        .bind(progress.status.is_over().then_some(Ts(now)))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Has one that failed begin anew; `false` where it has not.
pub(crate) async fn retry(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE provisions SET status = 'pending', failures = 0, steps = $3, done_at = NULL, \
                   next_attempt_at = $2, updated_at = $2 WHERE id = $1 AND status = 'failed'";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(Json(Vec::<Step>::new()))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// An Organization whose first provision is completed is active.
pub(crate) async fn activate(tx: &mut Tx, tenant_id: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE organizations SET status = 'active', updated_at = $2 \
               WHERE id = $1 AND status = 'provisioning'";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Whether a paid order of the Organization's is that one, or, without one, there is any.
pub(crate) async fn is_paid(tx: &mut Tx, tenant_id: &str, order_id: Option<Uuid>) -> Result<bool> {
    let sql = "SELECT count(*) FROM orders \
               WHERE tenant_id = $1 AND ($2 IS NULL OR id = $2) AND status = 'completed'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(tenant_id)
        .bind(order_id)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}

/// Keeps the events of one Organization in their order: whoever writes one holds this lock until it commits.
/// SQLite has one writer at a time anyway.
pub(crate) async fn lock_organization(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        let sql = "SELECT 1 FROM wallets WHERE tenant_id = $1 FOR UPDATE";
        sqlx::query(sql).bind(tenant_id).execute(connection).await?;
    }
    Ok(())
}

/// Whether an order pays a further month of what there is already.
pub(crate) async fn is_renewal(tx: &mut Tx, order_id: Uuid) -> Result<bool> {
    let sql = "SELECT count(*) FROM orders WHERE id = $1 AND kind = 'renewal'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(order_id).fetch_one(c).await)?;
    Ok(found > 0)
}

pub(crate) async fn organization_lives(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM organizations WHERE id = $1 AND status <> 'deleted'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_one(c).await)?;
    Ok(found > 0)
}
