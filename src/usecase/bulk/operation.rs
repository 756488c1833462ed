//! An operation on many vouchers: what it is to make, how it stands, and stopping it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sovereign_domain::bulk::{BulkKind, BulkState};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::paging::{self, Page, PageError};
use super::super::vouchers::{FieldError, Writer};
use super::edit::{EditAction, Scope};
use super::pattern::Pattern;
use crate::storage::audit::{self, Change};
use crate::storage::cursor::Cursor;
use crate::storage::{self, Store, Tx, bulk as rows};

/// The most operations on one page of the list.
pub const PAGE_SIZE: i64 = 1_000;

/// What an operation is to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Terms {
    Generate {
        #[serde(flatten)]
        pattern: Pattern,
        credit_minor: i64,
        description: String,
        /// 0 = unlimited.
        max_redemptions: i64,
        /// Absent = for good.
        credit_valid_days: Option<i64>,
        campaign_id: Option<CampaignId>,
    },
    Import {
        /// The sum of all vouchers' credit, each redeemed once.
        credit_minor: i64,
    },
    Edit {
        action: EditAction,
        /// How many days longer credit lasts; below zero where that is undone.
        days: Option<i64>,
        /// The tag that each gets or loses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        scope: Scope,
    },
}

impl Terms {
    #[must_use]
    pub const fn kind(&self) -> BulkKind {
        match self {
            Self::Generate { .. } => BulkKind::Generate,
            Self::Import { .. } => BulkKind::Import,
            Self::Edit { .. } => BulkKind::Edit,
        }
    }
}

/// An operation on many vouchers.
#[derive(Debug, Clone)]
pub struct BulkOperation {
    pub id: Uuid,
    pub state: BulkState,
    /// How many vouchers it is to issue, or to look at.
    pub total: i64,
    /// How many it has issued, or looked at.
    pub done: i64,
    /// How many it has changed: the others were so already.
    pub changed: i64,
    /// Where the next ones to change begin; `None` where it begins.
    pub(crate) place: Option<Cursor>,
    pub terms: Terms,
    /// Why it failed.
    pub fault: Option<String>,
    /// Who asked for it, and with which request.
    pub actor: Actor,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl BulkOperation {
    #[must_use]
    pub const fn kind(&self) -> BulkKind {
        self.terms.kind()
    }

    /// What all its vouchers are worth, each redeemed once, in minor units.
    #[must_use]
    pub const fn total_credit_minor(&self) -> i64 {
        match self.terms {
            Terms::Generate { credit_minor, .. } => credit_minor.saturating_mul(self.total),
            Terms::Import { credit_minor } => credit_minor,
            Terms::Edit { .. } => 0,
        }
    }

    /// Whether it has changed something, and changes nothing more.
    #[must_use]
    pub const fn may_be_undone(&self) -> bool {
        matches!(self.terms, Terms::Edit { .. })
            && matches!(self.state, BulkState::Done | BulkState::Cancelled)
            && self.changed > 0
    }
}

impl TryFrom<rows::Row> for BulkOperation {
    type Error = storage::Error;

    /// Fails where a row is of a later version.
    fn try_from(row: rows::Row) -> storage::Result<Self> {
        let unread =
            |what: &str| storage::Error::Corrupt(format!("bulk operation {}: {what}", row.id));
        let state = BulkState::parse(&row.state).ok_or_else(|| unread("state"))?;
        let terms = serde_json::from_value(row.terms.0).map_err(|_| unread("terms"))?;
        let place = row.place.as_deref().map(|place| paging::read(Some(place)));
        let place = place.transpose().map_err(|_| unread("place"))?;
        Ok(Self {
            id: row.id,
            state,
            total: row.total,
            done: row.done,
            changed: row.changed,
            place,
            terms,
            fault: row.fault,
            actor: Actor { user_id: row.user_id.into(), request_id: row.request_id },
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Why nothing was asked for, stopped or begun.
#[derive(Debug)]
pub enum BulkError {
    /// Everything that is wrong with what was sent; one at least.
    Fields(Vec<FieldError>),
    /// There is none with this identifier.
    Unknown,
    /// It stands so that this cannot be done.
    NotNow(Box<BulkOperation>),
    Storage(storage::Error),
}

impl From<storage::Error> for BulkError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Notes an operation under an identifier that is the client's or new. One that was noted under it before is answered as it
/// is by now: whoever asks again, not knowing whether they were heard, makes nothing twice.
pub(super) async fn note(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    id: Option<Uuid>,
    (state, total): (BulkState, i64),
    terms: &Terms,
) -> Result<BulkOperation, BulkError> {
    let id = id.unwrap_or_else(|| writer.ids.next_id());
    let told = json!(terms);
    let new = rows::New {
        id,
        kind: terms.kind(),
        state,
        total,
        terms: &told,
        user_id: &writer.actor.user_id.0,
        request_id: &writer.actor.request_id,
        now: writer.now,
    };
    let is_new = rows::insert(tx, &new).await?;
    let operation: BulkOperation =
        rows::find(tx, id).await?.ok_or(BulkError::Unknown)?.try_into()?;
    if !is_new && (operation.terms != *terms || operation.total != total) {
        return Err(another());
    }
    if is_new {
        record(tx, writer, ("bulk.create", id), told_of(&operation)).await?;
    }
    Ok(operation)
}

/// The identifier is that of an operation which does something else.
pub(super) fn another() -> BulkError {
    let detail = "another operation has this id; send another one, or none";
    BulkError::Fields(vec![FieldError::new("id", detail)])
}

fn told_of(operation: &BulkOperation) -> Value {
    json!({ "state": operation.state.as_str(), "total": operation.total, "terms": operation.terms })
}

/// How many were done when it was stopped or went on.
fn told_at(done: i64) -> Value {
    json!({ "done": done })
}

/// Stops an operation that is locked, and that nobody has begun.
pub(super) async fn forget(tx: &mut Tx, writer: &mut Writer<'_>, id: Uuid) -> storage::Result<()> {
    rows::stands(tx, id, (BulkState::Cancelled, 0), None, writer.now).await?;
    rows::forget_file(tx, id).await?;
    record(tx, writer, ("bulk.cancel", id), told_at(0)).await
}

async fn record(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (action, id): (&'static str, Uuid),
    after: Value,
) -> storage::Result<()> {
    let entry = writer.entry(action, id.to_string());
    audit::record(tx, &[(entry, Change { before: None, after: Some(after) })]).await
}

/// The operation with this identifier.
///
/// # Errors
/// Where the database fails.
pub async fn find(store: &Store, id: Uuid) -> storage::Result<Option<BulkOperation>> {
    let mut tx = store.read().await?;
    rows::find(&mut tx, id).await?.map(BulkOperation::try_from).transpose()
}

/// A page of operations, newest first.
///
/// # Errors
/// Where `after` is not understood, or the database fails.
pub async fn list(
    store: &Store,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<BulkOperation>, PageError> {
    let place = paging::read(after)?;
    let id = paging::identifier(&place)?;
    let mut tx = store.read().await?;
    let found = rows::list(&mut tx, (place.created_at, id), limit.saturating_add(1)).await?;
    let found: storage::Result<Vec<_>> = found.into_iter().map(BulkOperation::try_from).collect();
    Ok(paging::page(found?, limit, |operation| Cursor {
        created_at: operation.created_at,
        key: operation.id.to_string(),
    }))
}

/// Stops an operation; what it made stays. One that is stopped already is answered as it is.
///
/// # Errors
/// [`BulkError`].
pub async fn cancel(writer: &mut Writer<'_>, id: Uuid) -> Result<BulkOperation, BulkError> {
    change(writer, id, BulkState::Cancelled, |operation| operation.state.may_be_cancelled()).await
}

/// Begins an operation that was looked at only, or lets one go on that was stopped. One that runs already is answered as
/// it is.
///
/// # Errors
/// [`BulkError`].
pub async fn resume(writer: &mut Writer<'_>, id: Uuid) -> Result<BulkOperation, BulkError> {
    change(writer, id, BulkState::Running, |operation| {
        operation.state.may_be_resumed(operation.kind())
    })
    .await
}

async fn change(
    writer: &mut Writer<'_>,
    id: Uuid,
    state: BulkState,
    may: impl FnOnce(&BulkOperation) -> bool,
) -> Result<BulkOperation, BulkError> {
    let mut tx = writer.store.begin().await?;
    let row = rows::find_locked(&mut tx, id).await?.ok_or(BulkError::Unknown)?;
    let operation = BulkOperation::try_from(row)?;
    if operation.state == state {
        return Ok(operation);
    }
    if !may(&operation) {
        return Err(BulkError::NotNow(Box::new(operation)));
    }
    rows::stands(&mut tx, id, (state, operation.done), None, writer.now).await?;
    let action = match state {
        BulkState::Cancelled => {
            rows::forget_file(&mut tx, id).await?;
            "bulk.cancel"
        }
        _ => "bulk.resume",
    };
    record(&mut tx, writer, (action, id), told_at(operation.done)).await?;
    tx.commit().await?;
    Ok(BulkOperation { state, updated_at: writer.now, ..operation })
}
