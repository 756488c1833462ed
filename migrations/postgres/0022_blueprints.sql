-- Whose an entry of the catalog is, and whether it can be ordered.
ALTER TABLE catalog_items ADD COLUMN origin text NOT NULL DEFAULT 'publisher'
    CHECK (origin IN ('publisher', 'private'));
-- FALSE where a private Blueprint's signature does not hold.
ALTER TABLE catalog_items ADD COLUMN listed boolean NOT NULL DEFAULT TRUE;
-- When it was taken out of the catalog; what holds it is billed and provisioned as before.
ALTER TABLE catalog_items ADD COLUMN retired_at timestamptz;

-- Private Blueprints: what was signed, byte by byte, and by whom.
CREATE TABLE blueprints (
    -- That of its app in catalog_items.
    id              text COLLATE "C" PRIMARY KEY,
    artifact        bytea NOT NULL,
    payload         bytea NOT NULL,
    signature       bytea NOT NULL,
    digest          text NOT NULL,
    reference       text NOT NULL,
    key_id          text NOT NULL,
    key_fingerprint text NOT NULL,
    -- What came of the last verification.
    state           text NOT NULL CHECK (state IN ('verified', 'untrusted', 'damaged')),
    added_by        text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
