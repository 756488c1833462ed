//! Who is named in an Organization's rows, and which vouchers it redeemed, as they are when its move begins. Both may
//! change while it is frozen, since they are not its own: they are kept with the move, so that each export of it is the
//! same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MoveError;
use super::bounds::{MAX_LINES, beyond};
use super::foreign::Voucher;
use super::people::{Identity, Linked};
use crate::storage::move_out::{self as rows, TrailRow};
use crate::storage::{self, Error, Tx};

/// One more than there may be: whoever reads so many knows enough.
fn most() -> i64 {
    i64::from(MAX_LINES).saturating_add(1)
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Trail {
    pub(super) people: Vec<Identity>,
    pub(super) vouchers: Vec<Voucher>,
}

/// Who is named, and which vouchers were redeemed: no more than may go into a bundle.
async fn few(tx: &mut Tx, tenant_id: &str) -> Result<(BTreeSet<String>, Vec<TrailRow>), MoveError> {
    let named = rows::named(tx, tenant_id, most()).await?;
    refuse("people", named.len(), named.iter().map(String::len))?;
    let vouchers = rows::vouchers(tx, tenant_id, most()).await?;
    refuse("vouchers", vouchers.len(), vouchers.iter().map(|row| row.code.len()))?;
    Ok((named, vouchers))
}

/// Refuses more than goes into a bundle, before anything is ended for the move.
///
/// # Errors
/// [`MoveError`].
pub(super) async fn refuse_many(tx: &mut Tx, tenant_id: &str) -> Result<(), MoveError> {
    few(tx, tenant_id).await.map(|_| ())
}

/// Looks for both, and keeps them.
///
/// # Errors
/// [`MoveError`]: where there is more of them than goes into a bundle; where the database fails.
pub(super) async fn keep(tx: &mut Tx, tenant_id: &str, id: Uuid) -> Result<(), MoveError> {
    let (named, redeemed) = few(tx, tenant_id).await?;
    let vouchers = redeemed.into_iter().map(voucher).collect();
    let trail = Trail { people: people(tx, named).await?, vouchers };
    refuse("people", trail.people.len(), trail.people.iter().map(length))?;
    refuse("vouchers", trail.vouchers.len(), trail.vouchers.iter().map(length))?;
    let text = serde_json::to_string(&trail).map_err(unreadable)?;
    Ok(rows::keep_trail(tx, id, &text).await?)
}

/// As a line.
fn length<T: Serialize>(line: &T) -> usize {
    serde_json::to_vec(line).map_or(0, |line| line.len().saturating_add(1))
}

fn refuse(what: &str, lines: usize, lengths: impl Iterator<Item = usize>) -> Result<(), MoveError> {
    let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match beyond(what, whole(lines), whole(lengths.fold(0, usize::saturating_add))) {
        None => Ok(()),
        Some(limit) => {
            let detail = format!("{limit}; no Sovereign would import such a bundle");
            Err(MoveError::refused("too_large", detail))
        }
    }
}

/// What was kept.
///
/// # Errors
/// Where the database fails, or has none.
pub(super) async fn load(tx: &mut Tx, id: Uuid) -> storage::Result<Trail> {
    let text = rows::trail(tx, id).await?;
    let text =
        text.ok_or_else(|| Error::corrupt("organization_moves", format!("{id}: no trail")))?;
    serde_json::from_str(&text).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::corrupt("organization_moves", error)
}

async fn people(tx: &mut Tx, named: BTreeSet<String>) -> storage::Result<Vec<Identity>> {
    let mut people = Vec::new();
    for id in named {
        let Some(person) = rows::person(tx, &id).await? else { continue };
        let linked = rows::linked(tx, &id).await?;
        let linked = linked.into_iter().map(|(issuer, subject)| Linked { issuer, subject });
        people.push(Identity {
            id,
            email: person.email,
            email_verified: person.email_verified,
            name: person.name,
            language: person.language,
            linked: linked.collect(),
        });
    }
    Ok(people)
}

fn voucher(row: TrailRow) -> Voucher {
    Voucher {
        code: row.code,
        description: row.description,
        credit_minor: row.credit_minor,
        campaign: row.campaign,
        issued_at: row.issued_at.0.to_rfc3339(),
        status: row.status,
    }
}
