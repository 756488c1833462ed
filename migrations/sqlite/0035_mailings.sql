-- Vouchers that are sent by mail, a code of its own to each address. The operation of the same identifier makes the codes.
CREATE TABLE mailings (
    id          BLOB PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('running', 'cancelled', 'done')),
    -- Of the addresses that were sent without one.
    language    TEXT NOT NULL CHECK (language IN ('en', 'ar')),
    -- In the sender's words; may be empty.
    message     TEXT NOT NULL,
    total       INTEGER NOT NULL CHECK (total > 0),
    user_id     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX mailings_newest ON mailings (created_at DESC, id DESC);
CREATE INDEX mailings_running ON mailings (created_at, id) WHERE state = 'running';

CREATE TABLE mailing_addresses (
    mailing_id      BLOB NOT NULL REFERENCES mailings (id),
    -- From 1, as they were sent.
    position        INTEGER NOT NULL CHECK (position > 0),
    email           TEXT NOT NULL,
    language        TEXT NOT NULL CHECK (language IN ('en', 'ar')),
    -- Absent until all codes are made.
    code            TEXT,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    failures        INTEGER NOT NULL CHECK (failures >= 0),
    -- Absent where it is not to be tried: before there is a code, while the mailing is stopped, and at its end.
    next_attempt_at INTEGER,
    sent_at         INTEGER,
    -- What the mail server said last, or why nothing was sent.
    reply           TEXT,
    PRIMARY KEY (mailing_id, position),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (next_attempt_at IS NULL OR (state = 'waiting' AND code IS NOT NULL)),
    CHECK (code IS NOT NULL OR state = 'waiting')
) STRICT;
CREATE UNIQUE INDEX mailing_addresses_email ON mailing_addresses (mailing_id, email);
CREATE UNIQUE INDEX mailing_addresses_code ON mailing_addresses (code);
CREATE INDEX mailing_addresses_state ON mailing_addresses (mailing_id, state, position);
CREATE INDEX mailing_addresses_codeless ON mailing_addresses (mailing_id, position) WHERE code IS NULL;
CREATE INDEX mailing_addresses_due ON mailing_addresses (next_attempt_at, mailing_id, position) WHERE state = 'waiting';
