-- Usage: what is counted and its price, what was reported, and what it comes to until a bill takes it.
CREATE TABLE meters (
    slug        text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    -- What one of it is called. It never changes: what was counted would become something else.
    unit        text NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    -- How many units that price is for.
    per_units   bigint NOT NULL CHECK (per_units > 0),
    active      boolean NOT NULL,
    updated_at  timestamptz
);
INSERT INTO meters (slug, name, unit, price_minor, per_units, active) VALUES
    ('cpu-hours', 'CPU', 'vCPU-hour', 0, 1, true),
    ('egress-gb', 'Outgoing traffic', 'GB', 0, 1, true),
    ('memory-gb-hours', 'Memory', 'GB-hour', 0, 1, true),
    ('storage-gb-hours', 'Storage', 'GB-hour', 0, 1, true);

CREATE TABLE usage_totals (
    id          uuid PRIMARY KEY,
    tenant_id   text COLLATE "C" NOT NULL,
    meter       text COLLATE "C" NOT NULL,
    -- The price that it met.
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    per_units   bigint NOT NULL CHECK (per_units > 0),
    quantity    bigint NOT NULL CHECK (quantity >= 0),
    -- The order that it is paid with; NULL while nothing asks for it.
    order_id    uuid,
    version     bigint NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX usage_totals_open ON usage_totals (tenant_id, meter, price_minor, per_units)
    WHERE order_id IS NULL;
CREATE INDEX usage_totals_billed ON usage_totals (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE usage_events (
    -- As whoever reported it calls it.
    id          text COLLATE "C" PRIMARY KEY,
    -- What it was added to.
    total_id    uuid NOT NULL,
    tenant_id   text COLLATE "C" NOT NULL,
    meter       text COLLATE "C" NOT NULL,
    quantity    bigint NOT NULL CHECK (quantity >= 0),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- What an Organization lets itself spend between two bills, and what its owner was told of it since the last.
CREATE TABLE usage_limits (
    tenant_id   text COLLATE "C" PRIMARY KEY,
    limit_minor bigint CHECK (limit_minor >= 0),
    warned      boolean NOT NULL,
    reached     boolean NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- A subscription that ended may have usage to pay.
CREATE INDEX subscriptions_due ON subscriptions (tenant_id) WHERE due_order_id IS NOT NULL;

UPDATE catalog_items SET doc = doc || '{"usage_priced": true}'
WHERE kind = 'plan' AND slug = 'flexi';
UPDATE sovereign SET catalog_revision = catalog_revision + 1;
