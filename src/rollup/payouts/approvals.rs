//! Two people sign a payout above the limit. What they sign says which statement, how much, and where to: whatever of
//! that changes, their approval counts no more.

use sovereign_domain::money::Currency;

use super::{destination, key};
use crate::rollup::agreements::{Approval, PayTo};
use crate::rollup::book::payout_approvals::ApprovalRow;

/// Before the rest, in what is signed: nothing else that this program signs begins so.
const DOMAIN: &str = "sovereign.rollup.payout.v1";
/// How many people it takes.
pub(super) const NEEDED: usize = 2;

/// What is signed.
pub(super) fn message(
    (statement, sha256): (&str, &str),
    (currency, amount_minor): (Currency, i64),
    to: &PayTo,
) -> String {
    let (code, to) = (currency.code(), destination(to));
    format!("{DOMAIN}\n{statement}\n{sha256}\n{amount_minor} {code}\n{to}\n")
}

/// Who approved a payout, as far as it counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approvals {
    pub(crate) names: Vec<String>,
    /// Why others do not count.
    pub(crate) void: Vec<String>,
    /// How many there must be.
    pub(crate) needed: usize,
}

impl Approvals {
    pub(super) fn of(
        approval: Option<&Approval>,
        (currency, amount_minor): (Currency, i64),
        message: Option<&str>,
        rows: &[ApprovalRow],
    ) -> Self {
        let Some(approval) = approval else { return Self::default() };
        let needed = if amount_minor > approval.limit_minor(currency) { NEEDED } else { 0 };
        let mut found = Self { needed, ..Self::default() };
        for row in rows {
            let name = row.approver.clone();
            match counts(approval, message, row) {
                Ok(()) => found.names.push(name),
                Err(why) => {
                    found.void.push(format!("the approval of {name} does not count: {why}"));
                }
            }
        }
        found
    }

    pub(crate) fn are_enough(&self) -> bool {
        self.names.len() >= self.needed
    }

    /// What is missing, in words.
    pub(super) fn missing(&self) -> Option<String> {
        if self.are_enough() {
            return None;
        }
        let by = who(&self.names);
        Some(format!("it takes {} people to approve it, and {by} did", self.needed))
    }
}

/// # Errors
/// Why an approval counts for nothing.
fn counts(
    approval: &Approval,
    message: Option<&str>,
    row: &ApprovalRow,
) -> Result<(), &'static str> {
    let key = approval.approvers.get(&row.approver).ok_or("the agreements name no such person")?;
    if key::encoded(key) != row.public_key {
        return Err("it was given with another key than the agreements name");
    }
    let message = message.ok_or("it is not known what it would be for")?;
    if key::signed(key, message, &row.signature) {
        return Ok(());
    }
    Err("its signature is not of this statement, amount and account")
}

/// Those who did something, for a person to read.
pub(super) fn who(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_says_what_is_paid_and_where() {
        let amount = (Currency::from_code("OMR").unwrap(), 825_000);
        let to = PayTo::StripeAccount("acct_omantel".to_owned());
        assert_eq!(
            message(("2026-11/omantel/OMR", "ab12"), amount, &to),
            "sovereign.rollup.payout.v1\n2026-11/omantel/OMR\nab12\n825000 OMR\nacct_omantel\n"
        );
    }
}
