//! `sovereign`: the one row that says which Sovereign this database belongs to.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct FactsRow {
        pub(crate) fqdn: String,
        pub(crate) currency: String,
        pub(crate) demo: bool,
    }
}

pub(crate) async fn find(tx: &mut Tx) -> Result<Option<FactsRow>> {
    let sql = "SELECT fqdn, currency, demo FROM sovereign WHERE id = 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_optional(c).await)?)
}

/// Answers whether this call was the first start.
pub(crate) async fn insert(tx: &mut Tx, facts: &FactsRow, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO sovereign (id, fqdn, currency, demo, catalog_revision, created_at) \
               VALUES (1, $1, $2, $3, 1, $4) ON CONFLICT (id) DO NOTHING";
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(&facts.fqdn)
        .bind(&facts.currency)
        .bind(facts.demo)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}
