//! What comes with time: deletions that are due, addresses that nobody has paid for, and the letters before.

use serde_json::json;
use sovereign_domain::book::LetterKind;
use sovereign_domain::event::{Actor, Event, EventData, TenantChanged};
use sovereign_domain::organization::OrganizationStatus;

use super::{GRACE_DAYS, UNPAID_DAYS, UNPAID_WARNING_DAYS, WARNING_DAYS, close_pending, record};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::organization_life::{self as rows, LifeRow};
use crate::storage::{Result, Tx, audit, letters};
use crate::usecase::done::Done;

/// The most Organizations of one step.
const PAGE: u16 = 50;

/// Which end it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Somebody wished it.
    Wished,
    /// It has never paid.
    Unpaid,
}

/// Deletes Organizations whose time is over, tells owners a week before, and ends orders that still wait for a
/// payment of one that is suspended.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn deletions(app: &App) -> Result<Done> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let due = rows::due(&mut tx, now, PAGE.into()).await?;
    let soon = rows::unwarned(&mut tx, now.plus_days(WARNING_DAYS), PAGE.into()).await?;
    let waiting = rows::with_pending_order(&mut tx, PAGE.into()).await?;
    drop(tx);
    let all = Done::up_to(PAGE, due.len().max(soon.len()));
    let mut count = 0_usize;
    for id in due {
        count = count.saturating_add(usize::from(end(app, &id, End::Wished).await?));
    }
    for id in soon {
        count = count.saturating_add(usize::from(warn(app, &id, End::Wished).await?));
    }
    for id in waiting {
        // One that cannot be ended yet holds no other one up.
        if let Err(error) = close_pending(app, &id).await {
            tracing::info!(tenant_id = id, %error, "an order of a suspended Organization waits");
        }
    }
    Ok(Done { count, ..all })
}

/// Frees the addresses of Organizations that have never paid, and tells their owners the day before.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn addresses(app: &App) -> Result<Done> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let due = rows::never_paid(&mut tx, now.plus_days(-UNPAID_DAYS), PAGE.into()).await?;
    let made_before = now.plus_days(-UNPAID_WARNING_DAYS);
    let soon = rows::never_paid_unwarned(&mut tx, made_before, PAGE.into()).await?;
    drop(tx);
    let all = Done::up_to(PAGE, due.len().max(soon.len()));
    let mut count = 0_usize;
    for id in due {
        count = count.saturating_add(usize::from(end(app, &id, End::Unpaid).await?));
    }
    for id in soon {
        count = count.saturating_add(usize::from(warn(app, &id, End::Unpaid).await?));
    }
    Ok(Done { count, ..all })
}

/// Deletes one, unless that is not to be any more.
async fn end(app: &App, id: &str, end: End) -> Result<bool> {
    let mut tx = app.store.begin().await?;
    let Some(row) = rows::lock(&mut tx, id).await? else { return Ok(false) };
    if !is_due(app, &mut tx, &row, end).await?
        || !rows::delete(&mut tx, id, app.clock.now()).await?
    {
        return Ok(false);
    }
    let before = json!({ "status": row.status()?.as_str() });
    let (actor, action, about) = match end {
        End::Wished => ("delete-organizations", "organization.delete", row.deletion_by.clone()),
        End::Unpaid => ("free-addresses", "organization.free", None),
    };
    let change = (Some(before), json!({ "status": "deleted", "by": about }));
    record(app, &mut tx, &Actor::system(actor), action, id, change).await?;
    tell(app, &mut tx, row).await?;
    reach!("organization_deleting");
    tx.commit().await?;
    reach!("organization_deleted");
    Ok(true)
}

async fn is_due(app: &App, tx: &mut Tx, row: &LifeRow, end: End) -> Result<bool> {
    let now = app.clock.now();
    match end {
        End::Wished => Ok(row.status()? == OrganizationStatus::Suspended
            && row.deletion_at.is_some_and(|at| at.0 <= now)),
        End::Unpaid => rows::has_never_paid(tx, &row.id, now.plus_days(-UNPAID_DAYS)).await,
    }
}

async fn tell(app: &App, tx: &mut Tx, row: LifeRow) -> Result<()> {
    let tenant_id = row.id.as_str().into();
    let tenant = TenantChanged {
        id: row.id.as_str().into(),
        slug: row.slug,
        name: row.name,
        owner_id: row.owner_id.as_str().into(),
        plan_id: row.plan_id,
        status: OrganizationStatus::Deleted.as_str(),
    };
    let data = EventData::TenantDeleted(tenant);
    let event = Event { id: app.new_id(), at: app.clock.now(), tenant_id: Some(tenant_id), data };
    audit::publish(tx, &[event]).await
}

/// Files the letter that the end is near, once.
async fn warn(app: &App, id: &str, end: End) -> Result<bool> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let Some(row) = rows::lock(&mut tx, id).await? else { return Ok(false) };
    let (stands, letter) = match end {
        End::Wished => {
            let stands = row.status()? == OrganizationStatus::Suspended
                && row.deletion_at.is_some_and(|at| at.0 <= now.plus_days(WARNING_DAYS));
            (stands, LetterKind::DeletionSoon)
        }
        End::Unpaid => {
            let made_before = now.plus_days(-UNPAID_WARNING_DAYS);
            let stands = rows::has_never_paid(&mut tx, id, made_before).await?;
            (stands, LetterKind::AddressFreed)
        }
    };
    if !stands || !rows::warn(&mut tx, id).await? {
        return Ok(false);
    }
    letters::insert(&mut tx, app.new_id(), letter, id, now).await?;
    tx.commit().await?;
    Ok(true)
}

// A week's notice lies within the time that there is, and a day's within its week.
const _: () = assert!(WARNING_DAYS < GRACE_DAYS && UNPAID_WARNING_DAYS < UNPAID_DAYS);
