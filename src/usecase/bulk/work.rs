//! Carrying operations out: a slice of vouchers in each transaction, with how far it came, what is told of each in the
//! audit log, and its event.

use sovereign_domain::bulk::{BulkKind, BulkState};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use uuid::Uuid;

use super::super::done::Done;
use super::super::paging;
use super::super::vouchers::{Writer, note_new};
use super::edit;
use super::generate;
use super::import::{self, Outcome};
use super::operation::{self, BulkOperation};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::{self, Store, Tx, bulk as rows, campaigns};

/// How many vouchers are written in one statement, and of codes that are made in one transaction.
pub(super) const SLICE: usize = 1_000;
/// The slices of one step: whoever stops a server waits for the end of its step.
const SLICES: usize = 5;
/// A file that was looked at only is kept for a day.
const CHECKED_SECONDS: i64 = 86_400;
/// Who forgets it then, in the audit log.
const FORGETS: &str = "issue-in-bulk";

/// Carries out a part of the oldest operation; counts the vouchers it issued or looked at.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn step(app: &App) -> storage::Result<Done> {
    forget_unused(app).await?;
    let mut count = 0;
    for _ in 0..SLICES {
        let oldest = {
            let mut tx = app.store.read().await?;
            rows::oldest(&mut tx, BulkState::Running).await?
        };
        let Some(oldest) = oldest else { return Ok(Done::all(count)) };
        let mut ids = app.ids();
        let bench = (&app.store, app.facts.currency, app.clock.now());
        let before = oldest.done;
        let after = advance(bench, &mut ids, oldest.id).await?;
        let done = after.map_or(0, |operation| operation.done.saturating_sub(before));
        count += usize::try_from(done).unwrap_or(0);
    }
    Ok(Done { count, more: true })
}

/// Ends imports that were looked at a day ago, and that nobody has begun.
async fn forget_unused(app: &App) -> storage::Result<()> {
    let now = app.clock.now();
    let is_unused = |row: &rows::Row| row.created_at.0 <= now.plus_seconds(-CHECKED_SECONDS);
    let mut tx = app.store.read().await?;
    let oldest = rows::oldest(&mut tx, BulkState::Checked).await?;
    drop(tx);
    if !oldest.as_ref().is_some_and(is_unused) {
        return Ok(());
    }
    let (actor, mut ids) = (Actor::system(FORGETS), app.ids());
    let (store, currency) = (&app.store, app.facts.currency);
    let mut writer = Writer { store, currency, now, actor: &actor, ids: &mut ids };
    let mut tx = app.store.begin().await?;
    while let Some(oldest) = rows::oldest(&mut tx, BulkState::Checked).await?.filter(is_unused) {
        // Somebody may have begun it by now.
        let locked = rows::find_locked(&mut tx, oldest.id).await?;
        if locked.is_some_and(|row| row.state == BulkState::Checked.as_str()) {
            operation::forget(&mut tx, &mut writer, oldest.id).await?;
        }
    }
    tx.commit().await
}

/// Carries out the next slice of an operation that runs; answers how it stands then, `None` where there is none. Several may
/// do so at once: its row is locked.
///
/// # Errors
/// Where the database fails.
pub async fn advance(
    (store, currency, now): (&Store, Currency, Timestamp),
    ids: &mut (dyn IdSource + Send),
    id: Uuid,
) -> storage::Result<Option<BulkOperation>> {
    let mut tx = store.begin().await?;
    let Some(row) = rows::find_locked(&mut tx, id).await? else { return Ok(None) };
    let operation = BulkOperation::try_from(row)?;
    if operation.state != BulkState::Running {
        return Ok(Some(operation));
    }
    let actor = operation.actor.clone();
    let mut writer = Writer { store, currency, now, actor: &actor, ids };
    let outcome = match operation.kind() {
        BulkKind::Generate => made(&mut tx, &mut writer, &operation).await?,
        BulkKind::Import => import::carry_out(&mut tx, &mut writer, &operation).await?,
        BulkKind::Edit => {
            let operation = changed(&mut tx, &mut writer, operation).await?;
            reach!("bulk_written");
            tx.commit().await?;
            reach!("bulk_committed");
            return Ok(Some(operation));
        }
    };
    let (state, done, fault) = match outcome {
        Outcome::Issued(count) if operation.done + count >= operation.total => {
            (BulkState::Done, operation.total, None)
        }
        Outcome::Issued(count) => (BulkState::Running, operation.done + count, None),
        Outcome::Failed(fault) => (BulkState::Failed, operation.done, Some(fault)),
    };
    rows::stands(&mut tx, id, (state, done), fault.as_deref(), now).await?;
    reach!("bulk_written");
    tx.commit().await?;
    reach!("bulk_committed");
    Ok(Some(BulkOperation { state, done, fault, updated_at: now, ..operation }))
}

/// Changes the next vouchers. At the end all were looked at that there were: somebody may have changed some of them meanwhile, and
/// then there are fewer.
async fn changed(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    operation: BulkOperation,
) -> storage::Result<BulkOperation> {
    let slice = edit::carry_out(tx, writer, &operation).await?;
    let changed = operation.changed.saturating_add(slice.changed).min(operation.total);
    let seen = operation.done.saturating_add(slice.seen);
    let (state, done) = match slice.place {
        None => (BulkState::Done, operation.total),
        Some(_) => (BulkState::Running, seen.min(operation.total.saturating_sub(1))),
    };
    let place = slice.place.as_ref().map(paging::write);
    rows::stands(tx, operation.id, (state, done), None, writer.now).await?;
    rows::has_changed(tx, operation.id, changed.min(done), place.as_deref()).await?;
    Ok(BulkOperation {
        state,
        done,
        changed,
        place: slice.place,
        updated_at: writer.now,
        ..operation
    })
}

/// Makes the next codes. One that was issued before is left as it is, and another made in the next slice.
async fn made(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    operation: &BulkOperation,
) -> storage::Result<Outcome> {
    let left = usize::try_from(operation.total.saturating_sub(operation.done)).unwrap_or(0);
    let vouchers = generate::slice(&operation.terms, left.min(SLICE), writer.now);
    issue(tx, writer, operation.id, vouchers).await.map(Outcome::Issued)
}

/// Issues those of the vouchers that are new, and tells of each; answers how many.
pub(super) async fn issue(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    id: Uuid,
    mut vouchers: Vec<Voucher>,
) -> storage::Result<i64> {
    let currency = writer.currency;
    let whole = |minor| currency.whole_units(minor);
    let new = rows::issue(tx, id, &vouchers, whole, writer.now).await?;
    vouchers.retain(|voucher| new.contains(voucher.code.as_str()));
    let issued = campaigns::of_vouchers(tx, vouchers).await?;
    note_new(tx, writer, &issued).await?;
    Ok(i64::try_from(issued.len()).unwrap_or(i64::MAX))
}
