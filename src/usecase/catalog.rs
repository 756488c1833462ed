//! The catalog: the publisher's seed, and what can be read of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::catalog_arabic;
use crate::storage::catalog::{self, ItemRow, NewItem};
use crate::storage::{self, Error, Store, Ts, Tx};

const SEED: &str = include_str!("../../catalog/seed.json");
/// Seeded things have the same identifiers on every Sovereign: UUIDs (version 5) of kind and slug.
const SEED_NAMESPACE: Uuid = Uuid::from_u128(0x7b7d_8a1e_5c0f_4b52_9a63_0f1d_2c3b_4a59);

/// The seed file: lists of documents, each with a slug.
#[derive(Debug, Deserialize)]
struct Seed {
    plans: Vec<Map<String, Value>>,
    addons: Vec<Map<String, Value>>,
    apps: Vec<Map<String, Value>>,
    industries: Vec<Map<String, Value>>,
    bundles: Vec<Map<String, Value>>,
}

impl Seed {
    fn by_kind(self) -> [(&'static str, Vec<Map<String, Value>>); 5] {
        [
            ("plan", self.plans),
            ("addon", self.addons),
            ("app", self.apps),
            ("industry", self.industries),
            ("bundle", self.bundles),
        ]
    }
}

/// The documents of the seed file, by kind and slug.
pub(super) fn seed_documents() -> BTreeMap<(&'static str, String), Map<String, Value>> {
    let seed: Option<Seed> = serde_json::from_str(SEED).ok();
    let mut found = BTreeMap::new();
    for (kind, documents) in seed.into_iter().flat_map(Seed::by_kind) {
        for document in documents {
            let slug = document.get("slug").and_then(Value::as_str).unwrap_or_default().to_owned();
            found.insert((kind, slug), document);
        }
    }
    found
}

/// Adds the publisher's catalog at the first start. Prices of the seed are whole units of the
/// Sovereign's currency.
pub(crate) async fn seed(tx: &mut Tx, currency: Currency, now: Timestamp) -> storage::Result<()> {
    let seed: Seed =
        serde_json::from_str(SEED).map_err(|error| Error::corrupt("catalog/seed.json", error))?;
    let mut items = Vec::new();
    for (kind, documents) in seed.by_kind() {
        for (position, document) in documents.into_iter().enumerate() {
            items.push(item(kind, position, document, currency, now)?);
        }
    }
    catalog::seed(tx, items).await
}

fn item(
    kind: &str,
    position: usize,
    mut document: Map<String, Value>,
    currency: Currency,
    now: Timestamp,
) -> storage::Result<NewItem> {
    let slug = document.get("slug").and_then(Value::as_str).map(str::to_owned);
    let slug = slug.ok_or_else(|| Error::corrupt("catalog/seed.json", "an item has no slug"))?;
    let units = document.remove("price_units").and_then(|price| price.as_i64()).unwrap_or(0);
    let price_minor = currency
        .units_to_minor(units)
        .ok_or_else(|| Error::corrupt("catalog/seed.json", format!("{slug}: price_units")))?;
    if let Some(bundle) = document.remove("bundle").as_ref().and_then(Value::as_str) {
        document.insert("bundle_id".into(), json!(seed_id("bundle", bundle)));
    }
    Ok(NewItem {
        kind: kind.to_owned(),
        id: seed_id(kind, &slug),
        slug,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        price_minor,
        doc: Value::Object(document).to_string(),
        updated_at: Ts(now),
    })
}

fn seed_id(kind: &str, slug: &str) -> String {
    Uuid::new_v5(&SEED_NAMESPACE, format!("{kind}/{slug}").as_bytes()).to_string()
}

/// One kind of thing in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plan,
    Addon,
    App,
    Industry,
    Bundle,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Addon => "addon",
            Self::App => "app",
            Self::Industry => "industry",
            Self::Bundle => "bundle",
        }
    }

    /// Whether entries have a price of their own.
    pub(crate) const fn is_priced(self) -> bool {
        matches!(self, Self::Plan | Self::Addon)
    }

    /// For people.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Addon => "add-on",
            Self::App => "app",
            Self::Industry => "industry",
            Self::Bundle => "bundle",
        }
    }
}

/// Everything of a kind, as the catalog routes answer it, in its order.
///
/// # Errors
/// Where the database fails.
pub async fn list(store: &Store, kind: Kind, currency: Currency) -> storage::Result<Vec<Value>> {
    let mut tx = store.read().await?;
    let rows = catalog::of_kind(&mut tx, kind.as_str()).await?;
    let listed = rows.into_iter().filter(ItemRow::is_listed);
    Ok(listed.map(|row| document(row, kind, currency)).collect())
}

/// The thing with this slug or identifier.
///
/// # Errors
/// Where the database fails.
pub async fn find(
    store: &Store,
    kind: Kind,
    reference: &str,
    currency: Currency,
) -> storage::Result<Option<Value>> {
    let found = list(store, kind, currency).await?;
    Ok(found.into_iter().find(|item| item["slug"] == reference || item["id"] == reference))
}

/// Apps whose name, tagline, description, category or tags hold every word of `query`.
///
/// # Errors
/// Where the database fails.
pub async fn search_apps(
    store: &Store,
    query: &str,
    currency: Currency,
) -> storage::Result<Vec<Value>> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let mut apps = list(store, Kind::App, currency).await?;
    apps.retain(|app| {
        let fields = ["slug", "name", "tagline", "description", "category", "tags"];
        let text: String = fields.map(|field| app[field].to_string().to_lowercase()).join(" ");
        words.iter().all(|word| text.contains(word))
    });
    Ok(apps)
}

/// An entry as the catalog routes answer it.
pub(crate) fn document(row: ItemRow, kind: Kind, currency: Currency) -> Value {
    let mut document = Map::new();
    document.insert("id".into(), json!(row.id));
    document.insert("slug".into(), json!(row.slug));
    let price_minor = row.price_minor();
    if let Value::Object(members) = row.doc.0 {
        document.extend(members.into_iter().filter(|(name, _)| name != "slug"));
    }
    catalog_arabic::fill(kind, &row.slug, &mut document);
    if kind.is_priced() || kind == Kind::App {
        document.insert("price_omr".into(), json!(currency.whole_units(price_minor)));
        document.insert("price_minor".into(), json!(price_minor));
        document.insert("currency".into(), json!(currency.code()));
    }
    document.insert("origin".into(), json!(row.origin));
    if kind == Kind::Plan {
        document.entry("usage_priced").or_insert(json!(false));
        document.insert("sort_order".into(), json!(row.position));
    }
    Value::Object(document)
}
