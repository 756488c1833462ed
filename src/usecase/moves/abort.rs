//! A move that comes to nothing: until it is confirmed, the source can have its Organization back.

use serde_json::json;
use sovereign_domain::event::Actor;

use super::MoveError;
use super::freeze::resolve;
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::moves::{self, MOVED, MoveRow, OUT};
use crate::storage::organization_life as life;
use crate::usecase::audited;

/// Ends a move away from here, and makes the Organization what it was before. Asked again, it changes nothing.
///
/// # Errors
/// [`MoveError`].
pub(crate) async fn abort(
    app: &App,
    actor: &Actor,
    organization: &str,
) -> Result<MoveRow, MoveError> {
    let tenant_id = resolve(app, organization).await?;
    let mut tx = app.store.begin().await?;
    life::lock(&mut tx, &tenant_id).await?.ok_or(MoveError::NotFound)?;
    let all = moves::of_organization(&mut tx, &tenant_id).await?;
    let last = all.into_iter().find(|row| row.direction == OUT);
    let Some(row) = last else {
        let detail = "it is not on its way to another Sovereign: there is nothing to abort";
        return Err(MoveError::refused("not_moving", detail));
    };
    if row.state == MOVED {
        let detail = format!(
            "its move is confirmed: {} has it, and can move it back from there",
            row.peer_fqdn
        );
        return Err(MoveError::refused("move_confirmed", detail));
    }
    if !row.is_leaving() {
        return Ok(row);
    }
    moves::abort(&mut tx, row.id, app.clock.now()).await?;
    moves::resume(&mut tx, &tenant_id).await?;
    let entry = audited::entry(app, actor, "organization.unfreeze", &tenant_id, Some(&tenant_id));
    let after = json!({ "move_id": row.id, "to": row.peer_fqdn });
    audited::record(&mut tx, entry, after).await?;
    let row = moves::find(&mut tx, row.id).await?.ok_or(MoveError::NotFound)?;
    reach!("move_aborting");
    tx.commit().await?;
    reach!("move_aborted");
    Ok(row)
}
