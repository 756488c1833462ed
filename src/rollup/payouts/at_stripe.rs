//! One transfer at Stripe: what is there already is found by its group, and only what is not there is made.

use sovereign_domain::money::Currency;

use crate::clock::Clock;
use crate::payment::stripe::{
    CreateTransfer, IdempotencyKey, Stripe, StripeError, StripeResult, Transfer,
};

/// Of the metadata: which statement it pays.
const STATEMENT: &str = "statement";
/// What was listed longer ago says nothing any more: the machine may have slept, and others may have paid. Stripe keeps
/// keys of idempotency for a day, which is far longer.
const FRESH_SECONDS: i64 = 600;

/// What is to be paid, and by which attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) statement: &'a str,
    pub(super) month: &'a str,
    pub(super) franchisee: &'a str,
    /// The connected account.
    pub(super) destination: &'a str,
    pub(super) currency: Currency,
    pub(super) amount_minor: i64,
    pub(super) attempt: i32,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There is a transfer as ordered: its identifier.
    Sent(String),
    /// Stripe refused, and there is none.
    Refused(String),
    /// What is there is not what was ordered, and nothing was made: for a person to look at.
    Other(String),
    /// Something was made that is not there any more: for a person to ask Stripe about.
    Lost(String),
    /// Nobody knows yet.
    Open(StripeError),
}

/// One try.
enum Try {
    Found(Vec<Transfer>),
    Made(Transfer),
    /// It is not known what is there, after that was asked often enough.
    NotListed(StripeError),
}

/// What became of an order that was begun before; `None` where Stripe has nothing of it. Nothing is made.
pub(super) async fn look(stripe: &Stripe, order: &Order<'_>) -> Option<Outcome> {
    match stripe.transfers(order.statement).all().await {
        Ok(found) if found.is_empty() => None,
        Ok(found) => Some(check(order, &found)),
        Err(error) => Some(Outcome::Open(error)),
    }
}

/// Pays an order, unless it is paid.
pub(super) async fn pay(stripe: &Stripe, clock: &dyn Clock, order: &Order<'_>) -> Outcome {
    match stripe.resolve(|| attempt(stripe, clock, order)).await {
        Ok(Try::Made(made)) => check(order, &[made]),
        Ok(Try::Found(found)) => check(order, &found),
        // The key made something before: whatever that is, it stands.
        Err(StripeError::Refused(refusal)) if refusal.is("idempotency_error") => {
            match stripe.transfers(order.statement).all().await {
                Ok(found) => check(order, &found),
                Err(error) => Outcome::Open(error),
            }
        }
        Err(error @ (StripeError::Refused(_) | StripeError::NotFound { .. })) => {
            Outcome::Refused(error.to_string())
        }
        Ok(Try::NotListed(error)) | Err(error) => Outcome::Open(error),
    }
}

/// Looks, and makes the transfer where there is none. A call whose result is not known is followed by another look.
async fn attempt(stripe: &Stripe, clock: &dyn Clock, order: &Order<'_>) -> StripeResult<Try> {
    loop {
        let asked_at = clock.now();
        match stripe.transfers(order.statement).all().await {
            Ok(found) if !found.is_empty() => return Ok(Try::Found(found)),
            Ok(_) if clock.now() < asked_at.plus_seconds(FRESH_SECONDS) => break,
            Ok(_) => {}
            Err(error) => return Ok(Try::NotListed(error)),
        }
    }
    let Order { statement, month, franchisee, attempt, .. } = *order;
    let attempt = attempt.to_string();
    let description = format!("Statement {statement}");
    let transfer = CreateTransfer {
        destination: order.destination,
        amount_minor: order.amount_minor,
        currency: order.currency,
        group: statement,
        description: &description,
        metadata: &[
            (STATEMENT, statement),
            ("month", month),
            ("franchisee", franchisee),
            ("attempt", attempt.as_str()),
        ],
    };
    let key = IdempotencyKey::new("rollup-payout", format_args!("{statement}/{attempt}"));
    stripe.create_transfer(&transfer, &key).await.map(Try::Made)
}

/// Whether what is there is one transfer, as ordered. Of which attempt does not matter: it is the statement's.
fn check(order: &Order<'_>, found: &[Transfer]) -> Outcome {
    match found {
        [one] if is_as_ordered(order, one) => Outcome::Sent(one.id.clone()),
        [] => Outcome::Lost(
            "Stripe says that it was asked for this with other amounts or accounts before, and lists no such \
             transfer: look for it in the dashboard, and ask Stripe"
                .to_owned(),
        ),
        others => {
            let others: Vec<String> = others.iter().map(shown).collect();
            let (amount, to) = (order.currency.format(order.amount_minor), order.destination);
            Outcome::Other(format!(
                "Stripe has other transfers of this group than one of {amount} to {to}: {}; nothing is added to them: \
                 settle it by hand (`sovereign rollup settle`)",
                others.join(", ")
            ))
        }
    }
}

fn is_as_ordered(order: &Order<'_>, transfer: &Transfer) -> bool {
    transfer.metadata.get(STATEMENT).map(String::as_str) == Some(order.statement)
        && transfer.amount == order.amount_minor
        && transfer.amount_reversed == 0
        && transfer.currency.eq_ignore_ascii_case(order.currency.code())
        && transfer.destination.as_deref() == Some(order.destination)
}

fn shown(transfer: &Transfer) -> String {
    let Transfer { id, amount, amount_reversed, currency, destination, .. } = transfer;
    let to = destination.as_deref().unwrap_or("nobody");
    let back = match amount_reversed {
        0 => String::new(),
        back => format!(", {back} of which came back"),
    };
    format!("{id} ({amount} minor units of {} to {to}{back})", currency.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn order() -> Order<'static> {
        Order {
            statement: "2026-11/omantel/OMR",
            month: "2026-11",
            franchisee: "omantel",
            destination: "acct_omantel",
            currency: Currency::from_code("OMR").unwrap(),
            amount_minor: 825_000,
            attempt: 1,
        }
    }

    fn transfer() -> Transfer {
        Transfer {
            id: "tr_1".to_owned(),
            amount: 825_000,
            amount_reversed: 0,
            currency: "omr".to_owned(),
            destination: Some("acct_omantel".to_owned()),
            transfer_group: Some("2026-11/omantel/OMR".to_owned()),
            metadata: BTreeMap::from([(STATEMENT.to_owned(), "2026-11/omantel/OMR".to_owned())]),
            created: 0,
        }
    }

    #[test]
    fn only_the_transfer_that_was_ordered_is_taken_for_it() {
        let sent = |found: &[Transfer]| matches!(check(&order(), found), Outcome::Sent(_));
        assert!(sent(&[transfer()]));
        assert!(!sent(&[transfer(), transfer()]));
        assert!(!sent(&[]));
        let others = [
            Transfer { amount: 82_500, ..transfer() },
            Transfer { amount_reversed: 10, ..transfer() },
            Transfer { currency: "usd".to_owned(), ..transfer() },
            Transfer { destination: Some("acct_other".to_owned()), ..transfer() },
            Transfer { metadata: BTreeMap::new(), ..transfer() },
        ];
        for other in others {
            let Outcome::Other(why) = check(&order(), std::slice::from_ref(&other)) else {
                panic!("{other:?} is taken for it");
            };
            assert!(why.contains("825.000 OMR to acct_omantel") && why.contains("tr_1"), "{why}");
        }
    }
}
