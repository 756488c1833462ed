-- What the superadmin configures while the Sovereign runs: the keys to Stripe.

CREATE TABLE settings (
    id                           INTEGER PRIMARY KEY CHECK (id = 1),
    -- As an earlier service kept them. The next start encrypts them; this program never writes here. (No
    -- SQLite database was adopted.)
    stripe_secret_key            TEXT,
    stripe_webhook_secret        TEXT,
    stripe_public_key            TEXT NOT NULL,
    -- Encrypted: see src/vault.rs.
    stripe_secret_key_sealed     TEXT,
    stripe_webhook_secret_sealed TEXT,
    -- The webhook secret before that one, and until when it is still good.
    former_webhook_secret_sealed TEXT,
    former_webhook_secret_until  INTEGER,
    updated_at                   INTEGER NOT NULL,
    CHECK ((former_webhook_secret_sealed IS NULL) = (former_webhook_secret_until IS NULL))
) STRICT;
