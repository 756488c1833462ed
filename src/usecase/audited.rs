//! Lines of the audit log, as use cases of a running server write them: now, under a new identifier.

use serde_json::Value;
use sovereign_domain::event::{Actor, AuditEntry};

use crate::app::App;
use crate::storage::audit::{self, Change};
use crate::storage::{self, Tx};

/// A line about `subject`, in an Organization where it is about one.
pub(super) fn entry(
    app: &App,
    actor: &Actor,
    action: &'static str,
    subject: &str,
    tenant_id: Option<&str>,
) -> AuditEntry {
    AuditEntry {
        id: app.new_id(),
        at: app.clock.now(),
        actor: actor.clone(),
        action,
        subject: subject.to_owned(),
        tenant_id: tenant_id.map(Into::into),
    }
}

/// Writes a line, and how things are after it.
pub(super) async fn record(tx: &mut Tx, entry: AuditEntry, after: Value) -> storage::Result<()> {
    audit::record(tx, &[(entry, Change { before: None, after: Some(after) })]).await
}
