//! A further month of a subscription: what it costs, taken from credit first, then asked from a card.

use alloc::format;
use alloc::string::ToString;

use super::alarms::AlarmKind;
use super::command::{Outcome, Refusal, Retry};
use super::letters::LetterKind;
use super::payment::Payment;
use super::rows::{Order, OrderKind, OrderStatus};
use super::{Account, Book, Context};
use crate::catalog::{Quote, SelectionError};
use crate::checkout::{SplitError, split};
use crate::event::Actor;
use crate::ids::{OrderId, OrganizationId};
use crate::money::checked_sum;
use crate::organization::OrganizationStatus;
use crate::subscription::{Period, Subscription, SubscriptionStatus};
use crate::tax::Taxed;
use crate::timestamp::Timestamp;
use crate::usage;

/// How long before the end of a period a customer is told that the credit will not cover the next one.
pub const LOW_CREDIT_WARNING_DAYS: i64 = 14;

/// What becomes of what was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Used {
    Billed,
    /// For the next bill.
    Waits,
}

impl Book {
    /// Renews a subscription whose period has ended: one order for one month, whoever asks how often.
    pub(super) fn renew(
        &mut self,
        tenant_id: &OrganizationId,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        let Some(subscription) = self.live_subscription(account).cloned() else {
            return Ok(Outcome::Done);
        };
        let Some(start) = due_since(&subscription, account.status, context.now) else {
            return Ok(Outcome::Done);
        };
        // A change that is not paid for yet; it has nothing to change any more.
        if let Some(order_id) = account.pending_order {
            return Ok(Outcome::Supersede { order_id });
        }
        if subscription.cancel_at_period_end || account.status == OrganizationStatus::Deleted {
            self.end_subscription(subscription, &job(), context);
            return Ok(Outcome::Done);
        }
        if account.status == OrganizationStatus::Suspended {
            self.pause(subscription, context);
            return Ok(Outcome::Done);
        }
        match self.month_to_bill(account, &subscription, context) {
            Ok((quote, taxed, used)) => {
                let order = new_order(account, &subscription, quote, taxed, start, context);
                self.put_renewal(order, subscription, used, context)
            }
            Err(error) => {
                self.renewal_without_price(subscription, error, context);
                Ok(Outcome::Done)
            }
        }
    }

    /// What to bill now, and whether with what was used. Where credit does not pay it and a card cannot be
    /// charged so little, what was used waits for the next bill, if that makes the month payable.
    fn month_to_bill(
        &self,
        account: &Account,
        subscription: &Subscription,
        context: &Context<'_>,
    ) -> Result<(Quote, Taxed, Used), SelectionError> {
        let (quote, taxed) = self.month_ahead(account, subscription, Used::Billed, context)?;
        let available_minor = account.wallet.available_minor(context.now);
        let payable =
            |taxed: &Taxed| split(taxed.total_minor, available_minor, context.charge_rules);
        if payable(&taxed) == Err(SplitError::BelowMinimum) {
            let (quote, taxed) = self.month_ahead(account, subscription, Used::Waits, context)?;
            if payable(&taxed).is_ok() {
                return Ok((quote, taxed, Used::Waits));
            }
        }
        Ok((quote, taxed, Used::Billed))
    }

    /// What the next month costs: the plan, add-ons and apps, at the prices of today; with it, what was carried
    /// and what was used.
    fn month_ahead(
        &self,
        account: &Account,
        subscription: &Subscription,
        used: Used,
        context: &Context<'_>,
    ) -> Result<(Quote, Taxed), SelectionError> {
        let mut quote = self.quote_held(account)?;
        quote.lines.extend_from_slice(subscription.carried());
        if used == Used::Billed {
            let used = usage::lines(self.open_usage(&account.tenant_id));
            quote.lines.extend(used.ok_or(SelectionError::TooLarge)?);
        }
        let sum = checked_sum(quote.lines.iter().map(|line| line.amount_minor));
        quote.total_minor = sum.ok_or(SelectionError::TooLarge)?;
        let taxed = context.tax.on(quote.total_minor).ok_or(SelectionError::TooLarge)?;
        Ok((quote, taxed))
    }

    fn put_renewal(
        &mut self,
        order: Order,
        mut subscription: Subscription,
        used: Used,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let (order_id, tenant_id) = (order.id, order.tenant_id.clone());
        let period = order.period;
        subscription.due_order = Some(order_id);
        subscription.next_attempt_at = None;
        self.put_subscription(subscription);
        if used == Used::Billed {
            self.bill_usage(&tenant_id, None, order_id);
        }
        let outcome = match self.ask(order.clone(), context)? {
            Asked::Paid => Outcome::Billed { order_id },
            Asked::Card { charge_minor } => {
                self.open_renewal_invoice(order_id, period, context);
                Outcome::Pending { order_id, charge_minor }
            }
            Asked::NoCard(_) => {
                self.changes.new_orders.insert(order_id);
                self.orders.insert(order_id, order);
                self.open_renewal_invoice(order_id, period, context);
                self.count_failure(order_id, LetterKind::PaymentDue, context);
                Outcome::Billed { order_id }
            }
        };
        self.audit(&job(), "subscription.renew", order_id.to_string(), Some(&tenant_id), context);
        Ok(outcome)
    }

    fn open_renewal_invoice(
        &mut self,
        order_id: OrderId,
        period: Option<Period>,
        context: &mut Context<'_>,
    ) {
        let Some(order) = self.orders.get(&order_id).cloned() else { return };
        if let Some(period) = period {
            self.open_invoice(&order, period, context);
        }
    }

    /// Asks again for the payment of a renewal that is due.
    pub(super) fn retry_due(
        &mut self,
        order_id: OrderId,
        how: Retry,
        actor: &Actor,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get(&order_id).ok_or(Refusal::UnknownOrder)?;
        match order.status {
            OrderStatus::Due => {}
            OrderStatus::Pending | OrderStatus::Completed => return Ok(Outcome::Done),
            other => return Err(Refusal::OrderClosed(other)),
        }
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let subscription =
            self.subscription_owing(order_id).ok_or(Refusal::OrderClosed(order.status))?;
        let scheduled = subscription.next_attempt_at.is_some_and(|at| at <= context.now);
        if how == Retry::Schedule && !scheduled {
            return Ok(Outcome::Done);
        }
        if account.status == OrganizationStatus::Suspended {
            return self.retry_suspended(subscription.clone(), how, context);
        }
        if let Some(order_id) = account.pending_order {
            return Ok(Outcome::Supersede { order_id });
        }
        let available = account.wallet.available_minor(context.now);
        if how == Retry::Credit && available < order.total_minor {
            return Ok(Outcome::Done);
        }
        let mut order = order.clone();
        order.attempt = order.attempt.saturating_add(1);
        let tenant_id = order.tenant_id.clone();
        let outcome = match self.ask(order, context)? {
            Asked::Paid => Outcome::Done,
            Asked::Card { charge_minor } => {
                if how == Retry::Customer {
                    self.leave_to_customer(order_id, context);
                }
                Outcome::Pending { order_id, charge_minor }
            }
            Asked::NoCard(_) if how == Retry::Schedule => {
                self.count_failure(order_id, LetterKind::PaymentDue, context);
                Outcome::Done
            }
            Asked::NoCard(SplitError::NoProcessor) => return Err(Refusal::NoProcessor),
            Asked::NoCard(SplitError::BelowMinimum) => return Err(Refusal::BelowMinimum),
        };
        self.audit(actor, "order.retry", order_id.to_string(), Some(&tenant_id), context);
        Ok(outcome)
    }

    /// What is due is not asked for while the Organization is suspended: on its day it need not be paid any
    /// more, and the next month begins when the Organization is active again.
    fn retry_suspended(
        &mut self,
        mut subscription: Subscription,
        how: Retry,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        match how {
            Retry::Customer => return Err(Refusal::OrganizationSuspended),
            Retry::Credit => {}
            Retry::Schedule => {
                self.drop_due(&mut subscription, context);
                subscription.failed_attempts = 0;
                subscription.next_attempt_at = None;
                self.pause(subscription, context);
            }
        }
        Ok(Outcome::Done)
    }

    /// The saved card is not asked while its customer pays, also where its day has come. Of an attempt that is
    /// cut off, the day tells whose it was: it is past where the card was to be asked.
    fn leave_to_customer(&mut self, order_id: OrderId, context: &Context<'_>) {
        let Some(subscription) = self.subscription_owing(order_id) else { return };
        if subscription.next_attempt_at.is_some_and(|at| at <= context.now) {
            let mut subscription = subscription.clone();
            subscription.next_attempt_at = Some(context.now.plus_days(1));
            self.put_subscription(subscription);
        }
    }

    /// Pays an order from credit, or holds the credit and says what a card is to pay. Changes nothing where
    /// no card can be asked.
    pub(super) fn ask(
        &mut self,
        mut order: Order,
        context: &mut Context<'_>,
    ) -> Result<Asked, Refusal> {
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let available = wallet.available_minor(context.now);
        let split = match split(order.total_minor, available, context.charge_rules) {
            Ok(split) => split,
            Err(error) => return Ok(Asked::NoCard(error)),
        };
        let payment = Payment::make(&mut wallet, split, None, context)?;
        order.status = OrderStatus::Pending;
        order.credit_minor = split.credit_minor;
        order.charge_minor = split.charge_minor;
        order.rounding_minor = split.rounding_minor;
        order.session_id = None;
        order.intent_id = None;
        order.updated_at = context.now;
        let settled = payment.settles();
        let (order_id, tenant_id) = (order.id, order.tenant_id.clone());
        self.put_wallet(&tenant_id, wallet);
        self.put_order(order, payment, context);
        if settled {
            self.post(LetterKind::Receipt, &tenant_id, Some(order_id), context);
            return Ok(Asked::Paid);
        }
        Ok(Asked::Card { charge_minor: split.charge_minor })
    }

    /// Nothing is billed while an administrator has the Organization suspended. The next month begins when it
    /// is active again.
    fn pause(&mut self, mut subscription: Subscription, context: &mut Context<'_>) {
        if subscription.status == SubscriptionStatus::Suspended {
            return;
        }
        subscription.status = SubscriptionStatus::Suspended;
        self.note(&subscription, "subscription.suspend", &job(), context);
        self.update_subscription(subscription, context);
    }

    /// Something it holds is not in the catalog any more. It goes on, and is asked about again tomorrow.
    fn renewal_without_price(
        &mut self,
        mut subscription: Subscription,
        error: SelectionError,
        context: &mut Context<'_>,
    ) {
        subscription.next_attempt_at = Some(context.now.plus_days(1));
        let detail = format!(
            "the catalog has no price for what the Organization holds ({error:?}); put it back, or change \
             the plan"
        );
        let about = (&subscription.tenant_id, subscription.paid_order);
        self.raise(AlarmKind::Renewal, &subscription.tenant_id.0, detail, about, context);
        self.note(&subscription, "subscription.no_price", &job(), context);
        self.put_subscription(subscription);
    }

    /// Tells a customer without a card, in time, that the credit will not cover the next month.
    pub(super) fn warn_of_low_credit(
        &mut self,
        tenant_id: &OrganizationId,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        let Some(mut subscription) = self.live_subscription(account).cloned() else {
            return Ok(Outcome::Done);
        };
        let end = subscription.period.end;
        let ahead = context.now.plus_days(LOW_CREDIT_WARNING_DAYS);
        let due = subscription.status == SubscriptionStatus::Active
            && account.status != OrganizationStatus::Suspended
            && !subscription.cancel_at_period_end
            && (context.now..=ahead).contains(&end)
            && subscription.warned_for != Some(end);
        let Ok((_, taxed)) = self.month_ahead(account, &subscription, Used::Billed, context) else {
            return Ok(Outcome::Done);
        };
        if !due || account.wallet.available_minor(end) >= taxed.total_minor {
            return Ok(Outcome::Done);
        }
        subscription.warned_for = Some(end);
        self.note(&subscription, "subscription.warn", &job(), context);
        self.put_subscription(subscription);
        self.post(LetterKind::CreditLow, tenant_id, None, context);
        Ok(Outcome::Done)
    }

    pub(super) fn note(
        &mut self,
        subscription: &Subscription,
        action: &'static str,
        actor: &Actor,
        context: &mut Context<'_>,
    ) {
        let tenant_id = Some(&subscription.tenant_id);
        self.audit(actor, action, subscription.id.to_string(), tenant_id, context);
    }
}

/// What came of asking for an order's payment.
pub(super) enum Asked {
    Paid,
    Card { charge_minor: i64 },
    NoCard(SplitError),
}

fn job() -> Actor {
    Actor::system("renewals")
}

/// When the month begins that is to be paid for now, if one is.
fn due_since(
    subscription: &Subscription,
    organization: OrganizationStatus,
    now: Timestamp,
) -> Option<Timestamp> {
    if subscription.due_order.is_some() || subscription.next_attempt_at.is_some_and(|at| at > now) {
        return None;
    }
    let end = subscription.period.end;
    match subscription.status {
        SubscriptionStatus::Active if end <= now => Some(end),
        SubscriptionStatus::Suspended if organization != OrganizationStatus::Suspended => Some(now),
        _ => None,
    }
}

fn new_order(
    account: &Account,
    subscription: &Subscription,
    quote: Quote,
    taxed: Taxed,
    start: Timestamp,
    context: &mut Context<'_>,
) -> Order {
    let anchor =
        if start == subscription.period.end { subscription.anchor_at } else { context.now };
    let period = Period::month(anchor, start, context.zone);
    due_order(account, quote, taxed, period, context)
}

/// An order that is due, and that nobody was asked to pay yet.
pub(super) fn due_order(
    account: &Account,
    quote: Quote,
    taxed: Taxed,
    period: Period,
    context: &mut Context<'_>,
) -> Order {
    Order {
        id: OrderId::next(context.ids),
        kind: OrderKind::Renewal,
        customer_id: account.customer_id,
        tenant_id: account.tenant_id.clone(),
        user_id: job().user_id,
        plan_id: quote.plan_id,
        apps: quote.apps,
        addons: quote.addons,
        lines: quote.lines,
        tax: context.tax,
        tax_minor: taxed.tax_minor,
        total_minor: taxed.total_minor,
        credit_minor: 0,
        charge_minor: taxed.total_minor,
        rounding_minor: 0,
        status: OrderStatus::Due,
        code: None,
        session_id: None,
        intent_id: None,
        attempt: 1,
        period: Some(period),
        created_at: context.now,
        updated_at: context.now,
    }
}
