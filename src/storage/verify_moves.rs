//! The invariants of Organizations that move: what is on its way is kept from everything, and what has left took all
//! its credit along.

use super::verify::Check;

pub(super) const BY_ID: &[Check] = &[
    (
        "an Organization on its way is kept from everything",
        "SELECT m.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM organization_moves m LEFT JOIN organizations o \
             ON o.id = m.tenant_id AND o.status = 'suspended' AND o.moving_from IS NOT NULL \
         WHERE m.ended_at IS NULL AND o.id IS NULL",
    ),
    (
        "a foreign redemption granted one lot of its credit",
        "SELECT r.id AS subject, r.credit_minor AS expected, \
             COALESCE(l.amount_minor, 0) AS found \
         FROM foreign_redemptions r LEFT JOIN credit_lots l \
             ON l.id = r.lot_id AND l.customer_id = r.customer_id \
         WHERE COALESCE(l.amount_minor, -1) <> r.credit_minor",
    ),
    (
        "no card is refunded here that another Sovereign charged",
        "SELECT r.id AS subject, CAST(0 AS bigint) AS expected, r.card_minor AS found \
         FROM refunds r JOIN card_payments p ON p.id = r.payment_id \
         WHERE r.status = 'pending' AND p.foreign_fqdn IS NOT NULL",
    ),
];

pub(super) const BY_TEXT: &[Check] = &[
    (
        "an Organization that is kept for a move is on one",
        "SELECT o.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM organizations o LEFT JOIN organization_moves m \
             ON m.tenant_id = o.id AND m.ended_at IS NULL \
         WHERE o.moving_from IS NOT NULL AND m.id IS NULL",
    ),
    (
        "an Organization that moved away has left nothing behind",
        "SELECT o.id AS subject, CAST(0 AS bigint) AS expected, \
             w.balance_minor + w.owed_minor AS found \
         FROM organizations o JOIN wallets w ON w.tenant_id = o.id \
         WHERE o.moved_to IS NOT NULL AND w.balance_minor + w.owed_minor <> 0",
    ),
    (
        // Whoever comes back brings a ledger without such lines.
        "what left with an Organization is in its ledger",
        "SELECT s.subject, s.expected, s.found FROM (SELECT o.id AS subject, \
             CASE WHEN o.moved_to IS NULL THEN 0 ELSE COALESCE((SELECT m.moved_minor \
                 FROM organization_moves m WHERE m.tenant_id = o.id AND m.state IN ('moved', 'dropped') \
                 ORDER BY m.started_at DESC, m.id DESC LIMIT 1), 0) END AS expected, \
             CAST(COALESCE(e.total, 0) AS bigint) AS found \
         FROM organizations o JOIN customers k ON k.tenant_id = o.id \
         LEFT JOIN (SELECT customer_id, -SUM(amount_minor) AS total FROM credit_ledger \
             WHERE kind = 'moved' GROUP BY customer_id) e ON e.customer_id = k.id) s \
         WHERE s.expected <> s.found",
    ),
];
