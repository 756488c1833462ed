//! `catalog_items`: plans, add-ons, apps, industries and bundles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::policy::{AppTerms, PolicyInForce};
use sqlx::FromRow;

use super::batch::{self, batch_row};
use super::{Json, Result, Ts, Tx, on_db, policies};

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

/// Has every cached catalog read again, from this transaction's commit on; whoever else changes it waits.
pub(crate) async fn touch(tx: &mut Tx) -> Result<()> {
    let sql = "UPDATE sovereign SET catalog_revision = catalog_revision + 1 WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The part of the catalog that prices orders, and the policy that says which there may be.
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
            })
            .collect()
    };
    let (version, policy) = policies::in_force(tx).await?;
    let policy = PolicyInForce { version, policy, apps: terms(&rows) };
    let (plans, addons, apps) = (shelf("plan"), shelf("addon"), shelf("app"));
    Ok(Arc::new(Catalog { plans, addons, apps, policy }))
}

/// What the policy has to know of each app.
fn terms(rows: &[ItemRow]) -> BTreeMap<String, AppTerms> {
    let apps: Vec<&ItemRow> = rows.iter().filter(|row| row.kind == "app").collect();
    let by_name = apps.iter().flat_map(|row| [(&*row.slug, *row), (&*row.id, *row)]).collect();
    let term = |row: &&ItemRow| {
        let tier = row.doc.0["tier"].as_str().map(str::to_owned);
        (row.id.clone(), AppTerms { tier, needs: needs(row, &by_name) })
    };
    apps.iter().map(term).collect()
}

/// The slugs of all that is installed with an app.
fn needs(app: &ItemRow, by_name: &BTreeMap<&str, &ItemRow>) -> BTreeSet<String> {
    let mut needs = BTreeSet::new();
    let mut open = vec![app];
    while let Some(row) = open.pop() {
        let names = row.doc.0["dependencies"].as_array().into_iter().flatten();
        let found = names.filter_map(|name| by_name.get(name.as_str()?).copied());
        open.extend(found.filter(|needed| needs.insert(needed.slug.clone())));
    }
    needs
}
