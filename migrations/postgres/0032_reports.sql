-- What the ledger and the cards' payments come to, by the quarter of an hour: a job adds lines up once they are old
-- enough to be followed by none before them, and whoever asks adds the newer ones. No checkout writes here.
CREATE TABLE rollups (
    name      text COLLATE "C" PRIMARY KEY CHECK (name IN ('credit', 'cards')),
    -- Lines before this identifier are added up.
    before_id uuid NOT NULL
);
INSERT INTO rollups (name, before_id)
VALUES ('credit', '00000000-0000-0000-0000-000000000000'), ('cards', '00000000-0000-0000-0000-000000000000');

-- The last four of these are what a balance moves by: granted - taken back - spent - expired.
CREATE TABLE credit_counts (
    since            timestamptz NOT NULL,
    -- Where the credit came from, as in credit_lots.
    source           text COLLATE "C" NOT NULL,
    -- Of vouchers, less what was released of them since, when they were redeemed.
    redemptions      bigint NOT NULL,
    redeemed_minor   bigint NOT NULL,
    granted_minor    bigint NOT NULL,
    taken_back_minor bigint NOT NULL,
    spent_minor      bigint NOT NULL,
    expired_minor    bigint NOT NULL,
    PRIMARY KEY (since, source)
);

CREATE TABLE voucher_counts (
    code             text COLLATE "C" NOT NULL,
    since            timestamptz NOT NULL,
    redemptions      bigint NOT NULL,
    redeemed_minor   bigint NOT NULL,
    granted_minor    bigint NOT NULL,
    taken_back_minor bigint NOT NULL,
    spent_minor      bigint NOT NULL,
    expired_minor    bigint NOT NULL,
    PRIMARY KEY (code, since)
);

-- The sums of a voucher, for the list.
CREATE TABLE voucher_totals (
    code             text COLLATE "C" PRIMARY KEY,
    taken_back_minor bigint NOT NULL,
    spent_minor      bigint NOT NULL,
    expired_minor    bigint NOT NULL,
    last_redeemed_at timestamptz
);
CREATE INDEX voucher_totals_spent ON voucher_totals (spent_minor DESC, code DESC);
CREATE INDEX voucher_totals_redeemed ON voucher_totals (last_redeemed_at DESC, code DESC)
    WHERE last_redeemed_at IS NOT NULL;

CREATE TABLE card_counts (
    since      timestamptz PRIMARY KEY,
    payments   bigint NOT NULL,
    paid_minor bigint NOT NULL
);

-- What came from an earlier service is added up at once, here and when it is adopted: its lines have no identifiers
-- that sort by time.
INSERT INTO credit_counts (since, source, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor,
    expired_minor)
SELECT date_bin('15 minutes', a.at, '2000-01-01Z'), 'migration', SUM(a.redemptions), SUM(a.redeemed),
       SUM(a.granted), 0, SUM(a.spent), 0
FROM (
    SELECT created_at AS at, 0::bigint AS redemptions, 0::bigint AS redeemed, GREATEST(amount_minor, 0) AS granted,
           GREATEST(-amount_minor, 0) AS spent
    FROM credit_ledger WHERE kind = 'adopted'
    UNION ALL
    SELECT r.created_at, 1, r.credit_minor, 0, 0
    FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
    WHERE l.source = 'migration' AND r.state <> 'released'
) a GROUP BY 1;
INSERT INTO voucher_counts (code, since, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor,
    expired_minor)
SELECT r.code, date_bin('15 minutes', r.created_at, '2000-01-01Z'), COUNT(*), SUM(r.credit_minor), 0, 0, 0, 0
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released' GROUP BY 1, 2;
INSERT INTO voucher_totals (code, taken_back_minor, spent_minor, expired_minor, last_redeemed_at)
SELECT r.code, 0, 0, 0, MAX(r.created_at)
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released' GROUP BY 1;

CREATE INDEX organizations_newest ON organizations (created_at DESC, id DESC);
