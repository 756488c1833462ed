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
    Postgres { options: Box<PgConnectOptions>, kept: Option<PgConnection> },
    Sqlite(SqlitePool),
}

impl Lane {
    pub(crate) async fn open(store: &Store) -> Result<Self> {
        let kind = match store {
            Store::Postgres(pool) => {
                let options = postgres::lookup_options(pool);
                let kept = Some(postgres::connect_kept(&options).await?);
                Kind::Postgres { options: Box::new(options), kept }
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
                if let Some(mut connection) = kept.take()
                    && begin(&mut connection, replan).await.is_ok()
                {
                    return Ok(Tx(Inner::PostgresKept(connection)));
                }
                let mut connection = postgres::connect_kept(options).await?;
                begin(&mut connection, false).await?;
                Ok(Tx(Inner::PostgresKept(connection)))
            }
            Kind::Sqlite(writer) => {
                Ok(Tx(Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)))
            }
        }
    }

    pub(crate) async fn commit(&mut self, tx: Tx) -> Result<()> {
        self.end(tx, "COMMIT").await
    }

    /// Undoes everything. Where the connection is broken, dropping it does the same.
    pub(crate) async fn roll_back(&mut self, tx: Tx) {
        if let Err(error) = self.end(tx, "ROLLBACK").await {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }

    async fn end(&mut self, tx: Tx, how: &'static str) -> Result<()> {
        match (&mut self.kind, tx.0) {
            (Kind::Postgres { kept, .. }, Inner::PostgresKept(mut connection)) => {
                sqlx::raw_sql(how).execute(&mut connection).await.map_err(Error::of_commit)?;
                *kept = Some(connection);
                Ok(())
            }
            (_, Inner::Sqlite(tx)) if how == "COMMIT" => {
                tx.commit().await.map_err(Error::of_commit)
            }
            (_, Inner::Sqlite(tx)) => Ok(tx.rollback().await?),
            (_, other) => Tx(other).commit().await,
        }
    }

    pub(crate) async fn close(self) {
        if let Kind::Postgres { kept: Some(connection), .. } = self.kind {
            let _ = connection.close().await;
        }
    }
}

async fn begin(connection: &mut PgConnection, replan: bool) -> sqlx::Result<()> {
    let sql = if replan { "BEGIN; DISCARD PLANS" } else { "BEGIN" };
    sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
}
