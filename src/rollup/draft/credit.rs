//! What credit of vouchers paid, and the publisher's part of it.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::money::Currency;
use sovereign_domain::split::{Base, Month};

use super::{Missing, is_of};
use crate::rollup::agreements::{Agreement, Agreements};
use crate::rollup::close::Found;
use crate::rollup::document::CreditDocument;

/// What credit of vouchers paid on a franchisee's Sovereigns.
pub(super) struct Credit {
    pub(super) documents: Vec<CreditDocument>,
    pub(super) spent_minor: i64,
    pub(super) publisher_minor: i64,
}

/// The agreement that holds last in the month for each Sovereign.
fn last_of_each<'a>(
    agreements: &'a Agreements,
    month: Month,
    key: (&str, Currency),
) -> BTreeMap<&'a str, &'a Agreement> {
    let mut last: BTreeMap<&str, &Agreement> = BTreeMap::new();
    for agreement in agreements.in_force(month).filter(|agreement| is_of(agreement, key)) {
        for sovereign in &agreement.sovereigns {
            let known = last.entry(sovereign).or_insert(agreement);
            if known.valid_from < agreement.valid_from {
                *known = agreement;
            }
        }
    }
    last
}

/// The Sovereigns whose credit is in the base of a month, so that no statement can do without their reports.
pub(crate) fn needing_reports(agreements: &Agreements, month: Month) -> BTreeSet<String> {
    let mut needing = BTreeSet::new();
    for agreement in agreements.in_force(month) {
        let key = (agreement.franchisee.as_str(), agreement.currency);
        for (sovereign, last) in last_of_each(agreements, month, key) {
            if last.base == Base::ListPrice {
                needing.insert(sovereign.to_owned());
            }
        }
    }
    needing
}

impl Credit {
    /// `None` where an amount leaves its range.
    pub(super) fn of(
        found: &Found,
        agreements: &Agreements,
        key: (&str, Currency),
    ) -> Result<Option<Self>, Missing> {
        let (mut documents, mut missing) = (Vec::new(), Vec::new());
        let mut in_base: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (sovereign, agreement) in last_of_each(agreements, found.month, key) {
            let report = found.reports.get(sovereign);
            let report = report.filter(|report| report.currency == agreement.currency.code());
            let is_in_base = agreement.base == Base::ListPrice;
            match report {
                Some(report) => {
                    let credit_spent_minor = report.credit_spent_minor;
                    if is_in_base {
                        in_base.entry(agreement.number).or_default().push(credit_spent_minor);
                    }
                    documents.push(CreditDocument {
                        sovereign: sovereign.to_owned(),
                        credit_spent_minor,
                        in_base: is_in_base,
                    });
                }
                None if is_in_base => missing.push(format!(
                    "{sovereign}: its agreement is on list prices, and there is no credit report of {}: give it with \
                     --credit-report FILE, or have it fetched with --fetch-credit-reports",
                    found.month
                )),
                None => {}
            }
        }
        if missing.is_empty() {
            Ok(Self::summed(found, agreements, documents, &in_base))
        } else {
            Err(missing)
        }
    }

    fn summed(
        found: &Found,
        agreements: &Agreements,
        documents: Vec<CreditDocument>,
        in_base: &BTreeMap<usize, Vec<i64>>,
    ) -> Option<Self> {
        let mut all = documents.iter().map(|document| document.credit_spent_minor);
        let spent_minor = all.try_fold(0_i64, i64::checked_add)?;
        let mut publisher_minor = 0_i64;
        for (number, spent) in in_base {
            let share = &agreements.get(*number)?.share;
            let charged_minor = found.charged.get(number).map_or(0, |sums| sums.charged_minor);
            let credit_minor = spent.iter().copied().try_fold(0_i64, i64::checked_add)?;
            // A month may put more credit back than it spent.
            let with_credit = share.of(charged_minor.checked_add(credit_minor)?.max(0))?;
            let part_minor = with_credit.checked_sub(share.of(charged_minor)?)?;
            publisher_minor = publisher_minor.checked_add(part_minor)?;
        }
        Some(Self { documents, spent_minor, publisher_minor })
    }
}
