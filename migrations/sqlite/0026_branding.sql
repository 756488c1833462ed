-- How the franchisee's pages and letters look: one row, once something is set. An empty text is one that is not
-- set.
CREATE TABLE branding (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    version       INTEGER NOT NULL CHECK (version >= 0),
    name          TEXT NOT NULL,
    name_ar       TEXT NOT NULL,
    accent        TEXT NOT NULL,
    accent_dark   TEXT NOT NULL,
    host          TEXT NOT NULL,
    support_email TEXT NOT NULL,
    support_phone TEXT NOT NULL,
    support_url   TEXT NOT NULL,
    terms         TEXT NOT NULL,
    terms_ar      TEXT NOT NULL,
    updated_at    INTEGER NOT NULL,
    logo_kind     TEXT CHECK (logo_kind IN ('png', 'jpg', 'webp', 'svg')),
    -- In hexadecimal: the first half of the logo's SHA-256.
    logo_digest   TEXT,
    -- Last: every page reads the others.
    logo          BLOB CHECK (length(logo) <= 32768),
    CHECK ((logo IS NULL) = (logo_kind IS NULL) AND (logo IS NULL) = (logo_digest IS NULL))
) STRICT;
