-- Every old line stays, as kind 'adopted'. What they come to becomes one lot, or what is owed.

-- Metered use was kept in millionths of a unit. A customer's lines are rounded so that they add up to
-- the balance, a part of a minor unit in the customer's favour.
CREATE TEMP TABLE metered ON COMMIT DROP AS
WITH customers AS (
    SELECT DISTINCT customer_id FROM old_credit_ledger WHERE amount_micro_omr <> 0
), running AS (
    SELECT l.id, x.own, sum(x.own) OVER (PARTITION BY l.customer_id ORDER BY l.created_at, l.id) AS total,
           1000000 / a.scale AS part
    FROM old_credit_ledger l JOIN customers c ON c.customer_id = l.customer_id CROSS JOIN adoption a
    CROSS JOIN LATERAL (
        SELECT COALESCE(l.amount_omr, 0) * 1000000 + COALESCE(l.amount_micro_omr, 0) AS own) x
    WHERE lower(btrim(COALESCE(l.status, ''))) NOT IN {taken_back}
)
SELECT id, (ceil(total / part) - ceil((total - own) / part))::bigint AS amount_minor FROM running;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'metered-use', customer_id::text, count(*) || ' lines in millionths of a unit; the balance is '
       || 'rounded up to a whole minor unit'
FROM old_credit_ledger WHERE amount_micro_omr <> 0 GROUP BY customer_id;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'ledger-status', COALESCE(status, '(none)'), count(*) || ' lines come to '
       || COALESCE(sum(amount_omr), 0) || ' units; they ' || CASE
           WHEN lower(btrim(COALESCE(status, ''))) IN {taken_back}
           THEN 'were taken back: kept, at nothing'
           ELSE 'count, as they did in the earlier service' END
FROM old_credit_ledger WHERE COALESCE(status, '') NOT IN ('active', 'posted') GROUP BY status;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'ledger-order', id::text, 'order_id ' || quote_literal(order_id) || ' is no identifier; it is left out'
FROM old_credit_ledger WHERE COALESCE(order_id, '') <> '' AND NOT {order_is_uuid};

INSERT INTO credit_ledger (id, customer_id, kind, amount_omr, amount_minor, owed_minor, reason, order_id,
    status, created_at{columns})
SELECT o.id, c.account_id, 'adopted', COALESCE(o.amount_omr, 0),
       -- The earlier service added up every line; a few words alone say that one was taken back.
       CASE WHEN lower(btrim(COALESCE(o.status, ''))) IN {taken_back} THEN 0
            ELSE COALESCE(m.amount_minor, o.amount_omr * a.scale, 0) END,
       0, COALESCE(o.reason, ''), CASE WHEN {order_is_uuid} THEN o.order_id::uuid END,
       COALESCE(o.status, 'active'), COALESCE(o.created_at, a.now){values}
FROM old_credit_ledger o JOIN old_customers c ON c.id = o.customer_id CROSS JOIN adoption a
LEFT JOIN metered m ON m.id = o.id;
ANALYZE credit_ledger;

CREATE TEMP TABLE balances ON COMMIT DROP AS
SELECT a.tenant_id, a.customer_id, COALESCE(l.balance_minor, 0) AS balance_minor,
       COALESCE(l.promotional, TRUE) AS promotional
FROM accounts a LEFT JOIN (
    SELECT customer_id, sum(amount_minor)::bigint AS balance_minor,
           bool_and(reason LIKE 'promo:%') FILTER (WHERE amount_minor > 0) AS promotional
    FROM credit_ledger GROUP BY customer_id) l ON l.customer_id = a.customer_id;

INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, amount_minor,
    remaining_minor, held_minor, created_at)
SELECT gen_random_uuid(), customer_id, 'migration', 'adopted-balance', promotional, 100, balance_minor,
       balance_minor, 0, a.now
FROM balances CROSS JOIN adoption a WHERE balance_minor > 0;

-- What is owed is a line of its own, so that the old ones stay as they were.
INSERT INTO credit_ledger (id, customer_id, kind, amount_minor, owed_minor, reason, status, created_at)
SELECT gen_random_uuid(), customer_id, 'adopted', -balance_minor, -balance_minor,
       'adopted-negative-balance', 'posted', a.now
FROM balances CROSS JOIN adoption a WHERE balance_minor < 0;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'negative-balance', tenant_id, 'the balance of ' || balance_minor || ' minor units becomes '
       || -balance_minor || ' owed, settled from later grants'
FROM balances WHERE balance_minor < 0;

INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, version)
SELECT customer_id, tenant_id, GREATEST(balance_minor, 0), 0, GREATEST(-balance_minor, 0), 0 FROM balances;
