-- The keys to Stripe, as they are: the next start has the key to encrypt them with, and does.

INSERT INTO settings (id, stripe_secret_key, stripe_webhook_secret, stripe_public_key, updated_at{columns})
SELECT 1, NULLIF(btrim(o.stripe_secret_key), ''), NULLIF(btrim(o.stripe_webhook_secret), ''),
       COALESCE(btrim(o.stripe_public_key), ''), COALESCE(o.updated_at, a.now){values}
FROM old_settings o CROSS JOIN adoption a
ORDER BY o.updated_at DESC NULLS LAST, o.id LIMIT 1;
