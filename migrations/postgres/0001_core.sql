-- The core: vouchers, wallets, orders, Organizations, the catalog.
-- The SQLite migration of the same number makes the same tables. Foreign keys stand only where
-- franchise-model.txt names them (redemptions to voucher and account): on the hot tables they cost a
-- large part of the speed, and `sovereign verify` checks the rest.

CREATE TABLE sovereign (
    id               smallint PRIMARY KEY CHECK (id = 1),
    fqdn             text NOT NULL,
    currency         text NOT NULL,
    demo             boolean NOT NULL,
    catalog_revision bigint NOT NULL,
    created_at       timestamptz NOT NULL
);

CREATE TABLE users (
    id             text COLLATE "C" PRIMARY KEY,
    issuer         text NOT NULL,
    subject        text NOT NULL,
    email          text NOT NULL,
    email_verified boolean NOT NULL,
    name           text NOT NULL,
    avatar_url     text NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX users_email ON users (lower(email));

CREATE TABLE organizations (
    id             text COLLATE "C" PRIMARY KEY,
    slug           text COLLATE "C" NOT NULL,
    name           text NOT NULL,
    org_type       text NOT NULL,
    industry       text NOT NULL,
    owner_id       text COLLATE "C" NOT NULL,
    plan_id        text NOT NULL,
    apps           jsonb NOT NULL,
    app_states     jsonb NOT NULL,
    addons         jsonb NOT NULL,
    subdomain      text NOT NULL,
    custom_domains jsonb NOT NULL,
    status         text NOT NULL CHECK (status IN ('active', 'suspended', 'provisioning', 'deleted')),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX organizations_slug ON organizations (slug) WHERE status <> 'deleted';

CREATE TABLE members (
    id        uuid PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    email     text NOT NULL,
    role      text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    joined_at timestamptz NOT NULL,
    UNIQUE (tenant_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- A billing account; one for each Organization.
CREATE TABLE customers (
    id                 uuid PRIMARY KEY,
    user_id            text COLLATE "C" NOT NULL,
    tenant_id          text COLLATE "C" NOT NULL UNIQUE,
    stripe_customer_id text UNIQUE,
    email              text NOT NULL,
    created_at         timestamptz NOT NULL
);

CREATE TABLE wallets (
    customer_id   uuid PRIMARY KEY,
    tenant_id     text COLLATE "C" NOT NULL UNIQUE,
    balance_minor bigint NOT NULL,
    held_minor    bigint NOT NULL,
    owed_minor    bigint NOT NULL CHECK (owed_minor >= 0),
    version       bigint NOT NULL,
    CHECK (0 <= held_minor AND held_minor <= balance_minor)
);

CREATE TABLE promo_codes (
    code                text COLLATE "C" PRIMARY KEY,
    credit_omr          integer NOT NULL,
    credit_minor        bigint NOT NULL CHECK (credit_minor > 0),
    description         text NOT NULL,
    active              boolean NOT NULL,
    max_redemptions     integer NOT NULL CHECK (max_redemptions >= 0),
    times_redeemed      integer NOT NULL CHECK (times_redeemed >= adopted_redemptions),
    -- Counted by an earlier service whose redemption rows are not here.
    adopted_redemptions integer NOT NULL,
    credit_valid_days   integer,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    deleted_at          timestamptz
);
CREATE INDEX promo_codes_newest ON promo_codes (created_at DESC, code DESC) WHERE deleted_at IS NULL;

CREATE TABLE promo_redemptions (
    id           uuid PRIMARY KEY,
    code         text COLLATE "C" NOT NULL REFERENCES promo_codes (code),
    customer_id  uuid NOT NULL REFERENCES customers (id),
    tenant_id    text COLLATE "C" NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    order_id     uuid,
    lot_id       uuid NOT NULL,
    credit_minor bigint NOT NULL,
    state        text NOT NULL CHECK (state IN ('reserved', 'redeemed', 'released')),
    -- Which redemption of the voucher this was, and the cap of that moment.
    ordinal      integer NOT NULL,
    cap          integer NOT NULL CHECK (cap = 0 OR ordinal <= cap),
    created_at   timestamptz NOT NULL,
    closed_at    timestamptz
);
CREATE UNIQUE INDEX promo_redemptions_user ON promo_redemptions (user_id, code) WHERE state <> 'released';
CREATE UNIQUE INDEX promo_redemptions_tenant ON promo_redemptions (tenant_id, code) WHERE state <> 'released';
CREATE INDEX promo_redemptions_code ON promo_redemptions (code);
CREATE INDEX promo_redemptions_order ON promo_redemptions (order_id);

CREATE TABLE credit_lots (
    id              uuid PRIMARY KEY,
    customer_id     uuid NOT NULL,
    source          text NOT NULL CHECK (source IN ('voucher', 'refund', 'adjustment', 'migration')),
    reference       text NOT NULL,
    promotional     boolean NOT NULL,
    priority        smallint NOT NULL,
    amount_minor    bigint NOT NULL,
    remaining_minor bigint NOT NULL,
    held_minor      bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    CHECK (0 <= held_minor AND held_minor <= remaining_minor AND remaining_minor <= amount_minor)
);
CREATE INDEX credit_lots_open ON credit_lots (customer_id) WHERE remaining_minor > 0;
CREATE INDEX credit_lots_expiring ON credit_lots (expires_at)
    WHERE remaining_minor > 0 AND expires_at IS NOT NULL;

CREATE TABLE credit_holds (
    id           uuid PRIMARY KEY,
    order_id     uuid NOT NULL,
    customer_id  uuid NOT NULL,
    lot_id       uuid NOT NULL,
    amount_minor bigint NOT NULL,
    post_minor   bigint NOT NULL,
    state        text NOT NULL CHECK (state IN ('open', 'posted', 'voided')),
    created_at   timestamptz NOT NULL,
    closed_at    timestamptz,
    CHECK (0 <= post_minor AND post_minor <= amount_minor)
);
CREATE INDEX credit_holds_order ON credit_holds (order_id);

-- Append-only. Each line names the one lot it moves; amount_omr stands only in adopted lines.
CREATE TABLE credit_ledger (
    id           uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    lot_id       uuid,
    kind         text NOT NULL,
    amount_omr   integer,
    amount_minor bigint NOT NULL,
    owed_minor   bigint NOT NULL,
    reason       text NOT NULL,
    order_id     uuid,
    status       text NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE INDEX credit_ledger_newest ON credit_ledger (customer_id, created_at DESC, id DESC);

CREATE TABLE orders (
    id                uuid PRIMARY KEY,
    customer_id       uuid NOT NULL,
    tenant_id         text COLLATE "C" NOT NULL,
    user_id           text COLLATE "C" NOT NULL,
    plan_id           text NOT NULL,
    apps              jsonb NOT NULL,
    addons            jsonb NOT NULL,
    amount_omr        integer,
    -- amount_baisa = credit_minor + charge_minor + rounding_minor
    amount_baisa      bigint NOT NULL,
    credit_minor      bigint NOT NULL,
    charge_minor      bigint NOT NULL,
    rounding_minor    bigint NOT NULL,
    status            text NOT NULL,
    stripe_session_id text,
    promo_code        text COLLATE "C",
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL
);
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE UNIQUE INDEX orders_pending ON orders (tenant_id) WHERE status = 'pending';

CREATE TABLE subscriptions (
    id                     uuid PRIMARY KEY,
    customer_id            uuid NOT NULL,
    tenant_id              text COLLATE "C" NOT NULL,
    order_id               uuid,
    stripe_subscription_id text,
    plan_id                text NOT NULL,
    status                 text NOT NULL,
    current_period_start   timestamptz,
    current_period_end     timestamptz,
    anchor_day             smallint NOT NULL,
    billed_by              text NOT NULL CHECK (billed_by IN ('sovereign', 'stripe', 'none')),
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL
);
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (tenant_id) WHERE status <> 'canceled';

CREATE TABLE invoices (
    id                uuid PRIMARY KEY,
    customer_id       uuid NOT NULL,
    tenant_id         text COLLATE "C" NOT NULL,
    order_id          uuid,
    stripe_invoice_id text,
    amount_omr        integer,
    amount_minor      bigint NOT NULL,
    credit_minor      bigint NOT NULL,
    currency          text NOT NULL,
    status            text NOT NULL,
    period_start      timestamptz,
    period_end        timestamptz,
    pdf_url           text,
    created_at        timestamptz NOT NULL
);
CREATE INDEX invoices_tenant ON invoices (tenant_id, created_at DESC);

-- The first answer to a request, for its retries.
CREATE TABLE idempotency_keys (
    user_id      text COLLATE "C" NOT NULL,
    route        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    request_hash text NOT NULL,
    order_id     uuid,
    answer       text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, route, key)
);
CREATE INDEX idempotency_keys_order ON idempotency_keys (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE audit_log (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL,
    tenant_id  text,
    request_id text NOT NULL,
    before     jsonb,
    after      jsonb
);

-- Events that wait to be published, written in the transaction that made them true.
CREATE TABLE outbox (
    id           uuid PRIMARY KEY,
    type         text NOT NULL,
    tenant_id    text,
    data         jsonb NOT NULL,
    created_at   timestamptz NOT NULL,
    published_at timestamptz
);
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;

-- Plans, add-ons, apps, industries and bundles; `doc` is what the catalog routes answer.
CREATE TABLE catalog_items (
    kind        text COLLATE "C" NOT NULL
                CHECK (kind IN ('plan', 'addon', 'app', 'industry', 'bundle')),
    id          text COLLATE "C" NOT NULL,
    slug        text COLLATE "C" NOT NULL,
    position    integer NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    doc         jsonb NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (kind, id),
    UNIQUE (kind, slug)
);
