//! The end of a move at the source: with the target's receipt, the Organization's credit leaves the books here, and the
//! target gets a release for it. Before this the target lets nobody spend, and after it nobody can here.

use sovereign_domain::book::{Command, MoveAway, Refusal};
use sovereign_domain::event::Actor;

use super::freeze::resolve;
use super::papers::{self, Receipt, Release};
use super::{MoveError, report};
use crate::app::App;
use crate::bundle::{Sign as _, TrustedKeys};
use crate::engine::EngineError;
use crate::fail_point::reach;
use crate::storage::moves::{EXPORTED, FROZEN, MOVED, MoveRow};

/// A move that has ended well.
#[derive(Debug)]
pub(crate) struct Confirmed {
    pub(crate) row: MoveRow,
    /// What was signed for the target.
    pub(crate) release: String,
}

/// Lets go of an Organization that another Sovereign has received. Asked again, it answers the same release.
///
/// # Errors
/// [`MoveError`]; then the Organization is frozen as before.
pub(crate) async fn confirm(
    app: &App,
    actor: &Actor,
    organization: &str,
    (receipt, keys): (&str, &TrustedKeys),
) -> Result<Confirmed, MoveError> {
    let tenant_id = resolve(app, organization).await?;
    let row = last(app, &tenant_id).await?;
    let told: Receipt = papers::verify(receipt, keys)?;
    compare(app, &row, &told)?;
    if row.state == MOVED {
        return confirmed(row);
    }
    let now = app.clock.now();
    let release = Release {
        move_id: row.id,
        manifest_sha256: told.manifest_sha256,
        organization: tenant_id.clone(),
        source_fqdn: app.facts.fqdn.clone(),
        target_fqdn: row.peer_fqdn.clone(),
        currency: told.currency,
        balance_minor: row.balance_minor,
        owed_minor: row.owed_minor,
        moved_at: now.to_rfc3339(),
    };
    // The key that signed the bundle, which is the one that the target knows.
    let signer = app.tokens.signer(row.source_key_id.as_deref());
    if row.source_key_id.as_deref() != Some(signer.key_id()) {
        let detail = "the key that signed the bundle is not here any more, and the target believes no other: have \
                      the target drop what arrived, export again, and let it import that bundle";
        return Err(MoveError::refused("key_is_gone", detail));
    }
    let release = papers::sign(&release, &*signer)?;
    let command = Command::MoveAway(MoveAway {
        actor: actor.clone(),
        tenant_id: tenant_id.as_str().into(),
        move_id: row.id,
        to: row.peer_fqdn,
        balance_minor: row.balance_minor,
        owed_minor: row.owed_minor,
        receipt: receipt.to_owned(),
        release,
        at: now,
    });
    reach!("move_confirming");
    let outcome = app.engine.submit(command).await;
    reach!("move_confirmed");
    let row = last(app, &tenant_id).await?;
    match outcome {
        // Somebody else did it at this moment.
        Ok(_) | Err(EngineError::Refused(Refusal::MoveOutdated)) if row.state == MOVED => {
            confirmed(row)
        }
        Err(EngineError::Refused(_)) => {
            let detail = "it is not on its way any more, or its wallet is not what was exported";
            Err(MoveError::refused("move_outdated", detail))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(EngineError::Broken.into()),
    }
}

fn confirmed(row: MoveRow) -> Result<Confirmed, MoveError> {
    let Some(release) = row.release.clone() else {
        let detail = "the move has ended, and its release is not here";
        return Err(MoveError::refused("no_release", detail));
    };
    Ok(Confirmed { row, release })
}

/// The last move away from here, where it can be confirmed, or was.
async fn last(app: &App, tenant_id: &str) -> Result<MoveRow, MoveError> {
    let row = report::last_away(&app.store, tenant_id).await?;
    let Some(row) = row else {
        let detail =
            "it is not on its way to another Sovereign; `sovereign org export` begins that";
        return Err(MoveError::refused("not_moving", detail));
    };
    match row.state.as_str() {
        EXPORTED | MOVED => Ok(row),
        FROZEN => {
            let detail = "it is frozen, and no bundle of it was written yet; `sovereign org export` writes it";
            Err(MoveError::refused("not_exported", detail))
        }
        _ => {
            let detail = "its last move was aborted: it stays here, and the copy at the target is to be dropped";
            Err(MoveError::refused("move_aborted", detail))
        }
    }
}

/// Refuses a receipt of something else, with the member that says so.
fn compare(app: &App, row: &MoveRow, told: &Receipt) -> Result<(), MoveError> {
    let differs = |member: &str, there: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
        let detail = format!(
            "the receipt is of something else: its {member} is {there}, and here it is {here}; give the receipt of \
             the bundle that was exported last"
        );
        Err(MoveError::refused("receipt_differs", detail))
    };
    if told.move_id != row.id {
        return differs("move_id", &told.move_id, &row.id);
    }
    let manifest = row.manifest_sha256.as_deref().unwrap_or_default();
    for (member, there, here) in [
        ("organization", told.organization.as_str(), row.tenant_id.as_str()),
        ("source_fqdn", told.source_fqdn.as_str(), app.facts.fqdn.as_str()),
        ("target_fqdn", told.target_fqdn.as_str(), row.peer_fqdn.as_str()),
        ("manifest_sha256", told.manifest_sha256.as_str(), manifest),
        ("currency", told.currency.as_str(), app.facts.currency.code()),
    ] {
        if there != here {
            return differs(member, &there, &here);
        }
    }
    for (member, there, here) in [
        ("balance_minor", told.balance_minor, row.balance_minor),
        ("held_minor", told.held_minor, 0),
        ("owed_minor", told.owed_minor, row.owed_minor),
    ] {
        if there != here {
            return differs(member, &there, &here);
        }
    }
    Ok(())
}
