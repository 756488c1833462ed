-- Sign-in: who people are, their sessions, and their role on this Sovereign.
-- Codes and tokens are kept as digests only.

ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'member'
    CHECK (role IN ('member', 'sovereign-admin', 'superadmin'));
CREATE INDEX users_administrators ON users (role) WHERE role <> 'member';

-- Further issuers and subjects of a user; the first one stands in `users`.
CREATE TABLE linked_identities (
    issuer     text NOT NULL,
    subject    text NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    email      text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- A sign-in by e-mail that has begun.
CREATE TABLE sign_ins (
    id                    uuid PRIMARY KEY,
    email                 text COLLATE "C" NOT NULL,
    code_digest           text NOT NULL,
    link_digest           text COLLATE "C" NOT NULL UNIQUE,
    -- Of the browser that asked, where one did.
    browser_digest        text,
    return_to             text NOT NULL,
    administrator_link_id uuid,
    tries                 smallint NOT NULL CHECK (tries >= 0),
    created_at            timestamptz NOT NULL,
    expires_at            timestamptz NOT NULL,
    used_at               timestamptz
);
CREATE INDEX sign_ins_email ON sign_ins (email, expires_at);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

CREATE TABLE sessions (
    id            uuid PRIMARY KEY,
    user_id       text COLLATE "C" NOT NULL,
    method        text NOT NULL,
    -- Whether roles count in it: the user's own, and the one that the issuer they signed in with granted.
    trusted       boolean NOT NULL,
    granted_role  text NOT NULL CHECK (granted_role IN ('member', 'sovereign-admin', 'superadmin')),
    cookie_digest text COLLATE "C" UNIQUE,
    created_at    timestamptz NOT NULL,
    signed_in_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    end_reason    text CHECK (end_reason IN ('logout', 'logout_all', 'reuse', 'role_changed')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    digest     text COLLATE "C" PRIMARY KEY,
    session_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE passwords (
    user_id    text COLLATE "C" PRIMARY KEY,
    hash       text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Networks from which an administrator's password was right before.
CREATE TABLE password_networks (
    user_id text COLLATE "C" NOT NULL,
    network text COLLATE "C" NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, network)
);

-- One-time links that make a person the superadmin.
CREATE TABLE administrator_links (
    id         uuid PRIMARY KEY,
    digest     text COLLATE "C" NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_by    text COLLATE "C"
);

CREATE TABLE invitations (
    id          uuid PRIMARY KEY,
    tenant_id   text COLLATE "C" NOT NULL,
    email       text COLLATE "C" NOT NULL,
    role        text NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
    digest      text COLLATE "C" NOT NULL UNIQUE,
    invited_by  text COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by text COLLATE "C",
    revoked_at  timestamptz
);
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
