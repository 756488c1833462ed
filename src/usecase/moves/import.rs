//! Puts an Organization of a bundle into this Sovereign, in one transaction: all of it is there afterwards, or nothing.
//! Nothing can be spent of it yet; `activate.rs` lets it, once the source has let go of it.

mod arrive;
pub(super) mod settle;
mod stream;
pub(super) mod sums;

use std::fmt;

use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::mpsc;

use self::arrive::Arrivals;
use self::settle::Returned;
use self::sums::Part;
use super::foreign::Way;
use super::papers::PaperError;
use super::people::{Origin, People};
use super::plan::{self, Bundle, Choices, Plan, Preview, text};
use crate::app::Facts;
use crate::bundle::{BundleError, Sign};
use crate::fail_point::reach;
use crate::storage::move_in::{self, NewArrival};
use crate::storage::{self, Store, Tx, moves};

/// Who imports, and where.
pub(crate) struct Target<'a> {
    pub(crate) store: &'a Store,
    pub(crate) facts: &'a Facts,
    pub(crate) actor: &'a Actor,
    pub(crate) now: Timestamp,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
    /// Has the key that receipts are signed with.
    pub(crate) signer: &'a (dyn Sign + Sync),
}

/// Why nothing was imported.
#[derive(Debug)]
pub(crate) enum ImportError {
    /// The bundle is not believed.
    Bundle(BundleError),
    /// Something stands in the way.
    Conflicts(Box<Plan>),
    /// Its rows do not fit together, or not to what is here.
    Refused(String),
    Paper(PaperError),
    Storage(storage::Error),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(error) => error.fmt(f),
            Self::Conflicts(plan) => {
                let details: Vec<&str> =
                    plan.conflicts.iter().map(|note| note.detail.as_str()).collect();
                f.write_str(&details.join("; "))
            }
            Self::Refused(text) => f.write_str(text),
            Self::Paper(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}

impl From<BundleError> for ImportError {
    fn from(error: BundleError) -> Self {
        Self::Bundle(error)
    }
}

impl From<PaperError> for ImportError {
    fn from(error: PaperError) -> Self {
        Self::Paper(error)
    }
}

impl From<storage::Error> for ImportError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What was imported.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) plan: Plan,
    /// For the source.
    pub(crate) receipt: String,
    /// Whether it was imported now, and not before.
    pub(crate) is_new: bool,
}

/// Checks all of a bundle, and plans its import. Nothing is changed.
///
/// # Errors
/// Where the bundle is not believed, or the database fails.
pub(crate) async fn look(
    (store, facts): (&Store, &Facts),
    bundle: &Bundle,
    choices: &Choices,
) -> Result<(Preview, Plan), ImportError> {
    let reading = bundle.clone();
    let preview = tokio::task::spawn_blocking(move || plan::preview(&reading)).await;
    let preview = preview.map_err(|error| broken(&error))??;
    let mut tx = store.read().await?;
    let plan = Box::pin(plan::plan(&mut tx, facts, &preview, choices)).await?;
    Ok((preview, plan))
}

/// The thread that reads has ended as it must not.
fn broken(error: &tokio::task::JoinError) -> ImportError {
    ImportError::Refused(format!("the bundle could not be read to its end: {error}"))
}

/// Imports a bundle. One that is here already has the receipt that it had.
///
/// # Errors
/// [`ImportError`]; then nothing was changed.
pub(crate) async fn import(
    target: &mut Target<'_>,
    bundle: &Bundle,
    choices: &Choices,
) -> Result<Imported, ImportError> {
    let (preview, plan) = look((target.store, target.facts), bundle, choices).await?;
    if !plan.conflicts.is_empty() {
        return Err(ImportError::Conflicts(Box::new(plan)));
    }
    if plan.is_done() {
        let row = moves::find(&mut target.store.read().await?, plan.move_id).await?;
        let receipt = row.and_then(|row| row.receipt).ok_or_else(|| {
            storage::Error::corrupt("organization_moves", format!("{}: no receipt", plan.move_id))
        })?;
        return Ok(Imported { plan, receipt, is_new: false });
    }
    let mut tx = target.store.begin().await?;
    let receipt = Box::pin(bring_in(target, &mut tx, bundle, (&preview, &plan, choices))).await?;
    reach!("move_importing");
    tx.commit().await?;
    reach!("move_imported");
    Ok(Imported { plan, receipt, is_new: true })
}

/// Writes everything, and looks whether it is right; answers the receipt.
async fn bring_in(
    target: &mut Target<'_>,
    tx: &mut Tx,
    bundle: &Bundle,
    (preview, plan, choices): (&Preview, &Plan, &Choices),
) -> Result<String, ImportError> {
    let tenant_id = preview.tenant_id();
    begin(tx, preview, (&*target.actor.user_id.0, target.now)).await?;
    let returned =
        if plan.returns { Some(Box::pin(settle::clear(tx, tenant_id)).await?) } else { None };

    let origin = Origin { fqdn: &preview.manifest.source.fqdn, tenant_id };
    let people =
        Box::pin(People::settle(tx, origin, &preview.people, (&mut *target.ids, target.now)));
    let slug = text(&preview.organization, "slug").unwrap_or_default();
    let mut arrivals = Arrivals {
        way: Way { source: origin.fqdn, here: &target.facts.fqdn },
        tenant_id,
        customer_id: preview.customer_id(),
        slug: (slug, plan.slug.as_str()),
        people: people.await?,
        same_stripe_account: choices.same_stripe_account,
        card: returned.as_ref().and_then(|returned| returned.card.clone()),
        charged: returned.as_ref().map(Returned::charged).unwrap_or_default(),
    };
    Box::pin(pour(&mut arrivals, tx, bundle, (preview, &mut *target.ids))).await?;
    move_in::keep_identities(tx, arrivals.people.rows(preview.manifest.id)).await?;

    settle::keep_late(tx, tenant_id, returned.as_ref()).await?;
    settle::check(tx, preview, (returned.as_ref(), choices.same_stripe_account)).await?;
    let part = Part { tenant_id, customer_id: arrivals.customer_id };
    let places = match returned {
        Some(Returned { places, .. }) => places,
        None => sums::begin(tx).await?,
    };
    sums::put_in(tx, part, places).await?;
    settle::record(target, tx, preview, plan).await?;
    let receipt = settle::receipt(target, preview)?;
    move_in::keep_receipt(tx, preview.manifest.id, &receipt).await?;
    Ok(receipt)
}

/// Notes the arrival; whoever imports the same at this moment waits here, and has it then.
async fn begin(
    tx: &mut Tx,
    preview: &Preview,
    (started_by, now): (&str, Timestamp),
) -> Result<(), ImportError> {
    let new = NewArrival {
        id: preview.manifest.id,
        tenant_id: preview.tenant_id(),
        peer_fqdn: &preview.manifest.source.fqdn,
        manifest_sha256: &preview.sha256,
        source_key_id: &preview.manifest.key_id,
        source_public_key: &preview.public_key,
        balance_minor: preview.balance_minor(),
        owed_minor: preview.owed_minor(),
        started_by,
    };
    Ok(move_in::begin(tx, &new, now).await?)
}

/// Takes the lines from the thread that reads them into the tables.
async fn pour(
    arrivals: &mut Arrivals<'_>,
    tx: &mut Tx,
    bundle: &Bundle,
    (preview, ids): (&Preview, &mut (dyn IdSource + Send)),
) -> Result<(), ImportError> {
    let (sender, mut receiver) = mpsc::channel(stream::BATCHES);
    let (bundle, manifest) = (bundle.clone(), preview.manifest.clone());
    let reading = tokio::task::spawn_blocking(move || stream::send(&bundle, &manifest, &sender));
    let mut written = Ok(());
    while let Some(batch) = receiver.recv().await {
        written = arrivals.write(tx, batch, &mut *ids).await;
        if written.is_err() {
            break;
        }
    }
    // Whoever still reads finds nobody to send to, and ends.
    drop(receiver);
    let read = reading.await.map_err(|error| broken(&error))?;
    written?;
    Ok(read?)
}
