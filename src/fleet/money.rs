//! What the publisher's book says of each Sovereign: what was charged in a month, the publisher's part of it, and the
//! last statement.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::split::Month;

use super::snapshot::{Agreed, ShownMonth, Statement, Takings};
use super::why::{Cell, Reason, Unknown, Why};
use crate::rollup::agreements::Agreements;
use crate::rollup::book::movements::SovereignSums;
use crate::rollup::book::{months, movements, payouts, statements};
use crate::rollup::document::{StatementDocument, TermsDocument};
use crate::rollup::error::RollupError;
use crate::rollup::files;
use crate::storage::{Store, Tx};

/// What the book has, by domain name.
#[derive(Debug)]
pub(crate) struct Money {
    pub(super) month: Option<ShownMonth>,
    charged: BTreeMap<String, Vec<SovereignSums>>,
    statements: Vec<Last>,
}

/// The last statement of a franchisee in a currency.
#[derive(Debug)]
struct Last {
    document: StatementDocument,
    /// How far its payout is.
    payout_state: String,
}

/// What is known of one Sovereign's money.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) charged: Vec<Takings>,
    pub(super) agreed: Vec<Agreed>,
    pub(super) statements: Vec<Statement>,
    pub(super) unknown: Vec<Unknown>,
}

/// Reads the book: the month that is asked for, else the newest one, be it open or closed.
///
/// # Errors
/// Where the book cannot be read, or does not have that month.
pub(crate) async fn read(store: &Store, asked: Option<Month>) -> Result<Money, RollupError> {
    let mut tx = store.snapshot().await?;
    let row = match asked {
        Some(month) => {
            let found = months::find(&mut tx, month).await?;
            let none = || RollupError::refused(format!("{month} is not in the book"));
            Some(found.ok_or_else(none)?)
        }
        None => months::last(&mut tx).await?,
    };
    let mut charged: BTreeMap<String, Vec<SovereignSums>> = BTreeMap::new();
    let (mut shown, mut last) = (None, Vec::new());
    if let Some(row) = &row {
        let state = row.state()?.as_str().to_owned();
        let month = row.name()?;
        shown = Some(ShownMonth { month, state });
        last = statements_until(&mut tx, month).await?;
        for sums in movements::sovereign_sums(&mut tx, &row.month).await? {
            charged.entry(sums.sovereign.clone()).or_default().push(sums);
        }
    }
    Ok(Money { month: shown, charged, statements: last })
}

/// The last statements of those up to a month, with how far their payouts are.
async fn statements_until(tx: &mut Tx, month: Month) -> Result<Vec<Last>, RollupError> {
    let states = payouts::newest_states(tx, month).await?.into_iter();
    let mut states: BTreeMap<String, String> =
        states.map(|row| (row.statement_id, row.state)).collect();
    let rows = statements::newest(tx, month).await?;
    let last = rows.iter().map(|row| {
        let document = files::parse(row)?;
        let untried = if document.payout.amount_minor == 0 { "nothing_due" } else { "due" };
        let payout_state = states.remove(&row.id).unwrap_or_else(|| untried.to_owned());
        Ok(Last { document, payout_state })
    });
    last.collect()
}

impl Money {
    /// The Sovereigns that the book or the agreements of its month name.
    pub(super) fn names(&self, agreements: Option<&Agreements>) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.charged.keys().cloned().collect();
        if let (Some(agreements), Some(shown)) = (agreements, &self.month) {
            let in_force = agreements.in_force(shown.month);
            names.extend(in_force.flat_map(|agreement| agreement.sovereigns.iter().cloned()));
        }
        names
    }

    pub(super) fn of(&self, fqdn: &str, agreements: Option<&Agreements>) -> Found {
        let mut found = Found { agreed: self.agreed(fqdn, agreements), ..Found::default() };
        self.add_charged(fqdn, &mut found);
        let theirs = self.statements.iter();
        let theirs = theirs.filter(|one| one.document.sovereigns.iter().any(|name| name == fqdn));
        found.statements = theirs.map(in_brief).collect();
        if found.statements.is_empty() {
            found.unknown.push(Why::only(Reason::NoStatement).of(Cell::Statement));
        }
        found
    }

    fn agreed(&self, fqdn: &str, agreements: Option<&Agreements>) -> Vec<Agreed> {
        let (Some(agreements), Some(shown)) = (agreements, &self.month) else { return Vec::new() };
        let in_force = agreements.in_force(shown.month);
        let theirs = in_force.filter(|one| one.sovereigns.iter().any(|name| name == fqdn));
        let agreed = theirs.map(|agreement| Agreed {
            franchisee: agreement.franchisee.clone(),
            name: agreement.name.clone(),
            currency: agreement.currency.code().to_owned(),
            share: TermsDocument::of(agreement).share,
        });
        agreed.collect()
    }

    /// What was charged. Where an agreement holds and nothing was, it is nothing.
    fn add_charged(&self, fqdn: &str, found: &mut Found) {
        for sums in self.charged.get(fqdn).into_iter().flatten() {
            found.charged.push(charged(sums));
            if let Some(why) = unshared(sums) {
                found.unknown.push(why.of(Cell::Share));
            }
        }
        for agreed in &found.agreed {
            if found.charged.iter().any(|charged| charged.currency == agreed.currency) {
                continue;
            }
            found.charged.push(Takings {
                currency: agreed.currency.clone(),
                charges: 0,
                charged_minor: 0,
                publisher_minor: Some(0),
            });
        }
        found.charged.sort_by_cached_key(|charged| charged.currency.clone());
        if found.charged.is_empty() {
            let not_there = || Why::only(Reason::NotInBook);
            found.unknown.extend([not_there().of(Cell::Charged), not_there().of(Cell::Share)]);
        }
    }
}

impl Found {
    /// Where there is no book.
    pub(super) fn nothing() -> Self {
        let cells = [Cell::Charged, Cell::Share, Cell::Statement];
        let unknown = cells.map(|cell| Why::only(Reason::NoBook).of(cell)).into();
        Self { unknown, ..Self::default() }
    }
}

fn is_known(sums: &SovereignSums) -> bool {
    sums.shared.saturating_add(sums.unassigned) >= sums.charges
}

fn charged(sums: &SovereignSums) -> Takings {
    let is_shared = sums.shared > 0 && is_known(sums);
    Takings {
        currency: sums.currency.clone(),
        charges: sums.charges,
        charged_minor: sums.charged_minor,
        publisher_minor: is_shared.then_some(sums.publisher_minor),
    }
}

/// Why the publisher's part is not known, or not of all of it.
fn unshared(sums: &SovereignSums) -> Option<Why> {
    let of = |count: i64| format!("{count} of {} charges in {}", sums.charges, sums.currency);
    if !is_known(sums) {
        let open = sums.charges.saturating_sub(sums.shared).saturating_sub(sums.unassigned);
        return Some(Why::told(Reason::NotShared, of(open)));
    }
    (sums.unassigned > 0).then(|| Why::told(Reason::NoAgreement, of(sums.unassigned)))
}

fn in_brief(last: &Last) -> Statement {
    let statement = &last.document;
    Statement {
        id: statement.id.clone(),
        month: statement.month,
        franchisee: statement.franchisee.clone(),
        name: statement.name.clone(),
        currency: statement.currency.code().to_owned(),
        due_minor: statement.due_minor,
        payout_currency: statement.payout.currency.code().to_owned(),
        payout_minor: statement.payout.amount_minor,
        payout_state: Some(last.payout_state.clone()),
        sovereigns: statement.sovereigns.len(),
        closed_at: statement.closed_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(charges: i64, shared: i64, unassigned: i64) -> SovereignSums {
        SovereignSums {
            sovereign: "one.example".to_owned(),
            currency: "OMR".to_owned(),
            charges,
            shared,
            unassigned,
            charged_minor: 10_000,
            publisher_minor: 2_000,
        }
    }

    #[test]
    fn a_part_is_told_once_all_of_it_is_known() {
        for (sums, part, reason) in [
            (sums(3, 3, 0), Some(2_000), None),
            (sums(3, 2, 1), Some(2_000), Some(Reason::NoAgreement)),
            (sums(3, 0, 3), None, Some(Reason::NoAgreement)),
            (sums(3, 2, 0), None, Some(Reason::NotShared)),
            (sums(3, 0, 0), None, Some(Reason::NotShared)),
        ] {
            assert_eq!(charged(&sums).publisher_minor, part, "{sums:?}");
            assert_eq!(unshared(&sums).map(|why| why.reason), reason, "{sums:?}");
        }
    }
}
