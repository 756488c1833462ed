-- The audit log is sealed after the fact: a row here for thousands of its lines, and nothing at all where
-- they are written. (The PostgreSQL migration of this number also gives what an adoption recorded identifiers
-- that sort by time. No SQLite database was adopted.)

-- Who does a job that one process at a time should do.
CREATE TABLE leases (
    name     TEXT PRIMARY KEY,
    holder   BLOB NOT NULL,
    -- Since when the holder has it without a break, and how long it lasts unless it is renewed.
    taken_at INTEGER NOT NULL,
    until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A seal covers the lines whose identifiers lie from from_id up to, but without, before_id.
CREATE TABLE audit_seals (
    number     INTEGER PRIMARY KEY CHECK (number > 0),
    from_id    BLOB NOT NULL,
    before_id  BLOB NOT NULL UNIQUE,
    line_count INTEGER NOT NULL CHECK (line_count > 0),
    -- SHA-256, after the last of these lines.
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    CHECK (from_id < before_id)
) STRICT;
