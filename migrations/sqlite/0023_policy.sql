-- What Organizations may have, and what a person allowed some of them beyond it.
CREATE TABLE environment_policies (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    policy  TEXT NOT NULL,
    set_by  TEXT NOT NULL,
    set_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE approvals (
    id            BLOB PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    -- Slugs.
    apps          TEXT NOT NULL,
    tiers         TEXT NOT NULL,
    -- What a month may cost, before tax that is added.
    monthly_minor INTEGER CHECK (monthly_minor > 0),
    reason        TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'revoked')),
    requested_by  TEXT NOT NULL,
    requested_at  INTEGER NOT NULL,
    decided_by    TEXT,
    decided_at    INTEGER,
    note          TEXT,
    -- NULL: until it is revoked.
    expires_at    INTEGER,
    CHECK ((state = 'requested') = (decided_at IS NULL))
) STRICT;
CREATE INDEX approvals_by_tenant ON approvals (tenant_id, requested_at);
CREATE INDEX approvals_by_state ON approvals (state, requested_at);

-- NULL: the first of the Sovereign's regions, where prod is.
ALTER TABLE environments ADD COLUMN region TEXT;
