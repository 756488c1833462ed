//! The part of a batch's writes that hangs on orders.

use sovereign_domain::book::{Book, Hold, Order};
use sovereign_domain::money::Currency;
use uuid::Uuid;

use super::batch::{self, Writes, batch_row};
use super::types::{int4, json_text};
use super::{Result, Ts, Tx};

batch_row! {
    struct NewOrder {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: String => "text",
        user_id: String => "text",
        plan_id: String => "text",
        apps: String => "jsonb",
        addons: String => "jsonb",
        amount_baisa: i64 => "bigint",
        credit_minor: i64 => "bigint",
        charge_minor: i64 => "bigint",
        rounding_minor: i64 => "bigint",
        status: String => "text",
        promo_code: Option<String> => "text",
        created_at: Ts => "timestamptz",
        updated_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct OrderState {
        id: Uuid => "uuid",
        status: String => "text",
        stripe_session_id: Option<String> => "text",
        updated_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct NewRedemption {
        id: Uuid => "uuid",
        code: String => "text",
        customer_id: Uuid => "uuid",
        tenant_id: String => "text",
        user_id: String => "text",
        order_id: Option<Uuid> => "uuid",
        lot_id: Uuid => "uuid",
        credit_minor: i64 => "bigint",
        state: String => "text",
        ordinal: i32 => "integer",
        cap: i32 => "integer",
        created_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct ClosedRow { id: Uuid => "uuid", state: String => "text", closed_at: Option<Ts> => "timestamptz" }
}
batch_row! {
    struct NewHold {
        id: Uuid => "uuid",
        order_id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        lot_id: Uuid => "uuid",
        amount_minor: i64 => "bigint",
        post_minor: i64 => "bigint",
        state: String => "text",
        created_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct NewSubscription {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: String => "text",
        order_id: Uuid => "uuid",
        plan_id: String => "text",
        status: String => "text",
        period_start: Ts => "timestamptz",
        period_end: Ts => "timestamptz",
        anchor_day: i16 => "smallint",
        created_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct NewInvoice {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: String => "text",
        order_id: Uuid => "uuid",
        amount_minor: i64 => "bigint",
        credit_minor: i64 => "bigint",
        currency: String => "text",
        period_start: Ts => "timestamptz",
        period_end: Ts => "timestamptz",
        created_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct ReplyRow {
        user_id: String => "text",
        route: String => "text",
        key: String => "text",
        request_hash: String => "text",
        order_id: Option<Uuid> => "uuid",
        answer: Option<String> => "text",
        created_at: Ts => "timestamptz",
    }
}

fn new_order(order: &Order) -> NewOrder {
    NewOrder {
        id: order.id.0,
        customer_id: order.customer_id.0,
        tenant_id: order.tenant_id.0.clone(),
        user_id: order.user_id.0.clone(),
        plan_id: order.plan_id.clone(),
        apps: json_text(&order.apps),
        addons: json_text(&order.addons),
        amount_baisa: order.total_minor,
        credit_minor: order.credit_minor,
        charge_minor: order.charge_minor,
        rounding_minor: order.rounding_minor,
        status: order.status.as_str().to_owned(),
        promo_code: order.code.as_ref().map(|code| code.as_str().to_owned()),
        created_at: Ts(order.created_at),
        updated_at: Ts(order.updated_at),
    }
}

pub(super) async fn changed_orders(tx: &mut Tx, book: &Book) -> Result<()> {
    let orders = book.changes.changed_orders.iter().filter_map(|id| book.orders.get(id));
    let changed: Vec<OrderState> = orders
        .map(|order| OrderState {
            id: order.id.0,
            status: order.status.as_str().to_owned(),
            stripe_session_id: order.session_id.clone(),
            updated_at: Ts(order.updated_at),
        })
        .collect();
    let sql = "WITH v (id, status, stripe_session_id, updated_at) AS ({rows}) \
               UPDATE orders SET status = v.status, stripe_session_id = v.stripe_session_id, \
                   updated_at = v.updated_at \
               FROM v WHERE orders.id = v.id";
    batch::execute_all(tx, "orders", sql, changed).await
}

pub(super) async fn new_orders(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let orders = book.changes.new_orders.iter().filter_map(|id| book.orders.get(id));
    let made: Vec<NewOrder> = orders.map(new_order).collect();
    let sql = "WITH v (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
                   credit_minor, charge_minor, rounding_minor, status, promo_code, created_at, \
                   updated_at) AS ({rows}) \
               INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, \
                   amount_baisa, credit_minor, charge_minor, rounding_minor, status, promo_code, \
                   created_at, updated_at) \
               SELECT id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
                   credit_minor, charge_minor, rounding_minor, status, promo_code, created_at, \
                   updated_at FROM v";
    writes.insert(sql, made).await
}

pub(super) async fn closed_redemptions(tx: &mut Tx, book: &Book) -> Result<()> {
    let changed = book.changes.changed_redemptions.iter();
    let closed: Vec<ClosedRow> = changed
        .filter_map(|id| book.redemptions.get(id))
        .map(|redemption| ClosedRow {
            id: redemption.id.0,
            state: redemption.state.as_str().to_owned(),
            closed_at: redemption.closed_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, state, closed_at) AS ({rows}) \
               UPDATE promo_redemptions SET state = v.state, closed_at = v.closed_at \
               FROM v WHERE promo_redemptions.id = v.id";
    batch::execute_all(tx, "promo_redemptions", sql, closed).await
}

pub(super) async fn new_redemptions(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let new = book.changes.new_redemptions.iter();
    let made: Vec<NewRedemption> = new
        .filter_map(|id| book.redemptions.get(id))
        .map(|redemption| NewRedemption {
            id: redemption.id.0,
            code: redemption.code.as_str().to_owned(),
            customer_id: redemption.customer_id.0,
            tenant_id: redemption.tenant_id.0.clone(),
            user_id: redemption.user_id.0.clone(),
            order_id: redemption.order_id.map(|id| id.0),
            lot_id: redemption.lot_id.0,
            credit_minor: redemption.credit_minor,
            state: redemption.state.as_str().to_owned(),
            ordinal: int4(redemption.ordinal),
            cap: int4(redemption.cap),
            created_at: Ts(redemption.created_at),
        })
        .collect();
    let sql = "WITH v (id, code, customer_id, tenant_id, user_id, order_id, lot_id, credit_minor, \
                   state, ordinal, cap, created_at) AS ({rows}) \
               INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, order_id, \
                   lot_id, credit_minor, state, ordinal, cap, created_at) \
               SELECT id, code, customer_id, tenant_id, user_id, order_id, lot_id, credit_minor, \
                   state, ordinal, cap, created_at FROM v";
    writes.insert(sql, made).await
}

pub(super) async fn holds(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let found = |ids: &std::collections::BTreeSet<_>| -> Vec<&Hold> {
        ids.iter().filter_map(|id| book.holds.get(id)).collect()
    };
    let made: Vec<NewHold> = found(&book.changes.new_holds)
        .into_iter()
        .map(|hold| NewHold {
            id: hold.id.0,
            order_id: hold.order_id.0,
            customer_id: hold.customer_id.0,
            lot_id: hold.lot_id.0,
            amount_minor: hold.amount_minor,
            post_minor: hold.post_minor,
            state: hold.state.as_str().to_owned(),
            created_at: Ts(hold.created_at),
        })
        .collect();
    let sql = "WITH v (id, order_id, customer_id, lot_id, amount_minor, post_minor, state, \
                   created_at) AS ({rows}) \
               INSERT INTO credit_holds (id, order_id, customer_id, lot_id, amount_minor, \
                   post_minor, state, created_at) \
               SELECT id, order_id, customer_id, lot_id, amount_minor, post_minor, state, \
                   created_at FROM v";
    writes.insert(sql, made).await?;

    let closed: Vec<ClosedRow> = found(&book.changes.changed_holds)
        .into_iter()
        .map(|hold| ClosedRow {
            id: hold.id.0,
            state: hold.state.as_str().to_owned(),
            closed_at: hold.closed_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, state, closed_at) AS ({rows}) \
               UPDATE credit_holds SET state = v.state, closed_at = v.closed_at \
               FROM v WHERE credit_holds.id = v.id AND credit_holds.state = 'open'";
    writes.update("credit_holds", sql, closed).await
}

pub(super) async fn subscriptions(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let rows: Vec<NewSubscription> = book
        .changes
        .subscriptions
        .iter()
        .map(|subscription| NewSubscription {
            id: subscription.id.0,
            customer_id: subscription.customer_id.0,
            tenant_id: subscription.tenant_id.0.clone(),
            order_id: subscription.order_id.0,
            plan_id: subscription.plan_id.clone(),
            status: subscription.status.as_str().to_owned(),
            period_start: Ts(subscription.period.start),
            period_end: Ts(subscription.period.end),
            anchor_day: subscription.anchor_day.into(),
            created_at: Ts(subscription.created_at),
        })
        .collect();
    let sql = "WITH v (id, customer_id, tenant_id, order_id, plan_id, status, period_start, \
                   period_end, anchor_day, created_at) AS ({rows}) \
               INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, plan_id, status, \
                   current_period_start, current_period_end, anchor_day, billed_by, created_at, \
                   updated_at) \
               SELECT id, customer_id, tenant_id, order_id, plan_id, status, period_start, \
                   period_end, anchor_day, 'sovereign', created_at, created_at FROM v";
    writes.insert(sql, rows).await
}

pub(super) async fn invoices(
    writes: &mut Writes<'_>,
    book: &Book,
    currency: Currency,
) -> Result<()> {
    let rows: Vec<NewInvoice> = book
        .changes
        .invoices
        .iter()
        .map(|invoice| NewInvoice {
            id: invoice.id.0,
            customer_id: invoice.customer_id.0,
            tenant_id: invoice.tenant_id.0.clone(),
            order_id: invoice.order_id.0,
            amount_minor: invoice.amount_minor,
            credit_minor: invoice.credit_minor,
            currency: currency.code().to_owned(),
            period_start: Ts(invoice.period.start),
            period_end: Ts(invoice.period.end),
            created_at: Ts(invoice.created_at),
        })
        .collect();
    let sql = "WITH v (id, customer_id, tenant_id, order_id, amount_minor, credit_minor, \
                   currency, period_start, period_end, created_at) AS ({rows}) \
               INSERT INTO invoices (id, customer_id, tenant_id, order_id, amount_minor, \
                   credit_minor, currency, status, period_start, period_end, created_at) \
               SELECT id, customer_id, tenant_id, order_id, amount_minor, credit_minor, currency, \
                   'paid', period_start, period_end, created_at FROM v";
    writes.insert(sql, rows).await
}

pub(super) async fn replies(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let found = |keys: &std::collections::BTreeSet<_>| -> Vec<ReplyRow> {
        keys.iter()
            .filter_map(|key: &sovereign_domain::book::ReplyKey| {
                Some((key, book.replies.get(key)?))
            })
            .map(|(key, reply)| ReplyRow {
                user_id: key.user_id.0.clone(),
                route: key.route.as_str().to_owned(),
                key: key.key.clone(),
                request_hash: reply.request_hash.clone(),
                order_id: reply.order_id.map(|id| id.0),
                answer: reply.answer.as_ref().map(json_text),
                created_at: Ts(reply.created_at),
            })
            .collect()
    };
    let sql = "WITH v (user_id, route, key, request_hash, order_id, answer, created_at) \
                   AS ({rows}) \
               INSERT INTO idempotency_keys \
                   (user_id, route, key, request_hash, order_id, answer, created_at) \
               SELECT user_id, route, key, request_hash, order_id, answer, created_at FROM v";
    writes.insert(sql, found(&book.changes.new_replies)).await?;
    let sql = "WITH v (user_id, route, key, request_hash, order_id, answer, created_at) \
                   AS ({rows}) \
               UPDATE idempotency_keys SET request_hash = v.request_hash, \
                   order_id = v.order_id, answer = v.answer, created_at = v.created_at \
               FROM v WHERE idempotency_keys.user_id = v.user_id \
                   AND idempotency_keys.route = v.route AND idempotency_keys.key = v.key";
    writes.update("idempotency_keys", sql, found(&book.changes.changed_replies)).await
}
