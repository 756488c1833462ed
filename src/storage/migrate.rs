//! Brings a database to the schema this program was built with.
//!
//! Migrations are files of the same number and name for both databases, applied in order, each in a
//! transaction of its own. Two processes may start at once: one migrates, the other waits and finds
//! nothing to do. A migration that was applied is never edited; its digest is kept and compared.

use sha2::{Digest, Sha256};
use sovereign_domain::timestamp::Timestamp;

use super::{Connection, Engine, Error, Result, Store, Ts, Tx, on_db, walls};

/// A step of the schema, for both databases.
#[derive(Debug)]
struct Migration {
    number: i32,
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

impl Migration {
    fn full_name(&self) -> String {
        format!("{:04}_{}", self.number, self.name)
    }
}

/// The files of one number and name. `$digits` is the number as the files have it.
macro_rules! migration {
    ($number:literal, $digits:literal, $name:literal) => {
        migration!(in "../../migrations/", $number, $digits, $name)
    };
    (in $folder:literal, $number:literal, $digits:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            postgres: include_str!(concat!($folder, "postgres/", $digits, "_", $name, ".sql")),
            sqlite: include_str!(concat!($folder, "sqlite/", $digits, "_", $name, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001", "core"),
    migration!(2, "0002", "room_for_updates"),
    migration!(3, "0003", "leaner_rows"),
    migration!(4, "0004", "rate_limits"),
    migration!(5, "0005", "identity"),
    migration!(6, "0006", "audit_seals"),
    migration!(7, "0007", "payments"),
    migration!(8, "0008", "settings"),
    migration!(9, "0009", "jobs"),
    migration!(10, "0010", "renewals"),
    migration!(11, "0011", "refunds"),
    migration!(12, "0012", "letters"),
    migration!(13, "0013", "reconcile"),
    migration!(14, "0014", "adopted_subscriptions"),
    migration!(15, "0015", "changes"),
    migration!(16, "0016", "events"),
    migration!(17, "0017", "event_endpoints"),
    migration!(18, "0018", "provisioning"),
    migration!(19, "0019", "app_tiers"),
    migration!(20, "0020", "usage"),
    migration!(21, "0021", "organization_life"),
    migration!(22, "0022", "blueprints"),
    migration!(23, "0023", "policy"),
    migration!(24, "0024", "walls"),
    migration!(25, "0025", "approval_letters"),
    migration!(26, "0026", "branding"),
    migration!(27, "0027", "wallet"),
    migration!(28, "0028", "voucher_status"),
    migration!(29, "0029", "voucher_story"),
    migration!(30, "0030", "campaigns"),
    migration!(31, "0031", "bulk_operations"),
    migration!(32, "0032", "reports"),
    migration!(33, "0033", "bulk_edits"),
    migration!(34, "0034", "tags"),
    migration!(35, "0035", "mailings"),
    migration!(36, "0036", "funnel"),
    migration!(37, "0037", "moves"),
    migration!(38, "0038", "moved_cards"),
    migration!(39, "0039", "sign_in_shares"),
    migration!(40, "0040", "desk"),
];

/// Those of the publisher's book, which is a database of its own.
const BOOK: &[Migration] = &[
    migration!(in "../../migrations/publisher/", 1, "0001", "book"),
    migration!(in "../../migrations/publisher/", 2, "0002", "payouts"),
    migration!(in "../../migrations/publisher/", 3, "0003", "payout_states"),
];

/// Any number; all processes of this program take the same PostgreSQL lock while they migrate.
const ADVISORY_LOCK: i64 = 0x534f_5645_5245_4947;

/// Applies what is missing and answers the names of what was applied.
///
/// # Errors
/// Where the database was written by a newer program, or an applied migration differs from ours.
pub async fn migrate(store: &Store, now: Timestamp) -> Result<Vec<String>> {
    let applied_now = apply_missing(store, MIGRATIONS, now).await?;
    let mut tx = store.begin().await?;
    lock(&mut tx).await?;
    // Boxed: every start holds this future, and hardly any has anything to do in it.
    Box::pin(walls::raise(&mut tx)).await?;
    tx.commit().await?;
    Ok(applied_now)
}

/// The same of the publisher's book.
///
/// # Errors
/// As [`migrate`]; and where it is a Sovereign's database.
pub async fn migrate_book(store: &Store, now: Timestamp) -> Result<Vec<String>> {
    apply_missing(store, BOOK, now).await
}

async fn apply_missing(store: &Store, list: &[Migration], now: Timestamp) -> Result<Vec<String>> {
    let mut applied_now = Vec::new();
    for migration in list {
        let mut tx = store.begin().await?;
        lock(&mut tx).await?;
        let applied = applied(&mut tx).await?;
        check(list, &applied)?;
        if applied.iter().any(|(number, _)| *number == migration.number) {
            continue;
        }
        apply(&mut tx, migration, now).await?;
        tx.commit().await?;
        applied_now.push(migration.full_name());
    }
    Ok(applied_now)
}

/// Waits for whoever migrates, and answers whether this program's schema is here already. The caller's
/// transaction keeps others waiting.
pub(crate) async fn begun(tx: &mut Tx) -> Result<bool> {
    lock(tx).await?;
    let applied = applied(tx).await?;
    check(MIGRATIONS, &applied)?;
    Ok(!applied.is_empty())
}

/// Applies every migration in the caller's transaction; answers their names.
pub(crate) async fn apply_all(tx: &mut Tx, now: Timestamp) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for migration in MIGRATIONS {
        apply(tx, migration, now).await?;
        names.push(migration.full_name());
    }
    Box::pin(walls::raise(tx)).await?;
    Ok(names)
}

/// The migrations that a database lacks; nothing is changed.
pub(crate) async fn missing(store: &Store) -> Result<Vec<String>> {
    let mut tx = store.begin().await?;
    lock(&mut tx).await?;
    let applied = applied(&mut tx).await?;
    check(MIGRATIONS, &applied)?;
    let lacks = |migration: &&Migration| applied.iter().all(|(done, _)| *done != migration.number);
    Ok(MIGRATIONS.iter().filter(lacks).map(Migration::full_name).collect())
}

/// The names of all migrations.
#[must_use]
pub fn names() -> Vec<String> {
    MIGRATIONS.iter().map(Migration::full_name).collect()
}

/// The tables that the migrations make.
pub(crate) fn tables() -> Vec<String> {
    let lines = MIGRATIONS.iter().flat_map(|migration| migration.postgres.lines());
    let names = lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
    names.map(str::to_owned).collect()
}

/// Refuses a database whose schema is not exactly ours.
///
/// # Errors
/// Where a migration is missing, newer than ours, or different.
pub async fn require_current(store: &Store) -> Result<()> {
    let mut tx = store.read().await?;
    let applied = match applied(&mut tx).await {
        Err(Error::Statement(_)) => Vec::new(),
        other => other?,
    };
    check(MIGRATIONS, &applied)?;
    if applied.len() < MIGRATIONS.len() {
        let text =
            "the database has not been migrated; run `sovereign migrate` or `sovereign serve`";
        return Err(Error::Unsupported(text.into()));
    }
    walls::require_owner(&mut tx).await
}

/// A digest of the schema this program expects; equal on every Sovereign of the same build.
#[must_use]
pub fn fingerprint() -> String {
    let mut hasher = Sha256::new();
    for migration in MIGRATIONS {
        hasher.update(migration.postgres);
        hasher.update(migration.sqlite);
    }
    crate::hex::encode(&hasher.finalize()[..8])
}

async fn lock(tx: &mut Tx) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        let query = "SELECT pg_advisory_xact_lock($1)";
        if let Connection::Postgres(connection) = tx.connection() {
            sqlx::query(query).bind(ADVISORY_LOCK).execute(connection).await?;
        }
    }
    let bookkeeping = match tx.engine() {
        Engine::Postgres => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, \
             name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL)"
        }
        Engine::Sqlite => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, \
             name TEXT NOT NULL, digest TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        }
    };
    on_db!(tx, c => sqlx::raw_sql(bookkeeping).execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn applied(tx: &mut Tx) -> Result<Vec<(i32, String)>> {
    let sql = "SELECT number, digest FROM schema_migrations ORDER BY number";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// The digest covers both files: a Sovereign can be moved from one database to the other.
fn digest(migration: &Migration) -> String {
    let digest = Sha256::new().chain_update(migration.postgres).chain_update(migration.sqlite);
    crate::hex::encode(&digest.finalize()[..16])
}

fn check(list: &[Migration], applied: &[(i32, String)]) -> Result<()> {
    for (number, stored) in applied {
        match list.iter().find(|migration| migration.number == *number) {
            Some(migration) if digest(migration) == *stored => {}
            _ if MIGRATIONS.iter().chain(BOOK).any(|other| digest(other) == *stored) => {
                return Err(Error::Unsupported(
                    "this is a database of another kind: a Sovereign's, or a publisher's book; \
                     name another one"
                        .into(),
                ));
            }
            Some(migration) => {
                return Err(Error::Unsupported(format!(
                    "migration {number} ({}) of this database differs from the program's; \
                     run the program version that wrote it",
                    migration.name
                )));
            }
            None => {
                return Err(Error::Unsupported(format!(
                    "the database has migration {number}, which this program does not know; \
                     run a newer version of the program"
                )));
            }
        }
    }
    Ok(())
}

async fn apply(tx: &mut Tx, migration: &Migration, now: Timestamp) -> Result<()> {
    let sql = match tx.engine() {
        Engine::Postgres => migration.postgres,
        Engine::Sqlite => migration.sqlite,
    };
    on_db!(tx, c => sqlx::raw_sql(sql).execute(c).await.map(|_| ()))?;
    let record = "INSERT INTO schema_migrations (number, name, digest, applied_at) \
                  VALUES ($1, $2, $3, $4)";
    on_db!(tx, c => sqlx::query(record)
        .bind(migration.number)
        .bind(migration.name)
        .bind(digest(migration))
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
