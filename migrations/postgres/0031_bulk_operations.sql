-- Operations on many vouchers: codes made from a pattern, or read from a file. A job carries them out; how far it came
-- stands in the same transaction as what it made.
CREATE TABLE bulk_operations (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('generate', 'import')),
    state       text NOT NULL CHECK (state IN ('checked', 'running', 'done', 'cancelled', 'failed')),
    total       bigint NOT NULL CHECK (total > 0),
    done        bigint NOT NULL CHECK (done BETWEEN 0 AND total),
    -- What is to be made: see src/usecase/bulk/operation.rs.
    terms       jsonb NOT NULL,
    -- Why it failed.
    fault       text,
    user_id     text NOT NULL,
    request_id  text NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CHECK ((state = 'done') = (done = total))
);
CREATE INDEX bulk_operations_newest ON bulk_operations (created_at DESC, id DESC);
CREATE INDEX bulk_operations_unfinished ON bulk_operations (state, created_at, id) WHERE state IN ('checked', 'running');

-- The files that are imported, until they are.
CREATE TABLE bulk_files (
    operation_id uuid PRIMARY KEY REFERENCES bulk_operations (id),
    file         bytea NOT NULL
);

-- Which operation issued a voucher.
ALTER TABLE promo_codes ADD COLUMN bulk_id uuid;
CREATE INDEX promo_codes_bulk ON promo_codes (bulk_id, created_at DESC, code DESC) WHERE bulk_id IS NOT NULL;
