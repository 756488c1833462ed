-- Words by which administrators sort vouchers. A tag is here as long as a voucher has it.
CREATE TABLE tags (
    tag         text COLLATE "C" PRIMARY KEY,
    created_at  timestamptz NOT NULL
);
CREATE TABLE voucher_tags (
    code        text COLLATE "C" NOT NULL REFERENCES promo_codes (code),
    tag         text COLLATE "C" NOT NULL REFERENCES tags (tag),
    -- When the voucher was issued: the list of a tag is read along the index below.
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (code, tag)
);
CREATE INDEX voucher_tags_newest ON voucher_tags (tag, created_at DESC, code DESC);

-- Tags are a part of what was done to a voucher.
DROP INDEX audit_log_vouchers;
CREATE INDEX audit_log_vouchers ON audit_log (subject, id)
    WHERE action IN ('voucher.issue', 'voucher.revoke', 'voucher.tag');

-- Lists of vouchers that administrators keep: what they look for, and under which name.
CREATE TABLE voucher_views (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    -- The name without regard to case.
    name_key    text COLLATE "C" NOT NULL UNIQUE,
    -- What is looked for, by the names of the list's address.
    wanted      jsonb NOT NULL,
    created_at  timestamptz NOT NULL
);
