-- What a month of an app costs is the price of its tier, which the franchisee sets. Until then the plan covers it.
CREATE TABLE app_tiers (
    slug        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    CHECK (slug <> 'included' OR price_minor = 0)
) STRICT;
INSERT INTO app_tiers (slug, name, position, price_minor) VALUES
    ('included', 'Included', 0, 0),
    ('basic', 'Basic', 1, 0),
    ('standard', 'Standard', 2, 0),
    ('premium', 'Premium', 3, 0);
UPDATE catalog_items SET doc = json_set(doc, '$.tier', CASE
        WHEN doc ->> 'kind' = 'service' THEN 'included'
        WHEN CAST(doc ->> 'ram_mb' AS INTEGER) > 1024 THEN 'premium'
        WHEN CAST(doc ->> 'ram_mb' AS INTEGER) > 512 THEN 'standard'
        ELSE 'basic' END)
    WHERE kind = 'app' AND doc ->> 'tier' IS NULL;
-- By app, the services that it has for itself although they could be shared; identifiers.
ALTER TABLE organizations ADD COLUMN dedicated_services TEXT NOT NULL DEFAULT '{}';
