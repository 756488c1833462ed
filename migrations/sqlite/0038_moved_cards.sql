-- The Sovereign in whose account at Stripe a payment is, where an Organization brought it along; NULL where that is
-- this one's.
ALTER TABLE card_payments ADD COLUMN foreign_fqdn TEXT;

-- What whoever reported a report calls it tells it from others of the same Organization. Another Organization, which may
-- have come from another Sovereign, has names of its own.
ALTER TABLE usage_events RENAME TO old_usage_events;
CREATE TABLE usage_events (
    -- As whoever reported it calls it.
    id          TEXT NOT NULL,
    -- What it was added to.
    total_id    BLOB NOT NULL,
    tenant_id   TEXT NOT NULL,
    meter       TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    at          INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at)
    SELECT id, total_id, tenant_id, meter, quantity, at, recorded_at FROM old_usage_events;
DROP TABLE old_usage_events;
