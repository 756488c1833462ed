//! What one process tells the others on the same PostgreSQL when a voucher looks different from now on.
//!
//! A notice is part of the transaction that makes it true: nobody hears of what was not committed. An
//! SQLite file has one server, which needs no telling.

use std::time::Duration;

use sovereign_domain::voucher::Code;
use sqlx::PgPool;
use sqlx::postgres::PgListener;

use super::{Connection, Result, Store, Tx};

const CHANNEL: &str = "sovereign_vouchers";
const SEND: &str = "SELECT pg_notify($1, $2)";
/// What is sent where a campaign has changed; no code has it in it.
const EVERY_VOUCHER: &str = "*";
/// A listener that hears nothing for so long asks for a new connection. Every process says something
/// each second.
const SILENCE: Duration = Duration::from_secs(3);

/// Tells the others that a voucher has changed, once `tx` is committed.
pub(crate) async fn send(tx: &mut Tx, code: &Code) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        sqlx::query(SEND).bind(CHANNEL).bind(code.as_str()).execute(connection).await?;
    }
    Ok(())
}

/// Tells the others that a campaign has changed, and with it whatever is in it, once `tx` is committed.
pub(crate) async fn send_all(tx: &mut Tx) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        sqlx::query(SEND).bind(CHANNEL).bind(EVERY_VOUCHER).execute(connection).await?;
    }
    Ok(())
}

/// What was heard.
pub(crate) enum Heard {
    /// Somebody is there.
    Beat,
    Voucher(Code),
    EveryVoucher,
}

/// Says that it is there: what was sent before has been delivered to whoever hears this.
pub(crate) async fn beat(pool: &PgPool) -> Result<()> {
    sqlx::query(SEND).bind(CHANNEL).bind("").execute(pool).await?;
    Ok(())
}

/// Hears what is sent, from the moment it is opened.
pub(crate) struct Notices(PgListener);

impl Notices {
    pub(crate) async fn open(pool: &PgPool) -> Result<Self> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// What somebody says.
    ///
    /// # Errors
    /// Where the connection is lost, or silent for too long: what was sent meanwhile is not known.
    pub(crate) async fn next(&mut self) -> Result<Heard> {
        let lost = || super::Error::Unavailable("no notices".into());
        let heard = tokio::time::timeout(SILENCE, self.0.try_recv()).await.map_err(|_| lost())?;
        let notice = heard?.ok_or_else(lost)?;
        Ok(match notice.payload() {
            "" => Heard::Beat,
            EVERY_VOUCHER => Heard::EveryVoucher,
            code => Heard::Voucher(Code::stored(code.to_owned())),
        })
    }
}

/// The pool of a store that can be listened to.
pub(crate) fn pool(store: &Store) -> Option<&PgPool> {
    match store {
        Store::Postgres(pool) => Some(pool),
        Store::Sqlite { .. } => None,
    }
}
