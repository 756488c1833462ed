//! The second wall around what is inside Organizations, on PostgreSQL: row-level security.
//!
//! The program owns the tables, and its engine, jobs and administration read all of them. A transaction for
//! one person ([`Store::read_as`], [`Store::snapshot_as`], [`Store::begin_as`]) gives those rights up for a role
//! whose policies show the rows of that person's Organizations only: where a route or a statement forgets
//! to ask who is a member, it finds nothing. SQLite has no roles; there the same calls are without a second
//! wall. docs/ISOLATION.md says what it protects against, and what not.

use sovereign_domain::ids::UserId;
use sqlx::{AssertSqlSafe, PgConnection};

use super::verify::Fault;
use super::{Connection, Error, Inner, Result, Store, Tx, migrate};

/// What a database lacks of the wall, as statements that make it, in their order.
///
/// A table with a column `tenant_id` or `customer_id` is inside an Organization. Who may read there may not
/// write there, but for what the use cases of members write; money is the engine's. What stands in
/// the first line of the privileges is about Organizations and for no member to read.
const MISSING: &str = r"
WITH role AS (
    SELECT sovereign_member_role() AS name, (SELECT oid FROM pg_roles WHERE rolname = sovereign_member_role()) AS id
), tables AS (
    SELECT c.oid AS id, c.relname::text AS name, c.relrowsecurity AS walled,
        CASE WHEN c.relname = 'organizations' THEN 'id = ANY ((SELECT sovereign_organizations())::text[])'
            WHEN c.relname = 'users' THEN 'id = ANY ((SELECT sovereign_people())::text[])'
            WHEN bool_or(a.attname = 'tenant_id')
                THEN 'tenant_id = ANY ((SELECT sovereign_organizations())::text[])'
            WHEN bool_or(a.attname = 'customer_id')
                THEN 'customer_id = ANY ((SELECT sovereign_accounts())::uuid[])'
        END AS rule
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname = ANY($1)
    GROUP BY c.oid
), privileges AS (
    SELECT t.id, t.name, p.privilege FROM tables t CROSS JOIN LATERAL unnest(CASE
        WHEN t.name IN ('alarms', 'letters', 'ended_organizations', 'published_events',
            'organization_moves') THEN '{}'::text[]
        WHEN t.name IN ('audit_log', 'outbox') THEN '{INSERT}'
        WHEN t.name IN ('members', 'invitations', 'environments', 'app_environments', 'provisions')
            THEN '{SELECT,INSERT,UPDATE,DELETE}'
        WHEN t.name = 'organizations' THEN '{SELECT,UPDATE}'
        WHEN t.rule IS NOT NULL OR t.name IN ('sovereign', 'catalog_items', 'app_tiers', 'meters', 'environment_policies',
            'branding')
            THEN '{SELECT}'
        ELSE '{}' END) p (privilege)
)
SELECT s.place, s.statement FROM (
    SELECT 1 AS place, format('CREATE ROLE %I NOLOGIN', name) AS statement FROM role WHERE id IS NULL
    UNION ALL
    SELECT 2, format('GRANT %I TO %I', name, current_user) FROM role
    WHERE pg_has_role(id, CASE WHEN current_setting('server_version_num')::integer >= 160000
        THEN 'SET' ELSE 'MEMBER' END) IS NOT TRUE
    UNION ALL
    SELECT 3, format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name) FROM role
    WHERE has_schema_privilege(id, current_schema()::regnamespace::oid, 'USAGE') IS NOT TRUE
    UNION ALL
    SELECT 4, format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name) FROM tables
    WHERE rule IS NOT NULL AND NOT walled
    UNION ALL
    SELECT 5, format('CREATE POLICY inside ON %I USING (%s)', name, rule) FROM tables t
    WHERE rule IS NOT NULL AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.id)
    UNION ALL
    SELECT 6, format('GRANT %s ON %I TO %I', string_agg(p.privilege, ', '), p.name, r.name)
    FROM privileges p CROSS JOIN role r
    WHERE has_table_privilege(r.id, p.id, p.privilege) IS NOT TRUE GROUP BY p.name, r.name
) s ORDER BY s.place, s.statement";

/// Where in [`MISSING`] the policies are.
const POLICIES: [i32; 2] = [4, 5];

/// Makes what the database lacks of the wall, in the caller's transaction.
///
/// # Errors
/// Where the program's user may not make the role ([`Error::Unsupported`], with the statements that a
/// superuser has to run once), or the wall would hold the program itself.
pub(super) async fn raise(tx: &mut Tx) -> Result<()> {
    require_owner(tx).await?;
    let Connection::Postgres(connection) = tx.connection() else { return Ok(()) };
    for (_, statement) in missing(connection).await? {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.as_str())).execute(&mut *connection).await;
        done.map_err(|error| refused(&statement, &error))?;
    }
    require_weak_role(connection).await
}

/// What `verify` finds wrong with the wall.
pub(crate) const CHECKS: [&str; 2] =
    ["what is inside Organizations is walled", "nobody sees no row inside Organizations"];

/// Whether the wall stands: each table has its policy, and a transaction that is for nobody sees nothing. That
/// the role is not there is no fault, as in a copy of a database that has another name: without it
/// members' requests are refused, and the next start makes it.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn faults(store: &Store) -> Result<Vec<Fault>> {
    let mut tx = store.read().await?;
    let Connection::Postgres(connection) = tx.connection() else { return Ok(Vec::new()) };
    let missing = missing(connection).await?;
    drop(tx);
    let [walled, nobody] = CHECKS;
    let fault = |check, subject, expected, found| Fault { check, subject, expected, found };
    if missing.is_empty() {
        let seen = seen(&mut store.read_as(&UserId("".into())).await?).await?;
        let seen = seen.into_iter().filter(|(_, rows)| *rows > 0);
        return Ok(seen.map(|(table, rows)| fault(nobody, table, 0, rows)).collect());
    }
    let gaps = missing.into_iter().filter(|(place, _)| POLICIES.contains(place));
    Ok(gaps.map(|(_, statement)| fault(walled, statement, 1, 0)).collect())
}

/// How many rows a transaction sees in each walled table that members may read, by table. On SQLite, which has
/// no walls, there are no such tables.
///
/// # Errors
/// Where the database fails.
pub async fn seen(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    let Connection::Postgres(connection) = tx.connection() else { return Ok(Vec::new()) };
    let counts = "SELECT string_agg(format('SELECT %L AS t, count(*) AS n FROM %I', c.relname, c.relname), \
                      ' UNION ALL ') FROM pg_class c \
                  WHERE c.relname = ANY($1) AND c.relnamespace = current_schema()::regnamespace \
                      AND c.relrowsecurity AND has_table_privilege(c.oid, 'SELECT')";
    let counts = sqlx::query_scalar(counts).bind(migrate::tables());
    let counts: Option<String> = counts.fetch_one(&mut *connection).await?;
    let Some(counts) = counts else { return Ok(Vec::new()) };
    Ok(sqlx::query_as(AssertSqlSafe(counts)).fetch_all(connection).await?)
}

/// The statements that make what the database lacks, each with its place in [`MISSING`].
async fn missing(connection: &mut PgConnection) -> Result<Vec<(i32, String)>> {
    Ok(sqlx::query_as(MISSING).bind(migrate::tables()).fetch_all(connection).await?)
}

fn refused(statement: &str, error: &sqlx::Error) -> Error {
    let error = error
        .as_database_error()
        .map_or_else(|| error.to_string(), |error| error.message().to_owned());
    Error::Unsupported(format!(
        "the database's user may not set up who sees what inside Organizations: {error}. Have a superuser \
         run this once in this database, then start again (docs/ISOLATION.md): {statement};"
    ))
}

/// Refuses a user whom the policies hold: whatever is not for members would see no rows, and take the
/// database for an empty one.
///
/// # Errors
/// [`Error::Unsupported`], with what to do.
pub(super) async fn require_owner(tx: &mut Tx) -> Result<()> {
    let Connection::Postgres(connection) = tx.connection() else { return Ok(()) };
    let held = "SELECT row_security_active('organizations')";
    if sqlx::query_scalar(held).fetch_one(connection).await? {
        let text = "the database's user does not own the tables, and their policies would hide the rows from \
                    the program; connect as their owner (docs/ISOLATION.md)";
        return Err(Error::Unsupported(text.into()));
    }
    Ok(())
}

/// Refuses a role for members that no policy holds, or that somebody could log in as.
async fn require_weak_role(connection: &mut PgConnection) -> Result<()> {
    let strong = "SELECT rolname::text FROM pg_roles WHERE rolname = sovereign_member_role() \
                  AND (rolsuper OR rolbypassrls OR rolcanlogin)";
    let strong: Option<String> = sqlx::query_scalar(strong).fetch_optional(connection).await?;
    match strong {
        None => Ok(()),
        Some(role) => Err(Error::Unsupported(format!(
            "role {role} is what members' requests run as, and may log in or pass policies by; have a \
             superuser run: ALTER ROLE \"{role}\" NOLOGIN NOSUPERUSER NOBYPASSRLS;"
        ))),
    }
}

impl Store {
    /// As [`Store::begin`], for what a person does in one of their Organizations.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_as(&self, user_id: &UserId) -> Result<Tx> {
        self.walled("BEGIN", user_id, self.begin()).await
    }

    /// As [`Store::read`], for what a person sees of their Organizations.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn read_as(&self, user_id: &UserId) -> Result<Tx> {
        self.walled("BEGIN READ ONLY", user_id, self.read()).await
    }

    /// As [`Store::snapshot`], for what a person sees of their Organizations.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn snapshot_as(&self, user_id: &UserId) -> Result<Tx> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.walled(begin, user_id, self.snapshot()).await
    }

    /// [`Store::read`], where an administrator is shown something of all Organizations: whoever wants to
    /// know what that is looks for this name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn read_across(&self) -> Result<Tx> {
        self.read().await
    }

    /// [`Store::snapshot`], likewise.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn snapshot_across(&self) -> Result<Tx> {
        self.snapshot().await
    }

    /// Begins, says for whom, and takes on the members' role until the end of the transaction, all in one round
    /// trip.
    async fn walled(
        &self,
        begin: &'static str,
        user_id: &UserId,
        without: impl Future<Output = Result<Tx>>,
    ) -> Result<Tx> {
        let Self::Postgres(pool) = self else { return without.await };
        // In hexadecimal, so that no identifier can be anything but a value.
        let person = crate::hex::encode(user_id.0.as_bytes());
        let begin = format!(
            "{begin}; SELECT set_config('sovereign.user_id', convert_from(decode('{person}', 'hex'), 'UTF8'), \
             true), set_config('role', sovereign_member_role(), true)"
        );
        Ok(Tx(Inner::Postgres(pool.begin_with(AssertSqlSafe(begin)).await?)))
    }
}
