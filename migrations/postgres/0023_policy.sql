-- What Organizations may have, and what a person allowed some of them beyond it.
CREATE TABLE environment_policies (
    version bigint PRIMARY KEY CHECK (version > 0),
    policy  jsonb NOT NULL,
    set_by  text COLLATE "C" NOT NULL,
    set_at  timestamptz NOT NULL
);

CREATE TABLE approvals (
    id            uuid PRIMARY KEY,
    tenant_id     text COLLATE "C" NOT NULL,
    -- Slugs.
    apps          jsonb NOT NULL,
    tiers         jsonb NOT NULL,
    -- What a month may cost, before tax that is added.
    monthly_minor bigint CHECK (monthly_minor > 0),
    reason        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'revoked')),
    requested_by  text COLLATE "C" NOT NULL,
    requested_at  timestamptz NOT NULL,
    decided_by    text COLLATE "C",
    decided_at    timestamptz,
    note          text,
    -- NULL: until it is revoked.
    expires_at    timestamptz,
    CHECK ((state = 'requested') = (decided_at IS NULL))
);
CREATE INDEX approvals_by_tenant ON approvals (tenant_id, requested_at);
CREATE INDEX approvals_by_state ON approvals (state, requested_at);

-- NULL: the first of the Sovereign's regions, where prod is.
ALTER TABLE environments ADD COLUMN region text COLLATE "C";
