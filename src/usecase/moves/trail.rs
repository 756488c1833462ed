//! Who is named in an Organization's rows, and which vouchers it redeemed, as they are when its move begins. Both may
//! change while it is frozen, since they are not its own: they are kept with the move, so that each export of it is the
//! same.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::foreign::Voucher;
use super::people::{Identity, Linked};
use crate::storage::{self, Error, Tx, move_out as rows};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Trail {
    pub(super) people: Vec<Identity>,
    pub(super) vouchers: Vec<Voucher>,
}

/// Looks for both, and keeps them.
///
/// # Errors
/// Where the database fails.
pub(super) async fn keep(tx: &mut Tx, tenant_id: &str, id: Uuid) -> storage::Result<()> {
    let trail =
        Trail { people: people(tx, tenant_id).await?, vouchers: vouchers(tx, tenant_id).await? };
    let text = serde_json::to_string(&trail).map_err(unreadable)?;
    rows::keep_trail(tx, id, &text).await
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

/// By identifier.
async fn people(tx: &mut Tx, tenant_id: &str) -> storage::Result<Vec<Identity>> {
    let mut people = Vec::new();
    for id in rows::named(tx, tenant_id).await? {
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

/// By code.
async fn vouchers(tx: &mut Tx, tenant_id: &str) -> storage::Result<Vec<Voucher>> {
    let found = rows::vouchers(tx, tenant_id).await?;
    let vouchers = found.into_iter().map(|row| Voucher {
        code: row.code,
        description: row.description,
        credit_minor: row.credit_minor,
        campaign: row.campaign,
        issued_at: row.issued_at.0.to_rfc3339(),
        status: row.status,
    });
    Ok(vouchers.collect())
}
