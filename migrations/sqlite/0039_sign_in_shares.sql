-- Guesses at a code count by where they come from, so that nobody elsewhere ends another's sign-in.
-- The network that asked; NULL for what was asked for before there was this column.
ALTER TABLE sign_ins ADD COLUMN network TEXT;
-- Tries from all other networks together; `tries` are those of the network, or of the browser, that asked.
ALTER TABLE sign_ins ADD COLUMN tries_elsewhere INTEGER NOT NULL DEFAULT 0 CHECK (tries_elsewhere >= 0);
-- Whether whoever asked had the right password.
ALTER TABLE sign_ins ADD COLUMN by_password INTEGER NOT NULL DEFAULT 0 CHECK (by_password IN (0, 1));

-- `password_networks` has the networks of everybody who signs in, by mail too; old ones are removed.
CREATE INDEX password_networks_last ON password_networks (last_at);

-- Whether nobody knows how lately the person showed who they are: their issuer did not say.
ALTER TABLE sessions ADD COLUMN undated INTEGER NOT NULL DEFAULT 0 CHECK (undated IN (0, 1));
UPDATE sessions SET undated = 1 WHERE method LIKE 'oidc:%';
