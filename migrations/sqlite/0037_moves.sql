-- Organizations that move from one Sovereign to another (docs/MOVING.md). While one moves it is suspended, so that
-- whatever is refused of a suspended Organization is refused of it.
-- What it was before its move began; NULL where it does not move.
ALTER TABLE organizations ADD COLUMN moving_from TEXT
    CHECK (moving_from IN ('active', 'suspended', 'provisioning'));
-- The Sovereign that has it now, and where its people find it there. NULL where it is here.
ALTER TABLE organizations ADD COLUMN moved_to TEXT;
ALTER TABLE organizations ADD COLUMN forward_url TEXT;

-- Each move, away from here and hither.
CREATE TABLE organization_moves (
    -- That of the bundle, on both sides.
    id                BLOB PRIMARY KEY,
    tenant_id         TEXT NOT NULL,
    direction         TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    state             TEXT NOT NULL CHECK (
        (direction = 'out' AND state IN ('frozen', 'exported', 'moved', 'aborted'))
        OR (direction = 'in' AND state IN ('arriving', 'arrived', 'dropped'))),
    -- The other Sovereign.
    peer_fqdn         TEXT NOT NULL,
    forward_url       TEXT,
    -- Of the bundle, in lower-case hexadecimal; known once it was written.
    manifest_sha256   TEXT,
    -- The key that signed the bundle: its name, and its public half in base64url.
    source_key_id     TEXT,
    source_public_key TEXT,
    -- Of the wallet, as it moves.
    balance_minor     INTEGER NOT NULL CHECK (balance_minor >= 0),
    owed_minor        INTEGER NOT NULL CHECK (owed_minor >= 0),
    -- What left the books here with the confirmation; nothing before.
    moved_minor       INTEGER NOT NULL DEFAULT 0 CHECK (moved_minor >= 0),
    moved_owed_minor  INTEGER NOT NULL DEFAULT 0 CHECK (moved_owed_minor >= 0),
    -- Away from here: who is named in the bundle, and which vouchers, as they were when it began.
    trail             TEXT,
    -- What the target, and the source, signed.
    receipt           TEXT,
    release           TEXT,
    started_at        INTEGER NOT NULL,
    exported_at       INTEGER,
    ended_at          INTEGER,
    started_by        TEXT NOT NULL,
    CHECK ((state IN ('frozen', 'exported', 'arriving')) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX organization_moves_live ON organization_moves (tenant_id)
    WHERE state IN ('frozen', 'exported', 'arriving');
CREATE INDEX organization_moves_of ON organization_moves (tenant_id, started_at);

-- Who somebody at the source is here.
CREATE TABLE move_identities (
    move_id        BLOB NOT NULL REFERENCES organization_moves (id),
    source_user_id TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    PRIMARY KEY (move_id, source_user_id)
) STRICT;
CREATE INDEX move_identities_user ON move_identities (user_id);

-- Codes of other Sovereigns that an Organization redeemed there: history, and nothing that can be redeemed here.
CREATE TABLE foreign_vouchers (
    tenant_id    TEXT NOT NULL,
    issuer_fqdn  TEXT NOT NULL,
    code         TEXT NOT NULL,
    description  TEXT NOT NULL,
    credit_minor INTEGER NOT NULL,
    -- The campaign's name, where it was in one.
    campaign     TEXT,
    issued_at    INTEGER NOT NULL,
    -- How it stood when it was exported.
    status       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, issuer_fqdn, code)
) STRICT;

-- As promo_redemptions, of such codes.
CREATE TABLE foreign_redemptions (
    id           BLOB PRIMARY KEY,
    issuer_fqdn  TEXT NOT NULL,
    code         TEXT NOT NULL,
    customer_id  BLOB NOT NULL,
    tenant_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    order_id     BLOB,
    lot_id       BLOB NOT NULL,
    credit_minor INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('redeemed', 'released')),
    ordinal      INTEGER NOT NULL,
    cap          INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    closed_at    INTEGER,
    campaign_id  BLOB
) STRICT;
CREATE INDEX foreign_redemptions_of ON foreign_redemptions (tenant_id, issuer_fqdn, code);
CREATE INDEX foreign_redemptions_lot ON foreign_redemptions (lot_id);

-- Documents that another Sovereign numbered keep that number, and get none of the numbers here.
ALTER TABLE invoices ADD COLUMN foreign_number INTEGER
    CHECK (foreign_number IS NULL OR number IS NULL);
ALTER TABLE invoices ADD COLUMN foreign_fqdn TEXT
    CHECK ((foreign_fqdn IS NULL) = (foreign_number IS NULL));
DROP INDEX invoices_unnumbered;
CREATE INDEX invoices_unnumbered ON invoices (id)
    WHERE number IS NULL AND amount_omr IS NULL AND foreign_number IS NULL;
ALTER TABLE refunds ADD COLUMN foreign_number INTEGER
    CHECK (foreign_number IS NULL OR number IS NULL);
ALTER TABLE refunds ADD COLUMN foreign_fqdn TEXT
    CHECK ((foreign_fqdn IS NULL) = (foreign_number IS NULL));
DROP INDEX refunds_unnumbered;
CREATE INDEX refunds_unnumbered ON refunds (id)
    WHERE number IS NULL AND has_note AND foreign_number IS NULL;
