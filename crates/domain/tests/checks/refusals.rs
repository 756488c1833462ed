//! Every refusal is justified by the state it was made on. A rule that refuses too much would
//! otherwise keep the books as clean as one that refuses too little.

use sovereign_domain::book::{
    Book, BookRefund, Cancel, Command, CompleteOrder, DisputeState, FailedAttempt, HoldState,
    Order, OrderStatus, Outcome, RedemptionState, RefundOrder, RefundRefusal, Refusal,
    ReportDispute, Retry,
};
use sovereign_domain::catalog::SelectionError;
use sovereign_domain::ids::{OrderId, OrganizationId, PaymentId, UserId};
use sovereign_domain::organization::{MemberRole, OrganizationStatus};
use sovereign_domain::refund::{DivideError, Wish};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, VoucherRefusal};
use sovereign_domain::wallet::WalletError;

use super::Check;
use crate::model::{Decision, Script};

pub(super) fn check(decision: &Decision, before: &Book, script: &Script) -> Check {
    if is_quote_beside_an_order(&decision.command, before) {
        // `quotes` asks once that order is gone.
        return Ok(());
    }
    let request = Request::of(&decision.command);
    match &decision.result {
        Ok(outcome) => {
            // An answer that is repeated was justified when it was first given.
            let again = matches!(outcome, Outcome::Answered { replayed: true, .. })
                || matches!(outcome, Outcome::Pending { order_id, .. } if before.orders.contains_key(order_id));
            if let Some(request) = request.filter(|_| !again) {
                ensure!(request.allowed(before), "a stranger was served: {:?}", decision.command);
                let change = matches!(decision.command, Command::ChangeSubscription(_));
                ensure!(
                    decision.changes.new_orders.is_empty() || change == request.subscribed(before),
                    "an order beside a live subscription"
                );
            }
            Ok(())
        }
        Err(refusal) => {
            let justified = match request {
                Some(request) if super::changes::refusal(decision, refusal, before, script) => {
                    request.allowed(before)
                }
                Some(request) => request.justifies(refusal, before, script),
                None => justifies(&decision.command, refusal, before, script),
            };
            ensure!(justified, "{refusal:?} without a reason");
            Ok(())
        }
    }
}

fn is_quote_beside_an_order(command: &Command, before: &Book) -> bool {
    let Command::Checkout(request) = command else { return false };
    let account = before.accounts.get(&request.tenant_id);
    request.preview && account.is_some_and(|account| account.pending_order.is_some())
}

/// The common part of a checkout and a redemption.
struct Request<'a> {
    tenant_id: &'a OrganizationId,
    user_id: &'a UserId,
    code: Option<&'a Code>,
    seen_minor: Option<i64>,
    /// Plan, add-ons and apps; `None` for a redemption.
    selection: Option<(&'a str, &'a [String], &'a [String])>,
}

impl<'a> Request<'a> {
    fn of(command: &'a Command) -> Option<Self> {
        match command {
            Command::Checkout(checkout) => Some(Self {
                tenant_id: &checkout.tenant_id,
                user_id: &checkout.actor.user_id,
                code: checkout.code.as_ref(),
                seen_minor: checkout.promo_value_minor,
                selection: Some((&checkout.plan, &checkout.addons, &checkout.apps)),
            }),
            Command::RedeemVoucher(redeem) => Some(Self {
                tenant_id: &redeem.tenant_id,
                user_id: &redeem.actor.user_id,
                code: Some(&redeem.code),
                seen_minor: redeem.promo_value_minor,
                selection: None,
            }),
            Command::ChangeSubscription(change) => Some(Self {
                tenant_id: &change.tenant_id,
                user_id: &change.actor.user_id,
                code: None,
                seen_minor: None,
                selection: None,
            }),
            _ => None,
        }
    }

    fn status(&self, book: &Book) -> Option<OrganizationStatus> {
        let account = book.accounts.get(self.tenant_id)?;
        Some(account.status).filter(|status| *status != OrganizationStatus::Deleted)
    }

    fn may_spend(&self, book: &Book) -> Option<bool> {
        let member = (self.tenant_id.clone(), self.user_id.clone());
        book.members.get(&member).map(|role| matches!(role, MemberRole::Owner | MemberRole::Admin))
    }

    fn allowed(&self, book: &Book) -> bool {
        self.may_spend(book) == Some(true)
            && self.status(book).is_some_and(|status| status != OrganizationStatus::Suspended)
    }

    fn subscribed(&self, book: &Book) -> bool {
        book.accounts.get(self.tenant_id).is_some_and(|a| a.live_subscription.is_some())
    }

    fn justifies(&self, refusal: &Refusal, book: &Book, script: &Script) -> bool {
        let checkout = self.selection.is_some();
        match refusal {
            Refusal::NotAMember => self.status(book).is_none() || self.may_spend(book).is_none(),
            Refusal::RoleMayNotSpend => self.may_spend(book) == Some(false),
            Refusal::OrganizationSuspended => {
                self.status(book) == Some(OrganizationStatus::Suspended)
            }
            Refusal::Selection(error) => {
                self.selection.is_some_and(|selection| unknown(selection, *error, script))
            }
            Refusal::Voucher(refusal) => {
                self.code.is_some_and(|code| self.justifies_voucher(*refusal, code, (book, script.now)))
            }
            Refusal::VoucherChanged { credit_minor } => self.code.is_some_and(|code| {
                book.vouchers[code].credit_minor == *credit_minor
                    && self.seen_minor.is_some_and(|seen| seen != *credit_minor)
            }),
            Refusal::AlreadySubscribed => checkout && self.subscribed(book),
            // `replies` decides this one exactly.
            Refusal::KeyReused => true,
            Refusal::NoProcessor => {
                checkout && !script.processor && !self.credit_covers(book, script)
            }
            // Only the one plan that costs less than the least charge.
            Refusal::BelowMinimum => {
                checkout
                    && script.processor
                    && self.selection.is_some_and(|(plan, ..)| plan.contains("tiny"))
                    && !self.credit_covers(book, script)
            }
            Refusal::Wallet(WalletError::Overflow) => self.overflows(book),
            Refusal::Wallet(WalletError::Insufficient | WalletError::LotMismatch)
            | Refusal::UnknownOrder
            | Refusal::NotSubscribed
            | Refusal::PaymentDue
            | Refusal::NothingToChange
            | Refusal::ChangeMoment
            | Refusal::ChangeTotal { .. }
            | Refusal::Refund(_)
            | Refusal::NotAnEnd(_)
            | Refusal::OrderClosed(_)
            | Refusal::AmountMismatch { .. }
            // Nothing moves here: tests/moves has some that do.
            | Refusal::OrganizationMoving
            | Refusal::MoveOutdated
            // There is no policy here: tests/policy.rs has some.
            | Refusal::Policy(_) => false,
        }
    }

    fn justifies_voucher(
        &self,
        refusal: VoucherRefusal,
        code: &Code,
        (book, now): (&Book, Timestamp),
    ) -> bool {
        let live = |r: &&sovereign_domain::book::Redemption| {
            r.code == *code && r.state != sovereign_domain::book::RedemptionState::Released
        };
        let voucher = book.vouchers.get(code).filter(|voucher| voucher.deleted_at.is_none());
        let mut redemptions = book.redemptions.values().filter(live);
        let campaign = voucher.and_then(|voucher| book.campaign_of(voucher));
        match refusal {
            VoucherRefusal::Unknown => voucher.is_none(),
            VoucherRefusal::Inactive => voucher.is_some_and(|voucher| {
                !voucher.active || campaign.is_some_and(|campaign| !campaign.active)
            }),
            VoucherRefusal::NotStarted => {
                campaign.is_some_and(|campaign| campaign.starts_at.is_some_and(|start| start > now))
            }
            VoucherRefusal::Ended => {
                campaign.is_some_and(|campaign| campaign.ends_at.is_some_and(|end| end <= now))
            }
            VoucherRefusal::BudgetSpent => {
                voucher.zip(campaign).is_some_and(|(voucher, campaign)| {
                    let after = campaign.granted_minor + voucher.credit_minor;
                    campaign.budget_minor > 0 && after > campaign.budget_minor
                })
            }
            VoucherRefusal::CampaignLimit => campaign.is_some_and(|campaign| {
                let live = book.redemptions.values().filter(|r| {
                    r.campaign_id == Some(campaign.id)
                        && r.state != sovereign_domain::book::RedemptionState::Released
                });
                let (mut by_user, mut by_organization) = (0, 0);
                for redemption in live {
                    by_user += i64::from(redemption.user_id == *self.user_id);
                    by_organization += i64::from(redemption.tenant_id == *self.tenant_id);
                }
                campaign.per_customer > 0 && by_user.max(by_organization) >= campaign.per_customer
            }),
            VoucherRefusal::Exhausted => voucher.is_some_and(|voucher| {
                voucher.max_redemptions > 0 && voucher.times_redeemed >= voucher.max_redemptions
            }),
            VoucherRefusal::RedeemedByUser => redemptions.any(|r| r.user_id == *self.user_id),
            VoucherRefusal::RedeemedByOrganization => {
                redemptions.any(|r| r.tenant_id == *self.tenant_id)
            }
        }
    }

    /// Whether credit, with the voucher's, would have paid for everything.
    fn credit_covers(&self, book: &Book, script: &Script) -> bool {
        let (Some((plan, addons, apps)), Some(account)) =
            (self.selection, book.accounts.get(self.tenant_id))
        else {
            return false;
        };
        let voucher = self.code.map_or(0, |code| book.vouchers[code].credit_minor);
        let settled = account.wallet.owed_minor.min(voucher);
        let available = available(book, self.tenant_id, script.now) + i128::from(voucher - settled);
        let quote = script.world.catalog().quote(plan, addons, apps, &account.dedicated);
        quote.is_ok_and(|quote| i128::from(quote.total_minor) <= available)
    }

    fn overflows(&self, book: &Book) -> bool {
        let balance = book.accounts[self.tenant_id].wallet.balance_minor;
        self.code
            .is_some_and(|code| balance.checked_add(book.vouchers[code].credit_minor).is_none())
    }
}

/// The refusals of the other commands.
fn justifies(command: &Command, refusal: &Refusal, book: &Book, script: &Script) -> bool {
    let order = |id| -> Option<&Order> { book.orders.get(id) };
    match (command, refusal) {
        (
            Command::CompleteOrder(CompleteOrder { order_id, .. })
            | Command::FailAttempt(FailedAttempt { order_id, .. })
            | Command::RetryDue { order_id, .. }
            | Command::CloseOrder { order_id, .. }
            | Command::AttachSession { order_id, .. }
            | Command::RefundOrder(RefundOrder { order_id, .. })
            | Command::BookRefund(BookRefund { order_id, .. })
            | Command::ReportDispute(ReportDispute { order_id, .. }),
            Refusal::UnknownOrder,
        ) => order(order_id).is_none(),
        // `replies` decides this one exactly.
        (Command::RefundOrder(_), Refusal::KeyReused) => true,
        (Command::RefundOrder(refund), Refusal::Refund(refusal)) => {
            order(&refund.order_id).is_some_and(|order| no_refund(refund, refusal, order, book))
        }
        (Command::BookRefund(refund), Refusal::Refund(refusal)) => {
            let payment = book.payments.values().find(|p| p.intent_id == refund.intent_id);
            match (payment, refusal) {
                (None, RefundRefusal::NoPayment) => true,
                (Some(_), RefundRefusal::Divide(DivideError::NotPositive)) => {
                    refund.amount_minor <= 0
                }
                (Some(p), RefundRefusal::Divide(DivideError::MoreThanIsLeft { left_minor })) => {
                    let left = p.amount_minor - refunded(book, p.id) - credited(book, p.order_id);
                    left == *left_minor && refund.amount_minor > left
                }
                _ => false,
            }
        }
        (Command::ReportDispute(dispute), Refusal::Refund(refusal)) => match refusal {
            RefundRefusal::NoPayment => {
                !book.payments.values().any(|p| p.intent_id == dispute.intent_id)
            }
            RefundRefusal::Divide(DivideError::NotPositive) => dispute.amount_minor <= 0,
            _ => false,
        },
        // Wallets at the end of the range.
        (
            Command::RefundOrder(RefundOrder { order_id, .. })
            | Command::BookRefund(BookRefund { order_id, .. })
            | Command::ReportDispute(ReportDispute { order_id, .. }),
            Refusal::Wallet(WalletError::Overflow),
        ) => order(order_id).is_some_and(|order| {
            let wallet = &book.accounts[&order.tenant_id].wallet;
            let most = i64::MAX - 100_000;
            wallet.balance_minor > most || wallet.owed_minor > most
        }),
        (Command::CompleteOrder(paid), Refusal::AmountMismatch { expected_minor }) => {
            let order = order(&paid.order_id);
            order.is_some_and(|order| order.charge_minor == *expected_minor)
                && paid.amount_minor <= 0
        }
        (Command::CloseOrder { order_id, .. }, Refusal::OrderClosed(status)) => {
            *status == OrderStatus::Completed
                && order(order_id).is_some_and(|order| order.status == *status)
        }
        (Command::AttachSession { order_id, .. }, Refusal::OrderClosed(status)) => {
            *status != OrderStatus::Pending
                && order(order_id).is_some_and(|order| order.status == *status)
        }
        (Command::Adjust(adjust), Refusal::NotAMember) => {
            !book.accounts.contains_key(&adjust.tenant_id)
        }
        (
            Command::Expire { tenant_id }
            | Command::Renew { tenant_id }
            | Command::WarnOfLowCredit { tenant_id },
            Refusal::NotAMember,
        ) => !book.accounts.contains_key(tenant_id),
        (Command::Adjust(adjust), Refusal::Wallet(WalletError::Overflow)) => {
            let wallet = &book.accounts[&adjust.tenant_id].wallet;
            let range = i128::from(i64::MAX);
            let amount = i128::from(adjust.amount_minor);
            i128::from(wallet.balance_minor) + amount > range
                || i128::from(wallet.owed_minor) - amount > range
        }
        (
            Command::Cancel(Cancel { tenant_id, actor, .. }) | Command::Resume { tenant_id, actor },
            _,
        ) => may_not(tenant_id, &actor.user_id, refusal, book),
        (Command::RetryDue { order_id, how, .. }, _) => {
            may_not_retry(&book.orders[order_id], *how, refusal, book, script)
        }
        // A debt so near the end of the range that a released grant no longer fits on it.
        (Command::CloseOrder { order_id, .. }, Refusal::Wallet(WalletError::Overflow)) => {
            let order = &book.orders[order_id];
            let owed = book.accounts[&order.tenant_id].wallet.owed_minor;
            let grant = order.code.as_ref().map_or(0, |code| {
                let live = book.redemptions.values().find(|r| r.order_id == Some(*order_id));
                live.filter(|r| r.code == *code).map_or(0, |r| r.credit_minor)
            });
            owed.checked_add(grant).is_none()
        }
        _ => false,
    }
}

fn may_not(tenant_id: &OrganizationId, user_id: &UserId, refusal: &Refusal, book: &Book) -> bool {
    let (code, seen_minor, selection) = (None, None, None);
    let request = Request { tenant_id, user_id, code, seen_minor, selection };
    match refusal {
        Refusal::NotAMember => request.status(book).is_none() || request.may_spend(book).is_none(),
        Refusal::RoleMayNotSpend => request.may_spend(book) == Some(false),
        Refusal::OrganizationSuspended => {
            request.status(book) == Some(OrganizationStatus::Suspended)
        }
        Refusal::NotSubscribed => !request.subscribed(book),
        _ => false,
    }
}

fn may_not_retry(
    order: &Order,
    how: Retry,
    refusal: &Refusal,
    book: &Book,
    script: &Script,
) -> bool {
    let covered = available(book, &order.tenant_id, script.now) >= i128::from(order.total_minor);
    let asks_card = how == Retry::Customer && order.status == OrderStatus::Due && !covered;
    match refusal {
        Refusal::OrderClosed(status) => {
            *status == order.status
                && !matches!(
                    status,
                    OrderStatus::Pending | OrderStatus::Due | OrderStatus::Completed
                )
        }
        Refusal::NoProcessor => asks_card && !script.processor,
        Refusal::BelowMinimum => {
            asks_card && order.total_minor < script.world.charge_rules.minimum_minor
        }
        _ => false,
    }
}

fn refunded(book: &Book, payment_id: PaymentId) -> i64 {
    let refunds = book.refunds.values().filter(|refund| refund.payment_id == Some(payment_id));
    refunds.map(|refund| refund.card_minor).sum()
}

fn credited(book: &Book, order_id: OrderId) -> i64 {
    let refunds = book.refunds.values().filter(|refund| refund.order_id == order_id);
    refunds.map(|refund| refund.credited_minor).sum()
}

/// Whether nothing of the order can be given back as asked.
fn no_refund(request: &RefundOrder, refusal: &RefundRefusal, order: &Order, book: &Book) -> bool {
    let returned = book.refunds.values().filter(|refund| refund.order_id == order.id);
    let credit = order.credit_minor - returned.map(|refund| refund.credit_minor).sum::<i64>();
    let payment = book.payments.values().find(|payment| payment.order_id == order.id);
    let card = payment.map_or(0, |payment| {
        let gone = book.disputes.values().any(|d| {
            d.payment_id == payment.id && matches!(d.state, DisputeState::Open | DisputeState::Lost)
        });
        let left = payment.amount_minor - refunded(book, payment.id);
        // In tens, as a card takes it.
        if gone { 0 } else { (left - credited(book, order.id)) / 10 * 10 }
    });
    let Wish { amount_minor: amount, credit_minor: as_credit, card_minor: to_card } = request.wish;
    let redemption = book.redemptions.values().find(|r| r.order_id == Some(order.id));
    match *refusal {
        RefundRefusal::NotCompleted(status) => {
            status == order.status && status != OrderStatus::Completed
        }
        // Nobody comes from elsewhere here.
        RefundRefusal::NoPayment | RefundRefusal::PaidElsewhere { .. } => false,
        RefundRefusal::NoVoucher => {
            redemption.is_none_or(|redemption| redemption.state != RedemptionState::Redeemed)
        }
        RefundRefusal::VoucherCreditHeld => redemption.is_some_and(|redemption| {
            book.holds
                .values()
                .any(|hold| hold.lot_id == redemption.lot_id && hold.state == HoldState::Open)
        }),
        RefundRefusal::Divide(error) => match error {
            DivideError::NothingLeft => credit + card == 0,
            DivideError::NotPositive => {
                [amount, as_credit, to_card].into_iter().flatten().any(|part| part <= 0)
            }
            DivideError::MoreThanIsLeft { left_minor } => {
                left_minor == credit + card && amount.is_some_and(|amount| amount > left_minor)
            }
            DivideError::CreditOutOfRange { left_minor } => {
                let part = as_credit.or(amount.zip(to_card).map(|(all, card)| all - card));
                left_minor == credit && part.is_some_and(|part| !(0..=credit).contains(&part))
            }
            DivideError::CardOutOfRange { left_minor } => {
                let part = to_card.or(amount.zip(as_credit).map(|(all, credit)| all - credit));
                left_minor == card && part.is_some_and(|part| !(0..=card).contains(&part))
            }
            DivideError::PartsDoNotAddUp => {
                amount.zip(as_credit).is_some_and(|(all, credit)| credit > all)
            }
            DivideError::CardPartStep { step_minor } => {
                let part = to_card.or(amount.zip(as_credit).map(|(all, credit)| all - credit));
                step_minor == 10 && part.is_some_and(|part| part % 10 != 0)
            }
            // The odd rest is more than all the credit there is.
            DivideError::CardStep { step_minor, below_minor, above_minor } => {
                let odd = amount.is_some_and(|amount| {
                    amount % 10 > credit
                        && below_minor.is_none_or(|below| below < amount)
                        && above_minor.is_none_or(|above| above > amount)
                });
                step_minor == 10 && odd
            }
        },
    }
}

/// Whether the reference at fault names nothing, and those before it do.
fn unknown(
    (plan, addons, apps): (&str, &[String], &[String]),
    error: SelectionError,
    script: &Script,
) -> bool {
    let catalog = script.world.catalog();
    let first = |shelf: &sovereign_domain::catalog::Shelf, references: &[String]| {
        references.iter().position(|reference| shelf.find(reference).is_none())
    };
    match error {
        SelectionError::UnknownPlan => catalog.plans.find(plan).is_none(),
        SelectionError::UnknownAddon(index) => first(&catalog.addons, addons) == Some(index),
        SelectionError::UnknownApp(index) => first(&catalog.apps, apps) == Some(index),
        SelectionError::TooLarge => false,
    }
}

fn available(book: &Book, tenant_id: &OrganizationId, now: Timestamp) -> i128 {
    let lots = book.accounts[tenant_id].wallet.lots.values();
    lots.filter(|lot| lot.expires_at.is_none_or(|end| now < end))
        .map(|lot| i128::from(lot.remaining_minor) - i128::from(lot.held_minor))
        .sum()
}
