//! What changes within a month cost: the rest of the month, to the second.
//!
//! A line is rounded once, half to even. What was held before counts at the price it was paid at.

use alloc::vec::Vec;

use crate::catalog::OrderLine;
use crate::money::div_half_even;
use crate::subscription::Period;
use crate::timestamp::Timestamp;

/// The part of a period that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    left_seconds: i64,
    whole_seconds: i64,
}

impl Rest {
    /// What is left of `period` at a moment; nothing after its end, all before its start.
    #[must_use]
    pub fn of(period: Period, at: Timestamp) -> Self {
        let whole_seconds = seconds_between(period.start, period.end).max(1);
        let left_seconds = seconds_between(at, period.end).clamp(0, whole_seconds);
        Self { left_seconds, whole_seconds }
    }

    /// The rest's part of what a whole period costs.
    #[must_use]
    pub fn part_minor(self, whole_minor: i64) -> i64 {
        // A part of an amount is in the range of the amount.
        div_half_even(whole_minor, self.left_seconds, self.whole_seconds).unwrap_or(0)
    }
}

fn seconds_between(from: Timestamp, until: Timestamp) -> i64 {
    until.seconds().saturating_sub(from.seconds())
}

/// What an Organization holds, a month of each, and what it is to hold instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proration {
    /// What comes at its part of the price, then what goes, below zero.
    pub lines: Vec<OrderLine>,
    /// What is held afterwards: what stays at the price it was paid at, what comes at the catalog's.
    pub items: Vec<OrderLine>,
}

/// Compares what is held with what is wanted. `None` where the amounts leave the range of `i64`.
#[must_use]
pub fn prorate(held: &[OrderLine], wanted: &[OrderLine], rest: Rest) -> Option<Proration> {
    let mut items = Vec::new();
    let mut lines = Vec::new();
    for line in wanted {
        if let Some(kept) = held.iter().find(|held| held.is_of(line)) {
            items.push(kept.clone());
        } else {
            lines.push(line.prorated(rest.part_minor(line.amount_minor)));
            items.push(line.clone());
        }
    }
    for line in held.iter().filter(|held| !wanted.iter().any(|line| held.is_of(line))) {
        let unused = line.prorated(rest.part_minor(line.amount_minor).checked_neg()?);
        lines.push(OrderLine { gone: true, ..unused });
    }
    Some(Proration { lines, items })
}

impl OrderLine {
    /// Whether both are for the same thing.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        (self.kind, &self.id, &self.for_app) == (other.kind, &other.id, &other.for_app)
    }

    /// The line for a part of the month that this one is for.
    fn prorated(&self, amount_minor: i64) -> Self {
        Self { amount_minor, month_minor: Some(self.amount_minor), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::LineKind;
    use alloc::vec;

    fn line(kind: LineKind, id: &str, amount_minor: i64) -> OrderLine {
        OrderLine {
            kind,
            id: id.into(),
            name: id.into(),
            amount_minor,
            month_minor: None,
            for_app: None,
            gone: false,
            usage: None,
        }
    }

    fn april(at: &str) -> Rest {
        let moment = |text| Timestamp::parse_rfc3339(text).unwrap();
        let (start, end) = (moment("2027-04-01T00:00:00Z"), moment("2027-05-01T00:00:00Z"));
        Rest::of(Period { start, end }, moment(at))
    }

    #[test]
    fn a_part_is_to_the_second_and_half_to_even() {
        assert_eq!(april("2027-04-01T00:00:00Z").part_minor(9_000), 9_000);
        assert_eq!(april("2027-03-01T00:00:00Z").part_minor(9_000), 9_000);
        assert_eq!(april("2027-04-16T00:00:00Z").part_minor(9_000), 4_500);
        assert_eq!(april("2027-05-01T00:00:00Z").part_minor(9_000), 0);
        assert_eq!(april("2028-05-01T00:00:00Z").part_minor(9_000), 0);
        // Half a month of 1 and of 3: 0.5 and 1.5.
        assert_eq!(april("2027-04-16T00:00:00Z").part_minor(1), 0);
        assert_eq!(april("2027-04-16T00:00:00Z").part_minor(3), 2);
        // One second of 2,592,000.
        assert_eq!(april("2027-04-30T23:59:59Z").part_minor(2_592_000), 1);
        assert_eq!(april("2027-04-30T23:59:59.999999Z").part_minor(2_592_000), 1);
        assert_eq!(april("2027-04-16T00:00:00Z").part_minor(i64::MAX), i64::MAX / 2 + 1);
    }

    #[test]
    fn what_stays_costs_nothing_and_keeps_its_price() {
        let held = vec![line(LineKind::Plan, "m", 9_000), line(LineKind::Addon, "backup", 2_500)];
        let wanted =
            vec![line(LineKind::Plan, "l", 16_000), line(LineKind::Addon, "backup", 3_000)];
        let change = prorate(&held, &wanted, april("2027-04-16T00:00:00Z")).unwrap();
        let lines: Vec<_> =
            change.lines.iter().map(|l| (&*l.id, l.amount_minor, l.month_minor)).collect();
        assert_eq!(lines, [("l", 8_000, Some(16_000)), ("m", -4_500, Some(9_000))]);
        assert_eq!(change.items, [wanted[0].clone(), held[1].clone()]);
    }

    #[test]
    fn there_and_back_is_nothing() {
        let (small, large) =
            (vec![line(LineKind::Plan, "s", 5_000)], vec![line(LineKind::Plan, "xl", 30_000)]);
        let rest = april("2027-04-11T07:13:29Z");
        let up = prorate(&small, &large, rest).unwrap();
        let down = prorate(&up.items, &small, rest).unwrap();
        let sum = |change: &Proration| change.lines.iter().map(|l| l.amount_minor).sum::<i64>();
        assert_eq!(sum(&up) + sum(&down), 0);
        assert_eq!(down.items, small);
        assert_eq!(prorate(&small, &small, rest).unwrap().lines, []);
    }

    #[test]
    fn a_plan_and_an_app_of_one_name_are_two_things() {
        let held = vec![line(LineKind::Plan, "m", 9_000)];
        let wanted = vec![line(LineKind::Plan, "m", 9_000), line(LineKind::App, "m", 1_000)];
        let change = prorate(&held, &wanted, april("2027-04-01T00:00:00Z")).unwrap();
        assert_eq!(change.lines.len(), 1);
    }
}
