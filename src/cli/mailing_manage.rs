//! `sovereign voucher mailing`: a mailing that was asked for already.

use clap::Subcommand;
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;
use uuid::Uuid;

use super::output::{Failure, answer, answer_json, table};
use super::voucher::open;
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::usecase::mailings::{self, Details, MailingError};
use crate::usecase::vouchers::Writer;

/// Vouchers that are sent by mail: how far a mailing is, stopping it, and trying it again
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign voucher mailing status 01997f53-a000-7000-8000-000000000001
  sovereign voucher mailing retry 01997f53-a000-7000-8000-000000000001")]
pub(super) enum MailingCommand {
    Status(Status),
    Cancel(Cancel),
    Resume(Resume),
    Retry(Retry),
}

about_one!(
    Status,
    "Tell how far a mailing is",
    "Its identifier, as `sovereign voucher mail` answered",
    "\
Examples:
  sovereign voucher mailing status 01997f53-a000-7000-8000-000000000001
  sovereign voucher mailing status 01997f53-a000-7000-8000-000000000001 --json | jq .failed"
);
about_one!(
    Cancel,
    "Stop a mailing, and the making of its codes; what was sent is sent",
    "Its identifier, as `sovereign voucher mail` answered",
    "\
Examples:
  sovereign voucher mailing cancel 01997f53-a000-7000-8000-000000000001"
);
about_one!(
    Resume,
    "Let a mailing go on that was stopped; the running server, or a worker, sends the letters",
    "Its identifier, as `sovereign voucher mail` answered",
    "\
Examples:
  sovereign voucher mailing resume 01997f53-a000-7000-8000-000000000001"
);
about_one!(
    Retry,
    "Try all addresses again that failed, each with the code it had",
    "Its identifier, as `sovereign voucher mail` answered",
    "\
Examples:
  sovereign voucher mailing retry 01997f53-a000-7000-8000-000000000001"
);

impl MailingCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Status(Status { common, id }) => status(&common, id).await,
            Self::Cancel(Cancel { common, id }) => {
                change(&common, async |writer| mailings::cancel(writer, id).await).await
            }
            Self::Resume(Resume { common, id }) => {
                change(&common, async |writer| mailings::resume(writer, id).await).await
            }
            Self::Retry(Retry { common, id }) => {
                change(&common, async |writer| mailings::retry(writer, id).await).await
            }
        }
    }
}

async fn status(common: &Common, id: Uuid) -> Result<(), Failure> {
    let (store, _) = open(common).await?;
    let found = mailings::find(&store, id).await;
    store.close().await;
    let details = found?.ok_or_else(|| failure(MailingError::Unknown))?;
    tell(common, &details);
    Ok(())
}

async fn change(
    common: &Common,
    write: impl AsyncFnOnce(&mut Writer<'_>) -> Result<Details, MailingError>,
) -> Result<(), Failure> {
    let (store, facts) = open(common).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let (currency, now) = (facts.currency, clock().now());
    let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
    let changed = write(&mut writer).await;
    store.close().await;
    tell(common, &changed.map_err(failure)?);
    Ok(())
}

fn tell(common: &Common, details: &Details) {
    if common.json {
        answer_json(&as_json(details));
        return;
    }
    let Details { mailing, codes, redeemed } = details;
    answer(table(&[vec![
        mailing.id.to_string(),
        mailing.state.as_str().to_owned(),
        format!("{} of {} codes", codes.done, mailing.total),
        format!("{} sent", mailing.sent),
        format!("{} waiting", mailing.waiting()),
        format!("{} failed", mailing.failed),
        format!("{redeemed} redeemed"),
    ]]));
}

fn as_json(details: &Details) -> Value {
    let Details { mailing, codes, redeemed } = details;
    json!({
        "id": mailing.id,
        "state": mailing.state.as_str(),
        "language": mailing.language.tag(),
        "total": mailing.total,
        "codes": codes.done,
        "sent": mailing.sent,
        "waiting": mailing.waiting(),
        "failed": mailing.failed,
        "redeemed": redeemed,
        "created_at": mailing.created_at,
        "updated_at": mailing.updated_at,
    })
}

fn failure(error: MailingError) -> Failure {
    match error {
        MailingError::Unknown => Failure::refused("there is no mailing with this identifier"),
        MailingError::NotNow(state) => {
            Failure::refused(format!("that cannot be done with it now: it is {}", state.as_str()))
        }
        MailingError::Storage(error) => error.into(),
        MailingError::Fields(_) | MailingError::Addresses(_) => {
            Failure::refused("that cannot be done with it")
        }
    }
}
