-- Payments: orders that a card pays in part, renewals, refunds and disputes, and what Stripe told.

-- What an order is for, and its lines as they were named and priced then.
ALTER TABLE orders ADD COLUMN kind text NOT NULL DEFAULT 'checkout'
    CHECK (kind IN ('checkout', 'renewal', 'change'));
ALTER TABLE orders ADD COLUMN lines json NOT NULL DEFAULT '[]';
-- The part of amount_baisa that is tax, and how it was reckoned.
ALTER TABLE orders ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_rate_bp smallint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_included boolean NOT NULL DEFAULT FALSE;
-- Of a renewal: the month it is for; how often payment was asked for, and how.
ALTER TABLE orders ADD COLUMN period_start timestamptz;
ALTER TABLE orders ADD COLUMN period_end timestamptz;
ALTER TABLE orders ADD COLUMN attempt smallint NOT NULL DEFAULT 1;
ALTER TABLE orders ADD COLUMN stripe_intent_id text;
CREATE INDEX orders_waiting ON orders (created_at) WHERE status = 'pending';

ALTER TABLE customers ADD COLUMN payment_method_id text;
ALTER TABLE customers ADD COLUMN card_brand text;
ALTER TABLE customers ADD COLUMN card_last4 text;

-- Anniversaries are reckoned from anchor_at, in the Sovereign's time zone.
ALTER TABLE subscriptions ADD COLUMN anchor_at timestamptz;
UPDATE subscriptions SET anchor_at = COALESCE(current_period_start, created_at);
ALTER TABLE subscriptions ALTER COLUMN anchor_at SET NOT NULL;
ALTER TABLE subscriptions DROP COLUMN anchor_day;
ALTER TABLE subscriptions ADD COLUMN cancel_at_period_end boolean NOT NULL DEFAULT FALSE;
-- The renewal that is not paid yet, how often its payment failed, and when it is tried again.
ALTER TABLE subscriptions ADD COLUMN due_order_id uuid;
ALTER TABLE subscriptions ADD COLUMN failed_attempts smallint NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN next_attempt_at timestamptz;
-- The end of the period for which the customer was told that the credit will not cover the next.
ALTER TABLE subscriptions ADD COLUMN warned_for timestamptz;
CREATE INDEX subscriptions_period_end ON subscriptions (current_period_end)
    WHERE billed_by = 'sovereign' AND status = 'active';
CREATE INDEX subscriptions_attempts ON subscriptions (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Numbered without gaps, after the fact.
ALTER TABLE invoices ADD COLUMN number bigint;
CREATE UNIQUE INDEX invoices_number ON invoices (number) WHERE number IS NOT NULL;
CREATE INDEX invoices_unnumbered ON invoices (id) WHERE number IS NULL AND amount_omr IS NULL;

-- A card payment that succeeded.
CREATE TABLE card_payments (
    id           uuid PRIMARY KEY,
    order_id     uuid NOT NULL,
    customer_id  uuid NOT NULL,
    tenant_id    text COLLATE "C" NOT NULL,
    intent_id    text COLLATE "C" NOT NULL UNIQUE,
    charge_id    text COLLATE "C" NOT NULL UNIQUE,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- 'order' paid for its order; 'returned' came too late for it and goes back.
    purpose      text NOT NULL CHECK (purpose IN ('order', 'returned')),
    created_at   timestamptz NOT NULL
);
CREATE INDEX card_payments_order ON card_payments (order_id);

-- What was given back of an order, with its credit note.
CREATE TABLE refunds (
    id               uuid PRIMARY KEY,
    order_id         uuid NOT NULL,
    payment_id       uuid,
    customer_id      uuid NOT NULL,
    tenant_id        text COLLATE "C" NOT NULL,
    credit_minor     bigint NOT NULL CHECK (credit_minor >= 0),
    card_minor       bigint NOT NULL CHECK (card_minor >= 0),
    tax_minor        bigint NOT NULL,
    reason           text NOT NULL,
    requested_by     text COLLATE "C" NOT NULL,
    -- Of the card's part; 'succeeded' where there is none.
    status           text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    stripe_refund_id text COLLATE "C" UNIQUE,
    -- Of the credit note; none for a payment that came too late, which no invoice has.
    has_note         boolean NOT NULL,
    number           bigint,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX refunds_number ON refunds (number) WHERE number IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_pending ON refunds (created_at) WHERE status = 'pending';
CREATE INDEX refunds_unnumbered ON refunds (id) WHERE number IS NULL AND has_note;

CREATE TABLE disputes (
    id                uuid PRIMARY KEY,
    stripe_dispute_id text COLLATE "C" NOT NULL UNIQUE,
    payment_id        uuid NOT NULL,
    order_id          uuid NOT NULL,
    customer_id       uuid NOT NULL,
    tenant_id         text COLLATE "C" NOT NULL,
    amount_minor      bigint NOT NULL,
    -- What was taken from the wallet, or is owed, for it; nothing once it is won.
    clawed_minor      bigint NOT NULL CHECK (clawed_minor >= 0),
    status            text NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL
);
CREATE INDEX disputes_order ON disputes (order_id);

-- What Stripe sent, as it came.
CREATE TABLE stripe_webhook_events (
    event_id     text COLLATE "C" PRIMARY KEY,
    event_type   text NOT NULL,
    status       text NOT NULL CHECK (status IN ('received', 'processed', 'ignored', 'failed')),
    payload      text,
    attempts     integer NOT NULL,
    last_error   text,
    received_at  timestamptz NOT NULL,
    processed_at timestamptz
);
CREATE INDEX stripe_webhook_events_newest ON stripe_webhook_events (received_at);

-- What a person has to look at.
CREATE TABLE alarms (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    subject     text NOT NULL,
    detail      text NOT NULL,
    tenant_id   text COLLATE "C",
    order_id    uuid,
    times       integer NOT NULL,
    created_at  timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text COLLATE "C"
);
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE resolved_at IS NULL;

-- Letters that wait to be sent, written in the transaction that made them true.
CREATE TABLE letters (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,
    tenant_id       text COLLATE "C" NOT NULL,
    order_id        uuid,
    failures        integer NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL
);
CREATE INDEX letters_due ON letters (next_attempt_at);

-- A released redemption comes back where its order is paid after all.
CREATE INDEX promo_redemptions_released ON promo_redemptions (order_id) WHERE state = 'released';
