//! Where events are sent: making, changing and removing endpoints, and their secrets.

mod wishes;

use serde_json::{Value, json};
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use self::wishes::Types;
pub(crate) use self::wishes::{ALL_TYPES, EVENT_TYPES, Wishes};
use super::event_deliveries::GIVEN_UP_AFTER_SECONDS;
use super::vouchers::FieldError;
use crate::fingerprint::fits;
use crate::hooks::{EndpointSecret, Reach, SecretKeeper};
use crate::storage::audit::{self, Change};
use crate::storage::event_endpoints::{self as rows, EndpointRow};
use crate::storage::{self, Json, Store, Ts, Tx, event_deliveries, event_lanes};
use crate::vault::VaultError;

/// The most there may be: each event is written once for each.
const MAX_ENDPOINTS: usize = 100;
/// How long a secret that was replaced signs as well, where nobody says otherwise.
pub(crate) const DEFAULT_OVERLAP_HOURS: i64 = 24;
/// The longest that may be asked for.
pub(crate) const MAX_OVERLAP_HOURS: i64 = 168;

/// Why an endpoint was not made or changed. Nothing was.
#[derive(Debug)]
pub(crate) enum EndpointError {
    Field(FieldError),
    NotFound,
    TooMany,
    /// Somebody has changed it since it was read.
    Changed,
    /// A secret cannot be made, encrypted or decrypted.
    Vault(String),
    Storage(storage::Error),
}

impl From<FieldError> for EndpointError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<VaultError> for EndpointError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error.to_string())
    }
}

impl From<storage::Error> for EndpointError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What a change needs, with or without a running server.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) keeper: &'a SecretKeeper,
    pub(crate) reach: &'a Reach,
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// All endpoints, oldest first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn list(store: &Store) -> storage::Result<Vec<EndpointRow>> {
    let mut tx = store.read().await?;
    rows::list(&mut tx).await
}

/// One endpoint.
///
/// # Errors
/// [`EndpointError`].
pub(crate) async fn find(store: &Store, id: Uuid) -> Result<EndpointRow, EndpointError> {
    let mut tx = store.read().await?;
    rows::find(&mut tx, id).await?.ok_or(EndpointError::NotFound)
}

/// Makes an endpoint; its secret is shown this once.
///
/// # Errors
/// [`EndpointError`].
pub(crate) async fn add(
    desk: &mut Desk<'_>,
    wishes: Wishes,
) -> Result<(EndpointRow, EndpointSecret), EndpointError> {
    let wishes = wishes.checked(desk.reach)?;
    let Some(url) = wishes.url else {
        return Err(FieldError::new("url", "url must be there: where events are sent").into());
    };
    let id = desk.ids.next_id();
    let secret = new_secret()?;
    let row = EndpointRow {
        id,
        url,
        description: wishes.description.unwrap_or_default(),
        event_types: wishes.event_types.and_then(Types::listed).map(Json),
        enabled: wishes.enabled.unwrap_or(true),
        disabled_reason: None,
        secret_sealed: desk.keeper.seal(id, &secret)?,
        former_secret_sealed: None,
        former_secret_until: None,
        failing_since: None,
        last_success_at: None,
        created_at: Ts(desk.now),
        updated_at: Ts(desk.now),
    };
    let mut tx = desk.store.begin().await?;
    if rows::list(&mut tx).await?.len() >= MAX_ENDPOINTS {
        return Err(EndpointError::TooMany);
    }
    rows::insert(&mut tx, &row).await?;
    note(desk, &mut tx, "event_endpoint.create", (None, Some(&row))).await?;
    tx.commit().await?;
    Ok((row, secret))
}

/// Tells whether somebody has changed an endpoint. What is sent there, and another secret, do not.
pub(crate) fn fingerprint(row: &EndpointRow) -> String {
    crate::fingerprint::of_state(&json!({
        "url": row.url, "description": row.description, "event_types": row.event_types,
        "enabled": row.enabled,
    }))
}

/// Changes an endpoint. One that is switched on again, or moved, is sent at once whatever has waited, for as
/// long as if it were new. `replaces` are the fingerprints of what may be changed; anything, where none are named.
///
/// # Errors
/// [`EndpointError`].
pub(crate) async fn change(
    desk: &mut Desk<'_>,
    id: Uuid,
    wishes: Wishes,
    replaces: Option<&[String]>,
) -> Result<EndpointRow, EndpointError> {
    let wishes = wishes.checked(desk.reach)?;
    let mut tx = desk.store.begin().await?;
    let before = rows::find_locked(&mut tx, id).await?.ok_or(EndpointError::NotFound)?;
    if !fits(replaces, &fingerprint(&before)) {
        return Err(EndpointError::Changed);
    }
    let mut row = before.clone();
    row.url = wishes.url.unwrap_or(row.url);
    row.description = wishes.description.unwrap_or(row.description);
    row.event_types = wishes.event_types.map_or(row.event_types, |types| types.listed().map(Json));
    row.enabled = wishes.enabled.unwrap_or(row.enabled);
    row.disabled_reason = if row.enabled { None } else { row.disabled_reason };
    if row == before {
        return Ok(before);
    }
    row.updated_at = Ts(desk.now);
    rows::update(&mut tx, &row).await?;
    let again = row.enabled && (!before.enabled || row.url != before.url);
    if again {
        let until = desk.now.plus_seconds(GIVEN_UP_AFTER_SECONDS);
        event_deliveries::extend(&mut tx, id, until).await?;
        event_lanes::hurry(&mut tx, id, desk.now).await?;
    }
    note(desk, &mut tx, "event_endpoint.change", (Some(&before), Some(&row))).await?;
    tx.commit().await?;
    Ok(row)
}

/// Removes an endpoint, with what waited for it and what is known of what was sent.
///
/// # Errors
/// [`EndpointError`].
pub(crate) async fn remove(desk: &mut Desk<'_>, id: Uuid) -> Result<(), EndpointError> {
    let mut tx = desk.store.begin().await?;
    let before = rows::find_locked(&mut tx, id).await?.ok_or(EndpointError::NotFound)?;
    event_lanes::delete_all(&mut tx, id).await?;
    event_deliveries::delete_all(&mut tx, id).await?;
    rows::delete(&mut tx, id).await?;
    note(desk, &mut tx, "event_endpoint.delete", (Some(&before), None)).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives an endpoint a new secret, shown this once. The former one signs as well for so many hours.
///
/// # Errors
/// [`EndpointError`].
pub(crate) async fn rotate(
    desk: &mut Desk<'_>,
    id: Uuid,
    overlap_hours: Option<i64>,
) -> Result<(EndpointRow, EndpointSecret), EndpointError> {
    let hours = overlap_hours.unwrap_or(DEFAULT_OVERLAP_HOURS);
    if !(0..=MAX_OVERLAP_HOURS).contains(&hours) {
        let detail = format!("overlap_hours must be 0 to {MAX_OVERLAP_HOURS}");
        return Err(FieldError::new("overlap_hours", detail).into());
    }
    let secret = new_secret()?;
    let mut tx = desk.store.begin().await?;
    let before = rows::find_locked(&mut tx, id).await?.ok_or(EndpointError::NotFound)?;
    let mut row = before.clone();
    row.secret_sealed = desk.keeper.seal(id, &secret)?;
    let overlaps = hours > 0;
    row.former_secret_sealed = overlaps.then(|| before.secret_sealed.clone());
    row.former_secret_until = overlaps.then(|| Ts(desk.now.plus_seconds(hours * 3_600)));
    row.updated_at = Ts(desk.now);
    rows::update(&mut tx, &row).await?;
    note(desk, &mut tx, "event_endpoint.rotate", (Some(&before), Some(&row))).await?;
    tx.commit().await?;
    Ok((row, secret))
}

fn new_secret() -> Result<EndpointSecret, EndpointError> {
    EndpointSecret::random()
        .ok_or_else(|| EndpointError::Vault("the system's randomness is not available".into()))
}

async fn note(
    desk: &mut Desk<'_>,
    tx: &mut Tx,
    action: &'static str,
    (before, after): (Option<&EndpointRow>, Option<&EndpointRow>),
) -> storage::Result<()> {
    let entry = AuditEntry {
        id: desk.ids.next_id(),
        at: desk.now,
        actor: desk.actor.clone(),
        action,
        subject: before.or(after).map(|row| row.id.to_string()).unwrap_or_default(),
        tenant_id: None,
    };
    let change = Change { before: before.map(noted), after: after.map(noted) };
    audit::record(tx, &[(entry, change)]).await
}

/// What the audit log says of an endpoint: never a secret.
fn noted(row: &EndpointRow) -> Value {
    json!({
        "url": row.url,
        "description": row.description,
        "event_types": row.event_types,
        "enabled": row.enabled,
        "former_secret_until": row.former_secret_until.map(|until| until.0),
    })
}
