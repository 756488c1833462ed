-- Refunds: whether the order's voucher may be redeemed again, and how often the card's part was sent. A try that
-- failed may be followed by another.
ALTER TABLE refunds ADD COLUMN voucher_freed INTEGER NOT NULL DEFAULT 0 CHECK (voucher_freed IN (0, 1));
ALTER TABLE refunds ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
CREATE INDEX refunds_tenant ON refunds (tenant_id) WHERE has_note;
