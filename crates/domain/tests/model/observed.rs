//! What came of a step, in words that are the same on every run.

use sovereign_domain::book::{Answer, CheckoutAnswer, CheckoutQuote, Outcome, Refusal};
use sovereign_domain::ids::OrderId;

/// An outcome without identifiers: orders by the place they were made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observed {
    /// The step was no command, or had nothing to act on.
    NoCommand,
    /// Credit paid for all of the order.
    Paid {
        order: usize,
        credit_balance_minor: i64,
        replayed: bool,
    },
    /// The order's answer sends the customer to a Checkout Session.
    Session {
        order: usize,
        url: String,
        credit_balance_minor: i64,
        replayed: bool,
    },
    Redeemed {
        credit_minor: i64,
        credit_balance_minor: i64,
        replayed: bool,
    },
    Refunded {
        order: usize,
        credit_minor: i64,
        card_minor: i64,
        replayed: bool,
    },
    Changed {
        order: Option<usize>,
        credited_minor: i64,
        credit_balance_minor: i64,
        replayed: bool,
    },
    Previewed {
        total_minor: i64,
        credit_minor: i64,
        charge_minor: i64,
        credited_minor: i64,
    },
    /// What a checkout would come to: everything that is said of it but names.
    Quoted(String),
    Pending {
        order: usize,
    },
    Supersede {
        order: usize,
    },
    /// The payment goes back.
    Returned {
        order: usize,
    },
    Billed {
        order: usize,
    },
    Done,
    /// What became of reports of usage.
    Recorded(String),
    /// The refusal's name and, where it has them, its numbers. It never has an identifier.
    Refused(String),
}

impl Observed {
    /// Describes a result; `orders` holds every order made so far.
    pub(crate) fn of(result: &Result<Outcome, Refusal>, orders: &[OrderId]) -> Self {
        let index = |id: &OrderId| orders.iter().position(|order| order == id).unwrap();
        match result {
            Err(refusal) => Self::Refused(format!("{refusal:?}")),
            Ok(Outcome::Done) => Self::Done,
            Ok(Outcome::UsageRecorded(verdicts)) => Self::Recorded(format!("{verdicts:?}")),
            Ok(Outcome::Pending { order_id, .. }) => Self::Pending { order: index(order_id) },
            Ok(Outcome::Billed { order_id }) => Self::Billed { order: index(order_id) },
            Ok(Outcome::Returned { order_id }) => Self::Returned { order: index(order_id) },
            Ok(Outcome::Supersede { order_id }) => Self::Supersede { order: index(order_id) },
            Ok(Outcome::Answered { answer: Answer::Redeem(answer), replayed }) => Self::Redeemed {
                credit_minor: answer.credit_minor,
                credit_balance_minor: answer.credit_balance_minor,
                replayed: *replayed,
            },
            Ok(Outcome::Answered { answer: Answer::Refund(answer), replayed }) => Self::Refunded {
                order: index(&answer.order_id),
                credit_minor: answer.credit_minor,
                card_minor: answer.card_minor,
                replayed: *replayed,
            },
            Ok(Outcome::Answered { answer: Answer::Change(answer), replayed }) => Self::Changed {
                order: answer.order_id.as_ref().map(index),
                credited_minor: answer.credited_minor,
                credit_balance_minor: answer.credit_balance_minor,
                replayed: *replayed,
            },
            Ok(Outcome::Previewed(preview)) => Self::Previewed {
                total_minor: preview.total_minor,
                credit_minor: preview.credit_minor,
                charge_minor: preview.charge_minor,
                credited_minor: preview.credited_minor,
            },
            Ok(Outcome::Quoted(quote)) => Self::of_quote(quote),
            Ok(Outcome::Answered { answer: Answer::Checkout(answer), replayed }) => {
                Self::of_checkout(answer, index(&answer.order_id), *replayed)
            }
        }
    }

    /// The order an outcome speaks of.
    pub(crate) fn order_id(result: &Result<Outcome, Refusal>) -> Option<OrderId> {
        match result {
            Ok(Outcome::Answered { answer: Answer::Checkout(answer), .. }) => Some(answer.order_id),
            Ok(Outcome::Answered { answer: Answer::Change(answer), .. }) => answer.order_id,
            Ok(
                Outcome::Pending { order_id, .. }
                | Outcome::Supersede { order_id }
                | Outcome::Billed { order_id },
            ) => Some(*order_id),
            _ => None,
        }
    }

    fn of_quote(quote: &CheckoutQuote) -> Self {
        let lines: Vec<_> =
            quote.lines.iter().map(|line| (&line.id, &line.for_app, line.amount_minor)).collect();
        Self::Quoted(format!(
            "{:?}",
            (
                (&quote.plan_id, &quote.addons, &quote.apps, lines),
                (quote.total_minor, quote.tax_minor, quote.month_minor),
                (quote.voucher_minor, quote.voucher_expires_at),
                (quote.available_minor, quote.left_minor, quote.cover),
                (quote.credit_minor, quote.charge_minor, quote.rounding_minor),
            )
        ))
    }

    fn of_checkout(answer: &CheckoutAnswer, order: usize, replayed: bool) -> Self {
        let credit_balance_minor = answer.credit_balance_minor;
        match &answer.session_url {
            None => Self::Paid { order, credit_balance_minor, replayed },
            Some(url) => Self::Session { order, url: url.clone(), credit_balance_minor, replayed },
        }
    }
}
