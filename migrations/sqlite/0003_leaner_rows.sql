-- What every checkout writes, in fewer index entries: as on PostgreSQL, and a table whose rows are found by
-- their key is kept in its order (WITHOUT ROWID), where it was kept beside an index of its keys.
-- A voucher's redemptions are found by the unique indexes, which now begin with its code; of an order only
-- the reserved one is ever looked for. Whoever publishes an event takes it away from the outbox.

ALTER TABLE wallets RENAME TO old_wallets;
CREATE TABLE wallets (
    customer_id   BLOB PRIMARY KEY,
    tenant_id     TEXT NOT NULL UNIQUE,
    balance_minor INTEGER NOT NULL,
    held_minor    INTEGER NOT NULL,
    owed_minor    INTEGER NOT NULL CHECK (owed_minor >= 0),
    version       INTEGER NOT NULL,
    CHECK (0 <= held_minor AND held_minor <= balance_minor)
) STRICT, WITHOUT ROWID;
INSERT INTO wallets SELECT * FROM old_wallets;
DROP TABLE old_wallets;

ALTER TABLE promo_redemptions RENAME TO old_promo_redemptions;
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
) STRICT, WITHOUT ROWID;
INSERT INTO promo_redemptions SELECT * FROM old_promo_redemptions;
DROP TABLE old_promo_redemptions;
CREATE UNIQUE INDEX promo_redemptions_user ON promo_redemptions (code, user_id) WHERE state <> 'released';
CREATE UNIQUE INDEX promo_redemptions_tenant ON promo_redemptions (code, tenant_id) WHERE state <> 'released';
CREATE INDEX promo_redemptions_reserved ON promo_redemptions (order_id) WHERE state = 'reserved';

ALTER TABLE credit_lots RENAME TO old_credit_lots;
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
) STRICT, WITHOUT ROWID;
INSERT INTO credit_lots SELECT * FROM old_credit_lots;
DROP TABLE old_credit_lots;
CREATE INDEX credit_lots_open ON credit_lots (customer_id) WHERE remaining_minor > 0;
CREATE INDEX credit_lots_expiring ON credit_lots (expires_at)
    WHERE remaining_minor > 0 AND expires_at IS NOT NULL;

ALTER TABLE credit_ledger RENAME TO old_credit_ledger;
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
) STRICT, WITHOUT ROWID;
INSERT INTO credit_ledger SELECT * FROM old_credit_ledger;
DROP TABLE old_credit_ledger;
CREATE INDEX credit_ledger_newest ON credit_ledger (customer_id, created_at DESC, id DESC);

ALTER TABLE orders RENAME TO old_orders;
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
) STRICT, WITHOUT ROWID;
INSERT INTO orders SELECT * FROM old_orders;
DROP TABLE old_orders;
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE UNIQUE INDEX orders_pending ON orders (tenant_id) WHERE status = 'pending';

ALTER TABLE subscriptions RENAME TO old_subscriptions;
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
) STRICT, WITHOUT ROWID;
INSERT INTO subscriptions SELECT * FROM old_subscriptions;
DROP TABLE old_subscriptions;
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (tenant_id) WHERE status <> 'canceled';

ALTER TABLE invoices RENAME TO old_invoices;
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
) STRICT, WITHOUT ROWID;
INSERT INTO invoices SELECT * FROM old_invoices;
DROP TABLE old_invoices;
CREATE INDEX invoices_tenant ON invoices (tenant_id, created_at DESC);

ALTER TABLE idempotency_keys RENAME TO old_idempotency_keys;
CREATE TABLE idempotency_keys (
    user_id      TEXT NOT NULL,
    route        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    order_id     BLOB,
    answer       TEXT,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, route, key)
) STRICT, WITHOUT ROWID;
INSERT INTO idempotency_keys SELECT * FROM old_idempotency_keys;
DROP TABLE old_idempotency_keys;
CREATE INDEX idempotency_keys_order ON idempotency_keys (order_id) WHERE order_id IS NOT NULL;

ALTER TABLE audit_log RENAME TO old_audit_log;
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
) STRICT, WITHOUT ROWID;
INSERT INTO audit_log SELECT * FROM old_audit_log;
DROP TABLE old_audit_log;

ALTER TABLE outbox RENAME TO old_outbox;
CREATE TABLE outbox (
    id         BLOB PRIMARY KEY,
    type       TEXT NOT NULL,
    tenant_id  TEXT,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO outbox SELECT id, type, tenant_id, data, created_at FROM old_outbox;
DROP TABLE old_outbox;
