//! Pays franchisees what closed statements say, by transfers at Stripe or by a file for a bank: each statement once,
//! whatever is repeated or killed.
//!
//! What is about to be paid is in the book before anybody is asked to pay it, and stays there until it is known what
//! became of it. Whoever finds such a payout asks first: Stripe by the transfer's group, which is the statement's
//! number, since Stripe forgets keys of idempotency after a day. One process at a time is at a payout: it keeps the
//! payout's row locked while it asks, and a process that is killed lets go of it. A bank's file is kept in the book
//! before it is written, and is only ever written again. What somebody paid by hand is settled in the book, and nobody
//! else pays it. Who approves what is in the book as well: a file of agreements alone cannot loosen it.

pub(crate) mod approvals;
mod at_stripe;
pub(crate) mod bank_files;
pub(crate) mod bank_writing;
pub(crate) mod key;
pub(crate) mod plan;
pub(crate) mod policy;
mod rules;
pub(crate) mod settlement;
pub(crate) mod signed;
pub(crate) mod transfers;

use sha2::{Digest as _, Sha256};
use sovereign_domain::money::Currency;

use self::approvals::Approvals;
use super::agreements::PayTo;
use super::book::payouts::{Method, PayoutRow, State};
use crate::hex;

/// SHA-256 of a text, in hexadecimal.
fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text))
}

/// One statement's payout, as far as it is.
#[derive(Debug, Clone)]
pub(crate) struct Payout {
    /// The statement's number.
    pub(crate) statement: String,
    /// Of the statement's text, in hexadecimal.
    pub(crate) sha256: String,
    pub(crate) franchisee: String,
    /// What the statement says; absent where it cannot be read. So are the next two.
    pub(crate) amount: Option<(Currency, i64)>,
    /// The account, in part.
    pub(crate) masked: String,
    /// What those sign who approve it; absent as well where it is not known where it goes.
    pub(crate) message: Option<String>,
    /// The account, as the agreements name it.
    pub(crate) to: Option<PayTo>,
    pub(crate) approvals: Approvals,
    /// What the book has of it.
    pub(crate) row: Option<PayoutRow>,
    /// Why it cannot be paid as things are.
    pub(crate) fault: Option<String>,
}

impl Payout {
    pub(crate) fn method(&self) -> Option<Method> {
        let of_row = self.row.as_ref().map(PayoutRow::method);
        of_row.or_else(|| self.to.as_ref().map(method))
    }

    /// Whether it is to be paid so; one of which that is not known is everybody's to look at.
    pub(crate) fn is_for(&self, by: Method) -> bool {
        self.method().is_none_or(|method| method == by)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.amount.is_some_and(|(_, amount_minor)| amount_minor == 0)
    }

    pub(crate) fn is_sent(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.is(State::Sent))
    }

    /// Whether somebody paid it by hand.
    pub(crate) fn is_settled(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.is(State::Settled))
    }

    /// Whether a transfer of it was begun, and nobody has seen how that ended.
    pub(crate) fn is_open_transfer(&self) -> bool {
        let row = self.row.as_ref().filter(|row| row.method() == Method::Transfer);
        row.is_some_and(|row| row.is(State::Intended))
    }

    /// Whether nothing is to be paid any more, whatever is wrong with it.
    fn is_over(&self) -> bool {
        self.is_nothing() || self.is_sent() || self.is_settled()
    }

    /// Whether nothing is left to be done.
    pub(crate) fn is_done(&self) -> bool {
        self.fault.is_none() && self.is_over()
    }

    /// Whether it can be paid so now.
    pub(crate) fn is_ready(&self, by: Method) -> bool {
        self.fault.is_none() && !self.is_done() && self.approvals.are_enough() && self.is_for(by)
    }

    pub(crate) fn state(&self) -> &str {
        match &self.row {
            Some(row) => row.state(),
            None if self.is_nothing() => "nothing_due",
            None => "due",
        }
    }

    /// Why it is not paid, where there is something to say.
    pub(crate) fn why(&self) -> Option<String> {
        if self.fault.is_some() || self.is_done() {
            return self.fault.clone();
        }
        let refused = self.row.as_ref().and_then(|row| row.error.clone());
        let parts = [self.approvals.missing(), refused];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

fn method(to: &PayTo) -> Method {
    match to {
        PayTo::StripeAccount(_) => Method::Transfer,
        PayTo::Bank(_) => Method::Bank,
    }
}

/// An account in full, on one line: as it is signed, and as the book has it.
fn destination(to: &PayTo) -> String {
    match to {
        PayTo::StripeAccount(account) => account.clone(),
        PayTo::Bank(bank) => format!("{} {} {}", bank.iban, bank.bic, bank.holder),
    }
}
