-- What of the statements is paid, who approved it, and the files that banks were given.

-- Payouts that went into one file for a bank.
CREATE TABLE bank_batches (
    -- The message's: a bank knows a file by it.
    id             text COLLATE "C" PRIMARY KEY,
    month          text COLLATE "C" NOT NULL REFERENCES months (month),
    created_at     timestamptz NOT NULL,
    -- 2026-12-07
    execution_date text NOT NULL,
    payouts        bigint NOT NULL CHECK (payouts > 0),
    -- Both files, to the letter.
    csv            text NOT NULL,
    csv_sha256     text NOT NULL,
    xml            text NOT NULL,
    xml_sha256     text NOT NULL
);
CREATE INDEX bank_batches_month ON bank_batches (month);

-- One for each statement that anything was tried for.
CREATE TABLE payouts (
    statement_id       text COLLATE "C" PRIMARY KEY REFERENCES statements (id),
    method             text NOT NULL CHECK (method IN ('transfer', 'bank')),
    amount_minor       bigint NOT NULL CHECK (amount_minor > 0),
    currency           text NOT NULL,
    -- In full.
    destination        text NOT NULL,
    state              text NOT NULL CHECK (state IN ('intended', 'sent', 'failed')),
    -- From 1: a new one after the processor refused.
    attempt            integer NOT NULL CHECK (attempt > 0),
    stripe_transfer_id text COLLATE "C",
    batch_id           text COLLATE "C" REFERENCES bank_batches (id),
    intended_at        timestamptz NOT NULL,
    settled_at         timestamptz,
    -- Why it was refused.
    error              text,
    CHECK ((method = 'bank') = (batch_id IS NOT NULL)),
    CHECK ((method = 'transfer' AND state = 'sent') = (stripe_transfer_id IS NOT NULL)),
    CHECK ((state = 'intended') = (settled_at IS NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
);
CREATE UNIQUE INDEX payouts_transfer ON payouts (stripe_transfer_id);
CREATE INDEX payouts_batch ON payouts (batch_id);

-- Signatures of those who approve payouts above the limit.
CREATE TABLE payout_approvals (
    statement_id text COLLATE "C" NOT NULL REFERENCES statements (id),
    approver     text COLLATE "C" NOT NULL,
    -- Both in base64url.
    public_key   text NOT NULL,
    signature    text NOT NULL,
    approved_at  timestamptz NOT NULL,
    PRIMARY KEY (statement_id, approver)
);
