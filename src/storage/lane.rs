//! The money engine's own way to the database.
//!
//! On PostgreSQL it is one connection, kept from batch to batch: a pool would ask the server whether it
//! is still there before and after each use, a round trip each time. On SQLite it is the one connection
//! that writes.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, SqlitePool};

use super::{Error, Inner, Result, Store, Tx, postgres};

pub(crate) struct Lane {
    kind: Kind,
    transactions: u64,
}

enum Kind {
    Postgres { options: Box<PgConnectOptions>, kept: Option<Kept> },
    Sqlite(SqlitePool),
}

/// A connection between two batches.
struct Kept {
    connection: PgConnection,
    /// Whether the next transaction has begun with the end of the last one.
    begun: bool,
}

impl Lane {
    pub(crate) async fn open(store: &Store) -> Result<Self> {
        let kind = match store {
            Store::Postgres(pool) => {
                let options = Box::new(postgres::lookup_options(pool));
                let kept = Some(Kept::connect(&options).await?);
                Kind::Postgres { options, kept }
            }
            Store::Sqlite { writer, .. } => Kind::Sqlite(writer.clone()),
        };
        Ok(Self { kind, transactions: 0 })
    }

    /// Begins a transaction that writes. A connection that broke since the last one costs nobody an
    /// error: nothing had begun on it.
    pub(crate) async fn begin(&mut self) -> Result<Tx> {
        self.transactions += 1;
        let replan = postgres::replans(self.transactions);
        match &mut self.kind {
            Kind::Postgres { options, kept } => {
                if let Some(mut kept) = kept.take()
                    && kept.begin(replan).await.is_ok()
                {
                    return Ok(Tx(Inner::PostgresKept(kept.connection)));
                }
                let mut new = Kept::connect(options).await?;
                new.begin(false).await?;
                Ok(Tx(Inner::PostgresKept(new.connection)))
            }
            Kind::Sqlite(writer) => {
                Ok(Tx(Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)))
            }
        }
    }

    /// `more` is known to come: the next transaction begins in the same round trip.
    pub(crate) async fn commit(&mut self, tx: Tx, more: bool) -> Result<()> {
        match tx.0 {
            Inner::PostgresKept(connection) => {
                self.end(connection, if more { "COMMIT AND CHAIN" } else { "COMMIT" }, more).await
            }
            other => Tx(other).commit().await,
        }
    }

    /// Undoes everything. Where the connection is broken, dropping it does the same.
    pub(crate) async fn roll_back(&mut self, tx: Tx) {
        let undone = match tx.0 {
            Inner::PostgresKept(connection) => self.end(connection, "ROLLBACK", false).await,
            Inner::Sqlite(tx) => tx.rollback().await.map_err(Error::from),
            // Dropped, which does the same.
            _ => Ok(()),
        };
        if let Err(error) = undone {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }

    async fn end(
        &mut self,
        mut connection: PgConnection,
        how: &'static str,
        begun: bool,
    ) -> Result<()> {
        sqlx::raw_sql(how).execute(&mut connection).await.map_err(Error::of_commit)?;
        if let Kind::Postgres { kept, .. } = &mut self.kind {
            *kept = Some(Kept { connection, begun });
        }
        Ok(())
    }

    pub(crate) async fn close(self) {
        if let Kind::Postgres { kept: Some(kept), .. } = self.kind {
            let _ = kept.connection.close().await;
        }
    }
}

impl Kept {
    async fn connect(options: &PgConnectOptions) -> Result<Self> {
        Ok(Self { connection: postgres::connect_kept(options).await?, begun: false })
    }

    async fn begin(&mut self, replan: bool) -> sqlx::Result<()> {
        let sql = match (self.begun, replan) {
            (true, false) => return Ok(()),
            (true, true) => "DISCARD PLANS",
            (false, true) => "BEGIN; DISCARD PLANS",
            (false, false) => "BEGIN",
        };
        sqlx::raw_sql(sql).execute(&mut self.connection).await.map(|_| ())
    }
}
