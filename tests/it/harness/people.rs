//! People with an Organization each, written straight into the database: hundreds in a moment, for tests
//! in which nobody's arrival is the point.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use sovereign::auth::{KeyRing, MintedFor, Role, Tokens};
use sovereign::clock::SystemClock;
use uuid::Uuid;

use super::client::Customer;
use super::database::{Engine, FQDN, TestDatabase};
use super::program::Door;

/// Rows in one statement.
const CHUNK: usize = 200;

/// The identifiers of person number `n`; they sort as the numbers do.
pub(crate) fn user_id(person: usize) -> String {
    format!("user-{person:07}")
}

pub(crate) fn tenant_id(person: usize) -> String {
    format!("org-{person:07}")
}

impl TestDatabase {
    /// The tokens of whoever serves on this database.
    pub(crate) fn tokens(&self) -> Tokens {
        self.tokens_of(FQDN)
    }

    /// The same, where the Sovereign is called `fqdn`.
    pub(crate) fn tokens_of(&self, fqdn: &str) -> Tokens {
        let key = KeyRing::load_or_create(self.directory.path()).unwrap();
        Tokens::new(fqdn, key, None, Arc::new(SystemClock)).unwrap()
    }

    /// Writes people, each with an Organization, an account and an empty wallet.
    pub(crate) async fn people(&self, people: Range<usize>) {
        let all: Vec<usize> = people.collect();
        let mut sql = String::from("BEGIN;");
        for chunk in all.chunks(CHUNK) {
            self.write_people(&mut sql, chunk);
        }
        sql.push_str("COMMIT;");
        self.execute(&sql).await;
    }

    fn write_people(&self, sql: &mut String, people: &[usize]) {
        let (now, uuid): (&str, fn(u128) -> String) = match self.engine() {
            Engine::Sqlite => ("1740830400000000", |id| format!("X'{id:032x}'")),
            Engine::Postgres => ("'2025-03-01'", |id| format!("'{}'", Uuid::from_u128(id))),
        };
        let mut insert = |table: &str, row: &dyn Fn(usize) -> String| {
            let rows: Vec<String> = people.iter().map(|person| row(*person)).collect();
            let _ = writeln!(sql, "INSERT INTO {table} VALUES {};", rows.join(", "));
        };
        insert(
            "users (id, issuer, subject, email, email_verified, name, avatar_url, created_at, \
                 updated_at)",
            &|n| {
                let id = user_id(n);
                let email = format!("'{id}@example.com'");
                format!("('{id}', 'https://{FQDN}', '{id}', {email}, true, '', '', {now}, {now})")
            },
        );
        insert(
            "organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, app_states, \
                 addons, subdomain, custom_domains, status, created_at, updated_at)",
            &|n| {
                let (id, owner) = (tenant_id(n), user_id(n));
                format!(
                    "('{id}', '{id}', '{id}', '', '', '{owner}', 'm', '[]', '{{}}', '[]', '{id}', \
                     '[]', 'active', {now}, {now})"
                )
            },
        );
        insert("members (id, tenant_id, user_id, email, role, joined_at)", &|n| {
            let (id, user) = (tenant_id(n), user_id(n));
            let member = uuid(1 << 100 | n as u128);
            format!("({member}, '{id}', '{user}', '{user}@example.com', 'owner', {now})")
        });
        insert("customers (id, user_id, tenant_id, email, created_at)", &|n| {
            let (id, user) = (tenant_id(n), user_id(n));
            format!("({}, '{user}', '{id}', '{user}@example.com', {now})", uuid(n as u128))
        });
        insert(
            "wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, version)",
            &|n| format!("({}, '{}', 0, 0, 0, 0)", uuid(n as u128), tenant_id(n)),
        );
    }
}

impl Door {
    /// Person number `n`, asking this server from an address of their own.
    pub(crate) fn person(&self, tokens: &Tokens, person: usize) -> Customer {
        let [_, a, b, c] = u32::try_from(person).unwrap().to_be_bytes();
        let client = self.bearing(&token(tokens, &user_id(person), Role::Member));
        let client = client.at([10, a, b, c]);
        Customer { client, tenant_id: tenant_id(person) }
    }
}

/// A token for the user whose subject is `name`.
pub(crate) fn token(tokens: &Tokens, name: &str, role: Role) -> String {
    let bearer = MintedFor {
        subject: name.to_owned(),
        email: format!("{name}@example.com"),
        role,
        lifetime_seconds: 86_400,
    };
    tokens.mint(&bearer).unwrap()
}
