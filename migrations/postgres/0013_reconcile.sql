-- What each comparison with Stripe's lists came to.
CREATE TABLE reconcile_runs (
    id            uuid PRIMARY KEY,
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz NOT NULL,
    window_from   timestamptz NOT NULL,
    window_until  timestamptz NOT NULL,
    -- What is before it was compared: the end of the window, but where the run failed.
    done_until    timestamptz NOT NULL,
    -- By kind: how many findings there were, and how many of them were mended.
    counts        jsonb NOT NULL,
    repaired      bigint NOT NULL CHECK (repaired >= 0),
    findings_left bigint NOT NULL CHECK (findings_left >= 0),
    error         text
);
CREATE INDEX reconcile_runs_newest ON reconcile_runs (started_at);

-- What whoever resolved an alarm had to say.
ALTER TABLE alarms ADD COLUMN note text;
CREATE INDEX alarms_newest ON alarms (created_at, id);

-- What is read by the time it was made.
CREATE INDEX card_payments_newest ON card_payments (created_at, id);
CREATE INDEX refunds_newest ON refunds (created_at, id);
CREATE INDEX stripe_webhook_events_failed ON stripe_webhook_events (event_id) WHERE status = 'failed';
