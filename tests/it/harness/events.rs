//! Events, wherever they are now.

/// For FROM in a statement: every event there was, whether it waits in the outbox or has left it.
macro_rules! all_events {
    () => {
        "(SELECT id, type, tenant_id, data, created_at FROM outbox \
          UNION ALL SELECT id, type, tenant_id, data, created_at FROM published_events) events"
    };
}
pub(crate) use all_events;
