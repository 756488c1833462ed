//! What all Sovereigns come to, in each currency. What is not known is in no sum; what several rows say is in it once.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::split::Month;

use super::snapshot::{Counts, Credit, Row, Total};

/// What statements of the month come to, and the rest as it is; `None` where an amount leaves the range of `i64`.
pub(super) fn totals(rows: &[Row], month: Option<Month>) -> Option<Vec<Total>> {
    let mut totals = Totals::default();
    let mut statements = BTreeSet::new();
    let mut names: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        names.entry(&row.fqdn).or_default().push(row);
    }
    for same in names.values() {
        // The book's part is by name, and so the same in all rows of one.
        let Some(row) = same.first() else { continue };
        if let Some(credit) = credit_of(same) {
            let total = totals.of(&credit.currency);
            add(&mut total.credit_outstanding_minor, credit.outstanding_minor)?;
        }
        for charged in &row.charged {
            let total = totals.of(&charged.currency);
            add(&mut total.charged_minor, charged.charged_minor)?;
            add(&mut total.publisher_minor, charged.publisher_minor.unwrap_or(0))?;
        }
        for statement in row.statements.iter().filter(|one| Some(one.month) == month) {
            if statements.insert(statement.id.as_str()) {
                add(&mut totals.of(&statement.currency).due_minor, statement.due_minor)?;
                let total = totals.of(&statement.payout_currency);
                let is_paid = statement.is_paid();
                let of = if is_paid { &mut total.paid_minor } else { &mut total.payout_minor };
                add(of, statement.payout_minor)?;
            }
        }
    }
    Some(totals.0.into_values().collect())
}

/// What customers of one Sovereign have, where all of its addresses that say it say the same. Of one that claims another
/// name it is not known whose it is.
fn credit_of<'a>(rows: &[&'a Row]) -> Option<&'a Credit> {
    let ours = rows.iter().filter(|row| row.claims.is_none());
    let mut said = ours.filter_map(|row| row.credit.as_ref());
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

pub(super) fn counts(rows: &[Row]) -> Counts {
    let checked = || rows.iter().filter_map(|row| row.conformance.as_ref());
    Counts {
        sovereigns: rows.len(),
        conforming: checked().filter(|one| one.is_conforming()).count(),
        off: rows.iter().filter(|row| row.off).count(),
        not_checked: rows.len().saturating_sub(checked().count()),
    }
}

#[derive(Default)]
struct Totals(BTreeMap<String, Total>);

impl Totals {
    fn of(&mut self, currency: &str) -> &mut Total {
        self.0.entry(currency.to_owned()).or_insert_with(|| Total {
            currency: currency.to_owned(),
            credit_outstanding_minor: 0,
            charged_minor: 0,
            publisher_minor: 0,
            due_minor: 0,
            payout_minor: 0,
            paid_minor: 0,
        })
    }
}

fn add(to: &mut i64, amount_minor: i64) -> Option<()> {
    *to = to.checked_add(amount_minor)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::{Credit, Statement, Takings};
    use super::*;

    fn row(fqdn: &str, currency: &str, minor: i64) -> Row {
        let currency = currency.to_owned();
        Row {
            url: format!("https://api.{fqdn}"),
            fqdn: fqdn.to_owned(),
            claims: None,
            also_at: Vec::new(),
            off: false,
            runs: None,
            conformance: None,
            vouchers_live: None,
            credit: Some(Credit { currency: currency.clone(), outstanding_minor: minor }),
            charged: vec![Takings {
                currency: currency.clone(),
                charges: 1,
                charged_minor: minor,
                publisher_minor: None,
            }],
            agreed: Vec::new(),
            statements: vec![Statement {
                id: format!("2026-11/omantel/{currency}"),
                month: "2026-11".parse().unwrap(),
                franchisee: "omantel".to_owned(),
                name: "Omantel".to_owned(),
                currency,
                due_minor: 500,
                payout_currency: "USD".to_owned(),
                payout_minor: 130,
                payout_state: Some("due".to_owned()),
                sovereigns: 2,
                closed_at: sovereign_domain::timestamp::Timestamp::from_seconds(0),
            }],
            unknown: Vec::new(),
        }
    }

    #[test]
    fn currencies_are_never_added_and_nothing_twice() {
        let rows =
            [row("a.example", "OMR", 7), row("b.example", "OMR", 5), row("a.example", "OMR", 7)];
        let totals = totals(&rows, Some(november())).unwrap();
        let all: Vec<_> = totals
            .iter()
            .map(|one| (one.currency.as_str(), one.charged_minor, one.due_minor, one.payout_minor))
            .collect();
        assert_eq!(all, [("OMR", 12, 500, 0), ("USD", 0, 0, 130)]);
        assert_eq!(totals[0].credit_outstanding_minor, 12);
    }

    /// Of a former franchisee there is a last statement for ever.
    #[test]
    fn statements_of_other_months_are_in_no_total() {
        let rows = [row("a.example", "OMR", 7)];
        for month in [None, Some("2026-12".parse().unwrap())] {
            let totals = totals(&rows, month).unwrap();
            let all: Vec<_> = totals.iter().map(|one| (one.due_minor, one.payout_minor)).collect();
            assert_eq!(all, [(0, 0)], "{month:?}");
        }
    }

    #[test]
    fn what_is_paid_is_not_to_be_paid() {
        for (state, expected) in [
            ("due", (130, 0)),
            ("intended", (130, 0)),
            ("failed", (130, 0)),
            ("sent", (0, 130)),
            ("settled", (0, 130)),
        ] {
            let mut one = row("a.example", "OMR", 7);
            one.statements[0].payout_state = Some(state.to_owned());
            let totals = totals(&[one], Some(november())).unwrap();
            let usd = totals.iter().find(|total| total.currency == "USD").unwrap();
            assert_eq!((usd.payout_minor, usd.paid_minor), expected, "{state}");
        }
    }

    /// Two addresses have one name: its money is the book's, and its credit is known only where both say the same.
    #[test]
    fn what_two_addresses_say_differently_is_not_counted() {
        let credit = |rows: &[Row]| {
            let totals = totals(rows, Some(november())).unwrap();
            (totals[0].credit_outstanding_minor, totals[0].charged_minor)
        };
        let (one, mut other) = (row("a.example", "OMR", 7), row("a.example", "OMR", 7));
        assert_eq!(credit(&[one.clone(), other.clone()]), (7, 7));
        other.credit = Some(Credit { currency: "OMR".to_owned(), outstanding_minor: 9_000 });
        assert_eq!(credit(&[one.clone(), other.clone()]), (0, 7));
        other.claims = Some("b.example".to_owned());
        assert_eq!(credit(&[one, other.clone()]), (7, 7));
        assert_eq!(credit(&[other]), (0, 7));
    }

    #[test]
    fn what_leaves_the_range_is_no_sum() {
        let rows = [row("a.example", "OMR", i64::MAX), row("b.example", "OMR", 1)];
        assert_eq!(totals(&rows, Some(november())), None);
    }

    fn november() -> Month {
        "2026-11".parse().unwrap()
    }
}
