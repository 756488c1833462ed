//! Stripe has news of an Organization that is not here. While it is on its way nothing of it changes, and Stripe has to say
//! it again. Where it has moved away, its credit is another Sovereign's: a person settles it with that one.

use sovereign_domain::book::{AlarmKind, Refusal};
use uuid::Uuid;

use super::{PaymentError, alarm};
use crate::app::App;
use crate::engine::EngineError;
use crate::storage::{self, moves};

/// What there is news of.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) tenant_id: &'a str,
    pub(super) order_id: Option<Uuid>,
    /// As Stripe calls it.
    pub(super) subject: &'a str,
}

/// Nothing changes in an Organization that is on its way; whoever asks has to ask again.
pub(super) fn on_its_way() -> PaymentError {
    PaymentError::Engine(EngineError::Refused(Refusal::OrganizationMoving))
}

/// Whether an Organization has moved away; then a person is told of the news, once.
///
/// # Errors
/// [`on_its_way`]; where the database fails.
pub(super) async fn told(app: &App, about: About<'_>, news: &str) -> Result<bool, PaymentError> {
    let mut tx = app.store.read().await?;
    let found = moves::whereabouts(&mut tx, about.tenant_id).await?;
    drop(tx);
    let Some(found) = found else { return Ok(false) };
    if found.is_moving {
        return Err(on_its_way());
    }
    let Some(to) = found.moved_to else { return Ok(false) };
    let detail = format!(
        "{news}; Organization {} ({}) has moved to {to}: settle it with that Sovereign, which has its credit; \
         where both charge cards on one account at Stripe, that Sovereign books it by itself",
        found.name, about.tenant_id
    );
    let of = (Some(about.tenant_id), about.order_id);
    alarm::raise_once(app, AlarmKind::MovedAway, about.subject, detail, of).await?;
    Ok(true)
}

/// The Sovereign that an Organization has moved to; `None` where it has not.
pub(super) async fn moved_to(app: &App, tenant_id: &str) -> storage::Result<Option<String>> {
    let mut tx = app.store.read().await?;
    Ok(moves::whereabouts(&mut tx, tenant_id).await?.and_then(|found| found.moved_to))
}
