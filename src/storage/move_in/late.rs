//! Payments by card that came for an Organization after it had left, and went back to their cards. The Sovereign that has
//! it knows nothing of them: where it comes back they are kept as they are.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use crate::storage::moved_tables::{self, Members, Rows};
use crate::storage::{Error, Result, Tx, on_db};

/// Those of a tombstone, with their refunds.
#[derive(Debug, Default)]
pub(crate) struct Late {
    payments: Vec<Members>,
    refunds: Vec<Members>,
}

/// Those that came since the Organization left, and of which nothing is on its way back any more: all went back, or could
/// not, and a person was told. No credit was moved, and there is neither an invoice nor a credit note.
pub(crate) async fn late(tx: &mut Tx, tenant_id: &str) -> Result<Late> {
    let sql = "SELECT p.id FROM card_payments p \
               WHERE p.tenant_id = $1 AND p.purpose = 'returned' AND p.foreign_fqdn IS NULL \
                   AND p.created_at >= (SELECT MAX(m.ended_at) FROM organization_moves m \
                       WHERE m.tenant_id = $1 AND m.direction = 'out' AND m.state = 'moved') \
                   AND p.amount_minor = (SELECT COALESCE(SUM(r.card_minor), 0) FROM refunds r \
                       WHERE r.payment_id = p.id AND NOT r.has_note \
                           AND r.credit_minor = 0 AND r.credited_minor = 0) \
                   AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id \
                       AND (r.status = 'pending' OR r.has_note)) \
                   AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.payment_id = p.id)";
    let ids: Vec<Uuid> =
        on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_all(c).await)?;
    if ids.is_empty() {
        return Ok(Late::default());
    }
    let ids: HashSet<Uuid> = ids.into_iter().collect();
    let payments = rows(tx, tenant_id, ("card_payments", "id"), &ids).await?;
    let refunds = rows(tx, tenant_id, ("refunds", "payment_id"), &ids).await?;
    Ok(Late { payments, refunds })
}

/// The rows of a table whose member is one of these.
async fn rows(
    tx: &mut Tx,
    tenant_id: &str,
    (table, member): (&'static str, &str),
    ids: &HashSet<Uuid>,
) -> Result<Vec<Members>> {
    let moved =
        moved_tables::find(table).ok_or_else(|| Error::corrupt(table, "it does not move"))?;
    let (mut all, mut found) = (Rows::of(moved), Vec::new());
    loop {
        let page = all.next(tx, tenant_id).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(
            page.into_iter().filter(|row| id_of(row, member).is_some_and(|id| ids.contains(&id))),
        );
    }
}

fn id_of(row: &Members, member: &str) -> Option<Uuid> {
    Uuid::parse_str(row.get(member).and_then(Value::as_str)?).ok()
}

impl Late {
    pub(crate) fn is_empty(&self) -> bool {
        self.payments.is_empty()
    }

    /// Writes those again that the Organization did not bring along, where it has their orders.
    pub(crate) async fn put_back(
        &self,
        tx: &mut Tx,
        tenant_id: &str,
        brought: &HashSet<Uuid>,
    ) -> Result<()> {
        let mut orders = HashSet::new();
        for row in &self.payments {
            let Some(order_id) = id_of(row, "order_id") else { continue };
            if has_order(tx, tenant_id, order_id).await? {
                orders.insert(order_id);
            }
        }
        for (table, rows) in [("card_payments", &self.payments), ("refunds", &self.refunds)] {
            let is_missing = |row: &&Members| {
                id_of(row, "id").is_some_and(|id| !brought.contains(&id))
                    && id_of(row, "order_id").is_some_and(|id| orders.contains(&id))
            };
            let missing: Vec<Members> = rows.iter().filter(is_missing).cloned().collect();
            let moved = moved_tables::find(table)
                .ok_or_else(|| Error::corrupt(table, "it does not move"))?;
            moved_tables::insert(tx, moved, &missing).await?;
        }
        Ok(())
    }
}

async fn has_order(tx: &mut Tx, tenant_id: &str, order_id: Uuid) -> Result<bool> {
    let sql = "SELECT count(*) FROM orders WHERE id = $1 AND tenant_id = $2";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(order_id)
        .bind(tenant_id)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}
