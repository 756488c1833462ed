//! A mailing: how it stands, stopping it, letting it go on, and trying again what has failed.

use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::mailing::MailingState;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::bulk::{self, BulkError, BulkOperation};
use super::super::paging::{self, Page, PageError};
use super::super::vouchers::{FieldError, Writer};
use super::addresses::Wrong;
use crate::app::App;
use crate::storage::audit::{self, Change};
use crate::storage::cursor::Cursor;
use crate::storage::{
    self, Store, Tx, bulk as bulk_rows, mailing_addresses as address_rows, mailing_recipients,
    mailings as rows,
};
use crate::text::Language;

/// The most mailings on one page of the list.
pub(crate) const PAGE_SIZE: i64 = 100;

/// A mailing, and what became of its letters.
#[derive(Debug, Clone)]
pub(crate) struct Mailing {
    pub(crate) id: Uuid,
    pub(crate) state: MailingState,
    /// Of the addresses that named none.
    pub(crate) language: Language,
    /// In the sender's words.
    pub(crate) message: String,
    /// How many addresses it goes to.
    pub(crate) total: i64,
    pub(crate) sent: i64,
    pub(crate) failed: i64,
    /// Who asked for it, and with which request.
    pub(crate) actor: Actor,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Mailing {
    /// How many letters are still to be sent.
    pub(crate) const fn waiting(&self) -> i64 {
        self.total.saturating_sub(self.sent).saturating_sub(self.failed)
    }

    pub(crate) fn may_be_cancelled(&self) -> bool {
        self.state == MailingState::Running
    }

    pub(crate) fn may_be_retried(&self) -> bool {
        self.failed > 0 && self.state != MailingState::Cancelled
    }
}

impl TryFrom<rows::Row> for Mailing {
    type Error = storage::Error;

    /// Fails where a row is of a later version.
    fn try_from(row: rows::Row) -> storage::Result<Self> {
        let unread = |what: &str| storage::Error::Corrupt(format!("mailing {}: {what}", row.id));
        let state = MailingState::parse(&row.state).ok_or_else(|| unread("state"))?;
        let language = Language::of_tag(&row.language).ok_or_else(|| unread("language"))?;
        Ok(Self {
            id: row.id,
            state,
            language,
            message: row.message,
            total: row.total,
            sent: row.sent,
            failed: row.failed,
            actor: Actor { user_id: row.user_id.into(), request_id: row.request_id },
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// A mailing with its vouchers.
#[derive(Debug, Clone)]
pub(crate) struct Details {
    pub(crate) mailing: Mailing,
    /// What makes its codes.
    pub(crate) codes: BulkOperation,
    /// How many of the vouchers somebody has redeemed.
    pub(crate) redeemed: i64,
}

impl Details {
    /// Whether there is something to let go on: it was stopped, or what makes its codes was.
    pub(crate) fn may_be_resumed(&self) -> bool {
        let codes = self.codes.state.may_be_resumed(self.codes.kind());
        match self.mailing.state {
            MailingState::Cancelled => true,
            MailingState::Running => codes,
            MailingState::Done => false,
        }
    }
}

/// Why nothing was asked for, stopped or begun.
#[derive(Debug)]
pub(crate) enum MailingError {
    /// Everything that is wrong with what was sent but for the addresses; one at least.
    Fields(Vec<FieldError>),
    Addresses(Wrong),
    /// There is none with this identifier.
    Unknown,
    /// It stands so that this cannot be done.
    NotNow(MailingState),
    Storage(storage::Error),
}

impl From<storage::Error> for MailingError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<BulkError> for MailingError {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Fields(faults) => Self::Fields(faults),
            // Each mailing has its operation, and nothing stops one that somebody has not stopped.
            BulkError::Unknown | BulkError::NotNow(_) => Self::Unknown,
            BulkError::Storage(error) => Self::Storage(error),
        }
    }
}

/// The mailing with this identifier.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn find(store: &Store, id: Uuid) -> storage::Result<Option<Details>> {
    let mut tx = store.read().await?;
    let Some(row) = rows::find(&mut tx, id).await? else { return Ok(None) };
    let codes = bulk_rows::find(&mut tx, id).await?.ok_or_else(|| {
        storage::Error::Corrupt(format!("mailing {id}: there is no operation of its codes"))
    })?;
    let redeemed = mailing_recipients::redeemed(&mut tx, id).await?;
    Ok(Some(Details { mailing: row.try_into()?, codes: codes.try_into()?, redeemed }))
}

/// A page of mailings, newest first.
///
/// # Errors
/// Where `after` is not understood, or the database fails.
pub(crate) async fn list(
    store: &Store,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<Mailing>, PageError> {
    let place = paging::read(after)?;
    let id = paging::identifier(&place)?;
    let mut tx = store.read().await?;
    let found = rows::list(&mut tx, (place.created_at, id), limit.saturating_add(1)).await?;
    let found: storage::Result<Vec<_>> = found.into_iter().map(Mailing::try_from).collect();
    Ok(paging::page(found?, limit, |mailing| Cursor {
        created_at: mailing.created_at,
        key: mailing.id.to_string(),
    }))
}

/// Stops a mailing, and what makes its codes: what was sent is sent. One that is stopped already is answered as it is.
///
/// # Errors
/// [`MailingError`].
pub(crate) async fn cancel(writer: &mut Writer<'_>, id: Uuid) -> Result<Details, MailingError> {
    let mut tx = writer.store.begin().await?;
    match locked(&mut tx, id).await? {
        MailingState::Done => return Err(MailingError::NotNow(MailingState::Done)),
        MailingState::Cancelled => {}
        MailingState::Running => {
            address_rows::stop(&mut tx, id).await?;
            rows::stands(&mut tx, id, MailingState::Cancelled, writer.now).await?;
            record(&mut tx, writer, ("mailing.cancel", id), json!({})).await?;
        }
    }
    tx.commit().await?;
    // Without them nothing is sent either, if this is as far as it gets.
    let stopped = bulk::cancel(writer, id).await;
    match stopped {
        Ok(_) | Err(BulkError::NotNow(_)) => as_it_is(writer.store, id).await,
        Err(error) => Err(error.into()),
    }
}

/// Lets a mailing go on that was stopped, and what makes its codes. One that runs already is answered as it is.
///
/// # Errors
/// [`MailingError`].
pub(crate) async fn resume(writer: &mut Writer<'_>, id: Uuid) -> Result<Details, MailingError> {
    let before = as_it_is(writer.store, id).await?;
    if before.mailing.state == MailingState::Done {
        return Err(MailingError::NotNow(MailingState::Done));
    }
    let resumed = bulk::resume(writer, id).await;
    match resumed {
        Ok(_) | Err(BulkError::NotNow(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut tx = writer.store.begin().await?;
    if locked(&mut tx, id).await? == MailingState::Cancelled {
        address_rows::go_on(&mut tx, id, writer.now).await?;
        rows::stands(&mut tx, id, MailingState::Running, writer.now).await?;
        record(&mut tx, writer, ("mailing.resume", id), json!({})).await?;
    }
    tx.commit().await?;
    as_it_is(writer.store, id).await
}

/// Tries again what has failed. Where nothing has, the mailing is answered as it is.
///
/// # Errors
/// [`MailingError`].
pub(crate) async fn retry(writer: &mut Writer<'_>, id: Uuid) -> Result<Details, MailingError> {
    let mut tx = writer.store.begin().await?;
    if locked(&mut tx, id).await? == MailingState::Cancelled {
        return Err(MailingError::NotNow(MailingState::Cancelled));
    }
    let count = address_rows::retry(&mut tx, id, writer.now).await?;
    if count > 0 {
        rows::stands(&mut tx, id, MailingState::Running, writer.now).await?;
        record(&mut tx, writer, ("mailing.retry", id), json!({ "addresses": count })).await?;
    }
    tx.commit().await?;
    as_it_is(writer.store, id).await
}

/// How a mailing stands, which nobody else changes until the transaction ends.
pub(super) async fn locked(tx: &mut Tx, id: Uuid) -> Result<MailingState, MailingError> {
    let state = rows::lock(tx, id).await?.ok_or(MailingError::Unknown)?;
    let unread = || storage::Error::Corrupt(format!("mailing {id}: state"));
    Ok(MailingState::parse(&state).ok_or_else(unread)?)
}

async fn as_it_is(store: &Store, id: Uuid) -> Result<Details, MailingError> {
    find(store, id).await?.ok_or(MailingError::Unknown)
}

/// Ends the mailings that have nothing more to send.
///
/// # Errors
/// Where the database fails.
pub(super) async fn finish(app: &App) -> storage::Result<()> {
    let mut tx = app.store.read().await?;
    let finished = rows::finished(&mut tx).await?;
    drop(tx);
    for id in finished {
        let mut tx = app.store.begin().await?;
        // Looked at again: somebody may have had letters tried again meanwhile.
        let state = rows::lock(&mut tx, id).await?;
        let runs = state.as_deref() == Some(MailingState::Running.as_str());
        if runs && !address_rows::any_waits(&mut tx, id).await? {
            rows::stands(&mut tx, id, MailingState::Done, app.clock.now()).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

pub(super) async fn record(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (action, id): (&'static str, Uuid),
    after: Value,
) -> storage::Result<()> {
    let entry = writer.entry(action, id.to_string());
    audit::record(tx, &[(entry, Change { before: None, after: Some(after) })]).await
}
