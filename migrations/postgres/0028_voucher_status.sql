-- How a voucher stands, for lists of one status. Its value changes when the voucher's status does, not with every
-- redemption, so that the index costs a redemption nothing.
ALTER TABLE promo_codes ADD COLUMN status text COLLATE "C" GENERATED ALWAYS AS (
    CASE WHEN deleted_at IS NOT NULL THEN 'revoked'
         WHEN NOT active THEN 'paused'
         WHEN max_redemptions > 0 AND times_redeemed >= max_redemptions THEN 'exhausted'
         ELSE 'live' END
) STORED;
CREATE INDEX promo_codes_status ON promo_codes (status, created_at DESC, code DESC);
