-- Subscriptions: nothing of ours renews or suspends them.

CREATE TEMP TABLE subscription_statuses (old text PRIMARY KEY, new text NOT NULL) ON COMMIT DROP;
INSERT INTO subscription_statuses VALUES
    ('active', 'active'), ('trialing', 'active'), ('past_due', 'past_due'), ('unpaid', 'past_due'),
    ('paused', 'suspended'), ('suspended', 'suspended'),
    ('canceled', 'canceled'), ('cancelled', 'canceled'), ('incomplete', 'canceled'),
    ('incomplete_expired', 'canceled'), ('expired', 'canceled'), ('ended', 'canceled'),
    ('deleted', 'canceled'), ('tenant_deleted', 'canceled');

CREATE TEMP TABLE adopted_subscriptions ON COMMIT DROP AS
SELECT s.id, t.customer_id, t.tenant_id, NULLIF(btrim(s.stripe_subscription_id), '') AS stripe_subscription_id,
       COALESCE(m.new, s.plan_id, '') AS plan_id, lower(btrim(s.status)) AS old_status,
       COALESCE(n.new, 'suspended') AS status, n.new IS NOT NULL AS known,
       s.current_period_start, s.current_period_end,
       COALESCE(s.created_at, a.now) AS created_at, COALESCE(s.updated_at, s.created_at, a.now) AS updated_at,
       FALSE AS superseded, NULL::uuid AS order_id
FROM old_subscriptions s
JOIN old_customers c ON c.id = s.customer_id
JOIN accounts t ON t.tenant_id = COALESCE(NULLIF(btrim(s.tenant_id), ''), c.home)
CROSS JOIN adoption a
LEFT JOIN plan_map m ON m.old = s.plan_id
LEFT JOIN subscription_statuses n ON n.old = lower(btrim(s.status));

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'subscription-status', id::text, 'status ' || COALESCE(quote_literal(old_status), '(none)')
       || ' is not known; it becomes ' || quote_literal(status) || ', which is live'
FROM adopted_subscriptions WHERE NOT known;

-- An Organization has one live subscription: the newest.
UPDATE adopted_subscriptions s SET superseded = TRUE, status = 'canceled'
FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id ORDER BY created_at DESC, id DESC) AS place
      FROM adopted_subscriptions WHERE status <> 'canceled') live
WHERE live.id = s.id AND live.place > 1;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'second-subscription', id::text, 'Organization ' || tenant_id || ' has a newer live one; this one, '
       || COALESCE(quote_literal(old_status), '(none)') || ', becomes ''canceled'''
       || COALESCE(': cancel ' || stripe_subscription_id || ' at Stripe too', '')
FROM adopted_subscriptions WHERE superseded;

-- The order that began it, where one can be told: revenue is counted by it.
WITH began AS (
    SELECT DISTINCT ON (s.id) s.id, o.id AS order_id, s.created_at
    FROM adopted_subscriptions s JOIN orders o ON o.tenant_id = s.tenant_id
        AND o.status = 'completed' AND o.created_at <= s.created_at
    ORDER BY s.id, o.created_at DESC, o.id
), once AS (
    SELECT DISTINCT ON (order_id) id, order_id FROM began ORDER BY order_id, created_at, id
)
UPDATE adopted_subscriptions s SET order_id = once.order_id FROM once WHERE once.id = s.id;

INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, stripe_subscription_id, plan_id, status,
    current_period_start, current_period_end, anchor_at, billed_by, created_at, updated_at{columns})
SELECT s.id, s.customer_id, s.tenant_id, s.order_id, s.stripe_subscription_id, s.plan_id, s.status,
       s.current_period_start, s.current_period_end,
       COALESCE(s.current_period_start, s.created_at),
       CASE WHEN s.stripe_subscription_id IS NULL THEN 'none' ELSE 'stripe' END,
       s.created_at, s.updated_at{values}
FROM adopted_subscriptions s JOIN old_subscriptions o ON o.id = s.id;
