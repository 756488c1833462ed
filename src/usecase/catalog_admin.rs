//! The publisher's entries of the catalog: adding, changing and retiring them.
//!
//! Nothing is ever deleted: what an Organization holds is billed and provisioned by its row. A retired entry
//! is not shown and cannot be ordered; adding one of its slug brings it back, under its old identifier.
//!
//! Every change first takes the lock of the catalog's revision, so that what is checked here is still so when
//! it is written, and engines read prices anew.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use sovereign_domain::event::Actor;

use super::audited;
use super::catalog::{self, Kind};
use super::catalog_arabic::without_own;
use super::catalog_members as members;
use super::catalog_references::{Others, referring};
use super::vouchers::FieldError;
use crate::app::App;
use crate::blueprints::Refused;
use crate::hex;
use crate::storage::audit::{self, Change};
use crate::storage::catalog::{self as rows, ItemRow, PUBLISHER};
use crate::storage::{self, Json, Ts, Tx};

/// Why the catalog was not changed.
#[derive(Debug)]
pub(crate) enum CatalogError {
    Field(FieldError),
    NotFound,
    /// There is an entry of this kind and slug.
    SlugTaken,
    /// It is the publisher's, and the caller is not.
    Locked,
    /// A private Blueprint changes by its signed artifact only.
    Private,
    /// Somebody has changed it since it was read.
    Changed,
    /// Other entries name it: these.
    Referenced(Vec<String>),
    /// A Blueprint is not signed as it should be.
    Refused(Refused),
    Storage(storage::Error),
}

impl From<FieldError> for CatalogError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for CatalogError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// The whole catalog, also what is retired and what is private, in its order.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn everything(app: &App) -> storage::Result<Vec<ItemRow>> {
    let mut tx = app.store.read().await?;
    rows::all(&mut tx).await
}

/// An entry as the catalog answers it, and its fingerprint.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn read(
    app: &App,
    kind: Kind,
    reference: &str,
) -> Result<(Value, String), CatalogError> {
    let all = everything(app).await?;
    let row = live(&all, kind, reference)?;
    Ok((catalog::document(row.clone(), kind, app.facts.currency), fingerprint(row)))
}

/// Tells whether somebody has changed an entry, of which this is a row as it is stored: PostgreSQL puts members in an
/// order of its own.
pub(crate) fn fingerprint(row: &ItemRow) -> String {
    const BYTES: usize = 16;
    let digest = Sha256::digest(noted(row).to_string());
    hex::encode(&digest[..BYTES])
}

/// Adds an entry of the publisher's, or brings a retired one back; answers it as the catalog does.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn add(
    app: &App,
    actor: &Actor,
    kind: Kind,
    given: &Map<String, Value>,
) -> Result<Value, CatalogError> {
    let slug = members::slug(kind, given)?;
    let mut tx = app.store.begin().await?;
    rows::begin_change(&mut tx).await?;
    let all = rows::all(&mut tx).await?;
    let former = all.iter().find(|row| row.kind == kind.as_str() && row.slug == slug);
    if former.is_some_and(|row| row.retired_at.is_none()) {
        return Err(CatalogError::SlugTaken);
    }
    if former.is_some_and(ItemRow::is_private) {
        return Err(CatalogError::Private);
    }
    let draft = Draft { kind, slug: &slug, rows: &all, is_private: false };
    let given = &without_own(kind, &slug, given, &Value::Null);
    let (document, price_minor) = draft.checked(app, given, None)?;
    let last = all.iter().filter(|row| row.kind == kind.as_str()).map(|row| row.position).max();
    let next = last.map_or(0, |last| last.saturating_add(1));
    let row = ItemRow {
        kind: kind.as_str().to_owned(),
        id: former.map_or_else(|| app.new_id().to_string(), |row| row.id.clone()),
        slug: slug.clone(),
        position: members::position(given)?.or(former.map(|row| row.position)).unwrap_or(next),
        price_minor,
        doc: Json(Value::Object(document)),
        origin: PUBLISHER.to_owned(),
        listed: true,
        retired_at: None,
        tier_price_minor: None,
    };
    match former {
        Some(_) => rows::update(&mut tx, &row, app.clock.now()).await?,
        None => rows::insert(&mut tx, &row, app.clock.now()).await?,
    }
    note(app, &mut tx, actor, ("catalog.add", kind), (former, Some(&row))).await?;
    tx.commit().await?;
    Ok(catalog::document(row, kind, app.facts.currency))
}

/// Changes an entry of the publisher's; what is absent stays as it is. `replaces` are the fingerprints of what may be
/// changed; anything, where none are named. Answers the fingerprint that it has then.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn change(
    app: &App,
    actor: &Actor,
    kind: Kind,
    reference: &str,
    given: &Map<String, Value>,
    replaces: Option<&[String]>,
) -> Result<String, CatalogError> {
    let mut tx = app.store.begin().await?;
    rows::begin_change(&mut tx).await?;
    let all = rows::all(&mut tx).await?;
    let before = live(&all, kind, reference)?;
    if before.is_private() {
        return Err(CatalogError::Private);
    }
    if replaces.is_some_and(|known| !known.contains(&fingerprint(before))) {
        return Err(CatalogError::Changed);
    }
    members::same_slug(given, &before.slug)?;
    let draft = Draft { kind, slug: &before.slug, rows: &all, is_private: false };
    let given = &without_own(kind, &before.slug, given, &before.doc.0);
    let (document, price_minor) = draft.checked(app, given, Some(before))?;
    let row = ItemRow {
        position: members::position(given)?.unwrap_or(before.position),
        price_minor,
        doc: Json(Value::Object(document)),
        ..before.clone()
    };
    rows::update(&mut tx, &row, app.clock.now()).await?;
    note(app, &mut tx, actor, ("catalog.change", kind), (Some(before), Some(&row))).await?;
    let stored = rows::all(&mut tx).await?;
    let tag = fingerprint(live(&stored, kind, &row.id)?);
    tx.commit().await?;
    Ok(tag)
}

/// Takes an entry of the publisher's out of the catalog. Whoever holds it keeps it.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn retire(
    app: &App,
    actor: &Actor,
    kind: Kind,
    reference: &str,
) -> Result<(), CatalogError> {
    let mut tx = app.store.begin().await?;
    rows::begin_change(&mut tx).await?;
    let all = rows::all(&mut tx).await?;
    let before = live(&all, kind, reference)?;
    if before.is_private() {
        return Err(CatalogError::Private);
    }
    retire_row(app, &mut tx, actor, (&all, before), ("catalog.retire", kind)).await?;
    tx.commit().await?;
    Ok(())
}

/// Retires an entry, in the caller's transaction.
pub(super) async fn retire_row(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    (all, before): (&[ItemRow], &ItemRow),
    (action, kind): (&'static str, Kind),
) -> Result<(), CatalogError> {
    let referring = referring(all, before);
    if !referring.is_empty() {
        return Err(CatalogError::Referenced(referring));
    }
    let now = app.clock.now();
    let row = ItemRow { retired_at: Some(Ts(now)), ..before.clone() };
    rows::update(tx, &row, now).await?;
    Ok(note(app, tx, actor, (action, kind), (Some(before), Some(&row))).await?)
}

/// The entry of this identifier or slug that is not retired.
pub(crate) fn live<'a>(
    all: &'a [ItemRow],
    kind: Kind,
    reference: &str,
) -> Result<&'a ItemRow, CatalogError> {
    let of_kind = || all.iter().filter(|row| row.kind == kind.as_str() && row.retired_at.is_none());
    let found = of_kind().find(|row| row.id == reference);
    found.or_else(|| of_kind().find(|row| row.slug == reference)).ok_or(CatalogError::NotFound)
}

/// What somebody wants an entry to be.
pub(super) struct Draft<'a> {
    pub(super) kind: Kind,
    pub(super) slug: &'a str,
    pub(super) rows: &'a [ItemRow],
    pub(super) is_private: bool,
}

impl Draft<'_> {
    /// Its document and price, where all of it can be so.
    pub(super) fn checked(
        &self,
        app: &App,
        given: &Map<String, Value>,
        before: Option<&ItemRow>,
    ) -> Result<(Map<String, Value>, i64), FieldError> {
        let mut document = members::merged(self.kind, given, before.map(|row| &row.doc.0))?;
        let others = Others {
            rows: self.rows,
            kind: self.kind,
            slug: self.slug,
            is_private: self.is_private,
        };
        others.resolve(&mut document)?;
        let before_minor = before.map(|row| row.price_minor);
        let price_minor = if self.kind.is_priced() {
            members::price(given, before_minor, app.facts.currency)?
        } else {
            before_minor.unwrap_or(0)
        };
        if price_minor != 0 && document.get("included") == Some(&json!(true)) {
            let detail =
                "an included add-on costs nothing; set the price to 0, or included to false";
            return Err(FieldError::new("included", detail));
        }
        Ok((document, price_minor))
    }
}

async fn note(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    (action, kind): (&'static str, Kind),
    (before, after): (Option<&ItemRow>, Option<&ItemRow>),
) -> storage::Result<()> {
    let slug = before.or(after).map(|row| row.slug.as_str()).unwrap_or_default();
    let subject = format!("{}/{slug}", kind.as_str());
    let entry = audited::entry(app, actor, action, &subject, None);
    let change = Change { before: before.map(noted), after: after.map(noted) };
    audit::record(tx, &[(entry, change)]).await
}

/// An entry in the audit log.
pub(super) fn noted(row: &ItemRow) -> Value {
    json!({
        "id": row.id,
        "origin": row.origin,
        "sort_order": row.position,
        "price_minor": row.price_minor,
        "listed": row.listed,
        "retired_at": row.retired_at.map(|at| at.0),
        "document": row.doc.0,
    })
}
