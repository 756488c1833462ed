//! The invariants of the books, each as a query that finds what breaks it.
//!
//! Every query answers (subject, expected, found), for a person to look up; no rows means sound. The
//! subject is an identifier, or a code or Organization in text. Empty lots add nothing to a sum and are
//! left out of it: the index of open lots has the others. What has no index is grouped before it is
//! joined, so that nothing has to be read once for each row of something else. The audit log's seals are
//! hashes, which no query computes: `verify_chain.rs` has those.

use uuid::Uuid;

use super::{
    Result, Tx, on_db, verify_blueprints, verify_bulk, verify_campaigns, verify_chain,
    verify_funnel, verify_mailings, verify_moves, verify_reports, verify_usage,
};

/// One broken invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub check: &'static str,
    pub subject: String,
    pub expected: i64,
    pub found: i64,
}

from_row! {
    #[derive(Debug)]
    struct ById {
        subject: Uuid,
        expected: i64,
        found: i64,
    }
}

from_row! {
    #[derive(Debug)]
    struct ByText {
        subject: String,
        expected: i64,
        found: i64,
    }
}

/// Name of the invariant, query.
pub(super) type Check = (&'static str, &'static str);

/// Invariants of rows known by a UUID.
const CHECKS_BY_ID: &[Check] = &[
    (
        "a wallet's balance is the sum of its ledger",
        "SELECT w.customer_id AS subject, w.balance_minor AS found, \
             CAST(COALESCE((SELECT SUM(e.amount_minor) FROM credit_ledger e \
                 WHERE e.customer_id = w.customer_id), 0) AS bigint) AS expected \
         FROM wallets w WHERE w.balance_minor <> COALESCE((SELECT SUM(e.amount_minor) \
             FROM credit_ledger e WHERE e.customer_id = w.customer_id), 0)",
    ),
    (
        "a wallet's balance is what remains in its lots",
        "SELECT w.customer_id AS subject, w.balance_minor AS found, \
             CAST(COALESCE((SELECT SUM(l.remaining_minor) FROM credit_lots l \
                 WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0), 0) AS bigint) \
                 AS expected \
         FROM wallets w WHERE w.balance_minor <> COALESCE((SELECT SUM(l.remaining_minor) \
             FROM credit_lots l WHERE l.customer_id = w.customer_id \
                 AND l.remaining_minor > 0), 0)",
    ),
    (
        "a wallet holds what its lots hold",
        "SELECT w.customer_id AS subject, w.held_minor AS found, \
             CAST(COALESCE((SELECT SUM(l.held_minor) FROM credit_lots l \
                 WHERE l.customer_id = w.customer_id AND l.remaining_minor > 0), 0) AS bigint) \
                 AS expected \
         FROM wallets w WHERE w.held_minor <> COALESCE((SELECT SUM(l.held_minor) \
             FROM credit_lots l WHERE l.customer_id = w.customer_id \
                 AND l.remaining_minor > 0), 0)",
    ),
    (
        "a wallet owes what its ledger says",
        "SELECT w.customer_id AS subject, w.owed_minor AS found, \
             CAST(COALESCE((SELECT SUM(e.owed_minor) FROM credit_ledger e \
                 WHERE e.customer_id = w.customer_id), 0) AS bigint) AS expected \
         FROM wallets w WHERE w.owed_minor <> COALESCE((SELECT SUM(e.owed_minor) \
             FROM credit_ledger e WHERE e.customer_id = w.customer_id), 0)",
    ),
    (
        "a wallet's held part lies between nothing and its balance",
        "SELECT customer_id AS subject, balance_minor AS expected, held_minor AS found \
         FROM wallets WHERE held_minor < 0 OR held_minor > balance_minor OR owed_minor < 0",
    ),
    (
        "what remains in a lot is the sum of its ledger lines",
        "SELECT l.id AS subject, l.remaining_minor AS found, \
             CAST(COALESCE(e.total, 0) AS bigint) AS expected \
         FROM credit_lots l LEFT JOIN (SELECT lot_id, SUM(amount_minor) AS total \
             FROM credit_ledger GROUP BY lot_id) e ON e.lot_id = l.id \
         WHERE l.source <> 'migration' AND l.remaining_minor <> COALESCE(e.total, 0)",
    ),
    (
        // The lot of an adopted redemption was spent before; the account's other one was whole.
        "what remains in an adopted lot is what it came with and the sum of its ledger lines",
        "SELECT l.id AS subject, l.remaining_minor AS found, \
             CAST(CASE WHEN r.lot_id IS NULL THEN l.amount_minor ELSE 0 END \
                 + COALESCE(e.total, 0) AS bigint) AS expected \
         FROM credit_lots l LEFT JOIN (SELECT lot_id, SUM(amount_minor) AS total \
             FROM credit_ledger GROUP BY lot_id) e ON e.lot_id = l.id \
         LEFT JOIN (SELECT lot_id FROM promo_redemptions UNION SELECT lot_id FROM foreign_redemptions) r \
             ON r.lot_id = l.id \
         WHERE l.source = 'migration' AND l.remaining_minor <> COALESCE(e.total, 0) \
             + CASE WHEN r.lot_id IS NULL THEN l.amount_minor ELSE 0 END",
    ),
    (
        "an account's adopted lines come to its adopted lot",
        "SELECT k.id AS subject, CAST(COALESCE(e.total, 0) AS bigint) AS found, \
             CAST(COALESCE(l.total, 0) AS bigint) AS expected \
         FROM customers k \
         LEFT JOIN (SELECT customer_id, SUM(amount_minor) AS total FROM credit_ledger \
             WHERE kind = 'adopted' GROUP BY customer_id) e ON e.customer_id = k.id \
         LEFT JOIN (SELECT a.customer_id, SUM(a.amount_minor) AS total FROM credit_lots a \
             LEFT JOIN (SELECT lot_id FROM promo_redemptions UNION SELECT lot_id FROM foreign_redemptions) r \
                 ON r.lot_id = a.id \
             WHERE a.source = 'migration' AND r.lot_id IS NULL \
             GROUP BY a.customer_id) l ON l.customer_id = k.id \
         WHERE COALESCE(e.total, 0) <> COALESCE(l.total, 0)",
    ),
    (
        "a lot holds what its open holds say",
        "SELECT l.id AS subject, l.held_minor AS found, \
             CAST(COALESCE(SUM(h.amount_minor), 0) AS bigint) AS expected \
         FROM credit_lots l LEFT JOIN credit_holds h ON h.lot_id = l.id AND h.state = 'open' \
         GROUP BY l.id, l.held_minor \
         HAVING l.held_minor <> COALESCE(SUM(h.amount_minor), 0)",
    ),
    (
        "a lot is never overdrawn",
        "SELECT id AS subject, amount_minor AS expected, remaining_minor AS found FROM credit_lots \
         WHERE remaining_minor < 0 OR remaining_minor > amount_minor OR held_minor < 0 \
             OR held_minor > remaining_minor",
    ),
    (
        "a ledger line names a lot of its own account",
        "SELECT e.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM credit_ledger e LEFT JOIN credit_lots l \
             ON l.id = e.lot_id AND l.customer_id = e.customer_id \
         WHERE l.id IS NULL AND e.kind <> 'adopted' AND e.amount_minor <> 0",
    ),
    (
        "expired credit was not drawn",
        "SELECT e.id AS subject, CAST(0 AS bigint) AS expected, e.amount_minor AS found \
         FROM credit_ledger e JOIN credit_lots l ON l.id = e.lot_id \
         WHERE e.kind = 'draw' AND l.expires_at <= e.created_at",
    ),
    (
        "an account has a wallet",
        "SELECT k.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM customers k LEFT JOIN wallets w ON w.customer_id = k.id AND w.tenant_id = k.tenant_id \
         WHERE w.customer_id IS NULL",
    ),
    (
        "an order's total is its credit, charge and rounding",
        "SELECT id AS subject, amount_baisa AS found, \
             credit_minor + charge_minor + rounding_minor AS expected FROM orders \
         WHERE amount_baisa <> credit_minor + charge_minor + rounding_minor",
    ),
    (
        "a completed order drew its credit, and no other order did",
        // An adopted order, the only ones with amount_omr, may have died without giving it back.
        "SELECT o.id AS subject, \
             CASE WHEN o.status = 'completed' OR o.amount_omr IS NOT NULL \
                 THEN o.credit_minor ELSE 0 END AS expected, \
             CAST(-COALESCE(e.total, 0) AS bigint) AS found \
         FROM orders o LEFT JOIN (SELECT order_id, SUM(amount_minor) AS total FROM credit_ledger \
             WHERE kind IN ('draw', 'post', 'adopted') GROUP BY order_id) e ON e.order_id = o.id \
         WHERE -COALESCE(e.total, 0) <> \
             CASE WHEN o.status = 'completed' OR o.amount_omr IS NOT NULL \
                 THEN o.credit_minor ELSE 0 END",
    ),
    (
        "a pending order holds its credit, and no other order holds any",
        "SELECT o.id AS subject, \
             CASE WHEN o.status = 'pending' THEN o.credit_minor ELSE 0 END AS expected, \
             CAST(COALESCE(SUM(h.post_minor), 0) AS bigint) AS found \
         FROM orders o LEFT JOIN credit_holds h ON h.order_id = o.id AND h.state = 'open' \
         GROUP BY o.id, o.status, o.credit_minor \
         HAVING COALESCE(SUM(h.post_minor), 0) <> \
             CASE WHEN o.status = 'pending' THEN o.credit_minor ELSE 0 END",
    ),
    (
        // Which order began an adopted subscription cannot always be told.
        "a completed order has one subscription",
        "SELECT o.id AS subject, CAST(1 AS bigint) AS expected, COALESCE(s.number, 0) AS found \
         FROM orders o LEFT JOIN (SELECT order_id, COUNT(*) AS number FROM subscriptions \
             GROUP BY order_id) s ON s.order_id = o.id \
         WHERE o.status = 'completed' AND o.kind = 'checkout' \
             AND (s.number > 1 OR (s.number IS NULL AND o.amount_omr IS NULL))",
    ),
    (
        "a completed order has one invoice",
        "SELECT o.id AS subject, CAST(1 AS bigint) AS expected, COALESCE(i.number, 0) AS found \
         FROM orders o LEFT JOIN (SELECT order_id, COUNT(*) AS number FROM invoices \
             WHERE status <> 'void' GROUP BY order_id) i ON i.order_id = o.id \
         WHERE o.status = 'completed' AND o.amount_omr IS NULL AND COALESCE(i.number, 0) <> 1",
    ),
    (
        "the invoice of a completed order is of its total",
        "SELECT i.id AS subject, o.amount_baisa AS expected, i.amount_minor AS found \
         FROM orders o JOIN invoices i ON i.order_id = o.id AND i.status <> 'void' \
         WHERE o.status = 'completed' AND i.amount_minor <> o.amount_baisa",
    ),
    (
        "an open invoice waits for the payment of an order",
        "SELECT i.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM invoices i LEFT JOIN orders o \
             ON o.id = i.order_id AND o.status IN ('pending', 'due') \
         WHERE i.status = 'open' AND i.amount_omr IS NULL AND o.id IS NULL",
    ),
    (
        // What was used until a subscription ended may still be due.
        "a renewal that waits is the due one of a subscription",
        "SELECT o.id AS subject, COALESCE(s.number, 0) AS found, \
             CAST(CASE WHEN o.status IN ('pending', 'due') THEN 1 ELSE 0 END AS bigint) AS expected \
         FROM orders o LEFT JOIN (SELECT due_order_id, COUNT(*) AS number FROM subscriptions \
             GROUP BY due_order_id) s ON s.due_order_id = o.id \
         WHERE o.kind = 'renewal' AND COALESCE(s.number, 0) <> \
             CASE WHEN o.status IN ('pending', 'due') THEN 1 ELSE 0 END",
    ),
    (
        "what was used is the sum of its reports",
        "SELECT t.id AS subject, CAST(COALESCE(e.total, 0) AS bigint) AS expected, \
             t.quantity AS found \
         FROM usage_totals t LEFT JOIN (SELECT total_id, SUM(quantity) AS total FROM usage_events \
             GROUP BY total_id) e ON e.total_id = t.id \
         WHERE t.quantity <> COALESCE(e.total, 0)",
    ),
    (
        "what was used is billed by an order of its Organization",
        "SELECT t.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM usage_totals t LEFT JOIN orders o ON o.id = t.order_id AND o.tenant_id = t.tenant_id \
             AND o.kind = 'renewal' \
         WHERE t.order_id IS NOT NULL AND o.id IS NULL",
    ),
    (
        // The charges of adopted orders are not here.
        "a completed order's charge was paid by card",
        "SELECT o.id AS subject, o.charge_minor AS expected, \
             CAST(COALESCE(p.total, 0) AS bigint) AS found \
         FROM orders o LEFT JOIN (SELECT order_id, SUM(amount_minor) AS total FROM card_payments \
             WHERE purpose = 'order' GROUP BY order_id) p ON p.order_id = o.id \
         WHERE o.amount_omr IS NULL AND COALESCE(p.total, 0) <> \
             CASE WHEN o.status = 'completed' THEN o.charge_minor ELSE 0 END",
    ),
    (
        "a payment that came too late goes back",
        "SELECT p.id AS subject, p.amount_minor AS expected, \
             CAST(COALESCE(r.total, 0) AS bigint) AS found \
         FROM card_payments p LEFT JOIN (SELECT payment_id, SUM(card_minor) AS total FROM refunds \
             GROUP BY payment_id) r ON r.payment_id = p.id \
         WHERE p.purpose = 'returned' AND COALESCE(r.total, 0) <> p.amount_minor",
    ),
    (
        "the credit that came back for an order is what its refunds say",
        "SELECT x.order_id AS subject, CAST(SUM(x.said) AS bigint) AS expected, \
             CAST(SUM(x.came_back) AS bigint) AS found \
         FROM (SELECT order_id, credit_minor AS said, 0 AS came_back FROM refunds \
             UNION ALL SELECT order_id, 0, amount_minor FROM credit_ledger \
                 WHERE kind = 'refund') x \
         GROUP BY x.order_id HAVING SUM(x.said) <> SUM(x.came_back)",
    ),
    (
        "an order gives no more credit back than it drew",
        "SELECT o.id AS subject, o.credit_minor AS expected, CAST(r.total AS bigint) AS found \
         FROM (SELECT order_id, SUM(credit_minor) AS total FROM refunds GROUP BY order_id) r \
         JOIN orders o ON o.id = r.order_id WHERE r.total > o.credit_minor",
    ),
    (
        "what a card had paid and was given as credit is in the ledger",
        "SELECT x.order_id AS subject, CAST(SUM(x.said) AS bigint) AS expected, \
             CAST(SUM(x.granted) AS bigint) AS found \
         FROM (SELECT order_id, credited_minor AS said, 0 AS granted FROM refunds \
             UNION ALL SELECT order_id, 0, amount_minor FROM credit_ledger \
                 WHERE kind = 'grant' AND reason = 'plan_change' AND order_id IS NOT NULL) x \
         GROUP BY x.order_id HAVING SUM(x.said) <> SUM(x.granted)",
    ),
    (
        "a card payment goes back once, to its card or as credit",
        "SELECT p.id AS subject, p.amount_minor AS expected, CAST(r.total AS bigint) AS found \
         FROM card_payments p JOIN (SELECT order_id, SUM(card_minor + credited_minor) AS total \
             FROM refunds WHERE has_note GROUP BY order_id) r \
             ON r.order_id = p.order_id \
         WHERE p.purpose = 'order' AND r.total > p.amount_minor",
    ),
    (
        "a card payment goes back once, by refunds and disputes",
        "SELECT p.id AS subject, p.amount_minor AS expected, \
             CAST(COALESCE(r.total, 0) + COALESCE(d.total, 0) AS bigint) AS found \
         FROM card_payments p LEFT JOIN (SELECT payment_id, SUM(card_minor) AS total FROM refunds \
             GROUP BY payment_id) r ON r.payment_id = p.id \
         LEFT JOIN (SELECT payment_id, SUM(clawed_minor) AS total FROM disputes \
             GROUP BY payment_id) d ON d.payment_id = p.id \
         WHERE COALESCE(r.total, 0) + COALESCE(d.total, 0) > p.amount_minor",
    ),
    (
        "what a dispute took is in the ledger",
        "SELECT d.id AS subject, CAST(COALESCE(e.total, 0) AS bigint) AS expected, \
             d.clawed_minor AS found \
         FROM disputes d LEFT JOIN (SELECT order_id, reason, \
                 SUM(owed_minor - amount_minor) AS total FROM credit_ledger \
             WHERE order_id IS NOT NULL AND reason LIKE 'dispute:%' GROUP BY order_id, reason) e \
             ON e.order_id = d.order_id AND e.reason = 'dispute:' || d.stripe_dispute_id \
         WHERE COALESCE(e.total, 0) <> d.clawed_minor",
    ),
    (
        "a dispute takes nothing while the money is here",
        "SELECT id AS subject, CAST(0 AS bigint) AS expected, clawed_minor AS found \
         FROM disputes WHERE clawed_minor <> 0 AND status NOT IN ('open', 'lost')",
    ),
    (
        "an order's credit notes have no more tax than the order",
        "SELECT o.id AS subject, o.tax_minor AS expected, CAST(r.total AS bigint) AS found \
         FROM (SELECT order_id, SUM(tax_minor) AS total FROM refunds GROUP BY order_id) r \
         JOIN orders o ON o.id = r.order_id WHERE r.total > o.tax_minor",
    ),
    (
        "an order with a voucher has one redemption",
        "SELECT o.id AS subject, CAST(1 AS bigint) AS expected, COALESCE(r.number, 0) AS found \
         FROM orders o LEFT JOIN (SELECT order_id, code, COUNT(*) AS number \
             FROM (SELECT order_id, code FROM promo_redemptions \
                 UNION ALL SELECT order_id, code FROM foreign_redemptions) a \
             GROUP BY order_id, code) r ON r.order_id = o.id AND r.code = o.promo_code \
         WHERE o.promo_code IS NOT NULL AND o.amount_omr IS NULL AND COALESCE(r.number, 0) <> 1",
    ),
    (
        "a redemption stands as its order does",
        // A refund may have freed the voucher of its order.
        "SELECT r.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM promo_redemptions r LEFT JOIN orders o ON o.id = r.order_id \
         LEFT JOIN (SELECT DISTINCT order_id FROM refunds WHERE voucher_freed) f \
             ON f.order_id = r.order_id \
         WHERE r.order_id IS NOT NULL AND CASE WHEN o.id IS NULL THEN '' \
             WHEN o.status = 'completed' AND f.order_id IS NOT NULL THEN 'released' \
             WHEN o.status = 'completed' THEN 'redeemed' WHEN o.status = 'pending' THEN 'reserved' \
             ELSE 'released' END <> r.state",
    ),
    (
        "a redemption granted one lot of its credit",
        "SELECT r.id AS subject, r.credit_minor AS expected, \
             COALESCE(l.amount_minor, 0) AS found \
         FROM promo_redemptions r LEFT JOIN credit_lots l \
             ON l.id = r.lot_id AND l.customer_id = r.customer_id \
         WHERE COALESCE(l.amount_minor, -1) <> r.credit_minor",
    ),
    (
        "nothing was redeemed at or above the cap of its moment",
        "SELECT id AS subject, CAST(cap AS bigint) AS expected, CAST(ordinal AS bigint) AS found \
         FROM promo_redemptions WHERE cap > 0 AND ordinal > cap",
    ),
    (
        // Those of an earlier service's orders were told by that service, and what came from another Sovereign there.
        "a subscription's order was told to other services",
        // An event is kept for a while after it left the outbox, and the newest always is.
        "SELECT s.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM subscriptions s \
         LEFT JOIN (SELECT tenant_id FROM outbox WHERE type = 'order.placed' \
             UNION SELECT tenant_id FROM published_events WHERE type = 'order.placed') x \
             ON x.tenant_id = s.tenant_id \
         LEFT JOIN orders o ON o.id = s.order_id \
         WHERE s.order_id IS NOT NULL AND o.amount_omr IS NULL AND s.billed_by = 'sovereign' AND x.tenant_id IS NULL \
             AND (NOT EXISTS (SELECT 1 FROM published_events) \
                 OR s.created_at > (SELECT MIN(published_at) FROM published_events)) \
             AND NOT EXISTS (SELECT 1 FROM organization_moves m WHERE m.tenant_id = s.tenant_id \
                 AND m.direction = 'in')",
    ),
    (
        "an event that waits for an endpoint is in a lane",
        "SELECT d.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM event_deliveries d LEFT JOIN event_lanes l \
             ON l.endpoint_id = d.endpoint_id AND l.lane = d.lane \
         WHERE d.status = 'waiting' AND l.lane IS NULL",
    ),
];

/// Invariants of rows known by a text.
const CHECKS_BY_TEXT: &[Check] = &[
    (
        "a report of usage counts for its Organization and meter",
        "SELECT e.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM usage_events e LEFT JOIN usage_totals t ON t.id = e.total_id \
             AND t.tenant_id = e.tenant_id AND t.meter = e.meter \
         WHERE t.id IS NULL",
    ),
    (
        // An adopted redemption that the earlier counter had missed has no ordinal.
        "a voucher's counter is its adopted count and its live redemptions",
        "SELECT p.code AS subject, CAST(p.times_redeemed AS bigint) AS found, \
             p.adopted_redemptions + COUNT(r.id) AS expected \
         FROM promo_codes p LEFT JOIN promo_redemptions r \
             ON r.code = p.code AND r.state <> 'released' AND r.ordinal > 0 \
         GROUP BY p.code, p.times_redeemed, p.adopted_redemptions \
         HAVING p.times_redeemed <> p.adopted_redemptions + COUNT(r.id)",
    ),
    (
        "a user has redeemed a voucher once",
        "SELECT r.user_id AS subject, CAST(1 AS bigint) AS expected, COUNT(*) AS found \
         FROM promo_redemptions r WHERE r.state <> 'released' \
         GROUP BY r.user_id, r.code HAVING COUNT(*) > 1",
    ),
    (
        "an Organization has redeemed a voucher once",
        "SELECT r.tenant_id AS subject, CAST(1 AS bigint) AS expected, COUNT(*) AS found \
         FROM promo_redemptions r WHERE r.state <> 'released' \
         GROUP BY r.tenant_id, r.code HAVING COUNT(*) > 1",
    ),
    (
        "an Organization has at most one live subscription",
        "SELECT s.tenant_id AS subject, CAST(1 AS bigint) AS expected, COUNT(*) AS found \
         FROM subscriptions s WHERE s.status <> 'canceled' \
         GROUP BY s.tenant_id HAVING COUNT(*) > 1",
    ),
    (
        "an Organization has one account",
        "SELECT o.id AS subject, CAST(1 AS bigint) AS expected, COUNT(k.id) AS found \
         FROM organizations o LEFT JOIN customers k ON k.tenant_id = o.id \
         GROUP BY o.id HAVING COUNT(k.id) <> 1",
    ),
    (
        "an account belongs to an Organization",
        "SELECT k.tenant_id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM customers k LEFT JOIN organizations o ON o.id = k.tenant_id WHERE o.id IS NULL",
    ),
    (
        "a stored answer speaks of an order that exists",
        "SELECT k.key AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM idempotency_keys k LEFT JOIN orders o ON o.id = k.order_id \
         WHERE k.order_id IS NOT NULL AND o.id IS NULL",
    ),
    (
        "invoices are numbered without gaps",
        "SELECT 'invoices' AS subject, COUNT(number) AS expected, \
             CAST(COALESCE(MAX(number), 0) AS bigint) AS found FROM invoices \
         HAVING COALESCE(MAX(number), 0) <> COUNT(number) OR COALESCE(MIN(number), 1) <> 1",
    ),
    (
        "credit notes are numbered without gaps",
        "SELECT 'credit notes' AS subject, COUNT(number) AS expected, \
             CAST(COALESCE(MAX(number), 0) AS bigint) AS found FROM refunds \
         HAVING COALESCE(MAX(number), 0) <> COUNT(number) OR COALESCE(MIN(number), 1) <> 1",
    ),
    (
        "an invoice is in the Sovereign's currency",
        "SELECT i.currency AS subject, CAST(0 AS bigint) AS expected, COUNT(*) AS found \
         FROM invoices i CROSS JOIN sovereign f WHERE i.currency <> f.currency \
             AND i.amount_omr IS NULL \
         GROUP BY i.currency",
    ),
];

fn by_id() -> impl Iterator<Item = &'static Check> {
    CHECKS_BY_ID
        .iter()
        .chain(verify_campaigns::BY_ID)
        .chain(verify_bulk::BY_ID)
        .chain(verify_mailings::BY_ID)
        .chain(verify_moves::BY_ID)
}

fn by_text() -> impl Iterator<Item = &'static Check> {
    let own = CHECKS_BY_TEXT.iter().chain(verify_campaigns::BY_TEXT);
    own.chain(verify_bulk::BY_TEXT)
        .chain(verify_mailings::BY_TEXT)
        .chain(verify_reports::BY_TEXT)
        .chain(verify_funnel::BY_TEXT)
        .chain(verify_moves::BY_TEXT)
}

/// The names of all invariants, in the order they are checked.
#[must_use]
pub fn checks() -> Vec<&'static str> {
    let queries = by_id().chain(by_text()).map(|(name, _)| *name);
    let computed = [verify_blueprints::SIGNED, verify_usage::BILLED];
    queries.chain(verify_chain::CHECKS).chain(computed).collect()
}

/// Recomputes everything in one snapshot; answers at most a thousand faults of each kind.
pub(crate) async fn faults(tx: &mut Tx) -> Result<Vec<Fault>> {
    const LIMIT: usize = 1_000;
    let mut faults = Vec::new();
    for &(check, query) in by_id() {
        let rows: Vec<ById> = on_db!(tx, c => sqlx::query_as(query).fetch_all(c).await)?;
        faults.extend(rows.into_iter().take(LIMIT).map(|row| Fault {
            check,
            subject: row.subject.to_string(),
            expected: row.expected,
            found: row.found,
        }));
    }
    for &(check, query) in by_text() {
        let rows: Vec<ByText> = on_db!(tx, c => sqlx::query_as(query).fetch_all(c).await)?;
        faults.extend(rows.into_iter().take(LIMIT).map(|row| Fault {
            check,
            subject: row.subject,
            expected: row.expected,
            found: row.found,
        }));
    }
    faults.extend(verify_chain::faults(tx, LIMIT).await?);
    faults.extend(verify_blueprints::faults(tx, LIMIT).await?);
    faults.extend(verify_usage::faults(tx, LIMIT).await?);
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sovereign_domain::timestamp::Timestamp;

    use super::super::{Location, Store, migrate};
    use super::*;

    /// In SQLite's words, the first table of a join is scanned and the others are searched. The one row of
    /// `sovereign` (f) may be scanned anywhere.
    #[tokio::test]
    async fn no_table_is_read_for_each_row_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::File(directory.path().join("books.db"));
        let store = Store::open(&location).await.unwrap();
        migrate::migrate(&store, Timestamp::from_seconds(0)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        for (check, query) in by_id().chain(by_text()) {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
            let plan: Vec<(i64, i64, i64, String)> = on_db!(tx, c => sqlx::query_as(explain)
                .fetch_all(c)
                .await)
            .unwrap();
            let mut scanned = BTreeSet::new();
            for (_, parent, _, step) in &plan {
                let scan = step.starts_with("SCAN ") && step != "SCAN f";
                assert!(!scan || scanned.insert(parent), "{check}: {plan:#?}");
            }
        }
    }
}
