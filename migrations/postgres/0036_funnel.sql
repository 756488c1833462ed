-- How far people come with the vouchers of a campaign: a job writes it from lines that are old enough, in the transaction
-- that adds them up, and processes write what they counted once a minute. No checkout writes here.
CREATE TABLE voucher_customers (
    code         text COLLATE "C" NOT NULL,
    tenant_id    text COLLATE "C" NOT NULL,
    -- Of the redemption.
    campaign_id  uuid,
    -- 1, or 0 where it was released.
    redemptions  bigint NOT NULL,
    spent_minor  bigint NOT NULL,
    redeemed_at  timestamptz,
    -- The first payment by card at or after the redemption.
    paid_at      timestamptz,
    PRIMARY KEY (code, tenant_id)
);
CREATE INDEX voucher_customers_campaign ON voucher_customers (campaign_id, tenant_id, redemptions, spent_minor, paid_at) WHERE campaign_id IS NOT NULL;
CREATE INDEX voucher_customers_tenant ON voucher_customers (tenant_id);

-- How often somebody saw what a voucher is worth.
CREATE TABLE voucher_openings (
    code     text COLLATE "C" PRIMARY KEY,
    openings bigint NOT NULL
);
CREATE TABLE campaign_openings (
    campaign_id uuid PRIMARY KEY,
    openings    bigint NOT NULL
);

-- Who signed up in a browser that had kept a voucher.
CREATE TABLE voucher_sign_ups (
    user_id     text COLLATE "C" PRIMARY KEY,
    code        text COLLATE "C" NOT NULL,
    campaign_id uuid,
    created_at  timestamptz NOT NULL
);
CREATE INDEX voucher_sign_ups_campaign ON voucher_sign_ups (campaign_id) WHERE campaign_id IS NOT NULL;

-- What is added up already.
INSERT INTO voucher_customers (code, tenant_id, campaign_id, redemptions, spent_minor, redeemed_at)
SELECT s.code, s.tenant_id, r.campaign_id, s.redemptions, s.spent_minor, s.redeemed_at
FROM (
    SELECT l.reference AS code, k.tenant_id,
           SUM(CASE e.kind WHEN 'grant' THEN 1 WHEN 'release' THEN -1 ELSE 0 END)::bigint AS redemptions,
           SUM(CASE WHEN e.kind IN ('draw', 'post', 'refund', 'settlement') THEN -e.amount_minor ELSE 0 END)::bigint
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
