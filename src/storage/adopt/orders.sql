-- Orders: what was paid for, and how.

-- Plans by identifier, slug or Stripe price; what the catalog does not know stays as it is.
CREATE TEMP TABLE plan_map ON COMMIT DROP AS
SELECT p.old, i.id AS new
FROM (SELECT plan_id AS old FROM old_orders UNION SELECT plan_id FROM old_subscriptions) p
LEFT JOIN LATERAL (
    SELECT id FROM catalog_items
    WHERE kind = 'plan' AND (id = p.old OR slug = lower(p.old) OR doc ->> 'stripe_price_id' = p.old)
    ORDER BY (id = p.old) DESC, (slug = lower(p.old)) DESC, id LIMIT 1) i ON TRUE
WHERE p.old IS NOT NULL;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT CASE WHEN m.old LIKE 'price\_%' THEN 'plan-is-a-stripe-price' ELSE 'unknown-plan' END, m.old,
       'the catalog knows no such plan; it stays in '
       || (SELECT count(*) FROM old_orders o WHERE o.plan_id = m.old) || ' orders and '
       || (SELECT count(*) FROM old_subscriptions s WHERE s.plan_id = m.old) || ' subscriptions'
FROM plan_map m WHERE m.new IS NULL;

CREATE TEMP TABLE order_statuses (old text PRIMARY KEY, new text NOT NULL) ON COMMIT DROP;
INSERT INTO order_statuses VALUES
    ('completed', 'completed'), ('complete', 'completed'), ('paid', 'completed'),
    ('succeeded', 'completed'), ('fulfilled', 'completed'), ('provisioned', 'completed'),
    ('pending', 'expired'), ('created', 'expired'), ('open', 'expired'), ('processing', 'expired'),
    ('expired', 'expired'), ('failed', 'failed'),
    ('canceled', 'cancelled'), ('cancelled', 'cancelled'), ('tenant_deleted', 'cancelled');

INSERT INTO adoption_findings (kind, subject, detail)
SELECT CASE WHEN s.old IS NULL THEN 'order-status' ELSE 'pending-order' END, o.id::text,
       'status ' || COALESCE(quote_literal(o.status), '(none)') || ' becomes '
       || quote_literal(COALESCE(s.new, 'failed'))
       || COALESCE('; if its Checkout Session ' || NULLIF(btrim(o.stripe_session_id), '')
                   || ' is paid after all, refund it at Stripe or grant credit', '')
FROM old_orders o LEFT JOIN order_statuses s ON s.old = lower(btrim(o.status))
WHERE s.old IS NULL OR (s.new = 'expired' AND s.old <> 'expired');

INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_omr, amount_baisa,
    credit_minor, charge_minor, rounding_minor, status, stripe_session_id, promo_code, created_at,
    updated_at{columns})
SELECT o.id, t.customer_id, t.tenant_id, c.user_id, COALESCE(m.new, o.plan_id, ''), o.apps, o.addons,
       COALESCE(o.amount_omr, trunc(x.total_minor::numeric / a.scale)), x.total_minor, x.credit_minor,
       GREATEST(x.total_minor - x.credit_minor, 0), LEAST(x.total_minor - x.credit_minor, 0),
       COALESCE(s.new, 'failed'), NULLIF(btrim(o.stripe_session_id), ''),
       COALESCE(k.new, NULLIF(btrim(o.promo_code), '')), COALESCE(o.created_at, a.now),
       COALESCE(o.updated_at, o.created_at, a.now){values}
FROM old_orders o
JOIN old_customers c ON c.id = o.customer_id
JOIN accounts t ON t.tenant_id = COALESCE(NULLIF(btrim(o.tenant_id), ''), c.home)
CROSS JOIN adoption a
LEFT JOIN plan_map m ON m.old = o.plan_id
LEFT JOIN order_statuses s ON s.old = lower(btrim(o.status))
LEFT JOIN code_map k ON k.old = o.promo_code AND btrim(o.promo_code) <> ''
LEFT JOIN (SELECT order_id, -sum(amount_minor)::bigint AS credit_minor FROM credit_ledger
           WHERE order_id IS NOT NULL GROUP BY order_id) l ON l.order_id = o.id
CROSS JOIN LATERAL (
    SELECT CASE WHEN o.amount_baisa IS NULL OR (o.amount_baisa = 0 AND COALESCE(o.amount_omr, 0) <> 0)
                    THEN COALESCE(o.amount_omr, 0) * a.scale
                -- The earlier service wrote thousandths whatever the currency.
                WHEN a.scale <> 1000 AND o.amount_baisa = o.amount_omr * 1000 THEN o.amount_omr * a.scale
                ELSE o.amount_baisa END AS total_minor,
           COALESCE(l.credit_minor, 0) AS credit_minor) x;
ANALYZE orders;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'order-credit', id::text, 'the ledger has ' || credit_minor || ' minor units drawn for this order of '
       || amount_baisa || '; both stay'
FROM orders WHERE credit_minor < 0 OR credit_minor > GREATEST(amount_baisa, 0);
