//! Whether private Blueprints are still what a trusted key signed: all of them are verified anew at every
//! start, because keys are configured and rows can be tampered with. One that is not is neither shown nor
//! ordered from then on; whoever has it is billed as before, and an alarm says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sovereign_domain::book::{Alarm, AlarmKind};
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::{AlarmId, IdSource};
use sovereign_domain::timestamp::Timestamp;

use super::catalog::Kind;
use super::catalog_members as members;
use super::catalog_references::held_up;
use crate::blueprints::{BlueprintOptions, Refused, Signed, verify};
use crate::storage::audit::{self, Change};
use crate::storage::blueprints::{self, BlueprintRow, State};
use crate::storage::catalog::{self, ItemRow};
use crate::storage::{self, Store, Tx, write_payments};

/// Whether an entry is what was signed, by a key that is trusted now.
pub(crate) fn state_of(item: &ItemRow, row: &BlueprintRow, options: &BlueprintOptions) -> State {
    if !is_of_artifact(item, &row.artifact) {
        return State::Damaged;
    }
    let signed = Signed {
        artifact: row.artifact.clone(),
        payload: row.payload.clone(),
        signature: row.signature.clone(),
    };
    match verify(&signed, &item.slug, None, options) {
        Ok(_) => State::Verified,
        Err(Refused::Signature) => {
            let is_trusted = options.keys.iter().any(|key| key.fingerprint == row.key_fingerprint);
            if is_trusted { State::Damaged } else { State::Untrusted }
        }
        // What is configured may have changed: its artifacts are somewhere else now.
        Err(Refused::NoKeys | Refused::UnknownKey | Refused::Reference { .. }) => State::Untrusted,
        Err(Refused::Digest { .. } | Refused::Payload(_)) => State::Damaged,
    }
}

/// Reads an artifact: the app's document, with its slug.
pub(super) fn read_artifact(artifact: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(artifact).ok()
}

/// Whether a catalog entry says what its artifact says. A member that a later version of the program has
/// besides, and the artifact does not name, may be missing from the entry.
pub(crate) fn is_of_artifact(item: &ItemRow, artifact: &[u8]) -> bool {
    let Some(given) = read_artifact(artifact) else { return false };
    let Ok(derived) = members::merged(Kind::App, &given, None) else { return false };
    let Some(stored) = item.doc.0.as_object() else { return false };
    let named =
        derived.keys().filter(|name| given.get(*name).is_some_and(|value| !value.is_null()));
    given.get("slug") == Some(&json!(item.slug))
        && item.price_minor == 0
        && named.into_iter().all(|name| stored.contains_key(name))
        && stored.iter().all(|(name, value)| derived.get(name).is_some_and(|own| same(own, value)))
}

/// Equal as JSON. A database may write a number in other digits.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|own| same(value, own)))
        }
        (one, other) => one == other,
    }
}

/// Verifies all private Blueprints, lists those that are good and takes the others off the list.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn review(
    store: &Store,
    options: &BlueprintOptions,
    now: Timestamp,
    ids: &mut (dyn IdSource + Send),
) -> storage::Result<()> {
    let mut tx = store.read().await?;
    let found = blueprints::list(&mut tx).await?;
    drop(tx);
    if found.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    catalog::begin_change(&mut tx).await?;
    let items = catalog::of_kind(&mut tx, Kind::App.as_str()).await?;
    let rows = blueprints::list(&mut tx).await?;
    let states: BTreeMap<&str, State> = items
        .iter()
        .filter(|item| item.is_private())
        .map(|item| {
            let row = rows.iter().find(|row| row.id == item.id);
            (&*item.slug, row.map_or(State::Damaged, |row| state_of(item, row, options)))
        })
        .collect();
    let bad = states.iter().filter(|(_, state)| **state != State::Verified);
    let bad: BTreeSet<&str> = bad.map(|(slug, _)| *slug).collect();
    let held_up = held_up(&items, &bad);
    let installs = blueprints::installs(&mut tx).await?;
    let mut changed = false;
    for item in items.iter().filter(|item| item.is_private()) {
        let state = states.get(&*item.slug).copied().unwrap_or(State::Damaged);
        let row = rows.iter().find(|row| row.id == item.id);
        if row.map(BlueprintRow::state).transpose()? != Some(state) {
            blueprints::set_state(&mut tx, &item.id, state).await?;
            changed = true;
        }
        let listed = state == State::Verified && !held_up.contains(&*item.slug);
        if listed != item.listed {
            let finding = Finding { item, state, listed };
            let count = installs.get(&item.id).copied().unwrap_or(0);
            file(&mut tx, &finding, count, now, ids).await?;
            changed = true;
        }
    }
    if changed {
        tx.commit().await?;
    }
    Ok(())
}

struct Finding<'a> {
    item: &'a ItemRow,
    state: State,
    listed: bool,
}

/// Writes that a Blueprint is listed or not from now on, and tells people where it is not.
async fn file(
    tx: &mut Tx,
    finding: &Finding<'_>,
    installs: i64,
    now: Timestamp,
    ids: &mut (dyn IdSource + Send),
) -> storage::Result<()> {
    let Finding { item, state, listed } = *finding;
    catalog::update(tx, &ItemRow { listed, ..item.clone() }, now).await?;
    let entry = AuditEntry {
        id: ids.next_id(),
        at: now,
        actor: Actor::system("review-blueprints"),
        action: if listed { "blueprint.list" } else { "blueprint.unlist" },
        subject: format!("app/{}", item.slug),
        tenant_id: None,
    };
    let after = json!({ "state": state.as_str(), "listed": listed });
    audit::record(tx, &[(entry, Change { before: None, after: Some(after) })]).await?;
    if listed || item.retired_at.is_some() {
        return Ok(());
    }
    let why = match state {
        State::Verified => "depends on a Blueprint that is not listed any more",
        State::Untrusted => "is signed by no key that is trusted now",
        State::Damaged => "is not what was signed",
    };
    let detail = format!(
        "the private Blueprint {} {why}: it is neither shown nor ordered; {installs} Organizations have it, \
         and are billed as before",
        item.slug
    );
    tracing::error!(kind = AlarmKind::Blueprint.as_str(), detail, "alarm");
    let alarm = Alarm {
        id: AlarmId(ids.next_id()),
        kind: AlarmKind::Blueprint,
        subject: item.slug.clone(),
        detail,
        tenant_id: None,
        order_id: None,
        created_at: now,
    };
    write_payments::raise(tx, &alarm).await
}
