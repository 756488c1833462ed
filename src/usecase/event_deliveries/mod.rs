//! Events on their way to endpoints: filed as they leave the outbox, sent by a job, kept for a while.

mod file;
mod replay;
mod send;
mod settle;

pub(crate) use self::file::file;
pub(crate) use self::replay::{ReplayError, replay_one, replay_range};
pub use self::send::step;
pub(crate) use self::send::test;

use std::str::FromStr;

use uuid::Uuid;

use super::paging::{self, Page};
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage::cursor::Cursor;
use crate::storage::event_deliveries::{self as rows, DeliveryRow};
use crate::storage::{self, Store};
use crate::usecase::done::Done;

/// How long a delivery is tried.
pub(crate) const GIVEN_UP_AFTER_SECONDS: i64 = 3 * 86_400;
/// How long it is known what became of one.
const KEPT_DAYS: i64 = 30;
/// The most that one transaction removes.
const PURGED: u16 = 5_000;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Waiting,
    Delivered,
    /// Given up.
    Failed,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Status {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let all = [Self::Waiting, Self::Delivered, Self::Failed];
        all.into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| FieldError::new("status", "status must be waiting, delivered or failed"))
    }
}

/// Why deliveries were not listed.
#[derive(Debug)]
pub(crate) enum ListError {
    Field(FieldError),
    Storage(storage::Error),
}

impl From<FieldError> for ListError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for ListError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// A page of what is sent to an endpoint, newest first.
///
/// # Errors
/// [`ListError`].
pub(crate) async fn list(
    store: &Store,
    endpoint_id: Uuid,
    status: Option<Status>,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<DeliveryRow>, ListError> {
    let cursor = paging::read(after)?;
    let before = match after {
        None => i64::MAX,
        Some(_) => cursor
            .key
            .parse()
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let status = status.map(Status::as_str);
    let mut tx = store.read().await?;
    let more = limit.saturating_add(1);
    let found = rows::list(&mut tx, endpoint_id, status, before, more).await?;
    Ok(paging::page(found, limit, |delivery| Cursor {
        created_at: delivery.created_at.0,
        key: delivery.position.to_string(),
    }))
}

/// Removes what was filed long ago, whatever became of it; counts it.
///
/// # Errors
/// Where the database fails.
pub async fn purge(app: &App) -> storage::Result<Done> {
    let before = app.clock.now().plus_seconds(-KEPT_DAYS * 86_400);
    let mut tx = app.store.begin().await?;
    rows::purge_orphans(&mut tx).await?;
    let removed = rows::purge(&mut tx, before, PURGED.into()).await?;
    tx.commit().await?;
    Ok(Done::up_to(PURGED, usize::try_from(removed).unwrap_or(usize::MAX)))
}
