//! One statement of a month, put together from what the book has and what was agreed.

mod credit;
mod payout;
mod sums;

use std::collections::BTreeSet;

use sovereign_domain::money::Currency;
use sovereign_domain::split::{Carried, Month, Statement, Terms};
use sovereign_domain::timestamp::Timestamp;

use self::credit::Credit;
pub(crate) use self::credit::needing_reports;
use self::payout::payout;
pub(crate) use self::payout::step;
use self::sums::{sums, terms};
use super::agreements::{Agreement, Agreements};
use super::book::months::MonthRow;
use super::close::{Found, Key};
use super::document::{
    Counts, CreditDocument, LinesSummary, PayoutDocument, StatementDocument, TermsDocument, VERSION,
};
use super::error::RollupError;

/// A statement but for its lines.
pub(crate) struct Draft<'a> {
    agreements: &'a Agreements,
    /// Whose fixed fee, payout and language count.
    last: &'a Agreement,
    month: Month,
    statement: Statement,
    counts: Counts,
    terms: Vec<TermsDocument>,
    credit: Vec<CreditDocument>,
    payout: PayoutDocument,
}

/// What is missing, in the words of whoever has to give it.
type Missing = Vec<String>;

impl<'a> Draft<'a> {
    /// # Errors
    /// Where an amount is out of range, or the book does not agree with the agreements; in the answer, what is missing.
    pub(crate) fn of(
        found: &Found,
        agreements: &'a Agreements,
        key: &Key,
    ) -> Result<Result<Self, Missing>, RollupError> {
        let (franchisee, code) = (key.0.as_str(), key.1);
        let too_large = || RollupError::too_large(format!("{}/{franchisee}/{code}", found.month));
        let currency =
            Currency::from_code(code).map_err(|error| RollupError::refused(error.to_string()))?;
        let month = found.month;
        let Some(last) = last_agreement(agreements, (franchisee, currency), month) else {
            return Ok(Err(vec![format!(
                "{franchisee} has movements in {code} in {month}, and no agreement in that currency: write it into \
                 the file again, with the days on which it held"
            )]));
        };
        let (mut sums, counts) = sums(found, (franchisee, code))?.ok_or_else(too_large)?;
        let terms = terms(found, agreements, (franchisee, currency))?;
        let credit = match Credit::of(found, agreements, (franchisee, currency)) {
            Ok(credit) => credit.ok_or_else(too_large)?,
            Err(missing) => return Ok(Err(missing)),
        };
        sums.credit_spent_minor = credit.spent_minor;
        sums.publisher_of_credit_minor = credit.publisher_minor;
        let carried = found.carried.get(&(franchisee.to_owned(), code.to_owned()));
        let terms_of_month = Terms {
            fixed_fee_minor: fixed_fee_minor(last, month, agreements),
            payout_step_minor: step(&last.payout, currency),
        };
        let carried = Carried(carried.copied().unwrap_or(0));
        let statement = Statement::of(sums, terms_of_month, carried).ok_or_else(too_large)?;
        let payout = match payout(agreements, last, month, statement.payout_minor) {
            Ok(payout) => payout.ok_or_else(too_large)?,
            Err(missing) => return Ok(Err(vec![missing])),
        };
        let credit = credit.documents;
        Ok(Ok(Self { agreements, last, month, statement, counts, terms, credit, payout }))
    }

    pub(crate) fn franchisee(&self) -> &str {
        &self.last.franchisee
    }

    pub(crate) fn currency(&self) -> Currency {
        self.last.currency
    }

    /// Of the account, of which the document shows a part.
    pub(crate) fn payout_account_sha256(&self) -> String {
        self.last.payout.account_sha256()
    }

    pub(crate) fn document(
        self,
        row: &MonthRow,
        lines: LinesSummary,
        closed_at: Timestamp,
    ) -> StatementDocument {
        let Self { agreements, last, month, statement, .. } = self;
        let in_force = agreements.in_force(month);
        let theirs = in_force
            .filter(|agreement| is_of(agreement, (&last.franchisee, last.currency)))
            .flat_map(|agreement| &agreement.sovereigns);
        let sovereigns: BTreeSet<&String> = theirs.collect();
        let sovereigns = if sovereigns.is_empty() {
            last.sovereigns.clone()
        } else {
            sovereigns.into_iter().cloned().collect()
        };
        StatementDocument {
            version: VERSION,
            id: StatementDocument::number(month, &last.franchisee, last.currency),
            month,
            franchisee: last.franchisee.clone(),
            name: last.name.clone(),
            publisher: agreements.publisher.name.clone(),
            language: last.language,
            currency: last.currency,
            exponent: last.currency.exponent(),
            time_zone: row.time_zone.clone(),
            period_begins: row.begins_at.0,
            period_ends: row.ends_at.0,
            sovereigns,
            agreements: self.terms,
            sums: statement.sums.into(),
            counts: self.counts,
            net_minor: statement.net_minor,
            publisher_minor: statement.publisher_minor,
            franchisee_minor: statement.franchisee_minor,
            fixed_fee_minor: statement.fixed_fee_minor,
            carried_in_minor: statement.carried_in.0,
            due_minor: statement.due_minor,
            payout_minor: statement.payout_minor,
            carried_out_minor: statement.carried_out.0,
            payout: self.payout,
            credit: self.credit,
            agreements_sha256: agreements.sha256.clone(),
            lines,
            closed_at,
        }
    }
}

fn is_of(agreement: &Agreement, (franchisee, currency): (&str, Currency)) -> bool {
    agreement.franchisee == franchisee && agreement.currency == currency
}

/// The one that holds last in the month; of a franchisee who has none any more, the one that held last of all.
pub(crate) fn last_agreement<'a>(
    agreements: &'a Agreements,
    (franchisee, currency): (&str, Currency),
    month: Month,
) -> Option<&'a Agreement> {
    agreements.last_in_force(franchisee, currency, month).or_else(|| {
        let theirs = agreements.list.iter();
        let theirs = theirs.filter(|agreement| is_of(agreement, (franchisee, currency)));
        theirs.max_by_key(|agreement| (agreement.valid_from, agreement.number))
    })
}

/// A fee is for a month in which the agreement held.
fn fixed_fee_minor(last: &Agreement, month: Month, agreements: &Agreements) -> i64 {
    let holds = agreements.in_force(month).any(|agreement| agreement.number == last.number);
    if holds { last.fixed_fee_minor } else { 0 }
}
