//! `meters`, `usage_totals` and `usage_limits` as people read and set them.

use sovereign_domain::ids::{OrganizationId, UsageTotalId};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::usage::{Meter, UsageLimit, UsageTotal};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct MeterRow {
        pub(crate) slug: String,
        pub(crate) name: String,
        pub(crate) unit: String,
        pub(crate) price_minor: i64,
        pub(crate) per_units: i64,
        pub(crate) active: bool,
    }
}

impl From<MeterRow> for Meter {
    fn from(row: MeterRow) -> Self {
        let MeterRow { slug, name, unit, price_minor, per_units, active } = row;
        Self { slug, name, unit, price_minor, per_units, active }
    }
}

/// All of them, by slug.
pub(crate) async fn meters(tx: &mut Tx) -> Result<Vec<MeterRow>> {
    let sql = "SELECT slug, name, unit, price_minor, per_units, active FROM meters ORDER BY slug";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

pub(crate) async fn meter(tx: &mut Tx, slug: &str) -> Result<Option<MeterRow>> {
    let sql = "SELECT slug, name, unit, price_minor, per_units, active FROM meters WHERE slug = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(slug).fetch_optional(c).await)?)
}

/// Adds a meter, or changes it; the unit of one that exists stays.
pub(crate) async fn put_meter(tx: &mut Tx, meter: &MeterRow, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO meters (slug, name, unit, price_minor, per_units, active, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (slug) DO UPDATE SET name = excluded.name, \
                   price_minor = excluded.price_minor, per_units = excluded.per_units, \
                   active = excluded.active, updated_at = excluded.updated_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&meter.slug)
        .bind(&meter.name)
        .bind(&meter.unit)
        .bind(meter.price_minor)
        .bind(meter.per_units)
        .bind(meter.active)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

from_row! {
    #[derive(Debug)]
    struct OpenRow {
        id: Uuid,
        meter: String,
        name: String,
        unit: String,
        price_minor: i64,
        per_units: i64,
        quantity: i64,
        version: i64,
        created_at: Ts,
    }
}

/// What an Organization used and no order asks for yet.
pub(crate) async fn open(tx: &mut Tx, tenant_id: &str) -> Result<Vec<UsageTotal>> {
    let sql = "SELECT t.id, t.meter, m.name, m.unit, t.price_minor, t.per_units, t.quantity, \
                   t.version, t.created_at \
               FROM usage_totals t JOIN meters m ON m.slug = t.meter \
               WHERE t.tenant_id = $1 AND t.order_id IS NULL ORDER BY t.meter, t.price_minor, t.id";
    let rows: Vec<OpenRow> =
        on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?;
    let tenant_id = OrganizationId::from(tenant_id);
    let total = |row: OpenRow| UsageTotal {
        id: UsageTotalId(row.id),
        tenant_id: tenant_id.clone(),
        meter: row.meter,
        name: row.name,
        unit: row.unit,
        price_minor: row.price_minor,
        per_units: row.per_units,
        quantity: row.quantity,
        order_id: None,
        version: row.version,
        created_at: row.created_at.0,
    };
    Ok(rows.into_iter().map(total).collect())
}

/// The period of the subscription that an Organization has and this Sovereign bills.
pub(crate) async fn period(tx: &mut Tx, tenant_id: &str) -> Result<Option<(Ts, Ts)>> {
    let sql = "SELECT current_period_start, current_period_end FROM subscriptions \
               WHERE tenant_id = $1 AND status <> 'canceled' AND billed_by = 'sovereign'";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// What an Organization lets itself spend between two bills.
pub(crate) async fn limit(tx: &mut Tx, tenant_id: &str) -> Result<UsageLimit> {
    let sql = "SELECT limit_minor, warned, reached FROM usage_limits WHERE tenant_id = $1";
    let found: Option<(Option<i64>, bool, bool)> =
        on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?;
    let (limit_minor, warned, reached) = found.unwrap_or_default();
    Ok(UsageLimit { limit_minor, warned, reached })
}

/// The Organization's name.
pub(crate) async fn organization(tx: &mut Tx, tenant_id: &str) -> Result<Option<String>> {
    let sql = "SELECT name FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_optional(c).await)?)
}

batch_row! { struct TenantKey<'a> { tenant_id: &'a str => "text" } }

/// Sets the limit, under the lock that usage is counted under; its owner may be told again.
pub(crate) async fn set_limit(
    tx: &mut Tx,
    tenant_id: &str,
    limit_minor: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    let lock = "WITH v (tenant_id) AS ({rows}) \
                SELECT w.customer_id FROM v JOIN wallets w ON w.tenant_id = v.tenant_id {lock:w}";
    let _: Vec<(Uuid,)> = batch::fetch(tx, lock, vec![TenantKey { tenant_id }]).await?;
    let sql = "INSERT INTO usage_limits (tenant_id, limit_minor, warned, reached, updated_at) \
               VALUES ($1, $2, FALSE, FALSE, $3) \
               ON CONFLICT (tenant_id) DO UPDATE SET limit_minor = excluded.limit_minor, \
                   warned = FALSE, reached = FALSE, updated_at = excluded.updated_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(limit_minor)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
