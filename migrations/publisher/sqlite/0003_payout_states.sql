-- Payouts that somebody made by hand, the accounts of statements in full, and who approves.

-- SHA-256, in hexadecimal, of the account that a statement goes to; absent in statements from before.
ALTER TABLE statements ADD COLUMN payout_account_sha256 TEXT;

ALTER TABLE payouts RENAME TO old_payouts;
CREATE TABLE payouts (
    statement_id       TEXT PRIMARY KEY REFERENCES statements (id),
    -- By hand: nothing was tried before somebody paid it.
    method             TEXT NOT NULL CHECK (method IN ('transfer', 'bank', 'hand')),
    amount_minor       INTEGER NOT NULL CHECK (amount_minor > 0),
    currency           TEXT NOT NULL,
    -- In full; by hand, as the statement shows it.
    destination        TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'failed', 'settled')),
    -- From 1: a new one after the processor refused.
    attempt            INTEGER NOT NULL CHECK (attempt > 0),
    stripe_transfer_id TEXT,
    batch_id           TEXT REFERENCES bank_batches (id),
    intended_at        INTEGER NOT NULL,
    settled_at         INTEGER,
    -- Why it was refused.
    error              TEXT,
    -- Of a payment by hand: what it is found by, who says so, and on which day it was, where they say it.
    reference          TEXT,
    settled_by         TEXT,
    paid_on            TEXT,
    CHECK ((method = 'bank') = (batch_id IS NOT NULL)),
    CHECK ((method = 'transfer' AND state = 'sent') = (stripe_transfer_id IS NOT NULL)),
    CHECK (method <> 'hand' OR state = 'settled'),
    CHECK ((state = 'intended') = (settled_at IS NULL)),
    CHECK (state <> 'failed' OR error IS NOT NULL),
    CHECK (error IS NULL OR state IN ('failed', 'settled')),
    CHECK ((state = 'settled') = (reference IS NOT NULL) AND (state = 'settled') = (settled_by IS NOT NULL)),
    CHECK (paid_on IS NULL OR state = 'settled')
) STRICT;
INSERT INTO payouts (statement_id, method, amount_minor, currency, destination, state, attempt, stripe_transfer_id,
        batch_id, intended_at, settled_at, error)
    SELECT statement_id, method, amount_minor, currency, destination, state, attempt, stripe_transfer_id,
        batch_id, intended_at, settled_at, error FROM old_payouts;
DROP TABLE old_payouts;
CREATE UNIQUE INDEX payouts_transfer ON payouts (stripe_transfer_id);
CREATE INDEX payouts_batch ON payouts (batch_id);

-- Who approves payouts, and above which limit: as the agreements said it when they were used. The last one is in force.
CREATE TABLE approval_policies (
    -- From 1.
    number   INTEGER PRIMARY KEY,
    -- To the letter, as it is signed.
    policy   TEXT NOT NULL,
    -- The first; a tighter one; or one that those in force before it approved.
    reason   TEXT NOT NULL CHECK (reason IN ('first', 'tighter', 'approved')),
    taken_at INTEGER NOT NULL
) STRICT;

-- Signatures under what takes two people besides a payout: that one was made by hand, and a looser policy.
CREATE TABLE signatures (
    -- SHA-256 of what is signed, in hexadecimal.
    message_sha256 TEXT NOT NULL,
    approver       TEXT NOT NULL,
    -- Both in base64url.
    public_key     TEXT NOT NULL,
    signature      TEXT NOT NULL,
    signed_at      INTEGER NOT NULL,
    PRIMARY KEY (message_sha256, approver)
) STRICT;
