//! The wish that an Organization be deleted, and that it stay after all.

use serde_json::json;
use sovereign_domain::book::LetterKind;
use sovereign_domain::event::Actor;
use sovereign_domain::organization::OrganizationStatus;

use super::{GRACE_DAYS, LifeError, end_pending, owned, record, where_it_was};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::Tx;
use crate::storage::letters;
use crate::storage::organization_life::{self as rows, Deletion, LifeRow};
use crate::usecase::organizations::OrganizationError;

const OWNER: &str = "owner";
/// Whose wish a deletion is that only an administrator can take back.
pub(crate) const OPERATOR: &str = "operator";

/// Has an Organization deleted in thirty days, by its owner. Whoever asks again has the first answer.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn delete(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<LifeRow, LifeError> {
    let mut tx = app.store.begin().await?;
    let row = rows::lock(&mut tx, tenant_id).await?;
    owned(&mut tx, tenant_id, &actor.user_id).await?;
    let row = row.ok_or(OrganizationError::NotFound)?;
    begin(app, tx, actor, row, OWNER).await
}

/// The same, by an administrator of the Sovereign. Only they can take it back then.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn delete_any(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<LifeRow, LifeError> {
    let mut tx = app.store.begin().await?;
    let row = rows::lock(&mut tx, tenant_id).await?.ok_or(OrganizationError::NotFound)?;
    begin(app, tx, actor, row, OPERATOR).await
}

async fn begin(
    app: &App,
    mut tx: Tx,
    actor: &Actor,
    row: LifeRow,
    by: &'static str,
) -> Result<LifeRow, LifeError> {
    let (from, now) = (row.status()?, app.clock.now());
    if from == OrganizationStatus::Deleted {
        return Err(LifeError::Deleted);
    }
    if row.away {
        return Err(OrganizationError::Moving.into());
    }
    if row.deletion_at.is_some() {
        return Ok(row);
    }
    let deletion = Deletion { from, at: now.plus_days(GRACE_DAYS), by };
    rows::begin_deletion(&mut tx, &row.id, &deletion, now).await?;
    letters::insert(&mut tx, app.new_id(), LetterKind::DeletionBegun, &row.id, now).await?;
    let change = (
        Some(json!({ "status": from.as_str() })),
        json!({ "status": "suspended", "deletion_at": deletion.at, "by": by }),
    );
    record(app, &mut tx, actor, "organization.delete_later", &row.id, change).await?;
    let row = rows::find(&mut tx, &row.id).await?.ok_or(OrganizationError::NotFound)?;
    tx.commit().await?;
    reach!("deletion_begun");
    end_pending(app, &row.id).await;
    Ok(row)
}

/// Takes a deletion back, by the owner, who must have asked for it.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn restore(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<LifeRow, LifeError> {
    let mut tx = app.store.begin().await?;
    let row = rows::lock(&mut tx, tenant_id).await?;
    owned(&mut tx, tenant_id, &actor.user_id).await?;
    let row = row.ok_or(OrganizationError::NotFound)?;
    if row.deletion_by.as_deref() == Some(OPERATOR) {
        return Err(LifeError::DeletedByOperator);
    }
    undo(app, tx, actor, row).await
}

/// The same, by an administrator of the Sovereign, whoever asked for it.
///
/// # Errors
/// [`LifeError`].
pub(crate) async fn restore_any(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<LifeRow, LifeError> {
    let mut tx = app.store.begin().await?;
    let row = rows::lock(&mut tx, tenant_id).await?.ok_or(OrganizationError::NotFound)?;
    undo(app, tx, actor, row).await
}

async fn undo(app: &App, mut tx: Tx, actor: &Actor, row: LifeRow) -> Result<LifeRow, LifeError> {
    let now = app.clock.now();
    if row.status()? == OrganizationStatus::Deleted {
        return Err(LifeError::Deleted);
    }
    if row.deletion_at.is_none() {
        return Err(LifeError::NoDeletion);
    }
    let to = where_it_was(&mut tx, &row, row.deletion_from()?).await?;
    rows::restore(&mut tx, &row.id, to, now).await?;
    letters::insert(&mut tx, app.new_id(), LetterKind::DeletionUndone, &row.id, now).await?;
    let change = (
        Some(json!({ "status": "suspended", "deletion_at": row.deletion_at.map(|at| at.0) })),
        json!({ "status": to.as_str() }),
    );
    record(app, &mut tx, actor, "organization.restore", &row.id, change).await?;
    let row = rows::find(&mut tx, &row.id).await?.ok_or(OrganizationError::NotFound)?;
    tx.commit().await?;
    Ok(row)
}
