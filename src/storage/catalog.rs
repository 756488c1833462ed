//! `catalog_items`: plans, add-ons, apps, industries and bundles.

use std::sync::Arc;

use serde_json::Value;
use sovereign_domain::catalog::{Catalog, Item};
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

#[derive(Debug, FromRow)]
pub(crate) struct ItemRow {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) position: i32,
    pub(crate) price_minor: i64,
    pub(crate) doc: Json<Value>,
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

async fn all(tx: &mut Tx) -> Result<Vec<ItemRow>> {
    let sql = "SELECT kind, id, slug, position, price_minor, doc FROM catalog_items \
               ORDER BY kind, position, id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

pub(crate) async fn of_kind(tx: &mut Tx, kind: &str) -> Result<Vec<ItemRow>> {
    let sql = "SELECT kind, id, slug, position, price_minor, doc FROM catalog_items \
               WHERE kind = $1 ORDER BY position, id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(kind).fetch_all(c).await)?)
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
                usage_priced: row.doc.0["usage_priced"].as_bool().unwrap_or(false),
            })
            .collect()
    };
    Ok(Arc::new(Catalog { plans: shelf("plan"), addons: shelf("addon"), apps: shelf("app") }))
}
