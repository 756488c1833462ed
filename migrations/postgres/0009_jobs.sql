-- What is done from time to time, and how it went. Who does it at this moment is in leases.
CREATE TABLE jobs (
    name                 text COLLATE "C" PRIMARY KEY,
    last_started_at      timestamptz,
    last_finished_at     timestamptz,
    -- When it last began a run that did all there was to do.
    last_ok_at           timestamptz,
    -- The first of the failures since its last success.
    failing_since        timestamptz,
    consecutive_failures bigint NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
    last_error           text,
    -- How many things its last run did.
    last_count           bigint,
    next_run_at          timestamptz NOT NULL,
    runs                 bigint NOT NULL DEFAULT 0 CHECK (runs >= 0)
);
