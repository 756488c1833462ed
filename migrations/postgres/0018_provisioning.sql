-- Where an Organization's apps run, and how what it should have gets there.
CREATE TABLE environments (
    tenant_id  text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL CHECK (name IN ('prod', 'stg', 'uat', 'dev', 'poc')),
    -- How much of it there should be: a removal goes from the one to the other.
    stage      text NOT NULL
        CHECK (stage IN ('running', 'without_apps', 'without_cluster', 'gone')),
    -- When the repository first had this stage of its removal.
    pushed_at  timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- Apps that are not in prod.
CREATE TABLE app_environments (
    tenant_id   text COLLATE "C" NOT NULL,
    app_id      text COLLATE "C" NOT NULL,
    environment text NOT NULL CHECK (environment IN ('prod', 'stg', 'uat', 'dev', 'poc')),
    PRIMARY KEY (tenant_id, app_id)
);

CREATE TABLE provisions (
    -- That of the event it comes from, where it comes from one.
    id              uuid PRIMARY KEY,
    tenant_id       text COLLATE "C" NOT NULL,
    order_id        uuid,
    -- What it comes from, such as order.placed.
    cause           text NOT NULL,
    plan_id         text NOT NULL,
    apps            jsonb NOT NULL,
    subdomain       text NOT NULL,
    status          text NOT NULL
        CHECK (status IN ('pending', 'provisioning', 'completed', 'failed')),
    steps           jsonb NOT NULL,
    -- How often it has failed since somebody last asked for it.
    failures        integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- Why it failed last; kept while it is tried again.
    error           text,
    -- The commit that has it.
    revision        text,
    next_attempt_at timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    started_at      timestamptz,
    done_at         timestamptz,
    CHECK ((status IN ('completed', 'failed')) = (done_at IS NOT NULL))
);
CREATE UNIQUE INDEX provisions_by_order ON provisions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX provisions_due ON provisions (next_attempt_at)
    WHERE status IN ('pending', 'provisioning');
CREATE INDEX provisions_by_tenant ON provisions (tenant_id, created_at);
