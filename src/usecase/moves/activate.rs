//! Lets an Organization that has arrived do what it could before, once its source has let go of it: the release says
//! so, signed with the key that had signed the bundle.

use std::fmt;

use serde_json::json;
use sovereign_domain::event::{Event, EventData, TenantChanged};
use sovereign_domain::organization::OrganizationStatus;

use super::import::Target;
use super::import::settle::note;
use super::papers::{self, NotedKey, PaperError, Release};
use crate::fail_point::reach;
use crate::provision::enqueue::{self, ASKED};
use crate::storage::moves::{self, MoveRow, OUT};
use crate::storage::organization_life as life;
use crate::storage::provisions::{self, NewProvision};
use crate::storage::{self, Tx, audit, move_in};

/// Why an Organization is not activated.
#[derive(Debug)]
pub(crate) enum ActivateError {
    /// The release is not believed.
    Paper(PaperError),
    /// It is of something else, or there is nothing to activate.
    Refused(String),
    Storage(storage::Error),
}

impl fmt::Display for ActivateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paper(error) => error.fmt(f),
            Self::Refused(text) => f.write_str(text),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ActivateError {}

impl From<PaperError> for ActivateError {
    fn from(error: PaperError) -> Self {
        Self::Paper(error)
    }
}

impl From<storage::Error> for ActivateError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// An Organization that is here now.
#[derive(Debug)]
pub(crate) struct Activated {
    pub(crate) organization_id: String,
    pub(crate) release: Release,
    pub(crate) status: OrganizationStatus,
    /// Whether it was activated now, and not before.
    pub(crate) is_new: bool,
}

/// Activates the Organization that a release is of. Whoever asks again has the same answer.
///
/// # Errors
/// [`ActivateError`]; then nothing was changed.
pub(crate) async fn activate(
    target: &mut Target<'_>,
    text: &str,
) -> Result<Activated, ActivateError> {
    let claimed: Release = papers::read(text)?;
    let mut tx = target.store.begin().await?;
    provisions::lock_organization(&mut tx, &claimed.organization).await?;
    let row = moves::find(&mut tx, claimed.move_id).await?.filter(|row| row.direction != OUT);
    let Some(row) = row else {
        let text = "nothing of this move is here; import its bundle first";
        return Err(ActivateError::Refused(text.into()));
    };
    let release = believed(text, &row)?;
    agrees(&release, &row, (&target.facts.fqdn, target.facts.currency.code()))?;
    match row.state.as_str() {
        "arrived" => {
            let status = status(&mut tx, &row.tenant_id).await?;
            let organization_id = row.tenant_id;
            return Ok(Activated { organization_id, release, status, is_new: false });
        }
        "arriving" => {}
        state => {
            return Err(ActivateError::Refused(format!(
                "what had arrived is {state}; import the bundle again first"
            )));
        }
    }
    let status = Box::pin(settle(target, &mut tx, &row, text)).await?;
    reach!("move_activating");
    tx.commit().await?;
    reach!("move_activated");
    Ok(Activated { organization_id: row.tenant_id, release, status, is_new: true })
}

/// The release, where the key signed it that had signed the bundle.
fn believed(text: &str, row: &MoveRow) -> Result<Release, ActivateError> {
    let noted = row.source_key_id.as_deref().zip(row.source_public_key.as_deref());
    let key = noted.and_then(|(id, public)| NotedKey::parse(id, public)).ok_or_else(|| {
        storage::Error::corrupt("organization_moves", format!("{}: no key of its source", row.id))
    })?;
    Ok(papers::verify(text, &key)?)
}

/// Whether a release is of what has arrived.
fn agrees(
    release: &Release,
    row: &MoveRow,
    (fqdn, currency): (&str, &str),
) -> Result<(), ActivateError> {
    let same = [
        ("manifest_sha256", Some(&*release.manifest_sha256) == row.manifest_sha256.as_deref()),
        ("organization", release.organization == row.tenant_id),
        ("source_fqdn", release.source_fqdn == row.peer_fqdn),
        ("target_fqdn", release.target_fqdn == fqdn),
        ("currency", release.currency == currency),
        ("balance_minor", release.balance_minor == row.balance_minor),
        ("owed_minor", release.owed_minor == row.owed_minor),
    ];
    match same.into_iter().find(|(_, same)| !same) {
        None => Ok(()),
        Some((member, _)) => Err(ActivateError::Refused(format!(
            "the release is of something else than what has arrived here: {member} differs; ask the \
             source for the release of this bundle"
        ))),
    }
}

async fn status(tx: &mut Tx, tenant_id: &str) -> storage::Result<OrganizationStatus> {
    match life::find(tx, tenant_id).await? {
        Some(row) => row.status(),
        None => Ok(OrganizationStatus::Deleted),
    }
}

/// Makes it what it was, and has other services and the repository told.
async fn settle(
    target: &mut Target<'_>,
    tx: &mut Tx,
    row: &MoveRow,
    text: &str,
) -> storage::Result<OrganizationStatus> {
    let (tenant_id, now) = (row.tenant_id.as_str(), target.now);
    let was_here = move_in::has_left(tx, tenant_id).await?;
    moves::resume(tx, tenant_id).await?;
    move_in::end(tx, row.id, ("arrived", Some(text)), now).await?;
    let found = life::find(tx, tenant_id).await?;
    let found = found.ok_or_else(|| storage::Error::corrupt("organizations", tenant_id))?;
    let status = found.status()?;
    if !was_here {
        let changed = TenantChanged {
            id: tenant_id.into(),
            slug: found.slug.clone(),
            name: found.name.clone(),
            owner_id: found.owner_id.as_str().into(),
            plan_id: found.plan_id.clone(),
            status: status.as_str(),
        };
        let (id, tenant_id) = (target.ids.next_id(), Some(tenant_id.into()));
        let data = EventData::TenantCreated(changed);
        audit::publish(tx, &[Event { id, at: now, tenant_id, data }]).await?;
    }
    if status == OrganizationStatus::Active && !provisions::is_waiting(tx, tenant_id).await? {
        let id = target.ids.next_id();
        let new = NewProvision { id, tenant_id, order_id: None, cause: ASKED };
        enqueue::file(tx, &new, now).await?;
    }
    let after = json!({
        "move_id": row.id, "from": row.peer_fqdn, "status": status.as_str(),
        "balance_minor": row.balance_minor, "owed_minor": row.owed_minor,
    });
    note(target, tx, ("organization.activate", tenant_id), after).await?;
    Ok(status)
}
