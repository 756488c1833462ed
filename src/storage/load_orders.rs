//! The part of a [`Book`] that hangs on orders: stored answers, orders, holds, redemptions.

use std::collections::BTreeSet;

use sovereign_domain::book::{
    Answer, Book, Hold, HoldState, Order, OrderKind, OrderStatus, Redemption, RedemptionState,
    Reply, ReplyKey, Route,
};
use sovereign_domain::catalog::OrderLine;
use sovereign_domain::ids::{
    CampaignId, CustomerId, HoldId, LotId, OrderId, OrganizationId, RedemptionId,
};
use sovereign_domain::subscription::Period;
use sovereign_domain::tax::TaxRules;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load::{UuidKey, Wanted};
use super::load_requests::Request;
use super::{Error, Json, Result, Ts, Tx};

batch_row! {
    struct ReplyKeyRow<'a> { user_id: &'a str => "text", route: &'a str => "text", key: &'a str => "text" }
}

fn uuid_keys<'a>(ids: impl IntoIterator<Item = &'a OrderId>) -> Vec<UuidKey> {
    ids.into_iter().map(|id| UuidKey { id: id.0 }).collect()
}

from_row! {
    /// An order that a command names, and the campaign that its voucher counts in.
    #[derive(Debug)]
    struct NamedRow {
        tenant_id: String,
        user_id: String,
        promo_code: Option<String>,
        kind: String,
        campaign_id: Option<Uuid>,
    }
}

/// Commands on an order name neither its Organization nor its voucher; both never change, so they are
/// found before anything is locked. Whoever ordered may have redeemed the voucher again since.
pub(super) async fn discover(tx: &mut Tx, wanted: &mut Wanted) -> Result<()> {
    let sql = "WITH v (id) AS ({rows}) \
               SELECT o.tenant_id, o.user_id, o.promo_code, o.kind, r.campaign_id \
               FROM v JOIN orders o ON o.id = v.id \
               LEFT JOIN promo_redemptions r ON r.code = o.promo_code AND r.tenant_id = o.tenant_id \
                   AND r.state <> 'released' AND r.order_id = o.id";
    let rows: Vec<NamedRow> = batch::fetch(tx, sql, uuid_keys(&wanted.orders)).await?;
    wanted.named.clone_from(&wanted.orders);
    for NamedRow { tenant_id, user_id, promo_code, kind, campaign_id } in rows {
        wanted.campaigns.extend(campaign_id.map(CampaignId));
        let tenant_id = OrganizationId::from(tenant_id);
        wanted.tenants.insert(tenant_id.clone());
        if kind != OrderKind::Checkout.as_str() {
            wanted.subscribers.insert(tenant_id.clone());
        }
        if kind == OrderKind::Change.as_str() {
            wanted.changed.insert(tenant_id.clone());
        }
        let Some(code) = promo_code.map(Code::stored) else { continue };
        wanted.codes.insert(code.clone());
        let (user_id, code) = (Some(user_id.into()), Some(code));
        wanted.requests.insert(Request { tenant_id, user_id, reply: None, code });
    }
    Ok(())
}

from_row! {
    #[derive(Debug)]
    struct ReplyRow {
        user_id: String,
        route: String,
        key: String,
        request_hash: String,
        order_id: Option<Uuid>,
        answer: Option<String>,
        created_at: Ts,
    }
}

impl ReplyRow {
    fn into_reply(self) -> Result<(ReplyKey, Reply)> {
        let corrupt = |what: String| Error::corrupt("idempotency_keys", what);
        let route =
            Route::parse(&self.route).ok_or_else(|| corrupt(format!("route {:?}", self.route)))?;
        let answer: Option<Answer> = match &self.answer {
            None => None,
            Some(text) => {
                Some(serde_json::from_str(text).map_err(|error| corrupt(error.to_string()))?)
            }
        };
        let key = ReplyKey { user_id: self.user_id.into(), route, key: self.key };
        let order_id = self.order_id.map(OrderId);
        let created_at = self.created_at.0;
        Ok((key, Reply { request_hash: self.request_hash, order_id, answer, created_at }))
    }
}

/// Stored answers with these keys, and to the requests that made these orders.
pub(super) async fn replies(
    tx: &mut Tx,
    keys: &BTreeSet<ReplyKey>,
    orders: &BTreeSet<OrderId>,
    book: &mut Book,
) -> Result<()> {
    const BY_KEY: &str = "WITH v (user_id, route, key) AS ({rows}) \
        SELECT k.user_id, k.route, k.key, k.request_hash, k.order_id, k.answer, k.created_at \
        FROM v JOIN idempotency_keys k \
            ON k.user_id = v.user_id AND k.route = v.route AND k.key = v.key";
    const BY_ORDER: &str = "WITH v (id) AS ({rows}) \
        SELECT k.user_id, k.route, k.key, k.request_hash, k.order_id, k.answer, k.created_at \
        FROM v JOIN idempotency_keys k ON k.order_id = v.id";
    let keys: Vec<ReplyKeyRow<'_>> = keys
        .iter()
        .map(|key| ReplyKeyRow {
            user_id: &key.user_id.0,
            route: key.route.as_str(),
            key: &key.key,
        })
        .collect();
    let mut rows: Vec<ReplyRow> = batch::fetch(tx, BY_KEY, keys).await?;
    rows.extend(batch::fetch::<_, ReplyRow>(tx, BY_ORDER, uuid_keys(orders)).await?);
    for row in rows {
        let (key, reply) = row.into_reply()?;
        book.replies.insert(key, reply);
    }
    Ok(())
}

from_row! {
    #[derive(Debug)]
    struct OrderRow {
        id: Uuid,
        customer_id: Uuid,
        tenant_id: String,
        user_id: String,
        plan_id: String,
        apps: Json<Vec<String>>,
        addons: Json<Vec<String>>,
        amount_baisa: i64,
        credit_minor: i64,
        charge_minor: i64,
        rounding_minor: i64,
        status: String,
        stripe_session_id: Option<String>,
        promo_code: Option<String>,
        kind: String,
        lines: Json<Vec<OrderLine>>,
        tax_minor: i64,
        tax_rate_bp: i16,
        tax_included: bool,
        period_start: Option<Ts>,
        period_end: Option<Ts>,
        attempt: i16,
        stripe_intent_id: Option<String>,
        created_at: Ts,
        updated_at: Ts,
    }
}

impl OrderRow {
    fn into_order(self) -> Result<Order> {
        let status = OrderStatus::parse(&self.status)
            .ok_or_else(|| Error::corrupt("orders", format!("status {:?}", self.status)))?;
        let kind = OrderKind::parse(&self.kind)
            .ok_or_else(|| Error::corrupt("orders", format!("kind {:?}", self.kind)))?;
        let period = self.period_start.zip(self.period_end);
        Ok(Order {
            id: OrderId(self.id),
            kind,
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            user_id: self.user_id.into(),
            plan_id: self.plan_id,
            apps: self.apps.0,
            addons: self.addons.0,
            total_minor: self.amount_baisa,
            credit_minor: self.credit_minor,
            charge_minor: self.charge_minor,
            rounding_minor: self.rounding_minor,
            status,
            code: self.promo_code.map(Code::stored),
            session_id: self.stripe_session_id,
            lines: self.lines.0,
            tax: TaxRules {
                rate_bp: u16::try_from(self.tax_rate_bp).unwrap_or(0),
                included: self.tax_included,
            },
            tax_minor: self.tax_minor,
            intent_id: self.stripe_intent_id,
            attempt: self.attempt,
            period: period.map(|(start, end)| Period { start: start.0, end: end.0 }),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

from_row! {
    #[derive(Debug)]
    struct HoldRow {
        id: Uuid,
        order_id: Uuid,
        customer_id: Uuid,
        lot_id: Uuid,
        amount_minor: i64,
        post_minor: i64,
        created_at: Ts,
    }
}

/// The named orders with their open holds, and the orders that stored answers speak of.
pub(super) async fn orders(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    const ORDERS: &str = "WITH v (id) AS ({rows}) \
        SELECT o.id, o.customer_id, o.tenant_id, o.user_id, o.plan_id, o.apps, o.addons, \
            o.amount_baisa, o.credit_minor, o.charge_minor, o.rounding_minor, o.status, \
            o.stripe_session_id, o.promo_code, o.kind, o.lines, o.tax_minor, o.tax_rate_bp, \
            o.tax_included, o.period_start, o.period_end, o.attempt, o.stripe_intent_id, \
            o.created_at, o.updated_at \
        FROM v JOIN orders o ON o.id = v.id";
    const HOLDS: &str = "WITH v (id) AS ({rows}) \
        SELECT h.id, h.order_id, h.customer_id, h.lot_id, h.amount_minor, h.post_minor, h.created_at \
        FROM v JOIN credit_holds h ON h.order_id = v.id AND h.state = 'open'";
    let replied = book.replies.values().filter_map(|reply| reply.order_id);
    let ids: BTreeSet<OrderId> = replied.chain(wanted.orders.iter().copied()).collect();
    for row in batch::fetch::<_, OrderRow>(tx, ORDERS, uuid_keys(&ids)).await? {
        let order = row.into_order()?;
        book.orders.insert(order.id, order);
    }
    for row in batch::fetch::<_, HoldRow>(tx, HOLDS, uuid_keys(&wanted.orders)).await? {
        let hold = Hold {
            id: HoldId(row.id),
            order_id: OrderId(row.order_id),
            customer_id: CustomerId(row.customer_id),
            lot_id: LotId(row.lot_id),
            amount_minor: row.amount_minor,
            post_minor: row.post_minor,
            state: HoldState::Open,
            created_at: row.created_at.0,
            closed_at: None,
        };
        book.holds.insert(hold.id, hold);
    }
    Ok(())
}

from_row! {
    #[derive(Debug)]
    struct RedemptionRow {
        id: Uuid,
        code: String,
        customer_id: Uuid,
        tenant_id: String,
        user_id: String,
        order_id: Option<Uuid>,
        lot_id: Uuid,
        campaign_id: Option<Uuid>,
        credit_minor: i64,
        state: String,
        ordinal: i32,
        cap: i32,
        created_at: Ts,
        closed_at: Option<Ts>,
    }
}

impl RedemptionRow {
    fn into_redemption(self) -> Result<Redemption> {
        let state = RedemptionState::parse(&self.state).ok_or_else(|| {
            Error::corrupt("promo_redemptions", format!("state {:?}", self.state))
        })?;
        Ok(Redemption {
            id: RedemptionId(self.id),
            code: Code::stored(self.code),
            customer_id: CustomerId(self.customer_id),
            tenant_id: self.tenant_id.into(),
            user_id: self.user_id.into(),
            order_id: self.order_id.map(OrderId),
            lot_id: LotId(self.lot_id),
            campaign_id: self.campaign_id.map(CampaignId),
            credit_minor: self.credit_minor,
            state,
            ordinal: self.ordinal.into(),
            cap: self.cap.into(),
            created_at: self.created_at.0,
            closed_at: self.closed_at.map(|ts| ts.0),
        })
    }
}

/// The redemptions of the named orders that may still change: those reserved for orders that wait, those
/// released by orders that ended, and those that a refund may free.
pub(super) async fn redemptions(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    const RESERVED: &str = "WITH v (id) AS ({rows}) \
        SELECT r.id, r.code, r.customer_id, r.tenant_id, r.user_id, r.order_id, r.lot_id, \
            r.campaign_id, r.credit_minor, r.state, r.ordinal, r.cap, r.created_at, r.closed_at \
        FROM v JOIN promo_redemptions r ON r.order_id = v.id AND r.state = 'reserved'";
    const RELEASED: &str = "WITH v (id) AS ({rows}) \
        SELECT r.id, r.code, r.customer_id, r.tenant_id, r.user_id, r.order_id, r.lot_id, \
            r.campaign_id, r.credit_minor, r.state, r.ordinal, r.cap, r.created_at, r.closed_at \
        FROM v JOIN promo_redemptions r ON r.order_id = v.id AND r.state = 'released'";
    const REDEEMED: &str = "WITH v (id) AS ({rows}) \
        SELECT r.id, r.code, r.customer_id, r.tenant_id, r.user_id, r.order_id, r.lot_id, \
            r.campaign_id, r.credit_minor, r.state, r.ordinal, r.cap, r.created_at, r.closed_at \
        FROM v JOIN promo_redemptions r ON r.order_id = v.id AND r.state = 'redeemed'";
    let reserved = uuid_keys(&wanted.orders);
    let ended = wanted.orders.iter().filter(|id| {
        let order = book.orders.get(id);
        order.is_some_and(|order| order.code.is_some() && order.status != OrderStatus::Pending)
    });
    let released = uuid_keys(ended);
    let redeemed = uuid_keys(&wanted.refunded);
    let mut rows: Vec<RedemptionRow> = batch::fetch(tx, RESERVED, reserved).await?;
    rows.extend(batch::fetch::<_, RedemptionRow>(tx, REDEEMED, redeemed).await?);
    rows.extend(batch::fetch::<_, RedemptionRow>(tx, RELEASED, released).await?);
    for row in rows {
        let redemption = row.into_redemption()?;
        let may_change = redemption.state != RedemptionState::Released
            && redemption.order_id.is_some_and(|id| wanted.named.contains(&id));
        if may_change && redemption.campaign_id.is_some_and(|id| !book.campaigns.contains_key(&id))
        {
            // A late payment brought it back since its order was looked for.
            return Err(Error::Conflict("a redemption counts in another campaign".into()));
        }
        book.index_redemption(redemption);
    }
    Ok(())
}
