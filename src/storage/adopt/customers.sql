-- Whom each old row belongs to: customers, the Organizations they act for, and one account for each.

ALTER TABLE old_customers ADD COLUMN orphan boolean NOT NULL DEFAULT FALSE,
    ADD COLUMN home text, ADD COLUMN account_id uuid;

-- Which customer's rows name which Organization, and since when.
CREATE TEMP TABLE old_ties ON COMMIT DROP AS
SELECT customer_id, tenant_id, min(created_at) AS since, count(*) AS number
FROM (SELECT customer_id, NULLIF(btrim(tenant_id), '') AS tenant_id, created_at FROM old_orders
      UNION ALL
      SELECT customer_id, NULLIF(btrim(tenant_id), ''), created_at FROM old_subscriptions
      UNION ALL
      SELECT customer_id, NULLIF(btrim(tenant_id), ''), created_at FROM old_invoices
      UNION ALL
      SELECT customer_id, NULL, created_at FROM old_credit_ledger
      UNION ALL
      SELECT customer_id, NULL, created_at FROM old_promo_redemptions) r
GROUP BY customer_id, tenant_id;

INSERT INTO old_customers (id, email, created_at, orphan)
SELECT t.customer_id, '', min(t.since), TRUE
FROM old_ties t LEFT JOIN old_customers c ON c.id = t.customer_id
WHERE c.id IS NULL GROUP BY t.customer_id;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'orphan-rows', c.id::text,
       (SELECT sum(t.number) FROM old_ties t WHERE t.customer_id = c.id)
       || ' rows name a customer that is not there; they are kept with an account and an Organization '
       || 'of their own, which is suspended until you decide'
FROM old_customers c WHERE c.orphan;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'customer-without-user', id::text, 'nobody can sign in as this customer; the row is kept'
FROM old_customers WHERE NOT orphan AND COALESCE(btrim(user_id), '') = '';

UPDATE old_customers SET
    user_id = COALESCE(NULLIF(btrim(user_id), ''), 'adopted-customer-' || id),
    email = COALESCE(email, ''),
    created_at = COALESCE(created_at, (SELECT now FROM adoption)),
    stripe_customer_id = NULLIF(btrim(stripe_customer_id), ''),
    home = NULLIF(btrim(tenant_id), '');
CREATE UNIQUE INDEX ON old_customers (id);
ANALYZE old_customers;

-- A customer without an Organization has the one its rows name, where they name one, and nobody else
-- has it or could.
WITH alone AS (
    SELECT t.customer_id, min(t.tenant_id) AS tenant_id
    FROM old_ties t JOIN old_customers c ON c.id = t.customer_id AND c.home IS NULL
    WHERE t.tenant_id IS NOT NULL GROUP BY t.customer_id HAVING count(*) = 1
), claims AS (
    SELECT min(customer_id::text)::uuid AS customer_id, tenant_id FROM alone
    WHERE NOT EXISTS (SELECT FROM old_customers c WHERE c.home = alone.tenant_id)
    GROUP BY tenant_id HAVING count(*) = 1
)
UPDATE old_customers c SET home = claims.tenant_id FROM claims WHERE c.id = claims.customer_id;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'customer-without-organization', id::text,
       CASE WHEN home IS NULL THEN 'it gets an Organization of its own, ' || id
            ELSE 'its rows name one Organization and nobody else has it: it gets ' || home END
FROM old_customers WHERE NOT orphan AND COALESCE(btrim(tenant_id), '') = '';

UPDATE old_customers SET home = id::text WHERE home IS NULL;

-- One account for each Organization: its oldest customer's.
CREATE TEMP TABLE accounts ON COMMIT DROP AS
SELECT DISTINCT ON (home) home AS tenant_id, id AS customer_id, user_id, email, created_at, orphan,
       NULL::text AS stripe_customer_id
FROM old_customers ORDER BY home, orphan, created_at, id;
CREATE UNIQUE INDEX ON accounts (tenant_id);

-- Organizations that orders, subscriptions or invoices name and no customer has.
INSERT INTO accounts (tenant_id, customer_id, user_id, email, created_at, orphan)
SELECT DISTINCT ON (t.tenant_id) t.tenant_id, md5('adopted account of ' || t.tenant_id)::uuid,
       c.user_id, c.email, COALESCE(t.since, c.created_at), c.orphan
FROM old_ties t JOIN old_customers c ON c.id = t.customer_id
WHERE t.tenant_id IS NOT NULL AND NOT EXISTS (SELECT FROM accounts a WHERE a.tenant_id = t.tenant_id)
ORDER BY t.tenant_id, c.orphan, t.since, t.customer_id;

UPDATE old_customers c SET account_id = a.customer_id FROM accounts a WHERE a.tenant_id = c.home;
ANALYZE accounts;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'organization-without-customer', a.tenant_id,
       'its rows belong to user ' || a.user_id || ', whose credit is with another Organization; it gets '
       || 'an account of its own, with an empty wallet'
FROM accounts a LEFT JOIN old_customers c ON c.id = a.customer_id WHERE c.id IS NULL;

INSERT INTO adoption_findings (kind, subject, detail, before)
SELECT 'customers-of-one-organization', c.id::text,
       'Organization ' || c.home || ' has an older customer, ' || c.account_id || ': balance and rows of '
       || 'this one move there, and user ' || c.user_id || ' becomes an admin',
       to_jsonb(c) - 'orphan' - 'home' - 'account_id'
FROM old_customers c WHERE c.account_id <> c.id;

-- The account's own Stripe customer, else the first of those that moved to it; each of them once.
UPDATE accounts a SET stripe_customer_id = s.stripe_customer_id
FROM (SELECT DISTINCT ON (stripe_customer_id) account_id, stripe_customer_id
      FROM (SELECT DISTINCT ON (account_id) account_id, stripe_customer_id FROM old_customers
            WHERE stripe_customer_id IS NOT NULL
            ORDER BY account_id, (id = account_id) DESC, created_at, id) own
      ORDER BY stripe_customer_id, account_id) s
WHERE a.customer_id = s.account_id;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'stripe-customer-dropped', c.id::text, c.stripe_customer_id || ' is not kept: '
       || CASE WHEN c.account_id <> c.id THEN 'the account has another one'
               ELSE 'another account has the same' END
FROM old_customers c JOIN accounts a ON a.customer_id = c.account_id
WHERE c.stripe_customer_id <> COALESCE(a.stripe_customer_id, '');

INSERT INTO customers (id, user_id, tenant_id, stripe_customer_id, email, created_at{columns})
SELECT a.customer_id, a.user_id, a.tenant_id, a.stripe_customer_id, a.email, a.created_at{values}
FROM accounts a LEFT JOIN old_customers o ON o.id = a.customer_id;
