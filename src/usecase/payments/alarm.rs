//! Tells a person that something has to be looked at, where no command of the engine does.

use sovereign_domain::book::{Alarm, AlarmKind};
use sovereign_domain::ids::{AlarmId, OrderId};
use uuid::Uuid;

use crate::app::App;
use crate::storage::payments::PayableRow;
use crate::storage::{self, alarms, write_payments};

pub(super) async fn raise(
    app: &App,
    kind: AlarmKind,
    subject: &str,
    detail: String,
    order: Option<&PayableRow>,
) -> storage::Result<()> {
    let about = order.map_or((None, None), |order| (Some(&*order.tenant_id), Some(order.id)));
    raise_about(app, kind, subject, detail, about).await
}

/// About an Organization and an order, where they are known.
pub(super) async fn raise_about(
    app: &App,
    kind: AlarmKind,
    subject: &str,
    detail: String,
    (tenant_id, order_id): (Option<&str>, Option<Uuid>),
) -> storage::Result<()> {
    tracing::error!(kind = kind.as_str(), subject, detail, "alarm");
    let alarm = Alarm {
        id: AlarmId(app.new_id()),
        kind,
        subject: subject.to_owned(),
        detail,
        tenant_id: tenant_id.map(Into::into),
        order_id: order_id.map(OrderId),
        created_at: app.clock.now(),
    };
    let mut tx = app.store.begin().await?;
    write_payments::raise(&mut tx, &alarm).await?;
    tx.commit().await
}

/// The same, unless just this was said of it before, also where somebody has seen to that since.
pub(super) async fn raise_once(
    app: &App,
    kind: AlarmKind,
    subject: &str,
    detail: String,
    about: (Option<&str>, Option<Uuid>),
) -> storage::Result<()> {
    let mut tx = app.store.read().await?;
    let known = alarms::was_raised(&mut tx, (kind.as_str(), subject), &detail).await?;
    drop(tx);
    if known {
        return Ok(());
    }
    raise_about(app, kind, subject, detail, about).await
}
