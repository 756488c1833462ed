-- How far people come with the vouchers of a campaign: a job writes it from lines that are old enough, in the transaction
-- that adds them up, and processes write what they counted once a minute. No checkout writes here.
CREATE TABLE voucher_customers (
    code         TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    -- Of the redemption.
    campaign_id  BLOB,
    -- 1, or 0 where it was released.
    redemptions  INTEGER NOT NULL,
    spent_minor  INTEGER NOT NULL,
    redeemed_at  INTEGER,
    -- The first payment by card at or after the redemption.
    paid_at      INTEGER,
    PRIMARY KEY (code, tenant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX voucher_customers_campaign ON voucher_customers (campaign_id, tenant_id, redemptions, spent_minor, paid_at) WHERE campaign_id IS NOT NULL;
CREATE INDEX voucher_customers_tenant ON voucher_customers (tenant_id);

-- How often somebody saw what a voucher is worth.
CREATE TABLE voucher_openings (
    code     TEXT PRIMARY KEY,
    openings INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE campaign_openings (
    campaign_id BLOB PRIMARY KEY,
    openings    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who signed up in a browser that had kept a voucher.
CREATE TABLE voucher_sign_ups (
    user_id     TEXT PRIMARY KEY,
    code        TEXT NOT NULL,
    campaign_id BLOB,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX voucher_sign_ups_campaign ON voucher_sign_ups (campaign_id) WHERE campaign_id IS NOT NULL;

-- What is added up already.
INSERT INTO voucher_customers (code, tenant_id, campaign_id, redemptions, spent_minor, redeemed_at)
SELECT s.code, s.tenant_id, r.campaign_id, s.redemptions, s.spent_minor, s.redeemed_at
FROM (
    SELECT l.reference AS code, k.tenant_id,
           SUM(CASE e.kind WHEN 'grant' THEN 1 WHEN 'release' THEN -1 ELSE 0 END) AS redemptions,
           SUM(CASE WHEN e.kind IN ('draw', 'post', 'refund', 'settlement') THEN -e.amount_minor ELSE 0 END)
               AS spent_minor,
           MAX(CASE WHEN e.kind = 'grant' THEN e.created_at END) AS redeemed_at
    FROM credit_ledger e JOIN credit_lots l ON l.id = e.lot_id JOIN customers k ON k.id = e.customer_id
    WHERE l.source = 'voucher' AND e.kind <> 'adopted'
      AND e.id < (SELECT before_id FROM rollups WHERE name = 'credit')
    GROUP BY l.reference, k.tenant_id
) s LEFT JOIN promo_redemptions r ON r.code = s.code AND r.tenant_id = s.tenant_id AND r.state <> 'released';

-- What was spent of adopted credit says of no voucher.
INSERT INTO voucher_customers (code, tenant_id, campaign_id, redemptions, spent_minor, redeemed_at)
SELECT r.code, r.tenant_id, r.campaign_id, 1, 0, r.created_at
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released';

UPDATE voucher_customers SET paid_at = p.paid_at
FROM (
    SELECT c.code, c.tenant_id, MIN(m.created_at) AS paid_at
    FROM card_payments m JOIN voucher_customers c ON c.tenant_id = m.tenant_id
    WHERE m.purpose = 'order' AND m.id < (SELECT before_id FROM rollups WHERE name = 'cards')
      AND c.redemptions > 0 AND c.redeemed_at <= m.created_at
    GROUP BY c.code, c.tenant_id
) p WHERE voucher_customers.code = p.code AND voucher_customers.tenant_id = p.tenant_id;
