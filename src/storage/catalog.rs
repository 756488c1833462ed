//! `catalog_items`: plans, add-ons, apps, industries and bundles.

use std::sync::Arc;

use serde_json::Value;
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::timestamp::Timestamp;
use sqlx::FromRow;

use super::batch::{self, batch_row};
use super::{Json, Result, Ts, Tx, on_db};

batch_row! {
    pub(crate) struct NewItem {
        kind: String => "text",
        id: String => "text",
        slug: String => "text",
        position: i32 => "integer",
        price_minor: i64 => "bigint",
        doc: String => "jsonb",
        updated_at: Ts => "timestamptz",
    }
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct ItemRow {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) position: i32,
    pub(crate) price_minor: i64,
    pub(crate) doc: Json<Value>,
    /// `publisher` or `private`.
    pub(crate) origin: String,
    /// FALSE where a private Blueprint's signature does not hold.
    pub(crate) listed: bool,
    pub(crate) retired_at: Option<Ts>,
}

/// As [`ItemRow::origin`] has them.
pub(crate) const PUBLISHER: &str = "publisher";
pub(crate) const PRIVATE: &str = "private";

impl ItemRow {
    /// Whether it is shown, and can be ordered.
    pub(crate) fn is_listed(&self) -> bool {
        self.listed && self.retired_at.is_none()
    }

    pub(crate) fn is_private(&self) -> bool {
        self.origin == PRIVATE
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT kind, id, slug, position, price_minor, doc, origin, listed, retired_at \
             FROM catalog_items ",
            $rest
        )
    };
}

pub(crate) async fn seed(tx: &mut Tx, items: Vec<NewItem>) -> Result<()> {
    let sql = "WITH v (kind, id, slug, position, price_minor, doc, updated_at) AS ({rows}) \
               INSERT INTO catalog_items (kind, id, slug, position, price_minor, doc, updated_at) \
               SELECT kind, id, slug, position, price_minor, doc, updated_at FROM v";
    batch::execute(tx, sql, items).await.map(|_| ())
}

/// Grows with every change of the catalog, so that cached prices are known to be stale.
pub(crate) async fn revision(tx: &mut Tx) -> Result<i64> {
    let sql = "SELECT catalog_revision FROM sovereign WHERE id = 1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await)?)
}

/// Everything, also what is not listed.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<ItemRow>> {
    let sql = select!("ORDER BY kind, position, id");
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Everything of a kind, also what is not listed.
pub(crate) async fn of_kind(tx: &mut Tx, kind: &str) -> Result<Vec<ItemRow>> {
    let sql = select!("WHERE kind = $1 ORDER BY position, id");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(kind).fetch_all(c).await)?)
}

/// Begins a change of the catalog: whoever else wants to change it waits until this transaction ends, and
/// whoever has read prices reads them again.
pub(crate) async fn begin_change(tx: &mut Tx) -> Result<()> {
    let sql = "UPDATE sovereign SET catalog_revision = catalog_revision + 1 WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    Ok(())
}

pub(crate) async fn insert(tx: &mut Tx, row: &ItemRow, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO catalog_items (kind, id, slug, position, price_minor, doc, origin, listed, \
                   retired_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.kind)
        .bind(&row.id)
        .bind(&row.slug)
        .bind(row.position)
        .bind(row.price_minor)
        .bind(&row.doc)
        .bind(&row.origin)
        .bind(row.listed)
        .bind(row.retired_at)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes what may change of it: neither its slug nor whose it is does.
pub(crate) async fn update(tx: &mut Tx, row: &ItemRow, now: Timestamp) -> Result<()> {
    let sql = "UPDATE catalog_items SET position = $3, price_minor = $4, doc = $5, listed = $6, \
                   retired_at = $7, updated_at = $8 \
               WHERE kind = $1 AND id = $2";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.kind)
        .bind(&row.id)
        .bind(row.position)
        .bind(row.price_minor)
        .bind(&row.doc)
        .bind(row.listed)
        .bind(row.retired_at)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The part of the catalog that prices orders.
pub(crate) async fn prices(tx: &mut Tx) -> Result<Arc<Catalog>> {
    let rows = all(tx).await?;
    let shelf = |kind: &str| {
        let items = rows.iter().filter(|row| row.kind == kind);
        items
            .map(|row| Item {
                id: row.id.clone(),
                slug: row.slug.clone(),
                name: row.doc.0["name"].as_str().unwrap_or(&row.slug).to_owned(),
                price_minor: row.price_minor,
                listed: row.is_listed(),
            })
            .collect()
    };
    Ok(Arc::new(Catalog { plans: shelf("plan"), addons: shelf("addon"), apps: shelf("app") }))
}
