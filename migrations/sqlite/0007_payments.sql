-- Payments: orders that a card pays in part, renewals, refunds and disputes, and what Stripe told.

-- What an order is for, and its lines as they were named and priced then.
ALTER TABLE orders ADD COLUMN kind TEXT NOT NULL DEFAULT 'checkout'
    CHECK (kind IN ('checkout', 'renewal', 'change'));
ALTER TABLE orders ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';
-- The part of amount_baisa that is tax, and how it was reckoned.
ALTER TABLE orders ADD COLUMN tax_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_rate_bp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_included INTEGER NOT NULL DEFAULT 0;
-- Of a renewal: the month it is for; how often payment was asked for, and how.
ALTER TABLE orders ADD COLUMN period_start INTEGER;
ALTER TABLE orders ADD COLUMN period_end INTEGER;
ALTER TABLE orders ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE orders ADD COLUMN stripe_intent_id TEXT;
CREATE INDEX orders_waiting ON orders (created_at) WHERE status = 'pending';

ALTER TABLE customers ADD COLUMN payment_method_id TEXT;
ALTER TABLE customers ADD COLUMN card_brand TEXT;
ALTER TABLE customers ADD COLUMN card_last4 TEXT;

-- Anniversaries are reckoned from anchor_at, in the Sovereign's time zone.
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
    billed_by              TEXT NOT NULL CHECK (billed_by IN ('sovereign', 'stripe', 'none')),
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    anchor_at              INTEGER NOT NULL,
    cancel_at_period_end   INTEGER NOT NULL DEFAULT 0,
    -- The renewal that is not paid yet, how often its payment failed, and when it is tried again.
    due_order_id           BLOB,
    failed_attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at        INTEGER,
    -- The end of the period for which the customer was told that the credit will not cover the next.
    warned_for             INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, stripe_subscription_id, plan_id, status,
    current_period_start, current_period_end, billed_by, created_at, updated_at, anchor_at)
SELECT id, customer_id, tenant_id, order_id, stripe_subscription_id, plan_id, status,
    current_period_start, current_period_end, billed_by, created_at, updated_at,
    COALESCE(current_period_start, created_at)
FROM old_subscriptions;
DROP TABLE old_subscriptions;
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (tenant_id) WHERE status <> 'canceled';
CREATE INDEX subscriptions_period_end ON subscriptions (current_period_end)
    WHERE billed_by = 'sovereign' AND status = 'active';
CREATE INDEX subscriptions_attempts ON subscriptions (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Numbered without gaps, after the fact.
ALTER TABLE invoices ADD COLUMN number INTEGER;
CREATE UNIQUE INDEX invoices_number ON invoices (number) WHERE number IS NOT NULL;
CREATE INDEX invoices_unnumbered ON invoices (id) WHERE number IS NULL AND amount_omr IS NULL;

-- A card payment that succeeded.
CREATE TABLE card_payments (
    id           BLOB PRIMARY KEY,
    order_id     BLOB NOT NULL,
    customer_id  BLOB NOT NULL,
    tenant_id    TEXT NOT NULL,
    intent_id    TEXT NOT NULL UNIQUE,
    charge_id    TEXT NOT NULL UNIQUE,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    -- 'order' paid for its order; 'returned' came too late for it and goes back.
    purpose      TEXT NOT NULL CHECK (purpose IN ('order', 'returned')),
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX card_payments_order ON card_payments (order_id);

-- What was given back of an order, with its credit note.
CREATE TABLE refunds (
    id               BLOB PRIMARY KEY,
    order_id         BLOB NOT NULL,
    payment_id       BLOB,
    customer_id      BLOB NOT NULL,
    tenant_id        TEXT NOT NULL,
    credit_minor     INTEGER NOT NULL CHECK (credit_minor >= 0),
    card_minor       INTEGER NOT NULL CHECK (card_minor >= 0),
    tax_minor        INTEGER NOT NULL,
    reason           TEXT NOT NULL,
    requested_by     TEXT NOT NULL,
    -- Of the card's part; 'succeeded' where there is none.
    status           TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    stripe_refund_id TEXT UNIQUE,
    -- Of the credit note; none for a payment that came too late, which no invoice has.
    has_note         INTEGER NOT NULL CHECK (has_note IN (0, 1)),
    number           INTEGER,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX refunds_number ON refunds (number) WHERE number IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_pending ON refunds (created_at) WHERE status = 'pending';
CREATE INDEX refunds_unnumbered ON refunds (id) WHERE number IS NULL AND has_note;

CREATE TABLE disputes (
    id                BLOB PRIMARY KEY,
    stripe_dispute_id TEXT NOT NULL UNIQUE,
    payment_id        BLOB NOT NULL,
    order_id          BLOB NOT NULL,
    customer_id       BLOB NOT NULL,
    tenant_id         TEXT NOT NULL,
    amount_minor      INTEGER NOT NULL,
    -- What was taken from the wallet, or is owed, for it; nothing once it is won.
    clawed_minor      INTEGER NOT NULL CHECK (clawed_minor >= 0),
    status            TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX disputes_order ON disputes (order_id);

-- What Stripe sent, as it came.
CREATE TABLE stripe_webhook_events (
    event_id     TEXT PRIMARY KEY,
    event_type   TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('received', 'processed', 'ignored', 'failed')),
    payload      TEXT,
    attempts     INTEGER NOT NULL,
    last_error   TEXT,
    received_at  INTEGER NOT NULL,
    processed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX stripe_webhook_events_newest ON stripe_webhook_events (received_at);

-- What a person has to look at.
CREATE TABLE alarms (
    id          BLOB PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    detail      TEXT NOT NULL,
    tenant_id   TEXT,
    order_id    BLOB,
    times       INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    resolved_at INTEGER,
    resolved_by TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE resolved_at IS NULL;

-- Letters that wait to be sent, written in the transaction that made them true.
CREATE TABLE letters (
    id              BLOB PRIMARY KEY,
    kind            TEXT NOT NULL,
    tenant_id       TEXT NOT NULL,
    order_id        BLOB,
    failures        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_due ON letters (next_attempt_at);

-- A released redemption comes back where its order is paid after all.
CREATE INDEX promo_redemptions_released ON promo_redemptions (order_id) WHERE state = 'released';
