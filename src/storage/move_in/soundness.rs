//! What must be true of an Organization that has arrived, before anybody relies on it: of its account the same that
//! `verify` asks of all, and that no row of it reaches into another Organization.

use uuid::Uuid;

use crate::storage::{Result, Tx, on_db};

from_row! {
    /// An account, and what the rows behind it come to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Account {
        pub(crate) customer_id: Uuid,
        pub(crate) balance_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) owed_minor: i64,
        /// What is left in its lots.
        pub(crate) remaining_minor: i64,
        pub(crate) lots_held_minor: i64,
        /// What the lines of its ledger come to.
        pub(crate) lines_minor: i64,
        pub(crate) lines_owed_minor: i64,
        pub(crate) lines: i64,
        /// Orders that wait for a payment, and parts of lots that are held for one.
        pub(crate) waiting: i64,
    }
}

/// The account of an Organization.
pub(crate) async fn account(tx: &mut Tx, tenant_id: &str) -> Result<Option<Account>> {
    let sql = "SELECT w.customer_id, w.balance_minor, w.held_minor, w.owed_minor, \
            CAST(COALESCE(l.remaining, 0) AS bigint) AS remaining_minor, \
            CAST(COALESCE(l.held, 0) AS bigint) AS lots_held_minor, \
            CAST(COALESCE(e.amount, 0) AS bigint) AS lines_minor, \
            CAST(COALESCE(e.owed, 0) AS bigint) AS lines_owed_minor, \
            CAST(COALESCE(e.number, 0) AS bigint) AS lines, \
            (SELECT COUNT(*) FROM orders o WHERE o.tenant_id = w.tenant_id AND o.status = 'pending') \
                + (SELECT COUNT(*) FROM credit_holds h WHERE h.customer_id = w.customer_id \
                    AND h.state = 'open') AS waiting \
        FROM wallets w \
        LEFT JOIN (SELECT customer_id, SUM(remaining_minor) AS remaining, SUM(held_minor) AS held \
            FROM credit_lots WHERE customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
            GROUP BY customer_id) l ON l.customer_id = w.customer_id \
        LEFT JOIN (SELECT customer_id, SUM(amount_minor) AS amount, SUM(owed_minor) AS owed, \
                COUNT(*) AS number \
            FROM credit_ledger WHERE customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
            GROUP BY customer_id) e ON e.customer_id = w.customer_id \
        WHERE w.tenant_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// Rows of an account that name a row of another one.
macro_rules! reaches_out {
    ($table:literal, $column:literal, $of:literal) => {
        (
            concat!($table, ".", $column, " names a row of another account"),
            concat!(
                "SELECT COUNT(*) FROM ",
                $table,
                " t JOIN ",
                $of,
                " p ON p.id = t.",
                $column,
                " WHERE t.customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
                   AND p.customer_id <> t.customer_id"
            ),
        )
    };
}

/// What is wrong, and how many rows it is true of.
const CHECKS: &[(&str, &str)] = &[
    reaches_out!("credit_holds", "order_id", "orders"),
    reaches_out!("credit_holds", "lot_id", "credit_lots"),
    reaches_out!("credit_ledger", "order_id", "orders"),
    reaches_out!("credit_ledger", "lot_id", "credit_lots"),
    reaches_out!("subscriptions", "order_id", "orders"),
    reaches_out!("subscriptions", "due_order_id", "orders"),
    reaches_out!("subscriptions", "paid_order_id", "orders"),
    reaches_out!("invoices", "order_id", "orders"),
    reaches_out!("card_payments", "order_id", "orders"),
    reaches_out!("refunds", "order_id", "orders"),
    reaches_out!("refunds", "payment_id", "card_payments"),
    reaches_out!("disputes", "order_id", "orders"),
    reaches_out!("disputes", "payment_id", "card_payments"),
    reaches_out!("promo_redemptions", "order_id", "orders"),
    reaches_out!("promo_redemptions", "lot_id", "credit_lots"),
    reaches_out!("foreign_redemptions", "order_id", "orders"),
    reaches_out!("foreign_redemptions", "lot_id", "credit_lots"),
    (
        "usage is billed by an order of another Organization",
        "SELECT COUNT(*) FROM usage_totals t JOIN orders p ON p.id = t.order_id \
         WHERE t.tenant_id = $1 AND p.tenant_id <> t.tenant_id",
    ),
    (
        "usage counts for another Organization",
        "SELECT COUNT(*) FROM usage_events t LEFT JOIN usage_totals p ON p.id = t.total_id \
             AND p.tenant_id = t.tenant_id AND p.meter = t.meter \
         WHERE t.tenant_id = $1 AND p.id IS NULL",
    ),
    (
        "a lot has not what its ledger lines leave in it",
        "SELECT COUNT(*) FROM credit_lots l LEFT JOIN (SELECT lot_id, SUM(amount_minor) AS total \
             FROM credit_ledger WHERE customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
             GROUP BY lot_id) e ON e.lot_id = l.id \
         WHERE l.customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
             AND l.source <> 'migration' AND l.remaining_minor <> COALESCE(e.total, 0)",
    ),
    (
        "a ledger line moves credit of no lot",
        "SELECT COUNT(*) FROM credit_ledger e LEFT JOIN credit_lots l \
             ON l.id = e.lot_id AND l.customer_id = e.customer_id \
         WHERE e.customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1) \
             AND l.id IS NULL AND e.kind <> 'adopted' AND e.amount_minor <> 0",
    ),
    (
        "a refund waits to be sent to its card",
        "SELECT COUNT(*) FROM refunds t WHERE t.tenant_id = $1 AND t.status = 'pending'",
    ),
    (
        "an invoice is in another currency than this Sovereign's",
        "SELECT COUNT(*) FROM invoices i CROSS JOIN sovereign f \
         WHERE i.tenant_id = $1 AND i.currency <> f.currency AND i.amount_omr IS NULL",
    ),
];

/// What is wrong with an Organization's rows; nothing where all is well.
pub(crate) async fn faults(tx: &mut Tx, tenant_id: &str) -> Result<Vec<&'static str>> {
    let mut faults = Vec::new();
    for &(fault, sql) in CHECKS {
        let sql = format!("SELECT CAST(({sql}) AS bigint)");
        let statement = || sqlx::AssertSqlSafe(sql.clone());
        let found: i64 = on_db!(tx, c => sqlx::query_scalar(statement())
            .bind(tenant_id)
            .fetch_one(c)
            .await)?;
        if found != 0 {
            faults.push(fault);
        }
    }
    Ok(faults)
}

/// Of what kinds the lines of an account's ledger are.
pub(crate) async fn kinds(tx: &mut Tx, customer_id: Uuid) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT kind FROM credit_ledger WHERE customer_id = $1 ORDER BY kind";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(customer_id).fetch_all(c).await)?)
}
