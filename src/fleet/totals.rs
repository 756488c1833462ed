//! What all Sovereigns come to, in each currency. What is not known is in no sum; what several rows say is in it once.

use std::collections::{BTreeMap, BTreeSet};

use super::snapshot::{Counts, Row, Total};

/// `None` where an amount leaves the range of `i64`.
pub(super) fn totals(rows: &[Row]) -> Option<Vec<Total>> {
    let mut totals = Totals::default();
    let (mut names, mut statements) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        // Two addresses of one Sovereign are the same money.
        if !names.insert(row.fqdn.as_str()) {
            continue;
        }
        if let Some(credit) = &row.credit {
            let total = totals.of(&credit.currency);
            add(&mut total.credit_outstanding_minor, credit.outstanding_minor)?;
        }
        for charged in &row.charged {
            let total = totals.of(&charged.currency);
            add(&mut total.charged_minor, charged.charged_minor)?;
            add(&mut total.publisher_minor, charged.publisher_minor.unwrap_or(0))?;
        }
        for statement in &row.statements {
            if statements.insert(statement.id.as_str()) {
                add(&mut totals.of(&statement.currency).due_minor, statement.due_minor)?;
                let paid = &mut totals.of(&statement.payout_currency).payout_minor;
                add(paid, statement.payout_minor)?;
            }
        }
    }
    Some(totals.0.into_values().collect())
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
        let totals = totals(&rows).unwrap();
        let all: Vec<_> = totals
            .iter()
            .map(|one| (one.currency.as_str(), one.charged_minor, one.due_minor, one.payout_minor))
            .collect();
        assert_eq!(all, [("OMR", 12, 500, 0), ("USD", 0, 0, 130)]);
        assert_eq!(totals[0].credit_outstanding_minor, 12);
    }

    #[test]
    fn what_leaves_the_range_is_no_sum() {
        let rows = [row("a.example", "OMR", i64::MAX), row("b.example", "OMR", 1)];
        assert_eq!(totals(&rows), None);
    }
}
