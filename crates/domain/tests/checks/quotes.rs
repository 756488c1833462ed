//! What a checkout is said to come to is what it comes to: the same refusal or the same amounts, and for as many
//! months as it is said, credit does pay alone.

use sovereign_domain::book::{
    Answer, Book, Checkout, CheckoutQuote, Command, CompleteOrder, Context, Idempotency, Order,
    OrderStatus, Outcome, Refusal,
};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::estimate::{Terms, estimate};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;
use sovereign_domain::tax::TaxRules;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Issued;

use super::Check;
use crate::model::{Counter, Decision, Script};

/// More months are not lived through.
const MONTHS: u32 = 5;

/// A world that nobody lives in.
struct Elsewhere<'a> {
    book: Book,
    script: &'a Script,
    ids: Counter,
}

impl<'a> Elsewhere<'a> {
    fn at(book: &Book, script: &'a Script) -> Self {
        Self { book: book.clone(), script, ids: Counter::of_another_world() }
    }

    fn decide(&mut self, command: &Command, now: Timestamp) -> Result<Outcome, Refusal> {
        let mut context = Context {
            now,
            currency: self.script.world.currency,
            charge_rules: self.script.charge_rules(),
            tax: TaxRules::default(),
            zone: &TimeZone::UTC,
            ids: &mut self.ids,
        };
        self.book.decide(command, &mut context)
    }
}

pub(super) fn check(decision: &Decision, book: &Book, script: &Script) -> Check {
    let (Command::Checkout(request), Some(before)) = (&decision.command, &decision.before) else {
        return Ok(());
    };
    let mut asked = Elsewhere::at(before, script);
    let preview = Command::Checkout(Checkout { preview: true, ..request.clone() });
    let said = asked.decide(&preview, script.now);
    leaves_no_trace(before, &asked.book)?;
    if request.preview {
        leaves_no_trace(before, book)?;
        ensure!(said == decision.result, "{said:?} beside {:?}", decision.result);
    }
    let mut ordered = Elsewhere::at(before, script);
    // A request of its own: what was answered before is no matter to a preview.
    let idempotency = Idempotency { key: Some("another".into()), request_hash: String::new() };
    let order = Command::Checkout(Checkout { preview: false, idempotency, ..request.clone() });
    let mut came = ordered.decide(&order, script.now);
    if let Ok(Outcome::Supersede { order_id }) = came {
        let status = OrderStatus::Superseded;
        let close = Command::CloseOrder { order_id, status, actor: Actor::system("supersede") };
        came = match ordered.decide(&close, script.now) {
            Ok(_) => ordered.decide(&order, script.now),
            Err(refusal) => Err(refusal),
        };
    }
    match (said, came) {
        (Err(said), Err(came)) => {
            ensure!(said == came, "{said:?} was said, and it was {came:?}");
            Ok(())
        }
        (Ok(Outcome::Quoted(quote)), Ok(outcome)) => {
            agree(&quote, request, outcome, ordered)?;
            estimated(&quote, request, before, script)
        }
        (said, came) => Err(format!("{said:?} was said, and it was {came:?}")),
    }
}

fn leaves_no_trace(before: &Book, after: &Book) -> Check {
    ensure!(after.changes.is_empty() || !before.changes.is_empty(), "a preview changes something");
    ensure!(
        (&before.accounts, &before.vouchers, &before.orders, &before.holds)
            == (&after.accounts, &after.vouchers, &after.orders, &after.holds)
            && (&before.redemptions, &before.replies) == (&after.redemptions, &after.replies)
            && before.redeemed_by_user == after.redeemed_by_user
            && before.redeemed_by_organization == after.redeemed_by_organization,
        "a preview leaves a trace"
    );
    Ok(())
}

/// A quote and the order that was placed for it.
fn agree(
    quote: &CheckoutQuote,
    request: &Checkout,
    outcome: Outcome,
    mut ordered: Elsewhere<'_>,
) -> Check {
    let now = ordered.script.now;
    let (order_id, told_minor) = match outcome {
        Outcome::Answered { answer: Answer::Checkout(answer), .. } => {
            (answer.order_id, Some(answer.credit_balance_minor))
        }
        Outcome::Pending { order_id, .. } => (order_id, None),
        other => return Err(format!("{quote:?} was said, and it was {other:?}")),
    };
    let order = ordered.book.orders[&order_id].clone();
    ensure!(says(quote, &order), "{quote:?} was said of {order:?}");
    let left = told_minor.map_or_else(|| left_once_paid(&order, &mut ordered), Ok)?;
    ensure!(quote.left_minor == left, "{left} is left, not what {quote:?} says");
    let voucher = request.code.as_ref().map(|code| ordered.book.vouchers[code].credit_minor);
    ensure!(quote.voucher_minor == voucher, "{quote:?} was said of {voucher:?}");
    if order.charge_minor > 0 {
        ensure!(quote.cover.months() == Some(0), "a card pays, and {quote:?}");
        return Ok(());
    }
    if order.total_minor == 0 {
        ensure!(quote.cover.months().is_none(), "nothing is to pay, and {quote:?}");
        return Ok(());
    }
    let (months, until) = months_paid(&order, &mut ordered);
    let said = quote.cover.months().unwrap();
    ensure!(said.min(MONTHS) == months, "{months} months were paid, and {quote:?}");
    ensure!(said >= MONTHS || quote.cover.until() == Some(until), "until {until}, and {quote:?}");
    ensure!(ordered.book.accounts[&request.tenant_id].wallet.fault().is_none(), "at {now}");
    Ok(())
}

fn says(quote: &CheckoutQuote, order: &Order) -> bool {
    (&quote.plan_id, &quote.addons, &quote.apps, &quote.lines)
        == (&order.plan_id, &order.addons, &order.apps, &order.lines)
        && (quote.total_minor, quote.tax_minor) == (order.total_minor, order.tax_minor)
        && (quote.credit_minor, quote.charge_minor, quote.rounding_minor)
            == (order.credit_minor, order.charge_minor, order.rounding_minor)
}

fn left_once_paid(order: &Order, ordered: &mut Elsewhere<'_>) -> Result<i64, String> {
    let now = ordered.script.now;
    let paid = Command::CompleteOrder(CompleteOrder {
        order_id: order.id,
        intent_id: "pi_elsewhere".into(),
        charge_id: "ch_elsewhere".into(),
        amount_minor: order.charge_minor,
        card: None,
        actor: Actor::system("payment"),
    });
    let completed = ordered.decide(&paid, now);
    ensure!(completed == Ok(Outcome::Done), "{completed:?}");
    Ok(ordered.book.accounts[&order.tenant_id].wallet.available_minor(now))
}

/// Lives on for some months, each paid for when it begins, until credit does not pay it alone.
fn months_paid(order: &Order, ordered: &mut Elsewhere<'_>) -> (u32, Timestamp) {
    let tenant_id = &order.tenant_id;
    let mut months = 1;
    loop {
        let account = &ordered.book.accounts[tenant_id];
        let until = ordered.book.subscriptions[&account.live_subscription.unwrap()].period.end;
        if months == MONTHS {
            return (months, until);
        }
        let renewed = ordered.decide(&Command::Renew { tenant_id: tenant_id.clone() }, until);
        let paid = |id: &OrderId| ordered.book.orders[id].status == OrderStatus::Completed;
        if !matches!(&renewed, Ok(Outcome::Billed { order_id }) if paid(order_id)) {
            return (months, until);
        }
        months += 1;
    }
}

/// Somebody who has no Organization yet is told the same as one whose Organization has no credit.
fn estimated(quote: &CheckoutQuote, request: &Checkout, before: &Book, script: &Script) -> Check {
    let owed = before.accounts[&request.tenant_id].wallet.owed_minor;
    let beside = before.accounts[&request.tenant_id].pending_order.is_some();
    if quote.available_minor != 0 || owed != 0 || beside {
        return Ok(());
    }
    let terms = Terms {
        now: script.now,
        charge_rules: script.charge_rules(),
        tax: TaxRules::default(),
        zone: &TimeZone::UTC,
    };
    let issued = request.code.as_ref().map(|code| {
        let voucher = before.vouchers[code].clone();
        Issued { campaign: before.campaign_of(&voucher).cloned(), voucher }
    });
    let price = quote.lines.iter().map(|line| line.amount_minor).sum();
    let estimate =
        estimate(price, issued.as_ref(), &terms).map_err(|refusal| format!("{refusal:?}"))?;
    ensure!(
        (estimate.total_minor, estimate.credit_minor, estimate.charge_minor)
            == (quote.total_minor, quote.credit_minor, quote.charge_minor)
            && (estimate.rounding_minor, estimate.left_minor, estimate.cover)
                == (quote.rounding_minor, quote.left_minor, quote.cover)
            && estimate.credit_expires_at == quote.voucher_expires_at,
        "{estimate:?} beside {quote:?}"
    );
    Ok(())
}
