-- The core: vouchers, wallets, orders, Organizations, the catalog.
-- The PostgreSQL migration of the same number makes the same tables. Here a uuid is a BLOB of 16
-- bytes, a moment an INTEGER of microseconds since 1970 UTC, and JSON is TEXT. Foreign keys stand only where
-- franchise-model.txt names them (redemptions to voucher and account): on the hot tables they cost a
-- large part of the speed, and `sovereign verify` checks the rest.

CREATE TABLE sovereign (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    fqdn             TEXT NOT NULL,
    currency         TEXT NOT NULL,
    demo             INTEGER NOT NULL CHECK (demo IN (0, 1)),
    catalog_revision INTEGER NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id             TEXT PRIMARY KEY,
    issuer         TEXT NOT NULL,
    subject        TEXT NOT NULL,
    email          TEXT NOT NULL,
    email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    name           TEXT NOT NULL,
    avatar_url     TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX users_email ON users (lower(email));

CREATE TABLE organizations (
    id             TEXT PRIMARY KEY,
    slug           TEXT NOT NULL,
    name           TEXT NOT NULL,
    org_type       TEXT NOT NULL,
    industry       TEXT NOT NULL,
    owner_id       TEXT NOT NULL,
    plan_id        TEXT NOT NULL,
    apps           TEXT NOT NULL,
    app_states     TEXT NOT NULL,
    addons         TEXT NOT NULL,
    subdomain      TEXT NOT NULL,
    custom_domains TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'provisioning', 'deleted')),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organizations_slug ON organizations (slug) WHERE status <> 'deleted';

CREATE TABLE members (
    id        BLOB PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    email     TEXT NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    joined_at INTEGER NOT NULL,
    UNIQUE (tenant_id, user_id)
) STRICT;
CREATE INDEX members_user ON members (user_id);

-- A billing account; one for each Organization.
CREATE TABLE customers (
    id                 BLOB PRIMARY KEY,
    user_id            TEXT NOT NULL,
    tenant_id          TEXT NOT NULL UNIQUE,
    stripe_customer_id TEXT UNIQUE,
    email              TEXT NOT NULL,
    created_at         INTEGER NOT NULL
) STRICT;

CREATE TABLE wallets (
    customer_id   BLOB PRIMARY KEY,
    tenant_id     TEXT NOT NULL UNIQUE,
    balance_minor INTEGER NOT NULL,
    held_minor    INTEGER NOT NULL,
    owed_minor    INTEGER NOT NULL CHECK (owed_minor >= 0),
    version       INTEGER NOT NULL,
    CHECK (0 <= held_minor AND held_minor <= balance_minor)
) STRICT;

CREATE TABLE promo_codes (
    code                TEXT PRIMARY KEY,
    credit_omr          INTEGER NOT NULL,
    credit_minor        INTEGER NOT NULL CHECK (credit_minor > 0),
    description         TEXT NOT NULL,
    active              INTEGER NOT NULL CHECK (active IN (0, 1)),
    max_redemptions     INTEGER NOT NULL CHECK (max_redemptions >= 0),
    times_redeemed      INTEGER NOT NULL CHECK (times_redeemed >= adopted_redemptions),
    -- Counted by an earlier service whose redemption rows are not here.
    adopted_redemptions INTEGER NOT NULL,
    credit_valid_days   INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    deleted_at          INTEGER
) STRICT;
CREATE INDEX promo_codes_newest ON promo_codes (created_at DESC, code DESC) WHERE deleted_at IS NULL;

CREATE TABLE promo_redemptions (
    id           BLOB PRIMARY KEY,
    code         TEXT NOT NULL REFERENCES promo_codes (code),
    customer_id  BLOB NOT NULL REFERENCES customers (id),
    tenant_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    order_id     BLOB,
    lot_id       BLOB NOT NULL,
    credit_minor INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('reserved', 'redeemed', 'released')),
    -- Which redemption of the voucher this was, and the cap of that moment.
    ordinal      INTEGER NOT NULL,
    cap          INTEGER NOT NULL CHECK (cap = 0 OR ordinal <= cap),
    created_at   INTEGER NOT NULL,
    closed_at    INTEGER
) STRICT;
CREATE UNIQUE INDEX promo_redemptions_user ON promo_redemptions (user_id, code) WHERE state <> 'released';
CREATE UNIQUE INDEX promo_redemptions_tenant ON promo_redemptions (tenant_id, code) WHERE state <> 'released';
CREATE INDEX promo_redemptions_code ON promo_redemptions (code);
CREATE INDEX promo_redemptions_order ON promo_redemptions (order_id);

CREATE TABLE credit_lots (
    id              BLOB PRIMARY KEY,
    customer_id     BLOB NOT NULL,
    source          TEXT NOT NULL CHECK (source IN ('voucher', 'refund', 'adjustment', 'migration')),
    reference       TEXT NOT NULL,
    promotional     INTEGER NOT NULL CHECK (promotional IN (0, 1)),
    priority        INTEGER NOT NULL,
    amount_minor    INTEGER NOT NULL,
    remaining_minor INTEGER NOT NULL,
    held_minor      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    CHECK (0 <= held_minor AND held_minor <= remaining_minor AND remaining_minor <= amount_minor)
) STRICT;
CREATE INDEX credit_lots_open ON credit_lots (customer_id) WHERE remaining_minor > 0;
CREATE INDEX credit_lots_expiring ON credit_lots (expires_at)
    WHERE remaining_minor > 0 AND expires_at IS NOT NULL;

CREATE TABLE credit_holds (
    id           BLOB PRIMARY KEY,
    order_id     BLOB NOT NULL,
    customer_id  BLOB NOT NULL,
    lot_id       BLOB NOT NULL,
    amount_minor INTEGER NOT NULL,
    post_minor   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'posted', 'voided')),
    created_at   INTEGER NOT NULL,
    closed_at    INTEGER,
    CHECK (0 <= post_minor AND post_minor <= amount_minor)
) STRICT;
CREATE INDEX credit_holds_order ON credit_holds (order_id);

-- Append-only. Each line names the one lot it moves; amount_omr stands only in adopted lines.
CREATE TABLE credit_ledger (
    id           BLOB PRIMARY KEY,
    customer_id  BLOB NOT NULL,
    lot_id       BLOB,
    kind         TEXT NOT NULL,
    amount_omr   INTEGER,
    amount_minor INTEGER NOT NULL,
    owed_minor   INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    order_id     BLOB,
    status       TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX credit_ledger_newest ON credit_ledger (customer_id, created_at DESC, id DESC);

CREATE TABLE orders (
    id                BLOB PRIMARY KEY,
    customer_id       BLOB NOT NULL,
    tenant_id         TEXT NOT NULL,
    user_id           TEXT NOT NULL,
    plan_id           TEXT NOT NULL,
    apps              TEXT NOT NULL,
    addons            TEXT NOT NULL,
    amount_omr        INTEGER,
    -- amount_baisa = credit_minor + charge_minor + rounding_minor
    amount_baisa      INTEGER NOT NULL,
    credit_minor      INTEGER NOT NULL,
    charge_minor      INTEGER NOT NULL,
    rounding_minor    INTEGER NOT NULL,
    status            TEXT NOT NULL,
    stripe_session_id TEXT,
    promo_code        TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE UNIQUE INDEX orders_pending ON orders (tenant_id) WHERE status = 'pending';

CREATE TABLE subscriptions (
    id                     BLOB PRIMARY KEY,
    customer_id            BLOB NOT NULL,
    tenant_id              TEXT NOT NULL,
    order_id               BLOB,
    stripe_subscription_id TEXT,
    plan_id                TEXT NOT NULL,
    status                 TEXT NOT NULL,
    current_period_start   INTEGER,
    current_period_end     INTEGER,
    anchor_day             INTEGER NOT NULL,
    billed_by              TEXT NOT NULL CHECK (billed_by IN ('sovereign', 'stripe', 'none')),
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (tenant_id) WHERE status <> 'canceled';

CREATE TABLE invoices (
    id                BLOB PRIMARY KEY,
    customer_id       BLOB NOT NULL,
    tenant_id         TEXT NOT NULL,
    order_id          BLOB,
    stripe_invoice_id TEXT,
    amount_omr        INTEGER,
    amount_minor      INTEGER NOT NULL,
    credit_minor      INTEGER NOT NULL,
    currency          TEXT NOT NULL,
    status            TEXT NOT NULL,
    period_start      INTEGER,
    period_end        INTEGER,
    pdf_url           TEXT,
    created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX invoices_tenant ON invoices (tenant_id, created_at DESC);

-- The first answer to a request, for its retries.
CREATE TABLE idempotency_keys (
    user_id      TEXT NOT NULL,
    route        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    order_id     BLOB,
    answer       TEXT,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, route, key)
) STRICT;
CREATE INDEX idempotency_keys_order ON idempotency_keys (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE audit_log (
    id         BLOB PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    tenant_id  TEXT,
    request_id TEXT NOT NULL,
    before     TEXT,
    after      TEXT
) STRICT;

-- Events that wait to be published, written in the transaction that made them true.
CREATE TABLE outbox (
    id           BLOB PRIMARY KEY,
    type         TEXT NOT NULL,
    tenant_id    TEXT,
    data         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;

-- Plans, add-ons, apps, industries and bundles; `doc` is what the catalog routes answer.
CREATE TABLE catalog_items (
    kind        TEXT NOT NULL
                CHECK (kind IN ('plan', 'addon', 'app', 'industry', 'bundle')),
    id          TEXT NOT NULL,
    slug        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    doc         TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, id),
    UNIQUE (kind, slug)
) STRICT;
