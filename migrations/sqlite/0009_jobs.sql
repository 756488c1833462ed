-- What is done from time to time, and how it went. Who does it at this moment is in leases.
CREATE TABLE jobs (
    name                 TEXT PRIMARY KEY,
    last_started_at      INTEGER,
    last_finished_at     INTEGER,
    -- When it last began a run that did all there was to do.
    last_ok_at           INTEGER,
    -- The first of the failures since its last success.
    failing_since        INTEGER,
    consecutive_failures INTEGER NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
    last_error           TEXT,
    -- How many things its last run did.
    last_count           INTEGER,
    next_run_at          INTEGER NOT NULL,
    runs                 INTEGER NOT NULL DEFAULT 0 CHECK (runs >= 0)
) STRICT, WITHOUT ROWID;
