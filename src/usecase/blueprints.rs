//! Private Blueprints: a franchisee's own apps. Each is what a trusted key signed, and nothing else of it can
//! be set.

use serde_json::{Value, json};
use sovereign_domain::event::Actor;

use super::audited;
use super::blueprint_states::{read_artifact, review};
use super::catalog::Kind;
use super::catalog_admin::{CatalogError, Draft, live, noted, retire_row};
use super::catalog_members as members;
use super::vouchers::FieldError;
use crate::app::App;
use crate::blueprints::{Refused, Signed, Verified, verify};
use crate::storage::audit::{self, Change};
use crate::storage::blueprints::{self as rows, BlueprintRow, NewBlueprint};
use crate::storage::catalog::{self, ItemRow, PRIVATE};
use crate::storage::{Error, Json, Tx};

/// The largest artifact, in bytes.
pub(crate) const MAX_ARTIFACT: usize = 256 * 1024;
/// The largest payload, in bytes.
pub(crate) const MAX_PAYLOAD: usize = 64 * 1024;

/// What somebody sends.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) signed: Signed,
    /// The key that must have signed it; `None`: any that is trusted.
    pub(crate) key_id: Option<String>,
}

/// A Blueprint and its entry in the catalog.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) item: ItemRow,
    pub(crate) row: BlueprintRow,
    /// How many Organizations have it.
    pub(crate) installs: i64,
}

/// All that are not retired, oldest first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn list(app: &App) -> Result<Vec<Blueprint>, CatalogError> {
    let mut tx = app.store.read().await?;
    Ok(in_catalog(&mut tx).await?)
}

async fn in_catalog(tx: &mut Tx) -> crate::storage::Result<Vec<Blueprint>> {
    let items = catalog::of_kind(tx, Kind::App.as_str()).await?;
    let mut installs = rows::installs(tx).await?;
    let found = rows::list(tx).await?.into_iter().filter_map(|row| {
        let item = items.iter().find(|item| item.id == row.id && item.retired_at.is_none())?;
        let installs = installs.remove(&row.id).unwrap_or(0);
        Some(Blueprint { item: item.clone(), row, installs })
    });
    Ok(found.collect())
}

/// Adds a Blueprint, or brings a retired one back.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn add(
    app: &App,
    actor: &Actor,
    submission: &Submission,
) -> Result<Blueprint, CatalogError> {
    let mut tx = app.store.begin().await?;
    catalog::begin_change(&mut tx).await?;
    let all = catalog::all(&mut tx).await?;
    let slug = slug_of(app, submission)?;
    let former = all.iter().find(|row| row.kind == Kind::App.as_str() && row.slug == slug);
    match former {
        // Nobody takes the publisher's place, not even of what is retired.
        Some(row) if !row.is_private() => return Err(CatalogError::Locked),
        Some(row) if row.retired_at.is_none() => return Err(CatalogError::SlugTaken),
        _ => {}
    }
    let id = former.map_or_else(|| app.new_id().to_string(), |row| row.id.clone());
    let made = put(app, &mut tx, actor, submission, (&all, former, id, slug)).await?;
    tx.commit().await?;
    Ok(made)
}

/// Puts another artifact of the same name in a Blueprint's place. `replaces` are the digests of the artifacts that may be
/// changed; any, where none are named.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn change(
    app: &App,
    actor: &Actor,
    reference: &str,
    submission: &Submission,
    replaces: Option<&[String]>,
) -> Result<Blueprint, CatalogError> {
    let mut tx = app.store.begin().await?;
    catalog::begin_change(&mut tx).await?;
    let all = catalog::all(&mut tx).await?;
    let before = private(&all, reference)?;
    as_seen(&mut tx, before, replaces).await?;
    let slug = slug_of(app, submission)?;
    if slug != before.slug {
        let detail = format!("artifact is of {slug}, not of {}; add that one instead", before.slug);
        return Err(FieldError::new("artifact", detail).into());
    }
    let id = before.id.clone();
    let made = put(app, &mut tx, actor, submission, (&all, Some(before), id, slug)).await?;
    tx.commit().await?;
    if !before.listed {
        // What depends on it may be listed again.
        review(&app.store, &app.blueprints, app.clock.now(), &mut app.ids()).await?;
    }
    Ok(made)
}

/// Takes a Blueprint out of the catalog, as it is changed. Whoever has it keeps it.
///
/// # Errors
/// [`CatalogError`].
pub(crate) async fn retire(
    app: &App,
    actor: &Actor,
    reference: &str,
    replaces: Option<&[String]>,
) -> Result<(), CatalogError> {
    let mut tx = app.store.begin().await?;
    catalog::begin_change(&mut tx).await?;
    let all = catalog::all(&mut tx).await?;
    let before = private(&all, reference)?;
    as_seen(&mut tx, before, replaces).await?;
    retire_row(app, &mut tx, actor, (&all, before), ("blueprint.retire", Kind::App)).await?;
    tx.commit().await?;
    Ok(())
}

fn private<'a>(all: &'a [ItemRow], reference: &str) -> Result<&'a ItemRow, CatalogError> {
    let found = live(all, Kind::App, reference)?;
    if found.is_private() { Ok(found) } else { Err(CatalogError::Locked) }
}

/// Whether its artifact is still the one that was seen.
async fn as_seen(
    tx: &mut Tx,
    before: &ItemRow,
    replaces: Option<&[String]>,
) -> Result<(), CatalogError> {
    let Some(known) = replaces else { return Ok(()) };
    match rows::find(tx, &before.id).await? {
        Some(row) if known.contains(&row.digest) => Ok(()),
        _ => Err(CatalogError::Changed),
    }
}

/// The name in an artifact, where anybody's signature would count at all.
fn slug_of(app: &App, submission: &Submission) -> Result<String, CatalogError> {
    if app.blueprints.keys.is_empty() {
        return Err(CatalogError::Refused(Refused::NoKeys));
    }
    let document = read_artifact(&submission.signed.artifact).ok_or_else(|| {
        FieldError::new("artifact", "artifact must be a JSON object in base64: the app's document")
    })?;
    Ok(members::slug(Kind::App, &document).map_err(in_artifact)?)
}

async fn put(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    submission: &Submission,
    (all, before, id, slug): (&[ItemRow], Option<&ItemRow>, String, String),
) -> Result<Blueprint, CatalogError> {
    let Submission { signed, key_id } = submission;
    let verified = verify(signed, &slug, key_id.as_deref(), &app.blueprints);
    let verified = verified.map_err(CatalogError::Refused)?;
    let document = read_artifact(&signed.artifact).unwrap_or_default();
    let draft = Draft { kind: Kind::App, slug: &slug, rows: all, is_private: true };
    let (checked, price_minor) = draft.checked(app, &document, None).map_err(in_artifact)?;
    let last =
        all.iter().filter(|row| row.kind == Kind::App.as_str()).map(|row| row.position).max();
    let item = ItemRow {
        kind: Kind::App.as_str().to_owned(),
        id,
        slug,
        position: before
            .map(|row| row.position)
            .or(last.map(|last| last.saturating_add(1)))
            .unwrap_or(0),
        price_minor,
        doc: Json(Value::Object(checked)),
        origin: PRIVATE.to_owned(),
        listed: true,
        retired_at: None,
        tier_price_minor: None,
    };
    let now = app.clock.now();
    match before {
        Some(_) => catalog::update(tx, &item, now).await?,
        None => catalog::insert(tx, &item, now).await?,
    }
    rows::put(tx, &new_row(&item.id, signed, &verified, actor), now).await?;
    let action = if before.is_some() { "blueprint.change" } else { "blueprint.add" };
    let mut after = noted(&item);
    after["digest"] = json!(verified.digest);
    after["key_id"] = json!(verified.key_id);
    let entry = audited::entry(app, actor, action, &format!("app/{}", item.slug), None);
    let change = Change { before: before.map(noted), after: Some(after) };
    audit::record(tx, &[(entry, change)]).await?;
    let lost = || Error::corrupt("blueprints", "a row that was written is not there");
    let made = in_catalog(tx).await?.into_iter().find(|found| found.item.id == item.id);
    Ok(made.ok_or_else(lost)?)
}

fn new_row<'a>(
    id: &'a str,
    signed: &'a Signed,
    verified: &'a Verified,
    actor: &'a Actor,
) -> NewBlueprint<'a> {
    NewBlueprint {
        id,
        artifact: &signed.artifact,
        payload: &signed.payload,
        signature: &signed.signature,
        digest: &verified.digest,
        reference: &verified.reference,
        key_id: &verified.key_id,
        key_fingerprint: &verified.key_fingerprint,
        added_by: &actor.user_id.0,
    }
}

/// The member is one of the artifact's.
fn in_artifact(error: FieldError) -> FieldError {
    let FieldError { detail, .. } = error;
    FieldError::new("artifact", format!("artifact: {detail}"))
}
