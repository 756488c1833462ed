//! The database: SQLite in a file, or PostgreSQL.
//!
//! A statement is written once, with `$1` parameters, and runs on both. What truly differs (how to
//! connect, how rows travel in bulk, how a row is locked) is in `postgres.rs` and `sqlite.rs`. Nothing
//! in here decides anything; rules live in the domain.

#[macro_use]
mod row;

pub mod adopt;
pub(crate) mod adopted_subscriptions;
pub(crate) mod alarms;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod audit_chain;
pub mod backup;
pub mod batch;
pub(crate) mod bill_here;
pub(crate) mod billing;
pub(crate) mod bills;
pub(crate) mod blueprints;
pub(crate) mod branding;
pub(crate) mod bulk;
pub(crate) mod bulk_edit;
pub(crate) mod campaigns;
pub(crate) mod catalog;
mod columns;
pub(crate) mod cursor;
pub(crate) mod ended_organizations;
pub(crate) mod environments;
mod error;
pub(crate) mod event_deliveries;
pub(crate) mod event_endpoints;
pub(crate) mod event_lanes;
pub(crate) mod export;
pub(crate) mod facts;
pub(crate) mod funnel;
pub(crate) mod gauges;
pub(crate) mod invitations;
pub(crate) mod invoices;
pub(crate) mod jobs;
pub(crate) mod kept;
pub(crate) mod lane;
pub(crate) mod leases;
pub(crate) mod ledger;
pub(crate) mod letters;
pub(crate) mod load;
mod load_campaigns;
mod load_locked;
mod load_orders;
mod load_payments;
mod load_refunds;
mod load_requests;
mod load_subscriptions;
mod load_usage;
pub(crate) mod mailing_addresses;
pub(crate) mod mailing_recipients;
pub(crate) mod mailings;
pub mod memory;
pub mod migrate;
pub(crate) mod move_in;
pub(crate) mod move_out;
pub(crate) mod move_pages;
pub(crate) mod moved_credit;
pub(crate) mod moved_list;
pub(crate) mod moved_tables;
pub(crate) mod moves;
pub(crate) mod nats_queue;
pub(crate) mod networks;
pub(crate) mod notices;
pub(crate) mod orders;
pub(crate) mod organization_life;
pub(crate) mod organizations;
pub mod outbox;
pub(crate) mod overview;
pub(crate) mod passwords;
pub(crate) mod payments;
pub(crate) mod placed;
pub(crate) mod policies;
pub(crate) mod postgres;
pub(crate) mod provisions;
pub mod rate_limits;
pub(crate) mod reads;
pub(crate) mod reconcile;
pub(crate) mod reconcile_runs;
pub(crate) mod refunds;
pub(crate) mod renewals;
pub(crate) mod reports;
pub(crate) mod rollups;
pub(crate) mod seals;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sign_ins;
pub(crate) mod sqlite;
mod types;
pub(crate) mod usage;
pub(crate) mod users;
pub mod verify;
pub(crate) mod verify_blueprints;
mod verify_bulk;
mod verify_campaigns;
mod verify_chain;
mod verify_funnel;
mod verify_mailings;
mod verify_moves;
mod verify_reports;
mod verify_usage;
mod voucher_few;
pub(crate) mod voucher_held;
pub(crate) mod voucher_list;
mod voucher_orders;
pub(crate) mod voucher_sorted;
pub(crate) mod voucher_story;
pub(crate) mod voucher_tags;
pub(crate) mod voucher_timeline;
pub(crate) mod voucher_views;
pub(crate) mod vouchers;
pub(crate) mod wallets;
pub mod walls;
pub(crate) mod webhook_events;
pub(crate) mod write;
mod write_campaigns;
mod write_orders;
pub(crate) mod write_payments;
mod write_subscriptions;
mod write_usage;

use std::path::PathBuf;

use sqlx::pool::PoolConnection;
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool,
    Transaction,
};

pub use self::error::{Error, Result};
pub use self::postgres::{is_server_address, lookup_options};
pub use self::types::{Json, Ts};

/// The SQLite file's name in the data directory.
pub const DATABASE_FILE: &str = "sovereign.db";

/// Where the rows are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A `postgres://` address.
    Server(String),
}

/// An open database, shared by everything in the process.
#[derive(Debug, Clone)]
pub enum Store {
    Postgres(PgPool),
    /// SQLite has one writer at a time: writes queue for its one connection.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
}

/// Which of the two databases, where a person should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Sqlite,
}

/// A connection with a transaction open on it, or, for single reads, without one.
#[derive(Debug)]
pub struct Tx(Inner);

#[derive(Debug)]
enum Inner {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
    /// A connection that is kept from one use to the next. Whoever keeps it begins and ends its
    /// transactions.
    PostgresKept(PgConnection),
    PostgresRead(PoolConnection<Postgres>),
    SqliteRead(PoolConnection<Sqlite>),
}

pub(crate) enum Connection<'a> {
    Postgres(&'a mut PgConnection),
    Sqlite(&'a mut SqliteConnection),
}

/// Runs one expression on whichever connection is open: the statement is written once and compiled for
/// both databases.
macro_rules! on_db {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx.connection() {
            $crate::storage::Connection::Postgres($connection) => $body,
            $crate::storage::Connection::Sqlite($connection) => $body,
        }
    };
}
pub(crate) use on_db;

impl Store {
    /// Opens the database; an SQLite file is made where there is none. Does not migrate.
    ///
    /// # Errors
    /// Where the database cannot be reached, or is of a version that is not supported.
    pub async fn open(location: &Location) -> Result<Self> {
        match location {
            Location::File(path) => sqlite::open(path).await,
            Location::Server(url) => {
                postgres::open(url, postgres::POOL_SIZE).await.map(Self::Postgres)
            }
        }
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Postgres(pool) => Inner::Postgres(pool.begin().await?),
            // A plain BEGIN would fail at its first write if another wrote since.
            Self::Sqlite { writer, .. } => {
                Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
        }))
    }

    /// A connection for single reads, each of them a transaction of its own.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Postgres(pool) => Inner::PostgresRead(pool.acquire().await?),
            Self::Sqlite { readers, .. } => Inner::SqliteRead(readers.acquire().await?),
        }))
    }

    /// A connection for many single statements, each of them a transaction of its own; see [`Tx::keep`].
    async fn kept(&self, purpose: kept::For) -> Result<Tx> {
        match self {
            Self::Postgres(pool) => {
                let options = match purpose {
                    kept::For::Lookups => postgres::lookup_options(pool),
                    kept::For::Limits => postgres::limits_options(pool),
                };
                Ok(Tx(Inner::PostgresKept(postgres::connect_kept(&options).await?)))
            }
            Self::Sqlite { .. } => self.read().await,
        }
    }

    /// Begins a transaction that reads one state of the whole database.
    pub async fn snapshot(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Inner::Postgres(pool.begin_with(begin).await?)
            }
            Self::Sqlite { readers, .. } => Inner::Sqlite(readers.begin().await?),
        }))
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Postgres(_) => Engine::Postgres,
            Self::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

impl Tx {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Inner::Postgres(tx) => Connection::Postgres(tx),
            Inner::Sqlite(tx) => Connection::Sqlite(tx),
            Inner::PostgresKept(connection) => Connection::Postgres(connection),
            Inner::PostgresRead(connection) => Connection::Postgres(connection),
            Inner::SqliteRead(connection) => Connection::Sqlite(connection),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.0 {
            Inner::Postgres(_) | Inner::PostgresKept(_) | Inner::PostgresRead(_) => {
                Engine::Postgres
            }
            Inner::Sqlite(_) | Inner::SqliteRead(_) => Engine::Sqlite,
        }
    }

    /// For the next use: a connection that is made for it. One of a pool goes back there.
    pub(crate) fn keep(self) -> Option<Self> {
        matches!(self.0, Inner::PostgresKept(_)).then_some(self)
    }

    /// Has the plans of a kept connection made anew, see [`postgres::replans`].
    pub(crate) async fn forget_plans(&mut self) -> Result<()> {
        if let Inner::PostgresKept(connection) = &mut self.0 {
            sqlx::raw_sql("DISCARD PLANS").execute(connection).await?;
        }
        Ok(())
    }

    /// Says goodbye to the server.
    pub(crate) async fn close(self) {
        if let Inner::PostgresKept(connection) = self.0 {
            let _ = connection.close().await;
        }
    }

    /// Makes everything written permanent. Dropping a transaction undoes it instead.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Inner::Postgres(tx) => tx.commit().await.map_err(Error::of_commit)?,
            Inner::Sqlite(tx) => tx.commit().await.map_err(Error::of_commit)?,
            Inner::PostgresKept(mut connection) => {
                let commit = sqlx::raw_sql("COMMIT").execute(&mut connection).await;
                commit.map_err(Error::of_commit)?;
            }
            Inner::PostgresRead(_) | Inner::SqliteRead(_) => {}
        }
        Ok(())
    }
}
