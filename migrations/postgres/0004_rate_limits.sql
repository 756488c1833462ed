-- How often who may ask, for all servers together. Nothing here outlives a crash of PostgreSQL, and nothing
-- has to: everybody begins afresh.

CREATE TABLE rate_limits (
    -- A digest of what is limited and of whom: no address stands here.
    key         uuid PRIMARY KEY,
    -- The theoretical arrival time (GCRA), in microseconds since 1970: when everything admitted would have
    -- come, had it come evenly.
    arrival_us  bigint NOT NULL,
    -- The rate, so that one statement can decide a row that is there; and how many it admitted last.
    interval_us bigint NOT NULL CHECK (interval_us > 0),
    burst       bigint NOT NULL CHECK (burst > 0),
    admitted    bigint NOT NULL
);
ALTER TABLE rate_limits SET (fillfactor = 60);
ALTER TABLE rate_limits SET UNLOGGED;
