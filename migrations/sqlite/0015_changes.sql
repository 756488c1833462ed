-- Changes within a month: what a subscription holds since, and the orders that paid for it; NULL where it is
-- what the period's own order has paid for.
ALTER TABLE subscriptions ADD COLUMN changes TEXT;
-- What a card had paid of an order and was given as credit.
ALTER TABLE refunds ADD COLUMN credited_minor INTEGER NOT NULL DEFAULT 0 CHECK (credited_minor >= 0);
