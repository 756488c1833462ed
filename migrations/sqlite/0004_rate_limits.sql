-- As on PostgreSQL, where several servers share it. A server on SQLite is the only one and keeps its limits
-- in memory: this table stays empty.

CREATE TABLE rate_limits (
    key         BLOB PRIMARY KEY,
    arrival_us  INTEGER NOT NULL,
    interval_us INTEGER NOT NULL CHECK (interval_us > 0),
    burst       INTEGER NOT NULL CHECK (burst > 0),
    admitted    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
