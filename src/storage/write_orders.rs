//! The part of a batch's writes that hangs on orders.

use std::collections::BTreeSet;

use sovereign_domain::book::{Book, Hold, Order, ReplyKey};
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::batch::{self, Writes, batch_row};
use super::types::{int4, json_text};
use super::{Result, Ts, Tx};

batch_row! {
    struct NewOrder<'a> {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        user_id: &'a str => "text",
        plan_id: &'a str => "text",
        apps: String => "jsonb",
        addons: String => "jsonb",
        amount_baisa: i64 => "bigint",
        credit_minor: i64 => "bigint",
        charge_minor: i64 => "bigint",
        rounding_minor: i64 => "bigint",
        status: &'a str => "text",
        promo_code: Option<&'a str> => "text",
        kind: &'a str => "text",
        lines: String => "json",
        tax_minor: i64 => "bigint",
        tax_rate_bp: i16 => shared "smallint",
        tax_included: bool => shared "boolean",
        period_start: Option<Ts> => "timestamptz",
        period_end: Option<Ts> => "timestamptz",
        created_at: Ts => shared "timestamptz",
        updated_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct OrderState<'a> {
        id: Uuid => "uuid",
        status: &'a str => "text",
        stripe_session_id: Option<&'a str> => "text",
        stripe_intent_id: Option<&'a str> => "text",
        attempt: i16 => "smallint",
        credit_minor: i64 => "bigint",
        charge_minor: i64 => "bigint",
        rounding_minor: i64 => "bigint",
        period_start: Option<Ts> => "timestamptz",
        period_end: Option<Ts> => "timestamptz",
        updated_at: Ts => "timestamptz",
    }
}
batch_row! {
    struct NewRedemption<'a> {
        id: Uuid => "uuid",
        code: &'a str => "text",
        customer_id: Uuid => "uuid",
        tenant_id: &'a str => "text",
        user_id: &'a str => "text",
        order_id: Option<Uuid> => "uuid",
        lot_id: Uuid => "uuid",
        campaign_id: Option<Uuid> => "uuid",
        credit_minor: i64 => "bigint",
        state: &'a str => "text",
        ordinal: i32 => "integer",
        cap: i32 => "integer",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct ClosedRow<'a> { id: Uuid => "uuid", state: &'a str => "text", closed_at: Option<Ts> => "timestamptz" }
}
batch_row! {
    struct RedemptionState<'a> {
        id: Uuid => "uuid",
        state: &'a str => "text",
        campaign_id: Option<Uuid> => "uuid",
        ordinal: i32 => "integer",
        cap: i32 => "integer",
        closed_at: Option<Ts> => "timestamptz",
    }
}
batch_row! {
    struct NewHold<'a> {
        id: Uuid => "uuid",
        order_id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        lot_id: Uuid => "uuid",
        amount_minor: i64 => "bigint",
        post_minor: i64 => "bigint",
        state: &'a str => "text",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct ReplyRow<'a> {
        user_id: &'a str => "text",
        route: &'a str => "text",
        key: &'a str => "text",
        request_hash: &'a str => "text",
        order_id: Option<Uuid> => "uuid",
        answer: Option<String> => "text",
        created_at: Ts => "timestamptz",
    }
}

fn new_order(order: &Order) -> NewOrder<'_> {
    NewOrder {
        id: order.id.0,
        customer_id: order.customer_id.0,
        tenant_id: &order.tenant_id.0,
        user_id: &order.user_id.0,
        plan_id: &order.plan_id,
        apps: json_text(&order.apps),
        addons: json_text(&order.addons),
        amount_baisa: order.total_minor,
        credit_minor: order.credit_minor,
        charge_minor: order.charge_minor,
        rounding_minor: order.rounding_minor,
        status: order.status.as_str(),
        promo_code: order.code.as_ref().map(Code::as_str),
        kind: order.kind.as_str(),
        lines: json_text(&order.lines),
        tax_minor: order.tax_minor,
        tax_rate_bp: i16::try_from(order.tax.rate_bp).unwrap_or(i16::MAX),
        tax_included: order.tax.included,
        period_start: order.period.map(|period| Ts(period.start)),
        period_end: order.period.map(|period| Ts(period.end)),
        created_at: Ts(order.created_at),
        updated_at: Ts(order.updated_at),
    }
}

pub(super) async fn changed_orders(tx: &mut Tx, book: &Book) -> Result<()> {
    let orders = book.changes.changed_orders.iter().filter_map(|id| book.orders.get(id));
    let changed: Vec<OrderState<'_>> = orders
        .map(|order| OrderState {
            id: order.id.0,
            status: order.status.as_str(),
            stripe_session_id: order.session_id.as_deref(),
            stripe_intent_id: order.intent_id.as_deref(),
            attempt: order.attempt,
            credit_minor: order.credit_minor,
            charge_minor: order.charge_minor,
            rounding_minor: order.rounding_minor,
            period_start: order.period.map(|period| Ts(period.start)),
            period_end: order.period.map(|period| Ts(period.end)),
            updated_at: Ts(order.updated_at),
        })
        .collect();
    let sql = "WITH v (id, status, stripe_session_id, stripe_intent_id, attempt, credit_minor, \
                   charge_minor, rounding_minor, period_start, period_end, updated_at) \
                   AS ({rows}) \
               UPDATE orders SET status = v.status, stripe_session_id = v.stripe_session_id, \
                   stripe_intent_id = v.stripe_intent_id, attempt = v.attempt, \
                   credit_minor = v.credit_minor, charge_minor = v.charge_minor, \
                   rounding_minor = v.rounding_minor, period_start = v.period_start, \
                   period_end = v.period_end, updated_at = v.updated_at \
               FROM v WHERE orders.id = v.id";
    batch::execute_all(tx, "orders", sql, changed).await
}

pub(super) async fn new_orders(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let orders = book.changes.new_orders.iter().filter_map(|id| book.orders.get(id));
    let made: Vec<NewOrder<'_>> = orders.map(new_order).collect();
    let sql = "WITH v (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
                   credit_minor, charge_minor, rounding_minor, status, promo_code, kind, lines, \
                   tax_minor, tax_rate_bp, tax_included, period_start, period_end, created_at, \
                   updated_at) AS ({rows}) \
               INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, \
                   amount_baisa, credit_minor, charge_minor, rounding_minor, status, promo_code, \
                   kind, lines, tax_minor, tax_rate_bp, tax_included, period_start, period_end, \
                   created_at, updated_at) \
               SELECT id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
                   credit_minor, charge_minor, rounding_minor, status, promo_code, kind, lines, \
                   tax_minor, tax_rate_bp, tax_included, period_start, period_end, created_at, \
                   updated_at FROM v";
    writes.insert(sql, made).await
}

pub(super) async fn closed_redemptions(tx: &mut Tx, book: &Book) -> Result<()> {
    let changed = book.changes.changed_redemptions.iter();
    let closed: Vec<RedemptionState<'_>> = changed
        .filter_map(|id| book.redemptions.get(id))
        .map(|redemption| RedemptionState {
            id: redemption.id.0,
            state: redemption.state.as_str(),
            campaign_id: redemption.campaign_id.map(|id| id.0),
            ordinal: int4(redemption.ordinal),
            cap: int4(redemption.cap),
            closed_at: redemption.closed_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, state, campaign_id, ordinal, cap, closed_at) AS ({rows}) \
               UPDATE promo_redemptions SET state = v.state, campaign_id = v.campaign_id, \
                   ordinal = v.ordinal, cap = v.cap, closed_at = v.closed_at \
               FROM v WHERE promo_redemptions.id = v.id";
    batch::execute_all(tx, "promo_redemptions", sql, closed).await
}

pub(super) async fn new_redemptions(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let new = book.changes.new_redemptions.iter();
    let made: Vec<NewRedemption<'_>> = new
        .filter_map(|id| book.redemptions.get(id))
        .map(|redemption| NewRedemption {
            id: redemption.id.0,
            code: redemption.code.as_str(),
            customer_id: redemption.customer_id.0,
            tenant_id: &redemption.tenant_id.0,
            user_id: &redemption.user_id.0,
            order_id: redemption.order_id.map(|id| id.0),
            lot_id: redemption.lot_id.0,
            campaign_id: redemption.campaign_id.map(|id| id.0),
            credit_minor: redemption.credit_minor,
            state: redemption.state.as_str(),
            ordinal: int4(redemption.ordinal),
            cap: int4(redemption.cap),
            created_at: Ts(redemption.created_at),
        })
        .collect();
    let sql = "WITH v (id, code, customer_id, tenant_id, user_id, order_id, lot_id, campaign_id, \
                   credit_minor, state, ordinal, cap, created_at) AS ({rows}) \
               INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, order_id, \
                   lot_id, campaign_id, credit_minor, state, ordinal, cap, created_at) \
               SELECT id, code, customer_id, tenant_id, user_id, order_id, lot_id, campaign_id, \
                   credit_minor, state, ordinal, cap, created_at FROM v";
    writes.insert(sql, made).await
}

pub(super) async fn holds(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let found = |ids: &BTreeSet<_>| -> Vec<&Hold> {
        ids.iter().filter_map(|id| book.holds.get(id)).collect()
    };
    let made: Vec<NewHold<'_>> = found(&book.changes.new_holds)
        .into_iter()
        .map(|hold| NewHold {
            id: hold.id.0,
            order_id: hold.order_id.0,
            customer_id: hold.customer_id.0,
            lot_id: hold.lot_id.0,
            amount_minor: hold.amount_minor,
            post_minor: hold.post_minor,
            state: hold.state.as_str(),
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

    let closed: Vec<ClosedRow<'_>> = found(&book.changes.changed_holds)
        .into_iter()
        .map(|hold| ClosedRow {
            id: hold.id.0,
            state: hold.state.as_str(),
            closed_at: hold.closed_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, state, closed_at) AS ({rows}) \
               UPDATE credit_holds SET state = v.state, closed_at = v.closed_at \
               FROM v WHERE credit_holds.id = v.id AND credit_holds.state = 'open'";
    writes.update("credit_holds", sql, closed).await
}

fn reply_rows<'a>(book: &'a Book, keys: &'a BTreeSet<ReplyKey>) -> Vec<ReplyRow<'a>> {
    let found = keys.iter().filter_map(|key| Some((key, book.replies.get(key)?)));
    found
        .map(|(key, reply)| ReplyRow {
            user_id: &key.user_id.0,
            route: key.route.as_str(),
            key: &key.key,
            request_hash: &reply.request_hash,
            order_id: reply.order_id.map(|id| id.0),
            answer: reply.answer.as_ref().map(json_text),
            created_at: Ts(reply.created_at),
        })
        .collect()
}

pub(super) async fn replies(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let sql = "WITH v (user_id, route, key, request_hash, order_id, answer, created_at) \
                   AS ({rows}) \
               INSERT INTO idempotency_keys \
                   (user_id, route, key, request_hash, order_id, answer, created_at) \
               SELECT user_id, route, key, request_hash, order_id, answer, created_at FROM v";
    writes.insert(sql, reply_rows(book, &book.changes.new_replies)).await?;
    let sql = "WITH v (user_id, route, key, request_hash, order_id, answer, created_at) \
                   AS ({rows}) \
               UPDATE idempotency_keys SET request_hash = v.request_hash, \
                   order_id = v.order_id, answer = v.answer, created_at = v.created_at \
               FROM v WHERE idempotency_keys.user_id = v.user_id \
                   AND idempotency_keys.route = v.route AND idempotency_keys.key = v.key";
    writes.update("idempotency_keys", sql, reply_rows(book, &book.changes.changed_replies)).await
}
