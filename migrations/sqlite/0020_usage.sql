-- Usage: what is counted and its price, what was reported, and what it comes to until a bill takes it.
CREATE TABLE meters (
    slug        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    -- What one of it is called. It never changes: what was counted would become something else.
    unit        TEXT NOT NULL,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    -- How many units that price is for.
    per_units   INTEGER NOT NULL CHECK (per_units > 0),
    active      INTEGER NOT NULL CHECK (active IN (0, 1)),
    updated_at  INTEGER
) STRICT;
INSERT INTO meters (slug, name, unit, price_minor, per_units, active) VALUES
    ('cpu-hours', 'CPU', 'vCPU-hour', 0, 1, 1),
    ('egress-gb', 'Outgoing traffic', 'GB', 0, 1, 1),
    ('memory-gb-hours', 'Memory', 'GB-hour', 0, 1, 1),
    ('storage-gb-hours', 'Storage', 'GB-hour', 0, 1, 1);

CREATE TABLE usage_totals (
    id          BLOB PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    meter       TEXT NOT NULL,
    -- The price that it met.
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    per_units   INTEGER NOT NULL CHECK (per_units > 0),
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    -- The order that it is paid with; NULL while nothing asks for it.
    order_id    BLOB,
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX usage_totals_open ON usage_totals (tenant_id, meter, price_minor, per_units)
    WHERE order_id IS NULL;
CREATE INDEX usage_totals_billed ON usage_totals (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE usage_events (
    -- As whoever reported it calls it.
    id          TEXT PRIMARY KEY,
    -- What it was added to.
    total_id    BLOB NOT NULL,
    tenant_id   TEXT NOT NULL,
    meter       TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    at          INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an Organization lets itself spend between two bills, and what its owner was told of it since the last.
CREATE TABLE usage_limits (
    tenant_id   TEXT PRIMARY KEY,
    limit_minor INTEGER CHECK (limit_minor >= 0),
    warned      INTEGER NOT NULL CHECK (warned IN (0, 1)),
    reached     INTEGER NOT NULL CHECK (reached IN (0, 1)),
    updated_at  INTEGER NOT NULL
) STRICT;

-- A subscription that ended may have usage to pay.
CREATE INDEX subscriptions_due ON subscriptions (tenant_id) WHERE due_order_id IS NOT NULL;

UPDATE catalog_items SET doc = json_set(doc, '$.usage_priced', json('true'))
WHERE kind = 'plan' AND slug = 'flexi';
UPDATE sovereign SET catalog_revision = catalog_revision + 1;
