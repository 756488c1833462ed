//! `catalog_items`: plans, add-ons, apps, industries and bundles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::policy::{AppTerms, PolicyInForce};
use sovereign_domain::timestamp::Timestamp;

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

from_row! {
    #[derive(Debug, Clone)]
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
        /// Of an app, what a month in its tier costs.
        pub(crate) tier_price_minor: Option<i64>,
    }
}

/// As [`ItemRow::origin`] has them.
pub(crate) const PUBLISHER: &str = "publisher";
pub(crate) const PRIVATE: &str = "private";

impl ItemRow {
    /// What a month costs: an app what its tier does; one that is of none, what it costs itself.
    pub(crate) fn price_minor(&self) -> i64 {
        self.tier_price_minor.unwrap_or(self.price_minor)
    }

    /// Whether it is shown, and can be ordered.
    pub(crate) fn is_listed(&self) -> bool {
        self.listed && self.retired_at.is_none()
    }

    /// Whether an app of it can be installed.
    pub(crate) fn can_be_deployed(&self) -> bool {
        can_be_deployed(&self.doc.0)
    }

    pub(crate) fn is_private(&self) -> bool {
        self.origin == PRIVATE
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.kind, i.id, i.slug, i.position, i.price_minor, i.doc, i.origin, i.listed, \
                 i.retired_at, t.price_minor AS tier_price_minor \
             FROM catalog_items i \
             LEFT JOIN app_tiers t ON i.kind = 'app' AND t.slug = i.doc ->> 'tier' ",
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
    let sql = select!("ORDER BY i.kind, i.position, i.id");
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Everything of a kind, also what is not listed.
pub(crate) async fn of_kind(tx: &mut Tx, kind: &str) -> Result<Vec<ItemRow>> {
    let sql = select!("WHERE i.kind = $1 ORDER BY i.position, i.id");
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
                // Nobody pays for what cannot run yet.
                price_minor: if can_be_deployed(&row.doc.0) { row.price_minor() } else { 0 },
                needs: texts(&row.doc.0["dependencies"]),
                shareable: row.doc.0["shareable"].as_bool().unwrap_or(false),
                usage_priced: row.doc.0["usage_priced"].as_bool().unwrap_or(false),
                listed: row.is_listed(),
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

/// A list of texts in a document.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct TierRow {
        pub(crate) slug: String,
        pub(crate) name: String,
        pub(crate) position: i32,
        pub(crate) price_minor: i64,
    }
}

/// The tiers of apps, in their order.
pub(crate) async fn tiers(tx: &mut Tx) -> Result<Vec<TierRow>> {
    let sql = "SELECT slug, name, position, price_minor FROM app_tiers ORDER BY position, slug";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Prices a tier, and has everybody read the prices again.
pub(crate) async fn price_tier(tx: &mut Tx, slug: &str, price_minor: i64) -> Result<()> {
    let sql = "UPDATE app_tiers SET price_minor = $2 WHERE slug = $1";
    on_db!(tx, c => sqlx::query(sql).bind(slug).bind(price_minor).execute(c).await.map(|_| ()))?;
    begin_change(tx).await
}

/// Whether an app can be installed yet.
pub(crate) async fn is_deployable(tx: &mut Tx, id: &str) -> Result<bool> {
    let rows = of_kind(tx, "app").await?;
    let row = rows.iter().find(|row| row.id == id);
    Ok(row.is_some_and(|row| can_be_deployed(&row.doc.0)))
}

fn can_be_deployed(doc: &Value) -> bool {
    doc["deployable"].as_bool() != Some(false)
}
