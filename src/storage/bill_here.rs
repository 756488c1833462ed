//! Subscriptions that an earlier service made, as far as it takes to bill them here from a date on.

use sovereign_domain::ids::{CustomerId, OrganizationId, SubscriptionId};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Error, Json, Result, Ts, Tx, on_db};

from_row! {
    /// The live subscription of an Organization, and what the Organization holds.
    #[derive(Debug, Clone)]
    pub(crate) struct Candidate {
        id: Uuid,
        customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) organization: String,
        organization_status: String,
        /// The Organization's, which is what is billed.
        pub(crate) plan_id: String,
        subscribed_plan_id: String,
        pub(crate) addons: Json<Vec<String>>,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) stripe_subscription_id: Option<String>,
        pub(crate) status: String,
        pub(crate) billed_by: String,
        pub(crate) current_period_start: Option<Ts>,
        pub(crate) current_period_end: Option<Ts>,
        anchor_at: Ts,
    }
}

impl Candidate {
    pub(crate) fn id(&self) -> SubscriptionId {
        SubscriptionId(self.id)
    }

    pub(crate) fn customer_id(&self) -> CustomerId {
        CustomerId(self.customer_id)
    }

    pub(crate) fn tenant_id(&self) -> OrganizationId {
        self.tenant_id.as_str().into()
    }

    pub(crate) fn organization_status(&self) -> Result<OrganizationStatus> {
        let text = &self.organization_status;
        OrganizationStatus::parse(text)
            .ok_or_else(|| Error::corrupt("organizations", format!("status {text:?}")))
    }

    /// Whether it is the subscription to this plan already.
    pub(crate) fn is_for(&self, plan_id: &str) -> bool {
        self.subscribed_plan_id == plan_id
    }

    /// Whether it is to be billed here from a date on, and has not been: its first month here begins where
    /// the one ends that was paid for elsewhere.
    pub(crate) fn is_dated(&self) -> bool {
        self.billed_by == "sovereign" && Some(self.anchor_at) == self.current_period_end
    }
}

macro_rules! candidates {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.customer_id, s.tenant_id, o.name AS organization, \
                 o.status AS organization_status, o.plan_id, s.plan_id AS subscribed_plan_id, \
                 o.addons, o.apps, \
                 s.stripe_subscription_id, s.status, s.billed_by, s.current_period_start, \
                 s.current_period_end, s.anchor_at \
             FROM subscriptions s JOIN organizations o ON o.id = s.tenant_id \
             WHERE s.status <> 'canceled' AND ",
            $rest
        )
    };
}

pub(crate) async fn find(tx: &mut Tx, tenant_id: &str) -> Result<Option<Candidate>> {
    let sql = candidates!("s.tenant_id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// Whether there is an Organization of this identifier, or was one.
pub(crate) async fn is_organization(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM organizations WHERE id = $1";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_one(c).await)?;
    Ok(found > 0)
}

/// The Organizations whose subscription is not billed here yet, in the order of their identifiers.
pub(crate) async fn not_billed_here(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT tenant_id FROM subscriptions \
               WHERE status <> 'canceled' AND tenant_id > $1 AND (billed_by <> 'sovereign' \
                   OR (anchor_at = current_period_end AND due_order_id IS NULL)) \
               ORDER BY tenant_id LIMIT $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(after).bind(limit).fetch_all(c).await)?)
}

/// How it is to be billed here.
#[derive(Debug)]
pub(crate) struct Terms<'a> {
    pub(crate) start: Timestamp,
    /// When the month ends that was paid for elsewhere, and the first one here begins.
    pub(crate) from: Timestamp,
    pub(crate) plan_id: &'a str,
    pub(crate) price_minor: i64,
}

/// Has the row billed here, if it still is as it was read and nothing of it was billed here; answers whether
/// it was. A customer's wish to end it stays, where it was made here.
pub(crate) async fn bill_here(
    tx: &mut Tx,
    row: &Candidate,
    terms: &Terms<'_>,
    now: Timestamp,
) -> Result<bool> {
    // The wallet's row is the lock of all its account has: no decision of the engine is under way then.
    let lock = "UPDATE wallets SET version = version WHERE tenant_id = $1";
    on_db!(tx, c => sqlx::query(lock).bind(&row.tenant_id).execute(c).await.map(|_| ()))?;
    let plan = "UPDATE organizations SET plan_id = $2, updated_at = $3 \
                WHERE id = $1 AND plan_id <> $2";
    on_db!(tx, c => sqlx::query(plan)
        .bind(&row.tenant_id)
        .bind(terms.plan_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    let sql = "UPDATE subscriptions SET status = 'active', current_period_start = $2, \
                   current_period_end = $3, anchor_at = $3, plan_id = $4, price_minor = $5, \
                   cancel_at_period_end = (billed_by = 'sovereign' AND cancel_at_period_end), \
                   failed_attempts = 0, next_attempt_at = NULL, warned_for = NULL, \
                   billed_by = 'sovereign', updated_at = $6 \
               WHERE id = $1 AND billed_by = $7 AND status = $8 AND anchor_at = $9 \
                   AND due_order_id IS NULL";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(row.id)
        .bind(Ts(terms.start))
        .bind(Ts(terms.from))
        .bind(terms.plan_id)
        .bind(terms.price_minor)
        .bind(Ts(now))
        .bind(&row.billed_by)
        .bind(&row.status)
        .bind(row.anchor_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}
