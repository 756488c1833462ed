//! Gives an Organization up that has arrived and is not activated: its source keeps it. What was imported goes, in one
//! transaction; one that was here before becomes the tombstone again that it was.

use std::fmt;

use serde_json::json;
use uuid::Uuid;

use super::import::Target;
use super::import::settle::note;
use super::import::sums::{self, Part};
use crate::fail_point::reach;
use crate::storage::move_in::{self, Departure, Whose};
use crate::storage::moves::{self, MoveRow, OUT};
use crate::storage::{self, Tx, move_out, moved_tables, provisions};

/// Why nothing is dropped.
#[derive(Debug)]
pub(crate) enum DropError {
    /// Nothing of that name has arrived.
    Unknown,
    /// It is activated: it is this Sovereign's.
    Arrived,
    Storage(storage::Error),
}

impl fmt::Display for DropError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => {
                f.write_str("no Organization of this identifier or address has arrived here")
            }
            Self::Arrived => f.write_str(
                "the Organization is activated, and has its only home here; to have it elsewhere, \
                 export it with `sovereign org export`",
            ),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DropError {}

impl From<storage::Error> for DropError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What was given up.
#[derive(Debug)]
pub(crate) struct Dropped {
    pub(crate) organization_id: String,
    pub(crate) move_id: Uuid,
    pub(crate) from: String,
    /// Whether a tombstone is here still.
    pub(crate) was_here: bool,
    /// Whether it was dropped now, and not before.
    pub(crate) is_new: bool,
}

/// Drops what has arrived, by identifier or address. Whoever asks again has the same answer.
///
/// # Errors
/// [`DropError`]; then nothing was changed.
pub(crate) async fn drop_arrival(
    target: &mut Target<'_>,
    name: &str,
) -> Result<Dropped, DropError> {
    let mut tx = target.store.begin().await?;
    // What was dropped before has no address any more.
    let tenant_id = move_out::resolve(&mut tx, name).await?.unwrap_or_else(|| name.to_owned());
    provisions::lock_organization(&mut tx, &tenant_id).await?;
    let moves = moves::of_organization(&mut tx, &tenant_id).await?;
    let row = moves.iter().find(|row| row.direction != OUT).ok_or(DropError::Unknown)?.clone();
    let left = move_in::last_departure(&mut tx, &tenant_id).await?;
    let is_new = match row.state.as_str() {
        "arriving" => true,
        "dropped" => false,
        _ => return Err(DropError::Arrived),
    };
    if is_new {
        Box::pin(remove(target, &mut tx, &row, left.as_ref())).await?;
        reach!("move_dropping");
        tx.commit().await?;
        reach!("move_dropped");
    }
    let (move_id, from, was_here) = (row.id, row.peer_fqdn, left.is_some());
    Ok(Dropped { organization_id: tenant_id, move_id, from, was_here, is_new })
}

async fn remove(
    target: &mut Target<'_>,
    tx: &mut Tx,
    row: &MoveRow,
    left: Option<&Departure>,
) -> storage::Result<()> {
    let tenant_id = row.tenant_id.as_str();
    let account = move_in::account(tx, tenant_id).await?;
    let account = account.ok_or_else(|| storage::Error::corrupt("wallets", tenant_id))?;
    if let Some((left_for, forward_url)) = left {
        let forward_url = forward_url.as_deref();
        let whose = Whose { tenant_id, left_for, forward_url, move_id: row.id };
        move_in::bury(tx, whose, &account, (&mut *target.ids, target.now)).await?;
    } else {
        let places = sums::begin(tx).await?;
        let part = Part { tenant_id, customer_id: account.customer_id };
        sums::take_out(tx, part, places).await?;
        moved_tables::remove(tx, tenant_id).await?;
    }
    move_in::forget_identities(tx, row.id).await?;
    move_in::end(tx, row.id, ("dropped", None), target.now).await?;
    let after = json!({ "move_id": row.id, "from": row.peer_fqdn, "was_here": left.is_some() });
    note(target, tx, ("organization.drop", tenant_id), after).await
}
