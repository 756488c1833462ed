-- What of the statements is paid, who approved it, and the files that banks were given.

-- Payouts that went into one file for a bank.
CREATE TABLE bank_batches (
    -- The message's: a bank knows a file by it.
    id             TEXT PRIMARY KEY,
    month          TEXT NOT NULL REFERENCES months (month),
    created_at     INTEGER NOT NULL,
    -- 2026-12-07
    execution_date TEXT NOT NULL,
    payouts        INTEGER NOT NULL CHECK (payouts > 0),
    -- Both files, to the letter.
    csv            TEXT NOT NULL,
    csv_sha256     TEXT NOT NULL,
    xml            TEXT NOT NULL,
    xml_sha256     TEXT NOT NULL
) STRICT;
CREATE INDEX bank_batches_month ON bank_batches (month);

-- One for each statement that anything was tried for.
CREATE TABLE payouts (
    statement_id       TEXT PRIMARY KEY REFERENCES statements (id),
    method             TEXT NOT NULL CHECK (method IN ('transfer', 'bank')),
    amount_minor       INTEGER NOT NULL CHECK (amount_minor > 0),
    currency           TEXT NOT NULL,
    -- In full.
    destination        TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'failed')),
    -- From 1: a new one after the processor refused.
    attempt            INTEGER NOT NULL CHECK (attempt > 0),
    stripe_transfer_id TEXT,
    batch_id           TEXT REFERENCES bank_batches (id),
    intended_at        INTEGER NOT NULL,
    settled_at         INTEGER,
    -- Why it was refused.
    error              TEXT,
    CHECK ((method = 'bank') = (batch_id IS NOT NULL)),
    CHECK ((method = 'transfer' AND state = 'sent') = (stripe_transfer_id IS NOT NULL)),
    CHECK ((state = 'intended') = (settled_at IS NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX payouts_transfer ON payouts (stripe_transfer_id);
CREATE INDEX payouts_batch ON payouts (batch_id);

-- Signatures of those who approve payouts above the limit.
CREATE TABLE payout_approvals (
    statement_id TEXT NOT NULL REFERENCES statements (id),
    approver     TEXT NOT NULL,
    -- Both in base64url.
    public_key   TEXT NOT NULL,
    signature    TEXT NOT NULL,
    approved_at  INTEGER NOT NULL,
    PRIMARY KEY (statement_id, approver)
) STRICT;
