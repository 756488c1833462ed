-- The Sovereign in whose account at Stripe a payment is, where an Organization brought it along; NULL where that is
-- this one's.
ALTER TABLE card_payments ADD COLUMN foreign_fqdn text COLLATE "C";

-- What whoever reported a report calls it tells it from others of the same Organization. Another Organization, which may
-- have come from another Sovereign, has names of its own.
ALTER TABLE usage_events DROP CONSTRAINT usage_events_pkey;
ALTER TABLE usage_events ADD PRIMARY KEY (tenant_id, id);
