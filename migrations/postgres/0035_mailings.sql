-- Vouchers that are sent by mail, a code of its own to each address. The operation of the same identifier makes the codes.
CREATE TABLE mailings (
    id          uuid PRIMARY KEY,
    state       text NOT NULL CHECK (state IN ('running', 'cancelled', 'done')),
    -- Of the addresses that were sent without one.
    language    text NOT NULL CHECK (language IN ('en', 'ar')),
    -- In the sender's words; may be empty.
    message     text NOT NULL,
    total       bigint NOT NULL CHECK (total > 0),
    user_id     text NOT NULL,
    request_id  text NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX mailings_newest ON mailings (created_at DESC, id DESC);
CREATE INDEX mailings_running ON mailings (created_at, id) WHERE state = 'running';

CREATE TABLE mailing_addresses (
    mailing_id      uuid NOT NULL REFERENCES mailings (id),
    -- From 1, as they were sent.
    position        integer NOT NULL CHECK (position > 0),
    email           text NOT NULL,
    language        text NOT NULL CHECK (language IN ('en', 'ar')),
    -- Absent until all codes are made.
    code            text,
    state           text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    failures        integer NOT NULL CHECK (failures >= 0),
    -- Absent where it is not to be tried: before there is a code, while the mailing is stopped, and at its end.
    next_attempt_at timestamptz,
    sent_at         timestamptz,
    -- What the mail server said last, or why nothing was sent.
    reply           text,
    PRIMARY KEY (mailing_id, position),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (next_attempt_at IS NULL OR (state = 'waiting' AND code IS NOT NULL)),
    CHECK (code IS NOT NULL OR state = 'waiting')
);
CREATE UNIQUE INDEX mailing_addresses_email ON mailing_addresses (mailing_id, email);
CREATE UNIQUE INDEX mailing_addresses_code ON mailing_addresses (code);
CREATE INDEX mailing_addresses_state ON mailing_addresses (mailing_id, state, position);
CREATE INDEX mailing_addresses_codeless ON mailing_addresses (mailing_id, position) WHERE code IS NULL;
CREATE INDEX mailing_addresses_due ON mailing_addresses (next_attempt_at, mailing_id, position) WHERE state = 'waiting';
