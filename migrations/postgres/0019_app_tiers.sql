-- What a month of an app costs is the price of its tier, which the franchisee sets. Until then the plan covers it.
CREATE TABLE app_tiers (
    slug        text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    position    integer NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    CHECK (slug <> 'included' OR price_minor = 0)
);
INSERT INTO app_tiers (slug, name, position, price_minor) VALUES
    ('included', 'Included', 0, 0),
    ('basic', 'Basic', 1, 0),
    ('standard', 'Standard', 2, 0),
    ('premium', 'Premium', 3, 0);
UPDATE catalog_items SET doc = doc || jsonb_build_object('tier', CASE
        WHEN doc ->> 'kind' = 'service' THEN 'included'
        WHEN CAST(doc ->> 'ram_mb' AS integer) > 1024 THEN 'premium'
        WHEN CAST(doc ->> 'ram_mb' AS integer) > 512 THEN 'standard'
        ELSE 'basic' END)
    WHERE kind = 'app' AND doc ->> 'tier' IS NULL;
-- By app, the services that it has for itself although they could be shared; identifiers.
ALTER TABLE organizations ADD COLUMN dedicated_services jsonb NOT NULL DEFAULT '{}';
