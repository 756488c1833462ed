-- The life of an Organization: suspended and back, and deleted after a time in which that can be undone.
-- What it was before an administrator suspended it; NULL where nobody has.
ALTER TABLE organizations ADD COLUMN suspended_from TEXT
    CHECK (suspended_from IN ('active', 'provisioning'));
-- When it will be deleted, by whose wish, and what it was before. NULL where nobody wishes it.
ALTER TABLE organizations ADD COLUMN deletion_at INTEGER;
ALTER TABLE organizations ADD COLUMN deletion_by TEXT CHECK (deletion_by IN ('owner', 'operator'));
ALTER TABLE organizations ADD COLUMN deletion_from TEXT
    CHECK (deletion_from IN ('active', 'suspended', 'provisioning'));
-- Whether its owner was told that its end is near.
ALTER TABLE organizations ADD COLUMN end_warned INTEGER NOT NULL DEFAULT 0
    CHECK (end_warned IN (0, 1));
CREATE INDEX organizations_ending ON organizations (deletion_at) WHERE deletion_at IS NOT NULL;
CREATE INDEX organizations_new ON organizations (created_at) WHERE status = 'provisioning';
