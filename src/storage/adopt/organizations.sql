-- Organizations and users live elsewhere: what is here stands for them.

CREATE TEMP TABLE marks ON COMMIT DROP AS
SELECT tenant_id, bool_and(marked) AS deleted FROM (
    SELECT a.tenant_id, lower(btrim(COALESCE(l.status, ''))) = 'tenant_deleted' AS marked
    FROM credit_ledger l JOIN accounts a ON a.customer_id = l.customer_id
    WHERE l.amount_omr IS NOT NULL
    UNION ALL
    SELECT tenant_id, COALESCE(old_status, '') = 'tenant_deleted' FROM adopted_subscriptions
    WHERE status <> 'canceled' OR old_status = 'tenant_deleted') m
GROUP BY tenant_id;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'deleted-organization', m.tenant_id, 'the earlier service marked its rows: it is adopted as deleted, '
       || 'its balance of ' || b.balance_minor || ' minor units stays in the books'
FROM marks m JOIN balances b ON b.tenant_id = m.tenant_id WHERE m.deleted;

INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, app_states, addons,
    subdomain, custom_domains, status, created_at, updated_at)
SELECT x.id, x.slug, x.name, '', '', x.owner_id, x.plan_id, x.apps, '{}', x.addons, x.slug, '[]',
       CASE WHEN x.deleted THEN 'deleted' WHEN x.orphan THEN 'suspended' ELSE 'active' END,
       x.created_at, a.now
FROM (
    SELECT t.tenant_id AS id, 'org-' || substr(md5(t.tenant_id), 1, 24) AS slug,
           CASE WHEN t.email = '' THEN t.tenant_id ELSE t.email END AS name, t.user_id AS owner_id,
           COALESCE(s.plan_id, o.plan_id, '') AS plan_id, COALESCE(o.apps, '[]') AS apps,
           COALESCE(o.addons, '[]') AS addons, COALESCE(m.deleted, FALSE) AS deleted, t.orphan, t.created_at
    FROM accounts t
    LEFT JOIN marks m ON m.tenant_id = t.tenant_id
    LEFT JOIN adopted_subscriptions s ON s.tenant_id = t.tenant_id AND s.status <> 'canceled'
    LEFT JOIN (SELECT DISTINCT ON (tenant_id) tenant_id, plan_id, apps, addons FROM orders
               WHERE status = 'completed' ORDER BY tenant_id, created_at DESC, id) o
        ON o.tenant_id = t.tenant_id
) x CROSS JOIN adoption a;

INSERT INTO users (id, issuer, subject, email, email_verified, name, avatar_url, created_at, updated_at)
SELECT DISTINCT ON (c.user_id) c.user_id, 'adopted', c.user_id, c.email, FALSE, '', '', c.created_at, a.now
FROM old_customers c CROSS JOIN adoption a ORDER BY c.user_id, c.created_at, c.id;

-- The owner; whoever had credit that moved here may go on spending it.
INSERT INTO members (id, tenant_id, user_id, email, role, joined_at)
SELECT gen_random_uuid(), x.tenant_id, x.user_id, x.email, x.role, x.created_at
FROM (SELECT DISTINCT ON (m.tenant_id, m.user_id) m.* FROM (
          SELECT tenant_id, user_id, email, 'owner' AS role, created_at, 0 AS place FROM accounts
          UNION ALL
          SELECT home, user_id, email, 'admin', created_at, 1 FROM old_customers WHERE id <> account_id
      ) m ORDER BY m.tenant_id, m.user_id, m.place) x;
