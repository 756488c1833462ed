//! What happened in a month under one franchisee's agreements.

use std::collections::BTreeSet;

use sovereign_domain::money::Currency;
use sovereign_domain::split::Sums;

use super::is_of;
use crate::rollup::agreements::Agreements;
use crate::rollup::close::Found;
use crate::rollup::document::{Counts, TermsDocument};
use crate::rollup::error::RollupError;
use crate::rollup::lines::kind_of;
use crate::rollup::movement::Kind;

/// What happened in the month; `None` where an amount leaves its range.
pub(super) fn sums(
    found: &Found,
    (franchisee, code): (&str, &str),
) -> Result<Option<(Sums, Counts)>, RollupError> {
    let (mut sums, mut counts) = (Sums::default(), Counts::default());
    let theirs = found.sums.iter();
    for row in theirs.filter(|row| row.whose == franchisee && row.currency == code) {
        let kind = kind_of(&row.kind)?;
        let (gone, part, count) = match kind {
            Kind::Charge => {
                (&mut sums.charged_minor, &mut sums.publisher_of_charged_minor, &mut counts.charges)
            }
            Kind::Refund => (
                &mut sums.refunded_minor,
                &mut sums.publisher_of_refunded_minor,
                &mut counts.refunds,
            ),
            Kind::RefundFailed => (
                &mut sums.refunded_minor,
                &mut sums.publisher_of_refunded_minor,
                &mut counts.refunds_failed,
            ),
            Kind::Dispute => (
                &mut sums.disputed_minor,
                &mut sums.publisher_of_disputed_minor,
                &mut counts.disputes,
            ),
            Kind::DisputeWon => (
                &mut sums.disputed_minor,
                &mut sums.publisher_of_disputed_minor,
                &mut counts.disputes_won,
            ),
        };
        let amount_minor = match kind {
            Kind::Charge => row.amount_minor,
            _ => kind.reversed(row.amount_minor),
        };
        let added = |to: &mut i64, minor: i64| {
            *to = to.checked_add(minor)?;
            Some(())
        };
        *count = row.movements;
        let all = added(gone, amount_minor)
            .and_then(|()| added(part, row.publisher_minor))
            .and_then(|()| added(&mut sums.fees_minor, row.fee_minor))
            .and_then(|()| added(&mut sums.franchisee_of_fees_minor, row.franchisee_fee_minor));
        if all.is_none() {
            return Ok(None);
        }
    }
    Ok(Some((sums, counts)))
}

/// The agreements of the month, with what was charged under each.
pub(super) fn terms(
    found: &Found,
    agreements: &Agreements,
    key: (&str, Currency),
) -> Result<Vec<TermsDocument>, RollupError> {
    let in_force = agreements.in_force(found.month).map(|agreement| agreement.number);
    let numbers: BTreeSet<usize> = in_force.chain(found.charged.keys().copied()).collect();
    let mut terms = Vec::new();
    for number in numbers {
        let Some(agreement) = agreements.get(number).filter(|agreement| is_of(agreement, key))
        else {
            continue;
        };
        let mut document = TermsDocument::of(agreement);
        if let Some(charged) = found.charged.get(&number) {
            document.charges = charged.charges;
            document.charged_minor = charged.charged_minor;
            document.publisher_of_charged_minor = charged.publisher_minor;
        }
        // What each charge added is the share of all of them: the book was shared by these terms.
        let expected_minor = agreement.share.of(document.charged_minor);
        if expected_minor != Some(document.publisher_of_charged_minor) {
            return Err(RollupError::refused(format!(
                "the book is off: the publisher's part of {} under agreement {} of {} is {}, and should be {}",
                document.charged_minor,
                number.saturating_add(1),
                agreement.franchisee,
                document.publisher_of_charged_minor,
                expected_minor.unwrap_or_default(),
            )));
        }
        terms.push(document);
    }
    Ok(terms)
}
