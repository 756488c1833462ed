-- Renewals: what a month of a subscription costs by what it holds, before tax that is added. Changes within a
-- month are reckoned from it. NULL where it is not known; then the catalog tells.
ALTER TABLE subscriptions ADD COLUMN price_minor bigint;
UPDATE subscriptions SET price_minor = (
    SELECT o.amount_baisa - CASE WHEN o.tax_included THEN 0 ELSE o.tax_minor END
    FROM orders o WHERE o.id = subscriptions.order_id AND o.amount_omr IS NULL)
WHERE billed_by = 'sovereign';
-- The order that paid for the current period; NULL where that is the one that began it.
ALTER TABLE subscriptions ADD COLUMN paid_order_id uuid;
CREATE INDEX invoices_open ON invoices (tenant_id) WHERE status = 'open';
CREATE INDEX subscriptions_paused ON subscriptions (created_at)
    WHERE status = 'suspended' AND due_order_id IS NULL;
