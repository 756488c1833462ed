-- Whose an entry of the catalog is, and whether it can be ordered.
ALTER TABLE catalog_items ADD COLUMN origin TEXT NOT NULL DEFAULT 'publisher'
    CHECK (origin IN ('publisher', 'private'));
-- FALSE where a private Blueprint's signature does not hold.
ALTER TABLE catalog_items ADD COLUMN listed INTEGER NOT NULL DEFAULT TRUE;
-- When it was taken out of the catalog; what holds it is billed and provisioned as before.
ALTER TABLE catalog_items ADD COLUMN retired_at INTEGER;

-- Private Blueprints: what was signed, byte by byte, and by whom.
CREATE TABLE blueprints (
    -- That of its app in catalog_items.
    id              TEXT PRIMARY KEY,
    artifact        BLOB NOT NULL,
    payload         BLOB NOT NULL,
    signature       BLOB NOT NULL,
    digest          TEXT NOT NULL,
    reference       TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    -- What came of the last verification.
    state           TEXT NOT NULL CHECK (state IN ('verified', 'untrusted', 'damaged')),
    added_by        TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
