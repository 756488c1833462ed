//! The beginning of a move: what is under way is settled, then the Organization is suspended and its move is written
//! down, in one transaction. From then on nothing changes it here, and every export of it is the same.

use serde_json::json;
use sovereign_domain::event::Actor;
use sovereign_domain::organization::OrganizationStatus;

use super::{MoveError, trail};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::moves::{self, FROZEN, MoveRow, OUT, Obstacles};
use crate::storage::organization_life::{self as life, LifeRow};
use crate::storage::{Ts, Tx, move_out, provisions};
use crate::usecase::payments::subscription::close_pending;
use crate::usecase::{audited, number_invoices, relay};

/// What is settled may be followed by something else that is not.
const ROUNDS: usize = 4;
const LONGEST_NAME: usize = 253;
const LONGEST_URL: usize = 2_000;

/// Which Organization is to go where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Its identifier or address.
    pub(crate) organization: &'a str,
    /// The Sovereign that is to have it.
    pub(crate) to: &'a str,
    /// Where its people find it there.
    pub(crate) forward_url: Option<&'a str>,
}

/// Freezes an Organization for its move. Asked again, it answers the same move.
///
/// # Errors
/// [`MoveError`]; then nothing is frozen.
pub(crate) async fn freeze(app: &App, actor: &Actor, wish: Wish<'_>) -> Result<MoveRow, MoveError> {
    check(app, wish)?;
    let tenant_id = resolve(app, wish.organization).await?;
    for _ in 0..ROUNDS {
        if let Some(row) = under_way(app, &tenant_id, wish.to).await? {
            return Ok(row);
        }
        settle(app, &tenant_id).await?;
        if let Some(row) = write(app, actor, &tenant_id, wish).await? {
            reach!("move_frozen");
            return Ok(row);
        }
    }
    let detail = "something is ordered or changed in it all the time; suspend it, and try again";
    Err(MoveError::refused("organization_busy", detail))
}

/// The identifier of an Organization that is named by it or by its address.
///
/// # Errors
/// [`MoveError::NotFound`]; where the database fails.
pub(super) async fn resolve(app: &App, name: &str) -> Result<String, MoveError> {
    let mut tx = app.store.read().await?;
    move_out::resolve(&mut tx, name).await?.ok_or(MoveError::NotFound)
}

fn check(app: &App, wish: Wish<'_>) -> Result<(), MoveError> {
    let usable =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':');
    if wish.to.is_empty() || wish.to.len() > LONGEST_NAME || !wish.to.chars().all(usable) {
        let detail =
            "to must be the other Sovereign's domain name in lower case, such as b.example";
        return Err(MoveError::field("to", detail));
    }
    if wish.to == app.facts.fqdn {
        let detail = format!("{} is this Sovereign; to must be another one", wish.to);
        return Err(MoveError::field("to", detail));
    }
    let good = |url: &str| {
        let web = url.starts_with("https://") || url.starts_with("http://");
        web && url.len() <= LONGEST_URL && !url.chars().any(|c| c.is_control() || c.is_whitespace())
    };
    if wish.forward_url.is_some_and(|url| !good(url)) {
        let detail = "forward_url must be the address of a page, such as https://b.example/console";
        return Err(MoveError::field("forward_url", detail));
    }
    Ok(())
}

/// The move that it is on already, where that goes to the same Sovereign.
async fn under_way(app: &App, tenant_id: &str, to: &str) -> Result<Option<MoveRow>, MoveError> {
    let mut tx = app.store.read().await?;
    match moves::live(&mut tx, tenant_id).await? {
        None => Ok(None),
        Some(row) if row.is_leaving() && row.peer_fqdn == to => Ok(Some(row)),
        Some(row) if row.is_leaving() => {
            let peer = row.peer_fqdn;
            let detail = format!(
                "it is on its way to {peer}; `sovereign org abort` ends that, if {peer} has not confirmed"
            );
            Err(MoveError::refused("move_in_progress", detail))
        }
        Some(row) => {
            let detail = format!(
                "it arrives from {}, and is not here yet; activate it with that Sovereign's release first",
                row.peer_fqdn
            );
            Err(MoveError::refused("move_in_progress", detail))
        }
    }
}

/// Ends, outside any transaction, what may be ended: an order that waits for a payment, documents without a number, and
/// events that nobody heard yet.
async fn settle(app: &App, tenant_id: &str) -> Result<(), MoveError> {
    let mut tx = app.store.read().await?;
    let found = moves::obstacles(&mut tx, tenant_id).await?.ok_or(MoveError::NotFound)?;
    let row = life::find(&mut tx, tenant_id).await?.ok_or(MoveError::NotFound)?;
    // What cannot go is told before anything of it is ended.
    refuse(&row, &found)?;
    trail::refuse_many(&mut tx, tenant_id).await?;
    drop(tx);
    if let Some(id) = found.pending_order {
        let order_id = id.to_string();
        let closed = Box::pin(close_pending(app, tenant_id)).await;
        closed.map_err(|error| MoveError::Payment { order_id, error })?;
    }
    if found.unnumbered > 0 || found.pending_order.is_some() {
        while number_invoices::step(app).await?.more {}
        while number_invoices::credit_notes_step(app).await?.more {}
    }
    if found.unpublished > 0 || found.pending_order.is_some() {
        while Box::pin(relay::step(app)).await?.more {}
    }
    Ok(())
}

/// Refuses what cannot be frozen, and what somebody has to decide first.
fn refuse(row: &LifeRow, found: &Obstacles) -> Result<(), MoveError> {
    let refused = |code, detail: String| Err(MoveError::refused(code, detail));
    if row.status()? == OrganizationStatus::Deleted {
        return refused("organization_deleted", "it is deleted, and does not move any more".into());
    }
    if row.deletion_at.is_some() {
        let detail = "it is to be deleted; take that back first, or let it be deleted here";
        return refused("deletion_begun", detail.into());
    }
    if let Some(id) = found.pending_refund {
        let detail = format!(
            "refund {id} has not reached its card yet; wait for it, or see why it does not: \
             `sovereign jobs run send-refunds`"
        );
        return refused("refund_pending", detail);
    }
    if let Some(id) = &found.open_dispute {
        let detail = format!(
            "a bank has not decided dispute {id} yet, which takes credit or gives it back; wait until it has"
        );
        return refused("dispute_open", detail);
    }
    if let Some(id) = found.running_provision {
        let detail = format!(
            "provision {id} is under way; wait until it is done, or has failed (`sovereign jobs run provision`)"
        );
        return refused("provision_running", detail);
    }
    if found.billed_elsewhere {
        let detail =
            "Stripe bills its subscription; bill it here first: `sovereign subscription bill-here`";
        return refused("billed_elsewhere", detail.into());
    }
    Ok(())
}

/// Freezes it, unless something has come up since; then `None`.
async fn write(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    wish: Wish<'_>,
) -> Result<Option<MoveRow>, MoveError> {
    let mut tx = app.store.begin().await?;
    provisions::lock_organization(&mut tx, tenant_id).await?;
    // From here on nobody adds an Environment, a member or an invitation: what is read is what moves.
    moves::hold(&mut tx, tenant_id).await?;
    let life = life::find(&mut tx, tenant_id).await?.ok_or(MoveError::NotFound)?;
    if moves::live(&mut tx, tenant_id).await?.is_some() {
        return Ok(None);
    }
    if life.away {
        let detail =
            "it has moved to another Sovereign already; `sovereign org status` says to which";
        return Err(MoveError::refused("organization_moved", detail));
    }
    let found = moves::obstacles(&mut tx, tenant_id).await?.ok_or(MoveError::NotFound)?;
    refuse(&life, &found)?;
    let unsettled = found.pending_order.is_some()
        || found.held_minor != 0
        || found.unnumbered > 0
        || found.unpublished > 0;
    if unsettled {
        return Ok(None);
    }
    let row = new_move(app, actor, tenant_id, (wish, &found));
    moves::insert(&mut tx, &row).await?;
    trail::keep(&mut tx, tenant_id, row.id).await?;
    moves::suspend(&mut tx, tenant_id).await?;
    record(app, &mut tx, actor, &row, life.status()?).await?;
    reach!("move_freezing");
    tx.commit().await?;
    Ok(Some(row))
}

fn new_move(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    (wish, found): (Wish<'_>, &Obstacles),
) -> MoveRow {
    MoveRow {
        id: app.new_id(),
        tenant_id: tenant_id.to_owned(),
        direction: OUT.to_owned(),
        state: FROZEN.to_owned(),
        peer_fqdn: wish.to.to_owned(),
        forward_url: wish.forward_url.map(str::to_owned),
        manifest_sha256: None,
        source_key_id: None,
        source_public_key: None,
        balance_minor: found.balance_minor,
        owed_minor: found.owed_minor,
        moved_minor: 0,
        moved_owed_minor: 0,
        receipt: None,
        release: None,
        started_at: Ts(app.clock.now()),
        exported_at: None,
        ended_at: None,
        started_by: actor.user_id.to_string(),
    }
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    row: &MoveRow,
    before: OrganizationStatus,
) -> Result<(), MoveError> {
    let tenant_id = row.tenant_id.as_str();
    let entry = audited::entry(app, actor, "organization.freeze", tenant_id, Some(tenant_id));
    let after = json!({
        "move_id": row.id, "to": row.peer_fqdn, "status_before": before.as_str(),
        "balance_minor": row.balance_minor, "owed_minor": row.owed_minor,
    });
    Ok(audited::record(tx, entry, after).await?)
}
