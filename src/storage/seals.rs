//! `audit_seals`: what the audit log was, a row for thousands of its lines. See `audit_chain.rs`.

use uuid::Uuid;

use super::audit_chain::Chain;
use super::{Result, Ts, Tx, on_db};

/// The job that seals.
pub(crate) const JOB: &str = "seal-audit";

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct Seal {
        /// 1, 2, 3 and so on.
        pub(crate) number: i64,
        /// The lines from this identifier on.
        pub(crate) from_id: Uuid,
        /// The lines before this one, where the next seal begins.
        pub(crate) before_id: Uuid,
        /// How many lines these are.
        pub(crate) line_count: i64,
        /// The chain's hash after the last of them.
        pub(crate) hash: Vec<u8>,
        pub(crate) created_at: Ts,
    }
}

/// Where a chain goes on: the number, the first identifier and the hash that follow a seal, or none.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) number: i64,
    pub(crate) id: Uuid,
    pub(crate) hash: Vec<u8>,
}

impl End {
    pub(crate) fn after(seal: Option<Seal>) -> Self {
        match seal {
            None => Self { number: 0, id: Uuid::nil(), hash: Chain::GENESIS.to_vec() },
            Some(seal) => Self { number: seal.number, id: seal.before_id, hash: seal.hash },
        }
    }
}

macro_rules! columns {
    () => {
        "number, from_id, before_id, line_count, hash, created_at"
    };
}

pub(crate) async fn newest(tx: &mut Tx) -> Result<Option<Seal>> {
    const SQL: &str =
        concat!("SELECT ", columns!(), " FROM audit_seals ORDER BY number DESC LIMIT 1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).fetch_optional(c).await)?)
}

/// The seals after this number, in their order.
pub(crate) async fn after(tx: &mut Tx, number: i64, limit: i64) -> Result<Vec<Seal>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM audit_seals WHERE number > $1 ORDER BY number LIMIT $2"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(number).bind(limit).fetch_all(c).await)?)
}

/// Writes a seal. Of two that write the same number, the second has a conflict.
pub(crate) async fn insert(tx: &mut Tx, seal: &Seal) -> Result<()> {
    const SQL: &str =
        concat!("INSERT INTO audit_seals (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6)");
    on_db!(tx, c => sqlx::query(SQL)
        .bind(seal.number)
        .bind(seal.from_id)
        .bind(seal.before_id)
        .bind(seal.line_count)
        .bind(seal.hash.as_slice())
        .bind(seal.created_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
