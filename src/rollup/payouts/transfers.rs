//! Pays by transfers at Stripe, one after another.

use sovereign_domain::money::Currency;

use super::at_stripe::{self, Order, Outcome};
use super::{Payout, destination};
use crate::clock::Clock;
use crate::fail_point::reach;
use crate::payment::stripe::{Stripe, StripeError};
use crate::rollup::account;
use crate::rollup::book::months::MonthRow;
use crate::rollup::book::payouts::{self, Method, NewPayout, PayoutRow, Settled, State};
use crate::rollup::error::RollupError;
use crate::storage::{Error, Store, Ts, Tx};

/// What it takes to pay.
pub(crate) struct Cashier<'a> {
    pub(crate) store: &'a Store,
    pub(crate) stripe: &'a Stripe,
    pub(crate) clock: &'a dyn Clock,
}

/// Finds out what became of the transfers that were begun and whose end nobody has seen: as they were begun, whatever
/// the agreements, approvals and limits are by now. What was sent is written down as sent, and nothing is made. Where
/// Stripe does not answer, it stops and says so.
///
/// # Errors
/// As [`pay`].
pub(crate) async fn look_up(
    cashier: &Cashier<'_>,
    month: &MonthRow,
    payouts: &mut [Payout],
) -> Result<Option<StripeError>, RollupError> {
    let mut begun = payouts.iter_mut().filter(|payout| payout.is_open_transfer()).peekable();
    if begun.peek().is_none() {
        return Ok(None);
    }
    check_account(cashier, month).await?;
    for payout in begun {
        if let Some(open) = Box::pin(cashier.look(month, payout)).await? {
            return Ok(Some(open));
        }
    }
    Ok(None)
}

/// Pays what can be paid of these. Where Stripe does not answer any more, it stops and says so: it is not known what
/// became of the payout that it was at, and whoever runs this again finds out.
///
/// # Errors
/// Where the account is not the book's, or the book cannot be read or written.
pub(crate) async fn pay(
    cashier: &Cashier<'_>,
    month: &MonthRow,
    payouts: &mut [Payout],
) -> Result<Option<StripeError>, RollupError> {
    let mut ready =
        payouts.iter_mut().filter(|payout| payout.is_ready(Method::Transfer)).peekable();
    if ready.peek().is_none() {
        return Ok(None);
    }
    check_account(cashier, month).await?;
    for payout in ready {
        if let Some(open) = Box::pin(cashier.pay(month, payout)).await? {
            return Ok(Some(open));
        }
    }
    Ok(None)
}

/// # Errors
/// Where the secret key is of another account than the book.
async fn check_account(cashier: &Cashier<'_>, month: &MonthRow) -> Result<(), RollupError> {
    let account = account::name(cashier.stripe).await?;
    if account == month.account {
        return Ok(());
    }
    Err(RollupError::refused(format!(
        "the book is of the account {}, and the secret key is of {account}: use that account's key",
        month.account
    )))
}

impl Cashier<'_> {
    fn now(&self) -> Ts {
        Ts(self.clock.now())
    }

    /// Looks for a transfer that was begun; answers why it is not known what became of it.
    async fn look(
        &self,
        month: &MonthRow,
        payout: &mut Payout,
    ) -> Result<Option<StripeError>, RollupError> {
        let mut tx = self.store.begin().await?;
        let row = payouts::lock(&mut tx, &payout.statement).await?;
        if !row.is(State::Intended) || row.method() != Method::Transfer {
            // Somebody else was first, and knows how it ended.
            return Ok(None);
        }
        let currency = Currency::from_code(&row.currency)
            .map_err(|error| Error::corrupt("payouts", format!("{}: {error}", row.statement_id)))?;
        let order = Order {
            statement: &payout.statement,
            month: &month.month,
            franchisee: &payout.franchisee,
            destination: &row.destination,
            currency,
            amount_minor: row.amount_minor,
            attempt: row.attempt,
        };
        let outcome = at_stripe::look(self.stripe, &order).await;
        match outcome {
            Some(outcome) => self.note(tx, row, (payout, outcome)).await,
            None => Ok(None),
        }
    }

    /// Intends a payout, and pays it; answers why it is not known what became of it.
    async fn pay(
        &self,
        month: &MonthRow,
        payout: &mut Payout,
    ) -> Result<Option<StripeError>, RollupError> {
        let (Some((currency, amount_minor)), Some(to)) = (payout.amount, &payout.to) else {
            return Ok(None);
        };
        let destination = destination(to);
        let new = NewPayout {
            statement_id: &payout.statement,
            method: Method::Transfer,
            amount_minor,
            currency,
            destination: &destination,
            batch_id: None,
            intended_at: self.now(),
        };
        self.intend(new, payout.row.as_ref()).await?;
        reach!("payout_intended");
        // From here on nobody else is at this payout. A process that is killed lets go of it.
        let mut tx = self.store.begin().await?;
        let row = payouts::lock(&mut tx, &payout.statement).await?;
        if !row.is(State::Intended) {
            // Somebody else was first, and knows how it ended.
            payout.row = Some(row);
            return Ok(None);
        }
        let is_ours = row.method() == Method::Transfer
            && row.destination == destination
            && (row.amount_minor, row.currency.as_str()) == (amount_minor, currency.code());
        if !is_ours {
            payout.fault =
                Some("another process intends to pay it in another way: run this again".to_owned());
            return Ok(None);
        }
        let order = Order {
            statement: &payout.statement,
            month: &month.month,
            franchisee: &payout.franchisee,
            destination: &destination,
            currency,
            amount_minor,
            attempt: row.attempt,
        };
        let outcome = at_stripe::pay(self.stripe, self.clock, &order).await;
        self.note(tx, row, (payout, outcome)).await
    }

    /// Writes down what became of a payout, whose row the transaction has locked; answers why that is not known.
    async fn note(
        &self,
        mut tx: Tx,
        mut row: PayoutRow,
        (payout, outcome): (&mut Payout, Outcome),
    ) -> Result<Option<StripeError>, RollupError> {
        let settled = match outcome {
            Outcome::Sent(transfer) => Settled::Sent(transfer),
            Outcome::Refused(why) | Outcome::Other(why) => Settled::Failed(why),
            Outcome::Lost(why) => {
                (payout.row, payout.fault) = (Some(row), Some(why));
                return Ok(None);
            }
            Outcome::Open(error) => {
                (payout.row, payout.fault) = (Some(row), Some(error.to_string()));
                return Ok(Some(error));
            }
        };
        reach!("payout_sent");
        payouts::settle(&mut tx, &mut row, settled, self.now()).await?;
        tx.commit().await?;
        reach!("payout_settled");
        payout.row = Some(row);
        Ok(None)
    }

    /// Writes down that it is about to be paid: for the first time, or again after Stripe refused.
    async fn intend(
        &self,
        new: NewPayout<'_>,
        seen: Option<&PayoutRow>,
    ) -> Result<(), RollupError> {
        let mut tx = self.store.begin().await?;
        payouts::insert(&mut tx, new).await?;
        if let Some(refused) = seen.filter(|row| row.is(State::Failed)) {
            payouts::intend_again(&mut tx, refused, new.intended_at).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
