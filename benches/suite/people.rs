//! Users, each with an Organization, its account and its wallet, made in bulk before a run.

use sovereign::auth::{KeyRing, MintedFor, Role, Tokens};
use sovereign::clock::SystemClock;
use sovereign::storage::Store;
use sqlx::AssertSqlSafe;
use std::path::Path;
use std::sync::Arc;

use crate::load;

/// Users `first..first + count` of a Sovereign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People {
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// Identifiers are a function of a person's number: both databases and the requests agree on them.
fn id(table: u8, number: usize) -> String {
    format!("{table:08x}-0000-7000-8000-{number:012x}")
}

impl People {
    pub(crate) fn numbers(self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }

    /// Writes their rows, as their first requests would have.
    pub(crate) async fn insert(self, store: &Store, fqdn: &str) {
        let numbers: Vec<usize> = self.numbers().collect();
        for chunk in numbers.chunks(5_000) {
            insert(store, fqdn, chunk[0], chunk.len()).await;
        }
    }

    /// A checkout of each of them with one voucher.
    pub(crate) fn checkouts(self, tokens: &Tokens, code: &str) -> Vec<Vec<u8>> {
        self.numbers()
            .map(|number| {
                let body = format!(
                    r#"{{"plan_id":"m","apps":[],"addons":[],"tenant_id":"{}","promo_code":"{code}"}}"#,
                    tenant_id(number)
                );
                load::post("/billing/checkout", Some(&token(tokens, number)), &body)
            })
            .collect()
    }

    /// Each redeems `code(number)` into the wallet.
    pub(crate) fn redemptions(
        self,
        tokens: &Tokens,
        code: impl Fn(usize) -> String,
    ) -> Vec<Vec<u8>> {
        self.numbers()
            .map(|number| {
                let body =
                    format!(r#"{{"tenant_id":"{}","code":"{}"}}"#, tenant_id(number), code(number));
                load::post("/billing/vouchers/redeem", Some(&token(tokens, number)), &body)
            })
            .collect()
    }
}

pub(crate) fn user_id(number: usize) -> String {
    id(1, number)
}

pub(crate) fn tenant_id(number: usize) -> String {
    id(2, number)
}

pub(crate) fn customer_id(number: usize) -> String {
    id(3, number)
}

pub(crate) fn subject(number: usize) -> String {
    format!("person-{number}")
}

fn token(tokens: &Tokens, number: usize) -> String {
    mint(tokens, &subject(number), Role::Member)
}

pub(crate) fn mint(tokens: &Tokens, subject: &str, role: Role) -> String {
    let bearer = MintedFor {
        subject: subject.to_owned(),
        email: format!("{subject}@example.com"),
        role,
        lifetime_seconds: 86_400,
    };
    tokens.mint(&bearer).unwrap()
}

/// What the server in `data` signs its tokens with.
pub(crate) fn tokens(data: &Path, fqdn: &str) -> Tokens {
    let key = KeyRing::load(data).unwrap();
    Tokens::new(fqdn, key, None, Arc::new(SystemClock)).unwrap()
}

async fn insert(store: &Store, fqdn: &str, first: usize, count: usize) {
    let last = first + count - 1;
    let (numbers, hex, uuid, now) = match store {
        Store::Postgres(_) => (
            format!("SELECT n FROM generate_series({first}, {last}) AS n"),
            "lpad(to_hex(n), 12, '0')",
            ["(", ")::uuid"],
            "now()",
        ),
        Store::Sqlite { .. } => (
            format!(
                "WITH RECURSIVE v (n) AS (VALUES ({first}) UNION ALL SELECT n + 1 FROM v \
                 WHERE n < {last}) SELECT n FROM v"
            ),
            "format('%012x', n)",
            ["unhex(replace(", ", '-', ''))"],
            "unixepoch() * 1000000",
        ),
    };
    let uuid = |text: String| format!("{}{text}{}", uuid[0], uuid[1]);
    let text = |table: u8| format!("'{table:08x}-0000-7000-8000-' || {hex}");
    let (user, tenant, email) = (text(1), text(2), "'person-' || n || '@example.com'");
    let statements = [
        format!(
            "INSERT INTO users (id, issuer, subject, email, email_verified, name, avatar_url, \
                 created_at, updated_at) \
             SELECT {user}, 'https://{fqdn}', 'person-' || n, {email}, TRUE, '', '', {now}, {now} \
             FROM ({numbers}) AS people"
        ),
        format!(
            "INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, \
                 app_states, addons, subdomain, custom_domains, status, created_at, updated_at) \
             SELECT {tenant}, 'shop-' || n, 'Shop ' || n, '', '', {user}, \
                 (SELECT id FROM catalog_items WHERE kind = 'plan' AND slug = 'm'), \
                 '[]', '{{}}', '[]', 'shop-' || n, '[]', 'provisioning', {now}, {now} FROM ({numbers}) AS people"
        ),
        format!(
            "INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
             SELECT {}, {tenant}, {user}, {email}, 'owner', {now} FROM ({numbers}) AS people",
            uuid(text(4))
        ),
        format!(
            "INSERT INTO customers (id, user_id, tenant_id, email, created_at) \
             SELECT {}, {user}, {tenant}, {email}, {now} FROM ({numbers}) AS people",
            uuid(text(3))
        ),
        format!(
            "INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, \
                 version) \
             SELECT {}, {tenant}, 0, 0, 0, 1 FROM ({numbers}) AS people",
            uuid(text(3))
        ),
    ];
    for statement in &statements {
        execute(store, statement).await;
    }
}

/// Runs SQL past the program.
pub(crate) async fn execute(store: &Store, sql: &str) {
    let done = match store {
        Store::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(|_| ()),
        Store::Sqlite { writer, .. } => {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer).await.map(|_| ())
        }
    };
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
