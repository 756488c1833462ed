//! What orders ask for usage against what was counted for them: the lines are in a document, which no query
//! adds up.

use std::collections::BTreeMap;

use sovereign_domain::catalog::{LineKind, OrderLine};
use sovereign_domain::usage::amount_minor;
use uuid::Uuid;

use super::verify::Fault;
use super::{Json, Result, Tx, on_db};

pub(super) const BILLED: &str = "an order asks for the usage that was counted for it";

/// An order, and a meter at a price: minor units for so many of its units.
type Key = (Uuid, String, i64, i64);

/// At most `limit` faults. What was on an order that was cancelled went on to the next one.
pub(super) async fn faults(tx: &mut Tx, limit: usize) -> Result<Vec<Fault>> {
    let counted = "SELECT t.order_id, t.meter, t.price_minor, t.per_units, \
                       CAST(SUM(t.quantity) AS bigint) \
                   FROM usage_totals t JOIN orders o ON o.id = t.order_id \
                   WHERE t.quantity > 0 AND o.status <> 'cancelled' \
                   GROUP BY t.order_id, t.meter, t.price_minor, t.per_units";
    let counted: Vec<(Uuid, String, i64, i64, i64)> =
        on_db!(tx, c => sqlx::query_as(counted).fetch_all(c).await)?;
    let asked = "SELECT id, lines FROM orders \
                 WHERE status <> 'cancelled' AND CAST(lines AS text) LIKE '%\"usage\"%'";
    let asked: Vec<(Uuid, Json<Vec<OrderLine>>)> =
        on_db!(tx, c => sqlx::query_as(asked).fetch_all(c).await)?;

    // The quantity that was counted, and the quantity and amount that are asked for.
    let mut all: BTreeMap<Key, (i64, i64, i64)> = BTreeMap::new();
    for (order_id, meter, price_minor, per_units, quantity) in counted {
        all.entry((order_id, meter, price_minor, per_units)).or_default().0 = quantity;
    }
    for (order_id, lines) in asked {
        for line in lines.0.into_iter().filter(|line| line.kind == LineKind::Usage) {
            let Some(usage) = line.usage else { continue };
            let key = (order_id, line.id, usage.price_minor, usage.per_units);
            let entry = all.entry(key).or_default();
            entry.1 = entry.1.saturating_add(usage.quantity);
            entry.2 = entry.2.saturating_add(line.amount_minor);
        }
    }
    let faults = all.into_iter().filter_map(|((order_id, _, price_minor, per_units), found)| {
        let (counted, quantity, amount) = found;
        let fault = |expected, found| {
            Some(Fault { check: BILLED, subject: order_id.to_string(), expected, found })
        };
        if counted != quantity {
            return fault(counted, quantity);
        }
        match amount_minor(quantity, price_minor, per_units) {
            Some(expected) if expected == amount => None,
            expected => fault(expected.unwrap_or(i64::MAX), amount),
        }
    });
    Ok(faults.take(limit).collect())
}
