//! `sovereign voucher bulk`: an operation on many vouchers that is there already.

use clap::Subcommand;
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;
use uuid::Uuid;

use super::bulk::{as_json, carry_out, row, show};
use super::output::{Failure, answer, answer_json, table};
use super::voucher::{all_faults, open};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::usecase::bulk::{self, BulkError, BulkOperation};
use crate::usecase::vouchers::Writer;

/// Operations on many vouchers: how far one is, stopping it, letting it go on, and undoing it
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign voucher bulk status 01997f53-a000-7000-8000-000000000001
  sovereign voucher bulk undo 01997f53-a000-7000-8000-000000000001")]
pub(super) enum BulkCommand {
    Status(Status),
    Cancel(Cancel),
    Resume(Resume),
    Undo(Undo),
}

about_one!(
    Status,
    "Tell how far an operation is",
    "Its identifier, as the command that began it answered",
    "\
Examples:
  sovereign voucher bulk status 01997f53-a000-7000-8000-000000000001
  sovereign voucher bulk status 01997f53-a000-7000-8000-000000000001 --json | jq -r .state"
);
about_one!(
    Cancel,
    "Stop an operation; what it issued or changed stays",
    "Its identifier, as the command that began it answered",
    "\
Examples:
  sovereign voucher bulk cancel 01997f53-a000-7000-8000-000000000001"
);
about_one!(
    Resume,
    "Let an operation go on that was stopped, or begin one that was looked at, and wait for its end",
    "Its identifier, as the command that began it answered",
    "\
Examples:
  sovereign voucher bulk resume 01997f53-a000-7000-8000-000000000001"
);
about_one!(
    Undo,
    "Put back what a change of many vouchers has changed, and wait for the end of that",
    "The identifier of the change",
    "\
Examples:
  sovereign voucher bulk undo 01997f53-a000-7000-8000-000000000001"
);

impl BulkCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Status(Status { common, id }) => status(&common, id).await,
            Self::Cancel(Cancel { common, id }) => {
                let (operation, currency) =
                    change(&common, Then::Tell, async |writer| bulk::cancel(writer, id).await)
                        .await?;
                tell(&common, &operation, currency);
                Ok(())
            }
            Self::Resume(Resume { common, id }) => {
                let (operation, currency) =
                    change(&common, Then::CarryOut, async |writer| bulk::resume(writer, id).await)
                        .await?;
                show(&common, &operation, currency)
            }
            Self::Undo(Undo { common, id }) => {
                let (operation, currency) =
                    change(&common, Then::CarryOut, async |writer| bulk::undo(writer, id).await)
                        .await?;
                show(&common, &operation, currency)
            }
        }
    }
}

async fn status(common: &Common, id: Uuid) -> Result<(), Failure> {
    let (store, facts) = open(common).await?;
    let found = bulk::find(&store, id).await;
    store.close().await;
    let operation = found?.ok_or_else(|| failure(BulkError::Unknown))?;
    tell(common, &operation, facts.currency);
    Ok(())
}

/// What is done after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Tell,
    /// The work that it takes, here and now. A server that does so too takes turns.
    CarryOut,
}

async fn change(
    common: &Common,
    then: Then,
    write: impl AsyncFnOnce(&mut Writer<'_>) -> Result<BulkOperation, BulkError>,
) -> Result<(BulkOperation, Currency), Failure> {
    let (store, facts) = open(common).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let (currency, now) = (facts.currency, clock().now());
    let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
    let mut operation = write(&mut writer).await.map_err(failure)?;
    if then == Then::CarryOut {
        operation = carry_out(&store, currency, &mut ids, operation.id).await?;
    }
    store.close().await;
    Ok((operation, currency))
}

fn tell(common: &Common, operation: &BulkOperation, currency: Currency) {
    if common.json {
        answer_json(&as_json(operation, currency));
    } else {
        let mut cells = row(operation, currency);
        cells.push(operation.state.as_str().to_owned());
        cells.extend(operation.fault.clone());
        answer(table(&[cells]));
    }
}

fn failure(error: BulkError) -> Failure {
    match error {
        BulkError::Fields(faults) => all_faults(faults),
        BulkError::Unknown => Failure::refused("there is no operation with this identifier"),
        BulkError::NotNow(operation) => Failure::refused(format!(
            "that cannot be done with it now: it is {}",
            operation.state.as_str()
        )),
        BulkError::Storage(error) => error.into(),
    }
}
