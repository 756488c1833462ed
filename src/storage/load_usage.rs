//! The part of a [`Book`] that usage needs: the price list, what was used and is not paid, what was reported
//! before, and what Organizations let themselves spend.

use std::collections::BTreeSet;

use sovereign_domain::book::Book;
use sovereign_domain::ids::{OrderId, OrganizationId, UsageTotalId};
use sovereign_domain::usage::{Meter, UsageEvent, UsageLimit, UsageTotal};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load::{UuidKey, Wanted};
use super::{Result, Ts, Tx, usage};

batch_row! { struct TextKey<'a> { id: &'a str => "text" } }
batch_row! {
    struct EventKey<'a> {
        tenant_id: &'a str => "text",
        id: &'a str => "text",
    }
}

/// Everything, once the Organizations' subscriptions are in the book.
pub(super) async fn usage(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    totals(tx, wanted, book).await?;
    limits(tx, wanted, book).await?;
    if wanted.usage_events.is_empty() {
        return Ok(());
    }
    events(tx, &wanted.usage_events, book).await?;
    let meters = usage::meters(tx).await?;
    book.meters =
        meters.into_iter().map(|meter| (meter.slug.clone(), Meter::from(meter))).collect();
    Ok(())
}

fn text_keys(tenants: &BTreeSet<OrganizationId>) -> Vec<TextKey<'_>> {
    tenants.iter().map(|id| TextKey { id: &id.0 }).collect()
}

from_row! {
    #[derive(Debug)]
    struct TotalRow {
        id: Uuid,
        tenant_id: String,
        meter: String,
        name: String,
        unit: String,
        price_minor: i64,
        per_units: i64,
        quantity: i64,
        order_id: Option<Uuid>,
        version: i64,
        created_at: Ts,
    }
}

impl From<TotalRow> for UsageTotal {
    fn from(row: TotalRow) -> Self {
        Self {
            id: UsageTotalId(row.id),
            tenant_id: row.tenant_id.into(),
            meter: row.meter,
            name: row.name,
            unit: row.unit,
            price_minor: row.price_minor,
            per_units: row.per_units,
            quantity: row.quantity,
            order_id: row.order_id.map(OrderId),
            version: row.version,
            created_at: row.created_at.0,
        }
    }
}

/// What no order asks for yet, and what is on the renewals that are due: they may end unpaid.
async fn totals(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    const OPEN: &str = "WITH v (id) AS ({rows}) \
        SELECT t.id, t.tenant_id, t.meter, m.name, m.unit, t.price_minor, t.per_units, t.quantity, \
            t.order_id, t.version, t.created_at \
        FROM v JOIN usage_totals t ON t.tenant_id = v.id AND t.order_id IS NULL \
        JOIN meters m ON m.slug = t.meter";
    const DUE: &str = "WITH v (id) AS ({rows}) \
        SELECT t.id, t.tenant_id, t.meter, m.name, m.unit, t.price_minor, t.per_units, t.quantity, \
            t.order_id, t.version, t.created_at \
        FROM v JOIN usage_totals t ON t.order_id = v.id \
        JOIN meters m ON m.slug = t.meter";
    let due = book.subscriptions.values().filter(|s| wanted.users.contains(&s.tenant_id));
    let due = due.filter_map(|s| s.due_order).map(|id| UuidKey { id: id.0 }).collect();
    let mut rows: Vec<TotalRow> = batch::fetch(tx, OPEN, text_keys(&wanted.users)).await?;
    rows.extend(batch::fetch::<_, TotalRow>(tx, DUE, due).await?);
    for total in rows.into_iter().map(UsageTotal::from) {
        book.usage.insert((total.tenant_id.clone(), total.id), total);
    }
    Ok(())
}

async fn limits(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    let sql = "WITH v (id) AS ({rows}) \
               SELECT l.tenant_id, l.limit_minor, l.warned, l.reached \
               FROM v JOIN usage_limits l ON l.tenant_id = v.id";
    let rows: Vec<(String, Option<i64>, bool, bool)> =
        batch::fetch(tx, sql, text_keys(&wanted.users)).await?;
    for (tenant_id, limit_minor, warned, reached) in rows {
        book.usage_limits.insert(tenant_id.into(), UsageLimit { limit_minor, warned, reached });
    }
    Ok(())
}

/// Those of these reports that are no news.
async fn events(
    tx: &mut Tx,
    ids: &BTreeSet<(OrganizationId, String)>,
    book: &mut Book,
) -> Result<()> {
    let sql = "WITH v (tenant_id, id) AS ({rows}) \
               SELECT e.id, e.total_id, e.tenant_id, e.meter, e.quantity, e.at \
               FROM v JOIN usage_events e ON e.tenant_id = v.tenant_id AND e.id = v.id";
    let keys = ids.iter().map(|(tenant_id, id)| EventKey { tenant_id: &tenant_id.0, id }).collect();
    let rows: Vec<(String, Uuid, String, String, i64, Ts)> = batch::fetch(tx, sql, keys).await?;
    for (id, total_id, tenant_id, meter, quantity, at) in rows {
        let event = UsageEvent {
            id,
            tenant_id: tenant_id.into(),
            meter,
            quantity,
            at: at.0,
            total_id: Some(UsageTotalId(total_id)),
        };
        book.usage_events.insert((event.tenant_id.clone(), event.id.clone()), event);
    }
    Ok(())
}
