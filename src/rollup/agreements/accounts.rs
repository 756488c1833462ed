//! Where payouts go: a connected account of Stripe, or an account of a bank.

use sha2::{Digest as _, Sha256};

use super::bank_codes::{bic, iban};
use super::members::Members;
use crate::hex;
use crate::rollup::bank::latin;

/// Where a franchisee is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayTo {
    /// The identifier of a connected account.
    StripeAccount(String),
    Bank(BankAccount),
}

impl PayTo {
    /// As a statement shows it: the beginning and the last four characters.
    #[must_use]
    pub fn masked(&self) -> String {
        let (account, shown) = match self {
            Self::StripeAccount(account) => (account, STRIPE.len()),
            Self::Bank(bank) => (&bank.iban, 4),
        };
        let end = account.len().saturating_sub(4).max(shown);
        let part = |range: std::ops::Range<usize>| account.get(range).unwrap_or_default();
        format!("{}****{}", part(0..shown), part(end..account.len()))
    }

    /// SHA-256 of the whole account, in hexadecimal: what is shown of two may be the same.
    #[must_use]
    pub fn account_sha256(&self) -> String {
        let account = match self {
            Self::StripeAccount(account) => account,
            Self::Bank(bank) => &bank.iban,
        };
        hex::encode(&Sha256::digest(account))
    }
}

/// An account of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// In letters that banks take.
    pub holder: String,
    /// ISO 13616, without spaces.
    pub iban: String,
    /// ISO 9362, of 8 or 11 characters.
    pub bic: String,
}

const STRIPE: &str = "acct_";
const HOLDER_MOST: usize = 70;
const WRITE: &str =
    "{ stripe_account = \"acct_…\" } or { bank = { holder = \"…\", iban = \"…\", bic = \"…\" } }";

/// Where an agreement is paid out.
pub(super) fn payout(members: &mut Members) -> Option<PayTo> {
    members.must_have("payout", WRITE);
    let mut inner = members.table("payout")?;
    let read = match (inner.has("stripe_account"), inner.has("bank")) {
        (true, false) => stripe_account(&mut inner).map(PayTo::StripeAccount),
        (false, true) => bank(&mut inner).map(PayTo::Bank),
        (both, _) => {
            inner.leave("stripe_account");
            inner.leave("bank");
            let is = if both { "goes to two accounts" } else { "goes nowhere" };
            members.wrong("payout", format!("{is}: write {WRITE}"));
            None
        }
    };
    members.absorb(inner);
    read
}

fn stripe_account(members: &mut Members) -> Option<String> {
    let account = members.text("stripe_account")?;
    let rest = account.strip_prefix(STRIPE).unwrap_or_default();
    if (1..=64).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(account);
    }
    let wrong = format!(
        "{account:?} is no connected account: write the identifier that Stripe shows, acct_…"
    );
    members.wrong("stripe_account", wrong);
    None
}

/// The account in the member `bank`.
pub(super) fn bank(members: &mut Members) -> Option<BankAccount> {
    let mut inner = members.table("bank")?;
    let holder = checked(&mut inner, "holder", "the name that the bank knows", holder);
    let iban = checked(&mut inner, "iban", "the account's IBAN", iban);
    let bic = checked(&mut inner, "bic", "the bank's BIC", bic);
    members.absorb(inner);
    Some(BankAccount { holder: holder?, iban: iban?, bic: bic? })
}

fn checked(
    members: &mut Members,
    name: &str,
    write: &str,
    check: fn(&str) -> Result<String, String>,
) -> Option<String> {
    let text = members.needed_text(name, write)?;
    check(&text).map_err(|wrong| members.wrong(name, wrong)).ok()
}

fn holder(text: &str) -> Result<String, String> {
    let holder = latin(text).map_err(|error| error.to_string())?;
    if holder.is_empty() || holder.len() > HOLDER_MOST {
        return Err(format!("{text:?} is not of 1 to {HOLDER_MOST} characters"));
    }
    Ok(holder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_shown_in_part() {
        let stripe = PayTo::StripeAccount("acct_1032D82eZvKYlo2C".to_owned());
        assert_eq!(stripe.masked(), "acct_****lo2C");
        let short = PayTo::StripeAccount("acct_1".to_owned());
        assert_eq!(short.masked(), "acct_****1");
        let bank = PayTo::Bank(BankAccount {
            holder: "Omantel".to_owned(),
            iban: "OM810180000001299123456".to_owned(),
            bic: "BMUSOMRX".to_owned(),
        });
        assert_eq!(bank.masked(), "OM81****3456");
    }

    #[test]
    fn accounts_that_are_shown_alike_are_told_apart() {
        let [one, other] =
            ["acct_1omantel", "acct_2omantel"].map(|id| PayTo::StripeAccount(id.to_owned()));
        assert_eq!(one.masked(), other.masked());
        assert_ne!(one.account_sha256(), other.account_sha256());
        let hello = PayTo::StripeAccount("abc".to_owned()).account_sha256();
        assert_eq!(hello, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
