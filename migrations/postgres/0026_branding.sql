-- How the franchisee's pages and letters look: one row, once something is set. An empty text is one that is not
-- set.
CREATE TABLE branding (
    id            smallint PRIMARY KEY CHECK (id = 1),
    version       bigint NOT NULL CHECK (version >= 0),
    name          text NOT NULL,
    name_ar       text NOT NULL,
    accent        text NOT NULL,
    accent_dark   text NOT NULL,
    host          text NOT NULL,
    support_email text NOT NULL,
    support_phone text NOT NULL,
    support_url   text NOT NULL,
    terms         text NOT NULL,
    terms_ar      text NOT NULL,
    updated_at    timestamptz NOT NULL,
    logo_kind     text CHECK (logo_kind IN ('png', 'jpg', 'webp', 'svg')),
    -- In hexadecimal: the first half of the logo's SHA-256.
    logo_digest   text,
    -- Last: every page reads the others.
    logo          bytea CHECK (length(logo) <= 32768),
    CHECK ((logo IS NULL) = (logo_kind IS NULL) AND (logo IS NULL) = (logo_digest IS NULL))
);
