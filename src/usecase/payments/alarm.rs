//! Tells a person that something has to be looked at, where no command of the engine does.

use sovereign_domain::book::{Alarm, AlarmKind};
use sovereign_domain::ids::{AlarmId, OrderId};

use crate::app::App;
use crate::storage::payments::PayableRow;
use crate::storage::{self, write_payments};

pub(super) async fn raise(
    app: &App,
    kind: AlarmKind,
    subject: &str,
    detail: String,
    order: Option<&PayableRow>,
) -> storage::Result<()> {
    tracing::error!(kind = kind.as_str(), subject, detail, "alarm");
    let alarm = Alarm {
        id: AlarmId(app.new_id()),
        kind,
        subject: subject.to_owned(),
        detail,
        tenant_id: order.map(|order| order.tenant_id.as_str().into()),
        order_id: order.map(|order| OrderId(order.id)),
        created_at: app.clock.now(),
    };
    let mut tx = app.store.begin().await?;
    write_payments::raise(&mut tx, &alarm).await?;
    tx.commit().await
}
