//! Files provisions: of events as they leave the outbox, and of what somebody asked for.

use serde_json::Value;
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::storage::outbox::OutboxEvent;
use crate::storage::provisions::{self as rows, NewProvision};
use crate::storage::{self, Tx, environments};

const ORDER_PLACED: &str = "order.placed";
const SUBSCRIPTION_UPDATED: &str = "subscription.updated";

/// What changes what an Organization should have.
const KINDS: [&str; 5] = [
    ORDER_PLACED,
    SUBSCRIPTION_UPDATED,
    "tenant.app_install_requested",
    "tenant.app_uninstall_requested",
    "tenant.deleted",
];

/// What else a provision can come from.
pub(crate) const ENVIRONMENT_ADDED: &str = "environment.added";
pub(crate) const ENVIRONMENT_REMOVED: &str = "environment.removed";
pub(crate) const APP_MOVED: &str = "app.moved";
pub(crate) const ASKED: &str = "asked";

/// Files a provision for each event that asks for one, in the transaction that takes it out of the outbox.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn hear(
    tx: &mut Tx,
    events: &[OutboxEvent],
    now: Timestamp,
) -> storage::Result<()> {
    for event in events {
        let Some(tenant_id) = &event.tenant_id else { continue };
        let kind = event.kind.as_str();
        if !KINDS.contains(&kind) {
            continue;
        }
        if kind == SUBSCRIPTION_UPDATED && member_of(event, "status").as_deref() != Some("active") {
            // Only what is paid for can have another plan or other apps by now.
            continue;
        }
        if kind == SUBSCRIPTION_UPDATED && rows::is_waiting(tx, tenant_id).await? {
            // The one that waits, such as that of the app which came, is of what there is by then.
            continue;
        }
        let order_id = if kind == ORDER_PLACED { order_of(event) } else { None };
        if let Some(order_id) = order_id
            && rows::is_renewal(tx, order_id).await?
        {
            // A further month of the same.
            continue;
        }
        let new = NewProvision { id: event.id, tenant_id, order_id, cause: kind };
        file(tx, &new, now).await?;
    }
    Ok(())
}

fn order_of(event: &OutboxEvent) -> Option<Uuid> {
    Uuid::parse_str(&member_of(event, "id")?).ok()
}

fn member_of(event: &OutboxEvent, name: &str) -> Option<String> {
    let data: Value = serde_json::from_str(&event.data).ok()?;
    data[name].as_str().map(str::to_owned)
}

/// Files a provision of what an Organization has now; `false` where there is one of this event or order, or no
/// such Organization. An Organization that has no environment yet has prod from then on.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn file(
    tx: &mut Tx,
    new: &NewProvision<'_>,
    now: Timestamp,
) -> storage::Result<bool> {
    if !rows::insert(tx, new, now).await? {
        return Ok(false);
    }
    if rows::organization_lives(tx, new.tenant_id).await? {
        environments::insert(tx, new.tenant_id, EnvironmentName::Prod, now).await?;
    }
    Ok(true)
}
