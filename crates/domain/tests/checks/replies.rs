//! Which requests are repeated, by the wire contract (decision 3) and not by the code: with a key a
//! success is the answer for good; without one, the same body has the same answer while its order is
//! pending, or for 60 seconds after success.

use std::collections::BTreeMap;

use sovereign_domain::book::{
    Answer, Book, Command, Idempotency, OrderStatus, Outcome, Refusal, ReplyKey, Route,
};
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;

use super::Check;
use crate::model::{Decision, Script};

const SECONDS_AFTER_SUCCESS: i64 = 60;

#[derive(Debug)]
struct Known {
    request_hash: String,
    with_key: bool,
    order_id: Option<OrderId>,
    answer: Option<Answer>,
    at: Timestamp,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Afresh,
    KeyReused,
    Again(Outcome),
}

#[derive(Debug, Default)]
pub(super) struct Replies {
    known: BTreeMap<ReplyKey, Known>,
}

impl Replies {
    pub(super) fn check(&mut self, decision: &Decision, before: &Book, script: &Script) -> Check {
        let result = &decision.result;
        if let Command::AttachSession { order_id, .. } = &decision.command {
            if let Ok(Outcome::Answered { answer, .. }) = result {
                for known in self.known.values_mut().filter(|k| k.order_id == Some(*order_id)) {
                    known.answer = Some(answer.clone());
                }
            }
            return Ok(());
        }
        let Some((key, idempotency)) = request(&decision.command) else { return Ok(()) };
        let again = match result {
            Ok(Outcome::Answered { replayed, .. }) => *replayed,
            Ok(Outcome::Pending { order_id, .. }) => before.orders.contains_key(order_id),
            _ => false,
        };
        let mut expected = self.expected(&key, idempotency, before, script.now);
        let is_one_app =
            matches!(&decision.command, Command::ChangeSubscription(c) if c.app.is_some());
        let order = self.known.get(&key).and_then(|known| before.orders.get(&known.order_id?));
        let pending = order.is_some_and(|order| order.status == OrderStatus::Pending);
        if is_one_app && idempotency.key.is_none() && !pending {
            expected = Expected::Afresh;
        }
        let right = match &expected {
            Expected::Afresh => !again && *result != Err(Refusal::KeyReused),
            Expected::KeyReused => *result == Err(Refusal::KeyReused),
            Expected::Again(outcome) => result.as_ref() == Ok(outcome),
        };
        ensure!(right, "{key:?} should be answered {expected:?}, not {result:?}");
        if !again {
            self.remember(key, idempotency, result, script.now);
        }
        Ok(())
    }

    fn expected(
        &self,
        key: &ReplyKey,
        idempotency: &Idempotency,
        before: &Book,
        now: Timestamp,
    ) -> Expected {
        let Some(known) = self.known.get(key) else { return Expected::Afresh };
        if known.request_hash != idempotency.request_hash {
            return Expected::KeyReused;
        }
        let order = known.order_id.map(|id| &before.orders[&id]);
        let again = known.answer.clone().map_or(Expected::Afresh, |answer| {
            Expected::Again(Outcome::Answered { answer, replayed: true })
        });
        let success = match (order, &known.answer) {
            (Some(order), None) if order.status == OrderStatus::Pending => {
                let (order_id, charge_minor) = (order.id, order.charge_minor);
                return Expected::Again(Outcome::Pending { order_id, charge_minor });
            }
            (_, None) => return Expected::Afresh,
            _ if known.with_key => return again,
            (None, _) => known.at,
            (Some(order), _) => match order.status {
                OrderStatus::Pending => return again,
                OrderStatus::Completed if order.charge_minor == 0 => known.at,
                OrderStatus::Completed => order.updated_at,
                _ => return Expected::Afresh,
            },
        };
        if now < success.plus_seconds(SECONDS_AFTER_SUCCESS) { again } else { Expected::Afresh }
    }

    fn remember(
        &mut self,
        key: ReplyKey,
        idempotency: &Idempotency,
        result: &Result<Outcome, Refusal>,
        now: Timestamp,
    ) {
        let (order_id, answer) = match result {
            Ok(Outcome::Answered { answer: Answer::Checkout(answer), .. }) => {
                (Some(answer.order_id), Some(Answer::Checkout(answer.clone())))
            }
            Ok(Outcome::Answered { answer: Answer::Change(answer), .. }) => {
                (answer.order_id, Some(Answer::Change(answer.clone())))
            }
            Ok(Outcome::Answered { answer, .. }) => (None, Some(answer.clone())),
            Ok(Outcome::Pending { order_id, .. }) => (Some(*order_id), None),
            _ => return,
        };
        let known = Known {
            request_hash: idempotency.request_hash.clone(),
            with_key: idempotency.key.is_some(),
            order_id,
            answer,
            at: now,
        };
        self.known.insert(key, known);
    }
}

fn request(command: &Command) -> Option<(ReplyKey, &Idempotency)> {
    let (user_id, route, idempotency) = match command {
        Command::Checkout(c) if !c.preview => (&c.actor.user_id, Route::Checkout, &c.idempotency),
        Command::RedeemVoucher(r) => (&r.actor.user_id, Route::RedeemVoucher, &r.idempotency),
        Command::RefundOrder(r) => (&r.actor.user_id, Route::Refund, &r.idempotency),
        Command::ChangeSubscription(c) if !c.preview => {
            (&c.actor.user_id, Route::Change, &c.idempotency)
        }
        _ => return None,
    };
    Some((ReplyKey::new(user_id, route, idempotency), idempotency))
}
