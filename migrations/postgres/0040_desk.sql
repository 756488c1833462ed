-- A voucher's timeline has releases by when they were: only what was given back is in this index, so that no checkout
-- writes to it. It finds them by code, too, as the one before it did.
DROP INDEX promo_redemptions_given_back;
CREATE INDEX promo_redemptions_given_back_at ON promo_redemptions (code, closed_at DESC, id DESC) WHERE state = 'released';

-- The list by value: credit changes when an administrator edits it, and the status when it does, never with each redemption.
CREATE INDEX promo_codes_credit ON promo_codes (credit_minor DESC, code DESC, status, campaign_id, bulk_id);

-- The list by how often vouchers were redeemed: the job that adds the ledger up writes it. No checkout writes here.
ALTER TABLE voucher_totals ADD COLUMN redemptions bigint NOT NULL DEFAULT 0;
UPDATE voucher_totals SET redemptions =
    COALESCE((SELECT SUM(c.redemptions) FROM voucher_counts c WHERE c.code = voucher_totals.code), 0);
CREATE INDEX voucher_totals_used ON voucher_totals (redemptions DESC, code DESC) WHERE redemptions > 0;
