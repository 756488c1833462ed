//! Idempotency: the first answer to a request is the answer to its retries.
//!
//! Source: the wire contract, decision 3. With an `Idempotency-Key` a success is stored for good.
//! Without one, the same user with the same body gets the first answer while its order is pending, or
//! for a minute after success. A refusal is stored by nobody and decided afresh.

use alloc::string::String;

use super::command::{Answer, Outcome, Refusal};
use super::rows::OrderStatus;
use super::{Book, Context};
use crate::ids::{OrderId, UserId};
use crate::timestamp::Timestamp;

/// How long a request without a key is recognised after it succeeded.
pub const IMPLICIT_REPLAY_SECONDS: i64 = 60;

/// The routes whose answers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    Checkout,
    RedeemVoucher,
    Refund,
    Change,
}

impl Route {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::RedeemVoucher => "redeem",
            Self::Refund => "refund",
            Self::Change => "change",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Checkout, Self::RedeemVoucher, Self::Refund, Self::Change]
            .into_iter()
            .find(|route| route.as_str() == text)
    }
}

/// What a request says about its own identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The `Idempotency-Key`, if one was sent.
    pub key: Option<String>,
    /// A digest of the normalised body.
    pub request_hash: String,
}

/// Where an answer is stored: one user's, on one route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyKey {
    pub user_id: UserId,
    pub route: Route,
    pub key: String,
}

impl ReplyKey {
    /// Sent keys and digests live apart, so that no key can be mistaken for a body.
    #[must_use]
    pub fn new(user_id: &UserId, route: Route, idempotency: &Idempotency) -> Self {
        let key = match &idempotency.key {
            Some(key) => alloc::format!("key:{key}"),
            None => alloc::format!("body:{}", idempotency.request_hash),
        };
        Self { user_id: user_id.clone(), route, key }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub request_hash: String,
    pub order_id: Option<OrderId>,
    /// `None` while a pending order has no Checkout Session yet.
    pub answer: Option<Answer>,
    pub created_at: Timestamp,
}

impl Book {
    /// The outcome of an earlier, equal request, if it still counts.
    pub(super) fn replay(
        &self,
        key: &ReplyKey,
        idempotency: &Idempotency,
        context: &Context<'_>,
    ) -> Result<Option<Outcome>, Refusal> {
        let Some(reply) = self.replies.get(key) else { return Ok(None) };
        if reply.request_hash != idempotency.request_hash {
            return Err(Refusal::KeyReused);
        }
        let order = reply.order_id.and_then(|id| self.orders.get(&id));
        let charge_minor = order.map_or(0, |order| order.charge_minor);
        let pending = order.is_some_and(|order| order.status == OrderStatus::Pending);
        // Success is the order's completion, or the answer itself where there is no order. An order that
        // died unpaid is no success: the customer would be sent to a session that has ended.
        let succeeded_at = match order.map(|order| (order.status, order.updated_at)) {
            None => Some(reply.created_at),
            Some((OrderStatus::Completed, completed_at)) => Some(completed_at),
            Some(_) => None,
        };
        let recent =
            succeeded_at.is_some_and(|at| context.now < at.plus_seconds(IMPLICIT_REPLAY_SECONDS));
        match (&reply.answer, reply.order_id) {
            (Some(answer), _) if idempotency.key.is_some() || pending || recent => {
                Ok(Some(Outcome::Answered { answer: answer.clone(), replayed: true }))
            }
            (None, Some(order_id)) if pending => {
                Ok(Some(Outcome::Pending { order_id, charge_minor }))
            }
            _ => Ok(None),
        }
    }

    pub(super) fn remember(
        &mut self,
        key: ReplyKey,
        idempotency: &Idempotency,
        order_id: Option<OrderId>,
        answer: Option<Answer>,
        now: Timestamp,
    ) {
        let request_hash = idempotency.request_hash.clone();
        let reply = Reply { request_hash, order_id, answer, created_at: now };
        if self.replies.insert(key.clone(), reply).is_none() {
            self.changes.new_replies.insert(key);
        } else if !self.changes.new_replies.contains(&key) {
            self.changes.changed_replies.insert(key);
        }
    }
}
