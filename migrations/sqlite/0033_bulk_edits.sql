-- Operations that change many vouchers: how many they changed, and where they are in the list. SQLite cannot widen a
-- check: the tables are made again.
CREATE TABLE bulk_operations_33 (
    id          BLOB PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('generate', 'import', 'edit')),
    state       TEXT NOT NULL CHECK (state IN ('checked', 'running', 'done', 'cancelled', 'failed')),
    total       INTEGER NOT NULL CHECK (total > 0),
    done        INTEGER NOT NULL CHECK (done BETWEEN 0 AND total),
    -- What is to be made or changed: see src/usecase/bulk/operation.rs.
    terms       TEXT NOT NULL,
    -- Why it failed.
    fault       TEXT,
    user_id     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    changed     INTEGER NOT NULL DEFAULT 0 CHECK (changed BETWEEN 0 AND done),
    place       TEXT,
    CHECK ((state = 'done') = (done = total))
) STRICT;
INSERT INTO bulk_operations_33 (id, kind, state, total, done, terms, fault, user_id, request_id, created_at, updated_at)
SELECT id, kind, state, total, done, terms, fault, user_id, request_id, created_at, updated_at FROM bulk_operations;
CREATE TABLE bulk_files_33 (
    operation_id BLOB PRIMARY KEY REFERENCES bulk_operations_33 (id),
    file         BLOB NOT NULL
) STRICT;
INSERT INTO bulk_files_33 (operation_id, file) SELECT operation_id, file FROM bulk_files;
DROP TABLE bulk_files;
DROP TABLE bulk_operations;
ALTER TABLE bulk_operations_33 RENAME TO bulk_operations;
ALTER TABLE bulk_files_33 RENAME TO bulk_files;
CREATE INDEX bulk_operations_newest ON bulk_operations (created_at DESC, id DESC);
CREATE INDEX bulk_operations_unfinished ON bulk_operations (state, created_at, id) WHERE state IN ('checked', 'running');

-- The last operation that changed a voucher, and whether it was active before: what can be undone of it.
ALTER TABLE promo_codes ADD COLUMN edit_id BLOB;
ALTER TABLE promo_codes ADD COLUMN was_active INTEGER CHECK (was_active IN (0, 1));
CREATE INDEX promo_codes_edit ON promo_codes (edit_id, created_at DESC, code DESC) WHERE edit_id IS NOT NULL;
