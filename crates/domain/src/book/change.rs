//! Another plan, other add-ons or apps, from now on: what the rest of the month costs more is paid like any
//! order, what it costs less comes back as credit.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::command::{Answer, ChangeAnswer, ChangePreview, ChangeSubscription, Outcome, Refusal};
use super::letters::LetterKind;
use super::payment::Payment;
use super::replies::{ReplyKey, Route};
use super::rows::{Order, OrderKind, OrderStatus};
use super::{Account, Book, Context};
use crate::catalog::{LineKind, OrderLine, Quote, SelectionError};
use crate::checkout::{Split, SplitError, split};
use crate::ids::OrderId;
use crate::money::checked_sum;
use crate::proration::{Proration, Rest, prorate};
use crate::services::Dedicated;
use crate::subscription::{Period, PeriodChanges, Subscription, SubscriptionStatus};
use crate::tax::{TaxRules, Taxed};
use crate::timestamp::Timestamp;

/// How long what a customer was shown can be accepted: the price stays that of the moment it was shown for.
pub const CHANGE_QUOTE_SECONDS: i64 = 3_600;

/// What a change comes to.
struct Plan {
    quote: Quote,
    dedicated: Dedicated,
    items: Vec<OrderLine>,
    /// What was carried, what comes and what goes.
    lines: Vec<OrderLine>,
    at: Timestamp,
    /// Of the net amount, whichever its sign.
    taxed: Taxed,
}

impl Book {
    /// Changes what a subscription holds, or says what that would come to.
    pub(super) fn change_subscription(
        &mut self,
        request: &ChangeSubscription,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let key = ReplyKey::new(&request.actor.user_id, Route::Change, &request.idempotency);
        if !request.preview
            && let Some(outcome) = self.replay(&key, &request.idempotency, context)?
            && self.is_still_asked(&key, request)
        {
            return Ok(outcome);
        }
        let account = self.spendable_account(&request.tenant_id, &request.actor.user_id)?.clone();
        let subscription = self.live_subscription(&account).ok_or(Refusal::NotSubscribed)?.clone();
        if subscription.status != SubscriptionStatus::Active || subscription.due_order.is_some() {
            return Err(Refusal::PaymentDue);
        }
        let plan = self.plan_change(request, &account, &subscription, context)?;
        if request.preview {
            let preview = self.preview(&plan, &account, &subscription, context)?;
            return Ok(Outcome::Previewed(Box::new(preview)));
        }
        if request.total_minor.is_some_and(|seen| seen != plan.taxed.total_minor) {
            return Err(Refusal::ChangeTotal { total_minor: plan.taxed.total_minor });
        }
        if let Some(order_id) = account.pending_order {
            return Ok(Outcome::Supersede { order_id });
        }
        match payment_of(plan.taxed, &account, context)? {
            Some(split) => {
                self.order_change(request, key, plan, split, (&account, &subscription), context)
            }
            None => self.change_at_once(request, key, plan, subscription, context),
        }
    }

    /// An app can come, go and come again within the minute for which a request is known without a key; one that
    /// has come says itself that there is nothing left to do.
    fn is_still_asked(&self, key: &ReplyKey, request: &ChangeSubscription) -> bool {
        let order = self.replies.get(key).and_then(|reply| self.orders.get(&reply.order_id?));
        let pending = order.is_some_and(|order| order.status == OrderStatus::Pending);
        request.app.is_none() || request.idempotency.key.is_some() || pending
    }

    fn plan_change(
        &self,
        request: &ChangeSubscription,
        account: &Account,
        subscription: &Subscription,
        context: &Context<'_>,
    ) -> Result<Plan, Refusal> {
        let at = request.at.unwrap_or(context.now);
        let shown_since = context.now.plus_seconds(-CHANGE_QUOTE_SECONDS);
        if at > context.now || at < shown_since.max(subscription.period.start) {
            return Err(Refusal::ChangeMoment);
        }
        let (apps, dedicated) = self.apps_wanted(request, account)?;
        let held = |id: &str| {
            let mut all = account.addons.iter().chain(&account.apps);
            account.plan_id == id || all.any(|other| other == id)
        };
        let quote = self
            .catalog
            .order(
                (
                    request.plan.as_deref().unwrap_or(&account.plan_id),
                    request.addons.as_deref().unwrap_or(&account.addons),
                    &apps,
                ),
                &dedicated,
                held,
            )
            .map_err(Refusal::Selection)?;
        if (&quote.plan_id, &quote.addons, &quote.apps)
            == (&account.plan_id, &account.addons, &account.apps)
        {
            return Err(Refusal::NothingToChange);
        }
        self.permit(&quote, account, Some(subscription), context)?;
        let held = self.items_held(account, subscription)?;
        let rest = Rest::of(subscription.period, at);
        let too_large = || Refusal::Selection(SelectionError::TooLarge);
        let Proration { lines, items } =
            prorate(&held, &quote.lines, rest).ok_or_else(too_large)?;
        let lines = [subscription.carried(), &lines].concat();
        let net_minor = checked_sum(lines.iter().map(|line| line.amount_minor));
        let net_minor = net_minor.ok_or_else(too_large)?;
        // What comes back is taxed as it was when it was paid.
        let tax = if net_minor > 0 { context.tax } else { self.tax_paid(subscription) };
        let taxed = tax.on(net_minor).ok_or_else(too_large)?;
        Ok(Plan { quote, dedicated, items, lines, at, taxed })
    }

    /// What a subscription holds, a month of each, at the prices that were paid.
    fn items_held(
        &self,
        account: &Account,
        subscription: &Subscription,
    ) -> Result<Vec<OrderLine>, Refusal> {
        if let Some(changes) = &subscription.changes {
            return Ok(changes.items.clone());
        }
        match self.order_paid(subscription) {
            Some(order) if !order.lines.is_empty() => Ok(order.month_lines()),
            // An earlier version or service wrote no lines.
            _ => self.quote_held(account).map(|quote| quote.lines).map_err(Refusal::Selection),
        }
    }

    fn tax_paid(&self, subscription: &Subscription) -> TaxRules {
        self.order_paid(subscription).map_or_else(TaxRules::default, |order| order.tax)
    }

    fn order_paid(&self, subscription: &Subscription) -> Option<&Order> {
        self.orders.get(&subscription.paid_order?)
    }

    fn preview(
        &self,
        plan: &Plan,
        account: &Account,
        subscription: &Subscription,
        context: &mut Context<'_>,
    ) -> Result<ChangePreview, Refusal> {
        let total_minor = plan.taxed.total_minor;
        let split = payment_of(plan.taxed, account, context)?;
        let carried_minor = if split.is_none() { total_minor.max(0) } else { 0 };
        let split = split.unwrap_or(Split { credit_minor: 0, charge_minor: 0, rounding_minor: 0 });
        let unused_minor = total_minor.saturating_neg();
        let credited_minor = self.plan_unused(subscription, unused_minor, context)?.total_minor();
        let month = context.tax.on(plan.quote.total_minor);
        let month = month.ok_or(Refusal::Selection(SelectionError::TooLarge))?;
        Ok(ChangePreview {
            at: plan.at,
            period_end: subscription.period.end,
            lines: plan.lines.clone(),
            tax_minor: plan.taxed.tax_minor,
            total_minor,
            credit_minor: split.credit_minor,
            charge_minor: split.charge_minor,
            rounding_minor: split.rounding_minor,
            credited_minor,
            carried_minor,
            month_minor: month.total_minor,
            month_tax_minor: month.tax_minor,
            currency: context.currency.code().into(),
        })
    }

    /// The rest of the month costs more: an order, paid from credit or by a card.
    fn order_change(
        &mut self,
        request: &ChangeSubscription,
        key: ReplyKey,
        plan: Plan,
        split: Split,
        (account, subscription): (&Account, &Subscription),
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let mut wallet = account.wallet.clone();
        let payment = Payment::make(&mut wallet, split, None, context)?;

        // Nothing can refuse any more.
        let tenant_id = account.tenant_id.clone();
        self.keep_choices(&tenant_id, &plan.dedicated);
        let order = new_order(request, account, subscription, plan, split, context);
        let order_id = order.id;
        let available_minor = wallet.available_minor(context.now);
        let settled = payment.settles();
        self.put_wallet(&tenant_id, wallet);
        self.put_order(order, payment, context);
        let answer = settled.then(|| change_answer(Some(order_id), 0, available_minor, context));
        if settled {
            self.post(LetterKind::Receipt, &tenant_id, Some(order_id), context);
        }
        let outcome = match &answer {
            Some(answer) => Outcome::Answered { answer: answer.clone(), replayed: false },
            None => Outcome::Pending { order_id, charge_minor: split.charge_minor },
        };
        self.remember(key, &request.idempotency, Some(order_id), answer, context.now);
        let subject = order_id.to_string();
        self.audit(&request.actor, "subscription.change", subject, Some(&tenant_id), context);
        Ok(outcome)
    }

    /// The rest of the month costs no more, or less more than can be charged: the change is made, and what is
    /// not used comes back.
    fn change_at_once(
        &mut self,
        request: &ChangeSubscription,
        key: ReplyKey,
        plan: Plan,
        mut subscription: Subscription,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let unused_minor = plan.taxed.total_minor.saturating_neg();
        let unused = self.plan_unused(&subscription, unused_minor, context)?;

        // Nothing can refuse any more.
        let (tenant_id, credited_minor) = (request.tenant_id.clone(), unused.total_minor());
        self.enter_unused(unused, &request.actor.user_id, context);
        let Quote { plan_id, addons, apps, .. } = plan.quote;
        self.keep_choices(&tenant_id, &plan.dedicated);
        self.change_selection(&tenant_id, (&plan_id, &addons, &apps), context);
        subscription.plan_id = plan_id;
        let carried = if plan.taxed.total_minor > 0 { plan.lines } else { Vec::new() };
        hold(&mut subscription, plan.items, None, carried);
        self.note(&subscription, "subscription.change", &request.actor, context);
        self.update_subscription(subscription, context);
        let wallet = self.accounts.get(&tenant_id).map(|account| &account.wallet);
        let available_minor = wallet.map_or(0, |wallet| wallet.available_minor(context.now));
        let answer = change_answer(None, credited_minor, available_minor, context);
        self.remember(key, &request.idempotency, None, Some(answer.clone()), context.now);
        Ok(Outcome::Answered { answer, replayed: false })
    }

    /// An order for more of the month is paid.
    pub(super) fn change_paid(&mut self, order: &Order, context: &mut Context<'_>) {
        let account = self.accounts.get(&order.tenant_id);
        let Some((account, subscription)) = account
            .and_then(|account| self.live_subscription(account).map(|found| (account, found)))
        else {
            return;
        };
        let mut subscription = subscription.clone();
        let held = self.items_held(account, &subscription).unwrap_or_default();
        hold(&mut subscription, items_after(held, order), Some(order.id), Vec::new());
        subscription.plan_id.clone_from(&order.plan_id);
        let selection = (&order.plan_id, &order.addons, &order.apps);
        self.change_selection(&order.tenant_id, selection, context);
        self.update_subscription(subscription, context);
        if let Some(period) = order.period {
            self.pay_invoice(order, period, context);
        }
    }
}

fn change_answer(
    order_id: Option<OrderId>,
    credited_minor: i64,
    available_minor: i64,
    context: &Context<'_>,
) -> Answer {
    Answer::Change(ChangeAnswer {
        order_id,
        credited_minor,
        credit_balance: context.currency.whole_units(available_minor),
        credit_balance_minor: available_minor,
        currency: context.currency.code().into(),
    })
}

/// How a change is paid. `None` where nothing is to pay, or less than a card can be charged.
fn payment_of(
    taxed: Taxed,
    account: &Account,
    context: &Context<'_>,
) -> Result<Option<Split>, Refusal> {
    if taxed.total_minor <= 0 {
        return Ok(None);
    }
    let available_minor = account.wallet.available_minor(context.now);
    match split(taxed.total_minor, available_minor, context.charge_rules) {
        Ok(split) => Ok(Some(split)),
        Err(SplitError::BelowMinimum) => Ok(None),
        Err(SplitError::NoProcessor) => Err(Refusal::NoProcessor),
    }
}

/// Takes note of what a subscription holds from now on.
fn hold(
    subscription: &mut Subscription,
    items: Vec<OrderLine>,
    paid_by: Option<OrderId>,
    carried: Vec<OrderLine>,
) {
    let mut orders = subscription.changes.take().map_or_else(Vec::new, |changes| changes.orders);
    orders.extend(paid_by);
    subscription.price_as(&items);
    subscription.changes = Some(PeriodChanges { items, orders, carried });
}

/// What is held once the order is paid: what it keeps, and what it brings. What was carried is held already, or
/// gone.
fn items_after(held: Vec<OrderLine>, order: &Order) -> Vec<OrderLine> {
    let mut items = held;
    for line in &order.lines {
        if line.gone || line.amount_minor < 0 {
            items.retain(|item| !item.is_of(line));
        } else if !items.iter().any(|item| item.is_of(line)) {
            let amount_minor = line.month_minor.unwrap_or(line.amount_minor);
            items.push(OrderLine { amount_minor, month_minor: None, ..line.clone() });
        }
    }
    // An order of an earlier version does not say what of nothing is gone.
    let wanted = |line: &OrderLine| match line.kind {
        LineKind::Plan => order.plan_id == line.id,
        LineKind::Addon => order.addons.contains(&line.id),
        LineKind::App => order.apps.contains(&line.id),
        LineKind::Service => true,
        LineKind::Usage => false,
    };
    items.retain(wanted);
    items
}

fn new_order(
    request: &ChangeSubscription,
    account: &Account,
    subscription: &Subscription,
    plan: Plan,
    split: Split,
    context: &mut Context<'_>,
) -> Order {
    Order {
        id: OrderId::next(context.ids),
        kind: OrderKind::Change,
        customer_id: account.customer_id,
        tenant_id: account.tenant_id.clone(),
        user_id: request.actor.user_id.clone(),
        plan_id: plan.quote.plan_id,
        apps: plan.quote.apps,
        addons: plan.quote.addons,
        lines: plan.lines,
        tax: context.tax,
        tax_minor: plan.taxed.tax_minor,
        total_minor: plan.taxed.total_minor,
        credit_minor: split.credit_minor,
        charge_minor: split.charge_minor,
        rounding_minor: split.rounding_minor,
        status: OrderStatus::Pending,
        code: None,
        session_id: None,
        intent_id: None,
        attempt: 1,
        period: Some(Period { start: plan.at, end: subscription.period.end }),
        created_at: context.now,
        updated_at: context.now,
    }
}
