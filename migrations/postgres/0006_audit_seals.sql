-- The audit log is sealed after the fact: a row here for thousands of its lines, and nothing at all where
-- they are written.

-- Who does a job that one process at a time should do.
CREATE TABLE leases (
    name     text COLLATE "C" PRIMARY KEY,
    holder   uuid NOT NULL,
    -- Since when the holder has it without a break, and how long it lasts unless it is renewed.
    taken_at timestamptz NOT NULL,
    until    timestamptz NOT NULL
);

-- A seal covers the lines whose identifiers lie from from_id up to, but without, before_id.
CREATE TABLE audit_seals (
    number     bigint PRIMARY KEY CHECK (number > 0),
    from_id    uuid NOT NULL,
    before_id  uuid NOT NULL UNIQUE,
    line_count bigint NOT NULL CHECK (line_count > 0),
    -- SHA-256, after the last of these lines.
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL,
    CHECK (from_id < before_id)
);

-- What an adoption recorded had random identifiers. Seals go by identifiers that sort by time: theirs are now
-- made of the time of the adoption, and of the same random bits.
UPDATE audit_log
SET id = CAST(
    lpad(to_hex(CAST(floor(extract(epoch FROM at) * 1000) AS bigint)), 12, '0')
        || '7' || substr(replace(CAST(id AS text), '-', ''), 14)
    AS uuid)
WHERE actor = 'adoption' AND substr(CAST(id AS text), 15, 1) = '4';
