//! The addresses of a mailing, a page at a time or as a file: which code each has, and what became of the letter.

use sovereign_domain::ids::UserId;
use sovereign_domain::mailing::AddressState;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::export::{ExportError, Spool, csv};
use super::super::organizations::OrganizationError;
use super::super::paging::{self, Page, PageError};
use super::super::vouchers::FieldError;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage::cursor::Cursor;
use crate::storage::mailing_recipients::{self as rows, Recipient, Which};
use crate::storage::{self, Store, mailings};

/// How many addresses are read at once for a file.
const PAGE: i64 = 1_000;

const COLUMNS: [&str; 9] =
    ["position", "email", "language", "code", "state", "sent_at", "failures", "reply", "redeemed"];

/// Which addresses a client asks for.
fn which(state: Option<&str>) -> Result<Which, FieldError> {
    match state.map(str::trim).unwrap_or_default() {
        "" => Ok(Which::All),
        "redeemed" => Ok(Which::Redeemed),
        text => AddressState::parse(text).map(Which::Standing).ok_or_else(|| {
            FieldError::new("state", "state must be waiting, sent, failed or redeemed")
        }),
    }
}

/// Whether there is a mailing with this identifier.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn exists(store: &Store, id: Uuid) -> storage::Result<bool> {
    let mut tx = store.read().await?;
    Ok(mailings::find(&mut tx, id).await?.is_some())
}

/// A page of the addresses that stand so, in their order.
///
/// # Errors
/// Where a text is not understood, or the database fails.
pub(crate) async fn recipients(
    store: &Store,
    id: Uuid,
    (state, after): (Option<&str>, Option<&str>),
    limit: i64,
) -> Result<Page<Recipient>, PageError> {
    let which = which(state)?;
    let place = paging::read(after)?;
    let after = match &*place.key {
        "" => 0_i32,
        key => key
            .parse::<i32>()
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let mut tx = store.read().await?;
    let found = rows::list(&mut tx, id, which, (after, limit.saturating_add(1))).await?;
    Ok(paging::page(found, limit, |one| Cursor {
        created_at: Timestamp::from_seconds(0),
        key: one.position.to_string(),
    }))
}

/// Writes the addresses that stand so, from one state of the database.
///
/// # Errors
/// [`ExportError`]; then there is no file.
pub(crate) async fn file(
    app: &App,
    user_id: &UserId,
    (id, state): (Uuid, Option<&str>),
) -> Result<Spool, ExportError> {
    app.limits.check(Quota::ExportByUser, Key::User(user_id)).await?;
    let which = which(state).map_err(OrganizationError::Field)?;
    let mut tx = app.store.snapshot().await?;
    let mut spool = Spool::new(app.new_id());
    let mut written = csv::head(COLUMNS);
    let mut after = 0;
    loop {
        let found = rows::list(&mut tx, id, which, (after, PAGE)).await?;
        for one in &found {
            write(&mut written, one);
        }
        spool.write(written.as_bytes())?;
        written.clear();
        let Some(last) = found.last() else { return Ok(spool) };
        after = last.position;
    }
}

fn write(written: &mut String, one: &Recipient) {
    let sent_at = one.sent_at.map(|at| at.0.to_rfc3339()).unwrap_or_default();
    csv::cells(
        written,
        [
            csv::Cell::Number(&one.position.to_string()),
            csv::Cell::Text(&one.email),
            csv::Cell::Text(&one.language),
            csv::Cell::Text(one.code.as_deref().unwrap_or_default()),
            csv::Cell::Text(&one.state),
            csv::Cell::Text(&sent_at),
            csv::Cell::Number(&one.failures.to_string()),
            csv::Cell::Text(one.reply.as_deref().unwrap_or_default()),
            csv::Cell::Number(if one.redeemed { "true" } else { "false" }),
        ],
    );
}
