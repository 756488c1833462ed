-- Sign-in: who people are, their sessions, and their role on this Sovereign.
-- Codes and tokens are kept as digests only.

ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
    CHECK (role IN ('member', 'sovereign-admin', 'superadmin'));
CREATE INDEX users_administrators ON users (role) WHERE role <> 'member';

-- Further issuers and subjects of a user; the first one stands in `users`.
CREATE TABLE linked_identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    email      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

-- A sign-in by e-mail that has begun.
CREATE TABLE sign_ins (
    id                    BLOB PRIMARY KEY,
    email                 TEXT NOT NULL,
    code_digest           TEXT NOT NULL,
    link_digest           TEXT NOT NULL UNIQUE,
    -- Of the browser that asked, where one did.
    browser_digest        TEXT,
    return_to             TEXT NOT NULL,
    administrator_link_id BLOB,
    tries                 INTEGER NOT NULL CHECK (tries >= 0),
    created_at            INTEGER NOT NULL,
    expires_at            INTEGER NOT NULL,
    used_at               INTEGER
) STRICT;
CREATE INDEX sign_ins_email ON sign_ins (email, expires_at);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

CREATE TABLE sessions (
    id            BLOB PRIMARY KEY,
    user_id       TEXT NOT NULL,
    method        TEXT NOT NULL,
    -- Whether roles count in it: the user's own, and the one that the issuer they signed in with granted.
    trusted       INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    granted_role  TEXT NOT NULL CHECK (granted_role IN ('member', 'sovereign-admin', 'superadmin')),
    cookie_digest TEXT UNIQUE,
    created_at    INTEGER NOT NULL,
    signed_in_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    end_reason    TEXT CHECK (end_reason IN ('logout', 'logout_all', 'reuse', 'role_changed')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    digest     TEXT PRIMARY KEY,
    session_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE passwords (
    user_id    TEXT PRIMARY KEY,
    hash       TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Networks from which an administrator's password was right before.
CREATE TABLE password_networks (
    user_id TEXT NOT NULL,
    network TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, network)
) STRICT;

-- One-time links that make a person the superadmin.
CREATE TABLE administrator_links (
    id         BLOB PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    used_by    TEXT
) STRICT;

CREATE TABLE invitations (
    id          BLOB PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    email       TEXT NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
    digest      TEXT NOT NULL UNIQUE,
    invited_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    accepted_at INTEGER,
    accepted_by TEXT,
    revoked_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
