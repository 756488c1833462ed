-- The publisher's book of the revenue split: what moved at the processor, whose it is, and what was due for each month.

-- How far a month is. A month that is closed never changes.
CREATE TABLE months (
    -- 2026-11
    month             text COLLATE "C" PRIMARY KEY,
    state             text NOT NULL CHECK (state IN ('reading', 'read', 'shared', 'closed')),
    -- At the processor: months of two accounts have nothing to do with each other.
    account           text NOT NULL,
    time_zone         text NOT NULL,
    read_from         timestamptz NOT NULL,
    begins_at         timestamptz NOT NULL,
    ends_at           timestamptz NOT NULL,
    -- The last transaction of the page that was read last, where there is one to go on from.
    read_after        text COLLATE "C",
    -- Of the agreements that it is shared by, from the first chunk on.
    agreements_sha256 text,
    -- The place of the last movement of the chunk that was shared last.
    shared_at         timestamptz,
    shared_rank       integer,
    shared_id         text COLLATE "C",
    -- Grows with each transaction, so that of two processes one notices the other.
    steps             bigint NOT NULL,
    created_at        timestamptz NOT NULL,
    closed_at         timestamptz,
    CHECK (read_from <= begins_at AND begins_at < ends_at),
    CHECK ((shared_at IS NULL) = (shared_id IS NULL) AND (shared_at IS NULL) = (shared_rank IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
-- One at a time is open.
CREATE UNIQUE INDEX months_open ON months ((state = 'closed')) WHERE state <> 'closed';

CREATE TABLE movements (
    -- The balance transaction's.
    id                   text COLLATE "C" PRIMARY KEY,
    -- Whose statements it is on.
    month                text COLLATE "C" NOT NULL REFERENCES months (month),
    kind                 text NOT NULL CHECK (kind IN ('charge', 'refund', 'refund_failed', 'dispute', 'dispute_won')),
    -- 0 of charges: of one moment a charge comes before what goes back of it.
    rank                 integer NOT NULL CHECK (rank IN (0, 1)),
    -- Empty where the processor did not say.
    charge_id            text COLLATE "C" NOT NULL,
    -- When the charge was made, and of how much it was; absent where the processor did not say.
    charge_at            timestamptz,
    charge_minor         bigint,
    occurred_at          timestamptz NOT NULL,
    currency             text NOT NULL,
    amount_minor         bigint NOT NULL CHECK (amount_minor >= 0),
    -- Below zero where the processor gave it back.
    fee_minor            bigint NOT NULL,
    -- As the charge's metadata says.
    sovereign            text,
    organization         text,
    order_id             text,
    -- Absent until it is shared; then whose it is, or why it is nobody's.
    franchisee           text COLLATE "C",
    agreement            integer,
    unassigned           text CHECK (unassigned IN ('no_metadata', 'unknown_sovereign', 'no_agreement')),
    publisher_minor      bigint,
    franchisee_fee_minor bigint,
    note                 text,
    CHECK (franchisee IS NULL OR unassigned IS NULL),
    CHECK ((franchisee IS NULL) = (agreement IS NULL) AND (franchisee IS NULL) = (publisher_minor IS NULL)
        AND (franchisee IS NULL) = (franchisee_fee_minor IS NULL))
);
CREATE INDEX movements_order ON movements (month, occurred_at, rank, id);
CREATE INDEX movements_statement ON movements (month, franchisee, currency, occurred_at, rank, id);
CREATE INDEX movements_charge ON movements (charge_id);

-- What moved and is no movement of a charge, by the processor's type.
CREATE TABLE skipped (
    month        text COLLATE "C" NOT NULL REFERENCES months (month),
    type         text COLLATE "C" NOT NULL,
    transactions bigint NOT NULL CHECK (transactions > 0),
    PRIMARY KEY (month, type)
);

-- How each charge was shared, and what went back of it since.
CREATE TABLE shared_charges (
    charge_id       text COLLATE "C" PRIMARY KEY,
    -- In which it was shared.
    month           text COLLATE "C" NOT NULL REFERENCES months (month),
    franchisee      text NOT NULL,
    sovereign       text NOT NULL,
    currency        text NOT NULL,
    agreement       integer NOT NULL,
    fees            text NOT NULL CHECK (fees IN ('publisher', 'franchisee', 'shared')),
    amount_minor    bigint NOT NULL CHECK (amount_minor >= 0),
    publisher_minor bigint NOT NULL CHECK (publisher_minor BETWEEN 0 AND amount_minor),
    reversed_minor  bigint NOT NULL,
    -- It was charged before the first month of the book: only what goes back of it was seen.
    estimated       boolean NOT NULL
);
CREATE INDEX shared_charges_month ON shared_charges (month);

-- What was charged under each agreement of a month, as far as it is shared.
CREATE TABLE month_volumes (
    month        text COLLATE "C" NOT NULL REFERENCES months (month),
    agreement    integer NOT NULL,
    volume_minor bigint NOT NULL CHECK (volume_minor >= 0),
    PRIMARY KEY (month, agreement)
);

-- Never updated.
CREATE TABLE statements (
    -- 2026-11/omantel/OMR
    id                text COLLATE "C" PRIMARY KEY,
    month             text COLLATE "C" NOT NULL REFERENCES months (month),
    franchisee        text COLLATE "C" NOT NULL,
    currency          text COLLATE "C" NOT NULL,
    -- JSON, to the letter.
    document          text NOT NULL,
    sha256            text NOT NULL,
    due_minor         bigint NOT NULL,
    payout_minor      bigint NOT NULL CHECK (payout_minor >= 0),
    carried_out_minor bigint NOT NULL,
    closed_at         timestamptz NOT NULL,
    CHECK (payout_minor + carried_out_minor = due_minor)
);
CREATE UNIQUE INDEX statements_month ON statements (month, franchisee, currency);
CREATE INDEX statements_franchisee ON statements (franchisee, currency, month);

-- What credit of vouchers paid on a Sovereign, as it signed.
CREATE TABLE credit_reports (
    sovereign          text COLLATE "C" NOT NULL,
    month              text COLLATE "C" NOT NULL REFERENCES months (month),
    currency           text NOT NULL,
    credit_spent_minor bigint NOT NULL,
    -- The signed report.
    document           text NOT NULL,
    -- The public key that it was checked with, in base64url.
    verified_key       text NOT NULL,
    PRIMARY KEY (sovereign, month)
);

-- What a search found, while it is compared with what was read.
CREATE TABLE found_by_search (
    charge_id text COLLATE "C" PRIMARY KEY
);
