-- The way of events to those who hear of them.

-- What waits is taken in the order it was written. What concerns one Organization is written under one
-- lock, so that its events are in the order in which they became true; whose clock made an identifier
-- does not matter.
ALTER TABLE outbox RENAME TO old_outbox;
CREATE TABLE outbox (
    id         BLOB NOT NULL,
    type       TEXT NOT NULL,
    tenant_id  TEXT,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    position   INTEGER PRIMARY KEY
) STRICT;
INSERT INTO outbox (id, type, tenant_id, data, created_at)
    SELECT id, type, tenant_id, data, created_at FROM old_outbox ORDER BY id;
DROP TABLE old_outbox;

-- What left the outbox, kept for a while to be sent again.
CREATE TABLE published_events (
    position     INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    type         TEXT NOT NULL,
    tenant_id    TEXT,
    data         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX published_events_time ON published_events (published_at);

-- Of these, what NATS has not confirmed yet.
CREATE TABLE nats_queue (
    position INTEGER PRIMARY KEY
) STRICT;
