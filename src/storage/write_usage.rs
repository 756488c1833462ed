//! The part of a batch's writes that usage has left.

use std::collections::BTreeSet;

use sovereign_domain::book::Book;
use sovereign_domain::ids::{OrganizationId, UsageTotalId};
use sovereign_domain::usage::UsageTotal;
use uuid::Uuid;

use super::batch::{self, Writes, batch_row};
use super::{Result, Ts, Tx};

batch_row! {
    struct NewTotal<'a> {
        id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        meter: &'a str => "text",
        price_minor: i64 => "bigint",
        per_units: i64 => "bigint",
        quantity: i64 => "bigint",
        order_id: Option<Uuid> => "uuid",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct TotalState {
        id: Uuid => "uuid",
        quantity: i64 => "bigint",
        order_id: Option<Uuid> => "uuid",
        version: i64 => "bigint",
    }
}
batch_row! {
    struct NewEvent<'a> {
        id: &'a str => "text",
        total_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        meter: &'a str => "text",
        quantity: i64 => "bigint",
        at: Ts => "timestamptz",
        recorded_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct LimitState<'a> {
        tenant_id: &'a str => "text",
        warned: bool => "boolean",
        reached: bool => "boolean",
        updated_at: Ts => shared "timestamptz",
    }
}

fn found<'a>(
    book: &'a Book,
    keys: &'a BTreeSet<(OrganizationId, UsageTotalId)>,
) -> impl Iterator<Item = &'a UsageTotal> {
    keys.iter().filter_map(|key| book.usage.get(key))
}

/// Before the new ones: a bill closes a total, and what comes after it begins another of the same meter and
/// price. Guarded by the version as well as by the lock.
pub(super) async fn changed_totals(tx: &mut Tx, book: &Book) -> Result<()> {
    let changed = found(book, &book.changes.changed_usage_totals).map(|total| TotalState {
        id: total.id.0,
        quantity: total.quantity,
        order_id: total.order_id.map(|id| id.0),
        version: total.version,
    });
    let sql = "WITH v (id, quantity, order_id, version) AS ({rows}) \
               UPDATE usage_totals SET quantity = v.quantity, order_id = v.order_id, \
                   version = v.version + 1 \
               FROM v WHERE usage_totals.id = v.id AND usage_totals.version = v.version";
    batch::execute_all(tx, "usage_totals", sql, changed.collect()).await
}

pub(super) async fn usage(writes: &mut Writes<'_>, book: &Book, now: Ts) -> Result<()> {
    let made = found(book, &book.changes.new_usage_totals).map(|total| NewTotal {
        id: total.id.0,
        tenant_id: &total.tenant_id.0,
        meter: &total.meter,
        price_minor: total.price_minor,
        per_units: total.per_units,
        quantity: total.quantity,
        order_id: total.order_id.map(|id| id.0),
        created_at: Ts(total.created_at),
    });
    let sql = "WITH v (id, tenant_id, meter, price_minor, per_units, quantity, order_id, created_at) \
                   AS ({rows}) \
               INSERT INTO usage_totals (id, tenant_id, meter, price_minor, per_units, quantity, \
                   order_id, version, created_at) \
               SELECT id, tenant_id, meter, price_minor, per_units, quantity, order_id, 0, created_at \
               FROM v";
    writes.insert(sql, made.collect()).await?;
    events(writes, book, now).await?;
    let told = book.changes.usage_limits.iter();
    let told = told.filter_map(|id| Some((id, book.usage_limits.get(id)?)));
    let told = told.map(|(tenant_id, limit)| LimitState {
        tenant_id: &tenant_id.0,
        warned: limit.warned,
        reached: limit.reached,
        updated_at: now,
    });
    let sql = "WITH v (tenant_id, warned, reached, updated_at) AS ({rows}) \
               UPDATE usage_limits SET warned = v.warned, reached = v.reached, \
                   updated_at = v.updated_at \
               FROM v WHERE usage_limits.tenant_id = v.tenant_id";
    writes.update("usage_limits", sql, told.collect()).await
}

async fn events(writes: &mut Writes<'_>, book: &Book, now: Ts) -> Result<()> {
    let made = book.changes.new_usage_events.iter().filter_map(|key| book.usage_events.get(key));
    let made = made.filter_map(|event| {
        Some(NewEvent {
            id: &event.id,
            total_id: event.total_id?.0,
            tenant_id: &event.tenant_id.0,
            meter: &event.meter,
            quantity: event.quantity,
            at: Ts(event.at),
            recorded_at: now,
        })
    });
    let sql = "WITH v (id, total_id, tenant_id, meter, quantity, at, recorded_at) AS ({rows}) \
               INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at) \
               SELECT id, total_id, tenant_id, meter, quantity, at, recorded_at FROM v";
    writes.insert(sql, made.collect()).await
}
