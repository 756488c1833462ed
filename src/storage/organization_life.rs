//! `organizations`, as far as one is suspended, deleted and brought back. Whoever changes that holds the
//! wallet's row, which is the lock of all that an Organization's account does.

use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Error, Result, Ts, Tx, on_db, provisions};

from_row! {
    /// An Organization at a point of its life.
    #[derive(Debug, Clone)]
    pub(crate) struct LifeRow {
        pub(crate) id: String,
        pub(crate) slug: String,
        pub(crate) name: String,
        pub(crate) org_type: String,
        pub(crate) industry: String,
        pub(crate) owner_id: String,
        pub(crate) plan_id: String,
        status: String,
        suspended_from: Option<String>,
        pub(crate) deletion_at: Option<Ts>,
        /// `owner` or `operator`.
        pub(crate) deletion_by: Option<String>,
        deletion_from: Option<String>,
        pub(crate) created_at: Ts,
        /// Whether it is on its way to or from another Sovereign, or there.
        pub(crate) away: bool,
    }
}

impl LifeRow {
    pub(crate) fn status(&self) -> Result<OrganizationStatus> {
        parse(&self.status)
    }

    /// What it was before an administrator suspended it; active where nobody knows.
    pub(crate) fn suspended_from(&self) -> Result<OrganizationStatus> {
        self.suspended_from.as_deref().map_or(Ok(OrganizationStatus::Active), parse)
    }

    /// What it was before somebody wished it deleted.
    pub(crate) fn deletion_from(&self) -> Result<OrganizationStatus> {
        self.deletion_from.as_deref().map_or(Ok(OrganizationStatus::Suspended), parse)
    }
}

fn parse(text: &str) -> Result<OrganizationStatus> {
    OrganizationStatus::parse(text)
        .ok_or_else(|| Error::corrupt("organizations", format!("status {text:?}")))
}

/// Locks an Organization's account, then reads the Organization.
pub(crate) async fn lock(tx: &mut Tx, id: &str) -> Result<Option<LifeRow>> {
    provisions::lock_organization(tx, id).await?;
    find(tx, id).await
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<LifeRow>> {
    let sql = "SELECT id, slug, name, org_type, industry, owner_id, plan_id, status, suspended_from, \
                   deletion_at, deletion_by, deletion_from, created_at, \
                   (moving_from IS NOT NULL OR moved_to IS NOT NULL) AS away \
               FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// What its members say of an Organization.
pub(crate) async fn describe(tx: &mut Tx, row: &LifeRow, now: Timestamp) -> Result<()> {
    let sql = "UPDATE organizations SET name = $2, org_type = $3, industry = $4, updated_at = $5 \
               WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.org_type)
        .bind(&row.industry)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Suspends one that is `from`.
pub(crate) async fn suspend(
    tx: &mut Tx,
    id: &str,
    from: OrganizationStatus,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE organizations SET status = 'suspended', suspended_from = $2, updated_at = $3 \
               WHERE id = $1";
    set(tx, sql, id, from, now).await
}

/// Ends a suspension.
pub(crate) async fn resume(
    tx: &mut Tx,
    id: &str,
    to: OrganizationStatus,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE organizations SET status = $2, suspended_from = NULL, updated_at = $3 \
               WHERE id = $1";
    set(tx, sql, id, to, now).await
}

/// Takes the wish back that it be deleted.
pub(crate) async fn restore(
    tx: &mut Tx,
    id: &str,
    to: OrganizationStatus,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE organizations SET status = $2, deletion_at = NULL, deletion_by = NULL, \
                   deletion_from = NULL, end_warned = FALSE, updated_at = $3 WHERE id = $1";
    set(tx, sql, id, to, now).await
}

async fn set(
    tx: &mut Tx,
    sql: &'static str,
    id: &str,
    status: OrganizationStatus,
    now: Timestamp,
) -> Result<()> {
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(status.as_str())
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The wish that an Organization be deleted.
#[derive(Debug)]
pub(crate) struct Deletion {
    pub(crate) from: OrganizationStatus,
    pub(crate) at: Timestamp,
    /// `owner` or `operator`.
    pub(crate) by: &'static str,
}

/// Has it deleted at a later moment, and suspended until then.
pub(crate) async fn begin_deletion(
    tx: &mut Tx,
    id: &str,
    deletion: &Deletion,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE organizations SET status = 'suspended', deletion_from = $2, deletion_at = $3, \
                   deletion_by = $4, end_warned = FALSE, updated_at = $5 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(deletion.from.as_str())
        .bind(Ts(deletion.at))
        .bind(deletion.by)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Deletes one; `false` where it is deleted already.
pub(crate) async fn delete(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE organizations SET status = 'deleted', updated_at = $2 \
               WHERE id = $1 AND status <> 'deleted'";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Notes that the owner is told of the end; `false` where that is noted.
pub(crate) async fn warn(tx: &mut Tx, id: &str) -> Result<bool> {
    let sql = "UPDATE organizations SET end_warned = TRUE WHERE id = $1 AND NOT end_warned";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Those whose deletion is due by `now`.
pub(crate) async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT id FROM organizations WHERE deletion_at <= $1 AND status = 'suspended' \
               ORDER BY deletion_at, id LIMIT $2";
    ids(tx, sql, now, limit).await
}

/// Those whose deletion is due by `until`, and whose owners were not told that it is near.
pub(crate) async fn unwarned(tx: &mut Tx, until: Timestamp, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT id FROM organizations WHERE deletion_at <= $1 AND status = 'suspended' \
                   AND NOT end_warned ORDER BY deletion_at, id LIMIT $2";
    ids(tx, sql, until, limit).await
}

/// Whether it has never paid for anything: no order of its was completed, is due or waits for a card, and it
/// has never had credit but what a voucher lent to an order that came to nothing. `o` is the Organization.
macro_rules! never_paid {
    () => {
        "o.status = 'provisioning' AND o.created_at <= $1 \
         AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.tenant_id = o.id) \
         AND NOT EXISTS (SELECT 1 FROM orders p WHERE p.tenant_id = o.id AND p.status = 'pending') \
         AND NOT EXISTS (SELECT 1 FROM subscriptions s \
             WHERE s.tenant_id = o.id AND s.status <> 'canceled') \
         AND NOT EXISTS (SELECT 1 FROM wallets w WHERE w.tenant_id = o.id \
             AND (w.balance_minor <> 0 OR w.owed_minor <> 0 OR EXISTS ( \
                 SELECT 1 FROM credit_ledger e WHERE e.customer_id = w.customer_id \
                     AND e.kind NOT IN ('grant', 'release'))))"
    };
}

/// Those made before a moment that have never paid for anything.
pub(crate) async fn never_paid(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<String>> {
    const SQL: &str = concat!(
        "SELECT o.id FROM organizations o WHERE ",
        never_paid!(),
        " ORDER BY o.created_at, o.id LIMIT $2"
    );
    ids(tx, SQL, before, limit).await
}

/// The same, where their owners were not told that the end is near.
pub(crate) async fn never_paid_unwarned(
    tx: &mut Tx,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<String>> {
    const SQL: &str = concat!(
        "SELECT o.id FROM organizations o WHERE NOT o.end_warned AND ",
        never_paid!(),
        " ORDER BY o.created_at, o.id LIMIT $2"
    );
    ids(tx, SQL, before, limit).await
}

/// Whether this one was made before a moment and has never paid for anything.
pub(crate) async fn has_never_paid(tx: &mut Tx, id: &str, before: Timestamp) -> Result<bool> {
    const SQL: &str =
        concat!("SELECT count(*) FROM organizations o WHERE o.id = $2 AND ", never_paid!());
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(SQL)
        .bind(Ts(before))
        .bind(id)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}

async fn ids(tx: &mut Tx, sql: &'static str, at: Timestamp, limit: i64) -> Result<Vec<String>> {
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(Ts(at)).bind(limit).fetch_all(c).await)?)
}

/// Organizations that are suspended while an order of theirs waits for a payment.
pub(crate) async fn with_pending_order(tx: &mut Tx, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT p.tenant_id FROM orders p JOIN organizations o ON o.id = p.tenant_id \
               WHERE p.status = 'pending' AND o.status = 'suspended' \
               ORDER BY p.created_at, p.id LIMIT $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(limit).fetch_all(c).await)?)
}

pub(crate) async fn pending_order(tx: &mut Tx, id: &str) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM orders WHERE tenant_id = $1 AND status = 'pending'";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?)
}

/// Whether what it has ordered was ever brought to its place.
pub(crate) async fn was_provisioned(tx: &mut Tx, id: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM provisions WHERE tenant_id = $1 AND status = 'completed'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_one(c).await)?;
    Ok(found > 0)
}

from_row! {
    /// An Organization, and what would end with it.
    #[derive(Debug)]
    pub(crate) struct ImpactRow {
        ..pub(crate) life: LifeRow,
        /// The address of whoever owns it, where that is known here.
        pub(crate) owner_email: Option<String>,
        pub(crate) members: i64,
        pub(crate) environments: i64,
        /// What is neither spent nor expired, held or not.
        pub(crate) credit_minor: i64,
        pub(crate) owed_minor: i64,
        /// Of its live subscription.
        pub(crate) subscription: Option<String>,
        pub(crate) period_end: Option<Ts>,
    }
}

/// What would end with an Organization, at one moment.
pub(crate) async fn impact(tx: &mut Tx, id: &str, now: Timestamp) -> Result<Option<ImpactRow>> {
    let sql = "SELECT o.id, o.slug, o.name, o.org_type, o.industry, o.owner_id, o.plan_id, o.status, \
                   o.suspended_from, o.deletion_at, o.deletion_by, o.deletion_from, o.created_at, \
                   (o.moving_from IS NOT NULL OR o.moved_to IS NOT NULL) AS away, \
                   (SELECT u.email FROM users u WHERE u.id = o.owner_id) AS owner_email, \
                   (SELECT COUNT(*) FROM members m WHERE m.tenant_id = o.id) AS members, \
                   (SELECT COUNT(*) FROM environments e WHERE e.tenant_id = o.id) AS environments, \
                   CAST(COALESCE(w.balance_minor, 0) - COALESCE((SELECT SUM(l.remaining_minor - l.held_minor) \
                       FROM credit_lots l WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0 \
                           AND l.expires_at <= $2), 0) AS bigint) AS credit_minor, \
                   COALESCE(w.owed_minor, 0) AS owed_minor, \
                   s.status AS subscription, s.current_period_end AS period_end \
               FROM organizations o LEFT JOIN wallets w ON w.tenant_id = o.id \
               LEFT JOIN subscriptions s ON s.tenant_id = o.id AND s.status <> 'canceled' \
               WHERE o.id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).bind(Ts(now)).fetch_optional(c).await)?)
}
