-- Campaigns: sets of vouchers with a budget, a time and a rule for each customer. The budget's counters stand in the
-- campaign's own row, which redemptions lock: nothing is granted beyond it.
CREATE TABLE campaigns (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    -- The name as names are compared.
    name_key      text COLLATE "C" NOT NULL UNIQUE,
    active        boolean NOT NULL,
    budget_minor  bigint NOT NULL CHECK (budget_minor >= 0),
    starts_at     timestamptz,
    ends_at       timestamptz CHECK (ends_at > starts_at),
    per_customer  integer NOT NULL CHECK (per_customer >= 0),
    granted_minor bigint NOT NULL CHECK (granted_minor >= 0),
    redemptions   bigint NOT NULL CHECK (redemptions >= 0),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX campaigns_newest ON campaigns (created_at DESC, id DESC);

-- What was granted in which quarter of an hour, less what was released of it.
CREATE TABLE campaign_counts (
    campaign_id   uuid NOT NULL REFERENCES campaigns (id),
    since         timestamptz NOT NULL,
    redemptions   bigint NOT NULL,
    granted_minor bigint NOT NULL,
    PRIMARY KEY (campaign_id, since)
);

ALTER TABLE promo_codes ADD COLUMN granted_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE promo_codes ADD COLUMN campaign_id uuid;
UPDATE promo_codes SET granted_minor = r.granted_minor
FROM (SELECT code, SUM(credit_minor)::bigint AS granted_minor FROM promo_redemptions
      WHERE state <> 'released' GROUP BY code) r
WHERE r.code = promo_codes.code;

-- A list of one status asks of each live voucher how its campaign stands.
DROP INDEX promo_codes_status;
CREATE INDEX promo_codes_status ON promo_codes (status, created_at DESC, code DESC, campaign_id, credit_minor);
CREATE INDEX promo_codes_alone ON promo_codes (status, created_at DESC, code DESC) WHERE campaign_id IS NULL;
CREATE INDEX promo_codes_campaign ON promo_codes (campaign_id, created_at DESC, code DESC, status, credit_minor)
    WHERE campaign_id IS NOT NULL;

-- Only redemptions in a campaign are in these.
ALTER TABLE promo_redemptions ADD COLUMN campaign_id uuid;
CREATE INDEX promo_redemptions_campaign_tenant ON promo_redemptions (campaign_id, tenant_id)
    WHERE campaign_id IS NOT NULL AND state <> 'released';
CREATE INDEX promo_redemptions_campaign_user ON promo_redemptions (campaign_id, user_id)
    WHERE campaign_id IS NOT NULL AND state <> 'released';
