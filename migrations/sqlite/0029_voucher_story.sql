-- What was done to a voucher, and who gave it back: none of what a checkout writes is in these indexes.
CREATE INDEX audit_log_vouchers ON audit_log (subject, id) WHERE action IN ('voucher.issue', 'voucher.revoke');
CREATE INDEX promo_redemptions_given_back ON promo_redemptions (code, id) WHERE state = 'released';
