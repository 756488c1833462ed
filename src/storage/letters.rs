//! `letters`: what waits to be sent, to whom it goes, and what the letter on credit has to say.

use sovereign_domain::book::LetterKind;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct LetterRow {
        pub(crate) id: Uuid,
        pub(crate) kind: String,
        pub(crate) tenant_id: String,
        pub(crate) order_id: Option<Uuid>,
        pub(crate) approval_id: Option<Uuid>,
        pub(crate) failures: i32,
    }
}

/// Files a letter about an Organization itself.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: Uuid,
    kind: LetterKind,
    tenant_id: &str,
    now: Timestamp,
) -> Result<()> {
    insert_about(tx, (id, kind), (tenant_id, None), now).await
}

/// Files one about an Organization, and about what was decided of a request of its where that is given.
pub(crate) async fn insert_about(
    tx: &mut Tx,
    (id, kind): (Uuid, LetterKind),
    (tenant_id, approval_id): (&str, Option<Uuid>),
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO letters (id, kind, tenant_id, approval_id, created_at, next_attempt_at) \
               VALUES ($1, $2, $3, $4, $5, $5)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(kind.as_str())
        .bind(tenant_id)
        .bind(approval_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Letters that are due, those first that have waited longest.
pub(crate) async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<LetterRow>> {
    let sql = "SELECT id, kind, tenant_id, order_id, approval_id, failures FROM letters \
               WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(Ts(now)).bind(limit).fetch_all(c).await)?)
}

/// Takes a letter that is due, so that nobody else does before `until`; `false` where somebody has.
pub(crate) async fn claim(tx: &mut Tx, id: Uuid, now: Timestamp, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE letters SET next_attempt_at = $3 WHERE id = $1 AND next_attempt_at <= $2";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Of a letter that was sent, or that nobody needs any more.
pub(crate) async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM letters WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Has a letter wait until then, with so many failures behind it.
pub(crate) async fn put_off(tx: &mut Tx, id: Uuid, failures: i32, until: Timestamp) -> Result<()> {
    let sql = "UPDATE letters SET failures = $2, next_attempt_at = $3 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(failures)
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

from_row! {
    /// Who reads an Organization's letters.
    #[derive(Debug, Clone)]
    pub(crate) struct ReaderRow {
        pub(crate) email: String,
        /// The tag of the language they read, where it is known.
        pub(crate) language: Option<String>,
    }
}

/// The Organization's owners.
pub(crate) async fn owners(tx: &mut Tx, tenant_id: &str) -> Result<Vec<ReaderRow>> {
    let sql = "SELECT u.email, u.language FROM members m JOIN users u ON u.id = m.user_id \
               WHERE m.tenant_id = $1 AND m.role = 'owner' ORDER BY m.joined_at, m.id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Whoever the Organization's account is made out to.
pub(crate) async fn account_holder(tx: &mut Tx, tenant_id: &str) -> Result<Option<ReaderRow>> {
    let sql = "SELECT k.email, u.language FROM customers k LEFT JOIN users u ON u.id = k.user_id \
               WHERE k.tenant_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    /// A subscription of ours that goes on, and what there is to pay its next month with.
    #[derive(Debug, Clone)]
    pub(crate) struct NextMonthRow {
        pub(crate) organization: String,
        pub(crate) period_end: Ts,
        /// Before tax that is added; NULL where it is not known.
        pub(crate) price_minor: Option<i64>,
        pub(crate) available_minor: i64,
        pub(crate) has_card: bool,
    }
}

/// `None` where the Organization has no subscription that will be renewed.
pub(crate) async fn next_month(
    tx: &mut Tx,
    tenant_id: &str,
    now: Timestamp,
) -> Result<Option<NextMonthRow>> {
    let sql = "SELECT t.name AS organization, s.current_period_end AS period_end, s.price_minor, \
                   CAST(w.balance_minor - w.held_minor - COALESCE(( \
                       SELECT SUM(l.remaining_minor - l.held_minor) FROM credit_lots l \
                       WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0 \
                           AND l.expires_at <= $2), 0) AS bigint) AS available_minor, \
                   (k.payment_method_id IS NOT NULL) AS has_card \
               FROM subscriptions s JOIN organizations t ON t.id = s.tenant_id \
               JOIN customers k ON k.tenant_id = s.tenant_id \
               JOIN wallets w ON w.customer_id = k.id \
               WHERE s.tenant_id = $1 AND s.status <> 'canceled' AND s.status = 'active' \
                   AND s.billed_by = 'sovereign' AND NOT s.cancel_at_period_end \
                   AND s.current_period_end > $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(tenant_id)
        .bind(Ts(now))
        .fetch_optional(c)
        .await)?)
}
