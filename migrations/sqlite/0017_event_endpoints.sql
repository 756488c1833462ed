-- Where events are sent, signed, as they become true. What Stripe sends us is in other tables.
CREATE TABLE event_endpoints (
    id                    BLOB PRIMARY KEY,
    url                   TEXT NOT NULL,
    description           TEXT NOT NULL,
    -- The types that are sent there, as a list of texts. NULL: all.
    event_types           TEXT,
    enabled               INTEGER NOT NULL,
    -- Why it was switched off, where nobody here did it.
    disabled_reason       TEXT,
    secret_sealed         TEXT NOT NULL,
    former_secret_sealed  TEXT,
    former_secret_until   INTEGER,
    -- Since when nothing has arrived there; NULL where the last attempt was good.
    failing_since         INTEGER,
    last_success_at       INTEGER,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    CHECK ((former_secret_sealed IS NULL) = (former_secret_until IS NULL))
) STRICT, WITHOUT ROWID;

-- An event on its way to an endpoint, or what became of it.
CREATE TABLE event_deliveries (
    -- What is about one Organization goes to an endpoint in this order.
    position         INTEGER PRIMARY KEY,
    id               BLOB NOT NULL UNIQUE,
    endpoint_id      BLOB NOT NULL,
    -- The Organization, or nothing where it is about none.
    lane             TEXT NOT NULL,
    event_id         BLOB NOT NULL,
    type             TEXT NOT NULL,
    event_at         INTEGER NOT NULL,
    data             TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts         INTEGER NOT NULL CHECK (attempts >= 0),
    -- It is tried until then, at least once.
    give_up_at       INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    last_attempt_at  INTEGER,
    -- The HTTP status of the last answer; NULL where there was none.
    response_status  INTEGER,
    -- How that answer began, or why there was none.
    response_excerpt TEXT,
    CHECK (status <> 'delivered' OR attempts > 0)
) STRICT;
CREATE INDEX event_deliveries_waiting ON event_deliveries (endpoint_id, lane, position)
    WHERE status = 'waiting';
CREATE INDEX event_deliveries_of ON event_deliveries (endpoint_id, position);
CREATE INDEX event_deliveries_age ON event_deliveries (created_at);
CREATE INDEX event_deliveries_failed ON event_deliveries (endpoint_id) WHERE status = 'failed';

-- Whose events wait for an endpoint: one at a time is sent of each, in order.
CREATE TABLE event_lanes (
    endpoint_id     BLOB NOT NULL,
    lane            TEXT NOT NULL,
    -- Whoever sends puts it off, so that nobody else does meanwhile.
    next_attempt_at INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_lanes_due ON event_lanes (next_attempt_at);
