-- What the superadmin configures while the Sovereign runs: the keys to Stripe.

CREATE TABLE settings (
    id                           smallint PRIMARY KEY CHECK (id = 1),
    -- As an earlier service kept them. The next start encrypts them; this program never writes here.
    stripe_secret_key            text,
    stripe_webhook_secret        text,
    stripe_public_key            text NOT NULL,
    -- Encrypted: see src/vault.rs.
    stripe_secret_key_sealed     text,
    stripe_webhook_secret_sealed text,
    -- The webhook secret before that one, and until when it is still good.
    former_webhook_secret_sealed text,
    former_webhook_secret_until  timestamptz,
    updated_at                   timestamptz NOT NULL,
    CHECK ((former_webhook_secret_sealed IS NULL) = (former_webhook_secret_until IS NULL))
);
