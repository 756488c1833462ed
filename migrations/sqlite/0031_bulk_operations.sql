-- Operations on many vouchers: codes made from a pattern, or read from a file. A job carries them out; how far it came
-- stands in the same transaction as what it made.
CREATE TABLE bulk_operations (
    id          BLOB PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('generate', 'import')),
    state       TEXT NOT NULL CHECK (state IN ('checked', 'running', 'done', 'cancelled', 'failed')),
    total       INTEGER NOT NULL CHECK (total > 0),
    done        INTEGER NOT NULL CHECK (done BETWEEN 0 AND total),
    -- What is to be made: see src/usecase/bulk/operation.rs.
    terms       TEXT NOT NULL,
    -- Why it failed.
    fault       TEXT,
    user_id     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    CHECK ((state = 'done') = (done = total))
) STRICT;
CREATE INDEX bulk_operations_newest ON bulk_operations (created_at DESC, id DESC);
CREATE INDEX bulk_operations_unfinished ON bulk_operations (state, created_at, id) WHERE state IN ('checked', 'running');

-- The files that are imported, until they are.
CREATE TABLE bulk_files (
    operation_id BLOB PRIMARY KEY REFERENCES bulk_operations (id),
    file         BLOB NOT NULL
) STRICT;

-- Which operation issued a voucher.
ALTER TABLE promo_codes ADD COLUMN bulk_id BLOB;
CREATE INDEX promo_codes_bulk ON promo_codes (bulk_id, created_at DESC, code DESC) WHERE bulk_id IS NOT NULL;
