-- Where an Organization's apps run, and how what it should have gets there.
CREATE TABLE environments (
    tenant_id  TEXT NOT NULL,
    name       TEXT NOT NULL CHECK (name IN ('prod', 'stg', 'uat', 'dev', 'poc')),
    -- How much of it there should be: a removal goes from the one to the other.
    stage      TEXT NOT NULL
        CHECK (stage IN ('running', 'without_apps', 'without_cluster', 'gone')),
    -- When the repository first had this stage of its removal.
    pushed_at  INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT;

-- Apps that are not in prod.
CREATE TABLE app_environments (
    tenant_id   TEXT NOT NULL,
    app_id      TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('prod', 'stg', 'uat', 'dev', 'poc')),
    PRIMARY KEY (tenant_id, app_id)
) STRICT;

CREATE TABLE provisions (
    -- That of the event it comes from, where it comes from one.
    id              BLOB PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    order_id        BLOB,
    -- What it comes from, such as order.placed.
    cause           TEXT NOT NULL,
    plan_id         TEXT NOT NULL,
    apps            TEXT NOT NULL,
    subdomain       TEXT NOT NULL,
    status          TEXT NOT NULL
        CHECK (status IN ('pending', 'provisioning', 'completed', 'failed')),
    steps           TEXT NOT NULL,
    -- How often it has failed since somebody last asked for it.
    failures        INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- Why it failed last; kept while it is tried again.
    error           TEXT,
    -- The commit that has it.
    revision        TEXT,
    next_attempt_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    started_at      INTEGER,
    done_at         INTEGER,
    CHECK ((status IN ('completed', 'failed')) = (done_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX provisions_by_order ON provisions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX provisions_due ON provisions (next_attempt_at)
    WHERE status IN ('pending', 'provisioning');
CREATE INDEX provisions_by_tenant ON provisions (tenant_id, created_at);
