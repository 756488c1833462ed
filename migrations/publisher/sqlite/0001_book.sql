-- The publisher's book of the revenue split: what moved at the processor, whose it is, and what was due for each month.

-- How far a month is. A month that is closed never changes.
CREATE TABLE months (
    -- 2026-11
    month             TEXT PRIMARY KEY,
    state             TEXT NOT NULL CHECK (state IN ('reading', 'read', 'shared', 'closed')),
    -- At the processor: months of two accounts have nothing to do with each other.
    account           TEXT NOT NULL,
    time_zone         TEXT NOT NULL,
    read_from         INTEGER NOT NULL,
    begins_at         INTEGER NOT NULL,
    ends_at           INTEGER NOT NULL,
    -- The last transaction of the page that was read last, where there is one to go on from.
    read_after        TEXT,
    -- Of the agreements that it is shared by, from the first chunk on.
    agreements_sha256 TEXT,
    -- The place of the last movement of the chunk that was shared last.
    shared_at         INTEGER,
    shared_rank       INTEGER,
    shared_id         TEXT,
    -- Grows with each transaction, so that of two processes one notices the other.
    steps             INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    closed_at         INTEGER,
    CHECK (read_from <= begins_at AND begins_at < ends_at),
    CHECK ((shared_at IS NULL) = (shared_id IS NULL) AND (shared_at IS NULL) = (shared_rank IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) STRICT;
-- One at a time is open.
CREATE UNIQUE INDEX months_open ON months ((state = 'closed')) WHERE state <> 'closed';

CREATE TABLE movements (
    -- The balance transaction's.
    id                   TEXT PRIMARY KEY,
    -- Whose statements it is on.
    month                TEXT NOT NULL REFERENCES months (month),
    kind                 TEXT NOT NULL CHECK (kind IN ('charge', 'refund', 'refund_failed', 'dispute', 'dispute_won')),
    -- 0 of charges: of one moment a charge comes before what goes back of it.
    rank                 INTEGER NOT NULL CHECK (rank IN (0, 1)),
    -- Empty where the processor did not say.
    charge_id            TEXT NOT NULL,
    -- When the charge was made, and of how much it was; absent where the processor did not say.
    charge_at            INTEGER,
    charge_minor         INTEGER,
    occurred_at          INTEGER NOT NULL,
    currency             TEXT NOT NULL,
    amount_minor         INTEGER NOT NULL CHECK (amount_minor >= 0),
    -- Below zero where the processor gave it back.
    fee_minor            INTEGER NOT NULL,
    -- As the charge's metadata says.
    sovereign            TEXT,
    organization         TEXT,
    order_id             TEXT,
    -- Absent until it is shared; then whose it is, or why it is nobody's.
    franchisee           TEXT,
    agreement            INTEGER,
    unassigned           TEXT CHECK (unassigned IN ('no_metadata', 'unknown_sovereign', 'no_agreement')),
    publisher_minor      INTEGER,
    franchisee_fee_minor INTEGER,
    note                 TEXT,
    CHECK (franchisee IS NULL OR unassigned IS NULL),
    CHECK ((franchisee IS NULL) = (agreement IS NULL) AND (franchisee IS NULL) = (publisher_minor IS NULL)
        AND (franchisee IS NULL) = (franchisee_fee_minor IS NULL))
) STRICT;
CREATE INDEX movements_order ON movements (month, occurred_at, rank, id);
CREATE INDEX movements_statement ON movements (month, franchisee, currency, occurred_at, rank, id);
CREATE INDEX movements_charge ON movements (charge_id);

-- What moved and is no movement of a charge, by the processor's type.
CREATE TABLE skipped (
    month        TEXT NOT NULL REFERENCES months (month),
    type         TEXT NOT NULL,
    transactions INTEGER NOT NULL CHECK (transactions > 0),
    PRIMARY KEY (month, type)
) STRICT;

-- How each charge was shared, and what went back of it since.
CREATE TABLE shared_charges (
    charge_id       TEXT PRIMARY KEY,
    -- In which it was shared.
    month           TEXT NOT NULL REFERENCES months (month),
    franchisee      TEXT NOT NULL,
    sovereign       TEXT NOT NULL,
    currency        TEXT NOT NULL,
    agreement       INTEGER NOT NULL,
    fees            TEXT NOT NULL CHECK (fees IN ('publisher', 'franchisee', 'shared')),
    amount_minor    INTEGER NOT NULL CHECK (amount_minor >= 0),
    publisher_minor INTEGER NOT NULL CHECK (publisher_minor BETWEEN 0 AND amount_minor),
    reversed_minor  INTEGER NOT NULL,
    -- It was charged before the first month of the book: only what goes back of it was seen.
    estimated       INTEGER NOT NULL
) STRICT;
CREATE INDEX shared_charges_month ON shared_charges (month);

-- What was charged under each agreement of a month, as far as it is shared.
CREATE TABLE month_volumes (
    month        TEXT NOT NULL REFERENCES months (month),
    agreement    INTEGER NOT NULL,
    volume_minor INTEGER NOT NULL CHECK (volume_minor >= 0),
    PRIMARY KEY (month, agreement)
) STRICT;

-- Never updated.
CREATE TABLE statements (
    -- 2026-11/omantel/OMR
    id                TEXT PRIMARY KEY,
    month             TEXT NOT NULL REFERENCES months (month),
    franchisee        TEXT NOT NULL,
    currency          TEXT NOT NULL,
    -- JSON, to the letter.
    document          TEXT NOT NULL,
    sha256            TEXT NOT NULL,
    due_minor         INTEGER NOT NULL,
    payout_minor      INTEGER NOT NULL CHECK (payout_minor >= 0),
    carried_out_minor INTEGER NOT NULL,
    closed_at         INTEGER NOT NULL,
    CHECK (payout_minor + carried_out_minor = due_minor)
) STRICT;
CREATE UNIQUE INDEX statements_month ON statements (month, franchisee, currency);
CREATE INDEX statements_franchisee ON statements (franchisee, currency, month);

-- What credit of vouchers paid on a Sovereign, as it signed.
CREATE TABLE credit_reports (
    sovereign          TEXT NOT NULL,
    month              TEXT NOT NULL REFERENCES months (month),
    currency           TEXT NOT NULL,
    credit_spent_minor INTEGER NOT NULL,
    -- The signed report.
    document           TEXT NOT NULL,
    -- The public key that it was checked with, in base64url.
    verified_key       TEXT NOT NULL,
    PRIMARY KEY (sovereign, month)
) STRICT;

-- What a search found, while it is compared with what was read.
CREATE TABLE found_by_search (
    charge_id TEXT PRIMARY KEY
) STRICT;
