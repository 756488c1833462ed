-- What the ledger and the cards' payments come to, by the quarter of an hour: a job adds lines up once they are old
-- enough to be followed by none before them, and whoever asks adds the newer ones. No checkout writes here.
CREATE TABLE rollups (
    name      TEXT PRIMARY KEY CHECK (name IN ('credit', 'cards')),
    -- Lines before this identifier are added up.
    before_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO rollups (name, before_id)
VALUES ('credit', x'00000000000000000000000000000000'), ('cards', x'00000000000000000000000000000000');

-- The last four of these are what a balance moves by: granted - taken back - spent - expired.
CREATE TABLE credit_counts (
    since            INTEGER NOT NULL,
    -- Where the credit came from, as in credit_lots.
    source           TEXT NOT NULL,
    -- Of vouchers, less what was released of them since, when they were redeemed.
    redemptions      INTEGER NOT NULL,
    redeemed_minor   INTEGER NOT NULL,
    granted_minor    INTEGER NOT NULL,
    taken_back_minor INTEGER NOT NULL,
    spent_minor      INTEGER NOT NULL,
    expired_minor    INTEGER NOT NULL,
    PRIMARY KEY (since, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE voucher_counts (
    code             TEXT NOT NULL,
    since            INTEGER NOT NULL,
    redemptions      INTEGER NOT NULL,
    redeemed_minor   INTEGER NOT NULL,
    granted_minor    INTEGER NOT NULL,
    taken_back_minor INTEGER NOT NULL,
    spent_minor      INTEGER NOT NULL,
    expired_minor    INTEGER NOT NULL,
    PRIMARY KEY (code, since)
) STRICT, WITHOUT ROWID;

-- The sums of a voucher, for the list.
CREATE TABLE voucher_totals (
    code             TEXT PRIMARY KEY,
    taken_back_minor INTEGER NOT NULL,
    spent_minor      INTEGER NOT NULL,
    expired_minor    INTEGER NOT NULL,
    last_redeemed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX voucher_totals_spent ON voucher_totals (spent_minor DESC, code DESC);
CREATE INDEX voucher_totals_redeemed ON voucher_totals (last_redeemed_at DESC, code DESC)
    WHERE last_redeemed_at IS NOT NULL;

CREATE TABLE card_counts (
    since      INTEGER PRIMARY KEY,
    payments   INTEGER NOT NULL,
    paid_minor INTEGER NOT NULL
) STRICT;

CREATE INDEX organizations_newest ON organizations (created_at DESC, id DESC);
