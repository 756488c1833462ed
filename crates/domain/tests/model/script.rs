//! What every player of a sequence needs: the clock, the orders made so far, and how a step becomes
//! a command.

use std::collections::BTreeMap;

use sovereign_domain::book::{
    Adjust, AppChange, BookRefund, Cancel, ChangeSubscription, Checkout, Command, CompleteOrder,
    FailedAttempt, Idempotency, OrderStatus, Outcome, RedeemVoucher, RefundOrder, RefundStatus,
    Refusal, ReportDispute,
};
use sovereign_domain::campaign::Campaign;
use sovereign_domain::catalog::Item;
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::{CampaignId, OrderId};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use uuid::Uuid;

use super::{
    AppStep, ChangeStep, CheckoutStep, Observed, PromoValue, RedeemStep, RefundStep, Step, World,
};

/// What a player has to do for a step.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Nothing; the clock or the processor may have changed.
    None,
    Decide(Command),
    /// Write these terms to the voucher's row.
    WriteVoucher(VoucherTerms),
    /// Write these terms to the campaign's row.
    WriteCampaign(CampaignTerms),
}

/// What an administrator can change of a voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VoucherTerms {
    pub(crate) code: Code,
    pub(crate) credit_minor: i64,
    pub(crate) active: bool,
    pub(crate) max_redemptions: i64,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) campaign_id: Option<CampaignId>,
}

/// What an administrator can change of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CampaignTerms {
    pub(crate) id: CampaignId,
    pub(crate) active: bool,
    pub(crate) budget_minor: i64,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) per_customer: i64,
}

impl CampaignTerms {
    pub(crate) fn write_to(&self, campaign: &mut Campaign) {
        campaign.active = self.active;
        campaign.budget_minor = self.budget_minor;
        campaign.starts_at = self.starts_at;
        campaign.ends_at = self.ends_at;
        campaign.per_customer = self.per_customer;
    }
}

impl VoucherTerms {
    fn of(voucher: &Voucher) -> Self {
        Self {
            code: voucher.code.clone(),
            credit_minor: voucher.credit_minor,
            active: voucher.active,
            max_redemptions: voucher.max_redemptions,
            deleted_at: voucher.deleted_at,
            campaign_id: voucher.campaign_id,
        }
    }

    pub(crate) fn write_to(&self, voucher: &mut Voucher) {
        voucher.credit_minor = self.credit_minor;
        voucher.active = self.active;
        voucher.max_redemptions = self.max_redemptions;
        voucher.deleted_at = self.deleted_at;
        voucher.campaign_id = self.campaign_id;
    }
}

/// A sequence in play. For each step: [`Script::next`], do what it says, and give the engine's
/// answer to [`Script::observe`].
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) processor: bool,
    /// In the order they were made.
    pub(crate) orders: Vec<OrderId>,
    /// What a card is to pay for those that wait for one.
    charges: BTreeMap<OrderId, i64>,
    /// How often each was asked for.
    attempts: BTreeMap<OrderId, i16>,
    vouchers: Vec<VoucherTerms>,
    last_request: Option<Command>,
    in_the_way: Option<OrderId>,
}

impl Script {
    pub(crate) fn new(world: World) -> Self {
        Self {
            now: world.start,
            processor: true,
            orders: Vec::new(),
            charges: BTreeMap::new(),
            attempts: BTreeMap::new(),
            vouchers: world.vouchers.iter().map(VoucherTerms::of).collect(),
            last_request: None,
            in_the_way: None,
            world,
        }
    }

    /// For the [`Context`](sovereign_domain::book::Context) of a decision.
    pub(crate) fn charge_rules(&self) -> Option<ChargeRules> {
        self.processor.then_some(self.world.charge_rules)
    }

    pub(crate) fn next(&mut self, step: &Step) -> Action {
        match step {
            Step::AdvanceClock { seconds } => {
                self.now = self.now.plus_seconds(*seconds);
                Action::None
            }
            Step::SetProcessor { on } => {
                self.processor = *on;
                Action::None
            }
            Step::EditVoucher { .. }
            | Step::RevokeVoucher { .. }
            | Step::ResurrectVoucher { .. }
            | Step::MoveVoucher { .. } => self.edit_voucher(step),
            Step::EditCampaign { campaign, active, budget_minor, window, per_customer } => {
                let from_now = |seconds| self.now.plus_seconds(seconds);
                World::campaign(*campaign).map_or(Action::None, |id| {
                    Action::WriteCampaign(CampaignTerms {
                        id,
                        active: *active,
                        budget_minor: *budget_minor,
                        starts_at: window.map(|(start, _)| from_now(start)),
                        ends_at: window.map(|(_, end)| from_now(end)),
                        per_customer: *per_customer,
                    })
                })
            }
            _ => self.command(step).map_or(Action::None, Action::Decide),
        }
    }

    /// Takes note of an answer and describes it without identifiers.
    pub(crate) fn observe(&mut self, result: &Result<Outcome, Refusal>) -> Observed {
        if let Ok(Outcome::Supersede { order_id }) = result {
            self.in_the_way = Some(*order_id);
        }
        if let Ok(Outcome::Pending { order_id, charge_minor }) = result {
            self.charges.insert(*order_id, *charge_minor);
            *self.attempts.entry(*order_id).or_default() += 1;
        }
        // Due from the start: its first attempt was made without a card.
        if let Ok(Outcome::Billed { order_id }) = result {
            self.attempts.insert(*order_id, 1);
        }
        if let Some(order_id) = Observed::order_id(result)
            && !self.orders.contains(&order_id)
        {
            self.orders.push(order_id);
        }
        Observed::of(result, &self.orders)
    }

    fn command(&mut self, step: &Step) -> Option<Command> {
        let command = match step {
            Step::Checkout(step) => Command::Checkout(self.checkout(step)),
            Step::Quote(step) => {
                let request = self.checkout(step);
                return Some(Command::Checkout(Checkout { preview: true, ..request }));
            }
            Step::Redeem(step) => Command::RedeemVoucher(self.redeem(step)),
            Step::Change(step) => Command::ChangeSubscription(self.change(step)),
            Step::Retry => self.last_request.clone()?,
            Step::Supersede => Command::CloseOrder {
                order_id: self.in_the_way.take()?,
                status: OrderStatus::Superseded,
                actor: Actor::system("supersede"),
            },
            Step::Complete { nth } => Command::CompleteOrder(self.payment(*nth)),
            Step::Close { nth, status } => Command::CloseOrder {
                order_id: self.order(*nth),
                status: *status,
                actor: Actor::system("close"),
            },
            Step::AttachSession { nth } => Command::AttachSession {
                order_id: self.order(*nth),
                session_id: format!("cs_{}", self.position(*nth)),
                session_url: format!("https://pay.example/{}", self.position(*nth)),
            },
            Step::Adjust { organization, amount_minor, valid_days } => Command::Adjust(Adjust {
                actor: Actor::system("administrator"),
                tenant_id: World::organization(*organization),
                amount_minor: *amount_minor,
                promotional: amount_minor % 2 == 0,
                valid_days: *valid_days,
                reason: "adjustment".into(),
            }),
            Step::Expire { organization } => {
                Command::Expire { tenant_id: World::organization(*organization) }
            }
            Step::Refund(step) => Command::RefundOrder(self.refund(step)),
            Step::BookRefund { nth, number, amount_minor } => Command::BookRefund(BookRefund {
                order_id: self.order(*nth),
                intent_id: format!("pi_{}", self.position(*nth)),
                stripe_refund_id: format!("re_{}_{number}", self.position(*nth)),
                amount_minor: *amount_minor,
                status: RefundStatus::Succeeded,
                reason: "at Stripe".into(),
                actor: Actor::system("refunds"),
            }),
            Step::Dispute { nth, number, amount_minor, state } => {
                Command::ReportDispute(ReportDispute {
                    order_id: self.order(*nth),
                    intent_id: format!("pi_{}", self.position(*nth)),
                    stripe_dispute_id: format!("du_{}_{number}", self.position(*nth)),
                    amount_minor: *amount_minor,
                    state: *state,
                    actor: Actor::system("disputes"),
                })
            }
            _ => return self.subscription_command(step),
        };
        if matches!(
            command,
            Command::Checkout(_) | Command::RedeemVoucher(_) | Command::ChangeSubscription(_)
        ) {
            self.last_request = Some(command.clone());
            self.in_the_way = None;
        }
        Some(command)
    }

    fn subscription_command(&self, step: &Step) -> Option<Command> {
        Some(match step {
            Step::Renew { organization } => {
                Command::Renew { tenant_id: World::organization(*organization) }
            }
            Step::RetryDue { nth, how } => Command::RetryDue {
                order_id: self.order(*nth),
                how: *how,
                actor: Actor::system("retry"),
            },
            Step::FailAttempt { nth, reason } => {
                let order_id = self.order(*nth);
                Command::FailAttempt(FailedAttempt {
                    order_id,
                    attempt: self.attempts.get(&order_id).copied().unwrap_or(1),
                    reason: *reason,
                    actor: Actor::system("fail"),
                })
            }
            Step::Cancel { user, organization, at } => Command::Cancel(Cancel {
                actor: actor(*user),
                tenant_id: World::organization(*organization),
                at: *at,
            }),
            Step::Resume { user, organization } => Command::Resume {
                tenant_id: World::organization(*organization),
                actor: actor(*user),
            },
            Step::WarnOfLowCredit { organization } => {
                Command::WarnOfLowCredit { tenant_id: World::organization(*organization) }
            }
            _ => return None,
        })
    }

    /// The payment of what the order asked for; each order has one.
    fn payment(&self, nth: u8) -> CompleteOrder {
        let (order_id, position) = (self.order(nth), self.position(nth));
        CompleteOrder {
            order_id,
            intent_id: format!("pi_{position}"),
            charge_id: format!("ch_{position}"),
            amount_minor: self.charges.get(&order_id).copied().unwrap_or(0),
            card: None,
            actor: Actor::system("payment"),
        }
    }

    fn change(&self, step: &ChangeStep) -> ChangeSubscription {
        let world = &self.world;
        let at = step.shown_seconds_ago.map(|seconds| self.now.plus_seconds(-seconds));
        let request_hash = format!(
            "{} {:?} {:?} {:?} {:?} {at:?} {}",
            step.organization, step.plan, step.addons, step.apps, step.app, step.shown_wrong
        );
        ChangeSubscription {
            actor: actor(step.user),
            tenant_id: World::organization(step.organization),
            plan: step.plan.map(|index| World::reference(&world.plans, index)),
            addons: step.addons.as_ref().map(|indexes| references(&world.addons, indexes)),
            apps: step.apps.as_ref().map(|indexes| references(&world.apps, indexes)),
            app: step.app.map(|step| app_change(step, &world.apps)),
            at,
            total_minor: step.shown_wrong.then_some(i64::MIN),
            preview: step.preview,
            idempotency: idempotency(step.key, request_hash),
        }
    }

    fn checkout(&self, step: &CheckoutStep) -> Checkout {
        let world = &self.world;
        let promo_value_minor =
            step.voucher.and_then(|voucher| self.promo_value(voucher, step.promo_value));
        // The body's digest: an identifier and its slug are one reference, and order is no matter.
        let items = |indexes: &[u8]| -> std::collections::BTreeSet<u8> {
            indexes.iter().map(|index| index / 2).collect()
        };
        let request_hash = format!(
            "{} {} {:?} {:?} {:?} {promo_value_minor:?}",
            step.organization,
            step.plan / 2,
            items(&step.addons),
            items(&step.apps),
            step.voucher,
        );
        Checkout {
            actor: actor(step.user),
            tenant_id: World::organization(step.organization),
            plan: World::reference(&world.plans, step.plan),
            addons: references(&world.addons, &step.addons),
            apps: references(&world.apps, &step.apps),
            code: step.voucher.map(|voucher| world.code(voucher)),
            promo_value_minor,
            preview: false,
            idempotency: idempotency(step.key, request_hash),
        }
    }

    fn redeem(&self, step: &RedeemStep) -> RedeemVoucher {
        let promo_value_minor = self.promo_value(step.voucher, step.promo_value);
        let request_hash = format!("{} {} {promo_value_minor:?}", step.organization, step.voucher);
        RedeemVoucher {
            actor: actor(step.user),
            tenant_id: World::organization(step.organization),
            code: self.world.code(step.voucher),
            promo_value_minor,
            idempotency: idempotency(step.key, request_hash),
        }
    }

    fn refund(&self, step: &RefundStep) -> RefundOrder {
        let order_id = self.order(step.nth);
        let request_hash =
            format!("{} {:?} {}", self.position(step.nth), step.wish, step.free_voucher);
        RefundOrder {
            actor: actor(0),
            order_id,
            wish: step.wish,
            reason: "refund".into(),
            free_voucher: step.free_voucher,
            idempotency: idempotency(step.key, request_hash),
        }
    }

    fn edit_voucher(&mut self, step: &Step) -> Action {
        let (Step::EditVoucher { voucher, .. }
        | Step::RevokeVoucher { voucher }
        | Step::MoveVoucher { voucher, .. }
        | Step::ResurrectVoucher { voucher }) = step
        else {
            return Action::None;
        };
        let now = self.now;
        let Some(terms) = self.vouchers.get_mut(usize::from(*voucher)) else {
            return Action::None;
        };
        match step {
            Step::EditVoucher { credit_minor, active, cap, .. } => {
                terms.credit_minor = *credit_minor;
                terms.active = *active;
                terms.max_redemptions = *cap;
            }
            Step::MoveVoucher { campaign, .. } => terms.campaign_id = World::campaign(*campaign),
            Step::RevokeVoucher { .. } => {
                terms.active = false;
                terms.deleted_at = Some(now);
            }
            _ => {
                terms.active = true;
                terms.deleted_at = None;
            }
        }
        Action::WriteVoucher(terms.clone())
    }

    fn promo_value(&self, voucher: u8, value: PromoValue) -> Option<i64> {
        let credit_minor =
            self.vouchers.get(usize::from(voucher)).map_or(1, |terms| terms.credit_minor);
        match value {
            PromoValue::Absent => None,
            PromoValue::Right => Some(credit_minor),
            PromoValue::Wrong => Some(credit_minor + 1),
        }
    }

    /// Where the `nth` newest order stands among all; past the end where there are not so many.
    fn position(&self, nth: u8) -> usize {
        self.orders.len().checked_sub(usize::from(nth) + 1).unwrap_or(usize::MAX)
    }

    fn order(&self, nth: u8) -> OrderId {
        self.orders.get(self.position(nth)).copied().unwrap_or(OrderId(Uuid::nil()))
    }
}

fn references(items: &[Item], indexes: &[u8]) -> Vec<String> {
    indexes.iter().map(|index| World::reference(items, *index)).collect()
}

fn actor(user: u8) -> Actor {
    Actor { user_id: World::user(user), request_id: "request".into() }
}

fn idempotency(key: Option<u8>, request_hash: String) -> Idempotency {
    Idempotency { key: key.map(|key| format!("key-{key}")), request_hash }
}

fn app_change(step: AppStep, apps: &[Item]) -> AppChange {
    let named = |app| World::reference(apps, app);
    match step {
        // Whatever it needs that can be shared.
        AppStep::Install { app, own } => AppChange::Install {
            app: named(app),
            dedicated: if own { vec!["db".into()] } else { Vec::new() },
        },
        AppStep::Uninstall { app } => AppChange::Uninstall { app: named(app) },
    }
}
