//! Drawings with their tables, as pages show them.

use std::ops::Range;

use time::Date;

use super::super::page::Page;
use super::chart::Chart;

/// The most columns of a drawing that are days; of more days, each column is a week.
const MOST_DAYS: usize = 92;
const WEEK: usize = 7;

/// A drawing, and what is written around it.
pub(super) struct Drawn {
    /// Above it; empty where the section's heading says it.
    pub(super) title: String,
    pub(super) chart: Chart,
    /// What the whole height stands for.
    pub(super) top: String,
    /// The first and the last day.
    pub(super) first: String,
    pub(super) last: String,
}

impl Drawn {
    pub(super) fn money(
        page: &Page,
        title: String,
        chart: Chart,
        dates: (Option<Date>, Option<Date>),
    ) -> Self {
        let top = page.amount(chart.highest);
        Self::with(page, title, (chart, top), dates)
    }

    pub(super) fn count(
        page: &Page,
        title: String,
        chart: Chart,
        dates: (Option<Date>, Option<Date>),
    ) -> Self {
        let top = page.digits.write(&chart.highest.to_string());
        Self::with(page, title, (chart, top), dates)
    }

    fn with(
        page: &Page,
        title: String,
        (chart, top): (Chart, String),
        (first, last): (Option<Date>, Option<Date>),
    ) -> Self {
        let date = |date: Option<Date>| {
            date.map(|date| page.digits.write(&page.language.date(date))).unwrap_or_default()
        };
        Self { title, chart, top, first: date(first), last: date(last) }
    }
}

pub(super) struct Table {
    pub(super) caption: String,
    /// The names of the columns.
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<Row>,
}

pub(super) struct Row {
    /// The kind of the bars that it is the key to.
    pub(super) series: Option<usize>,
    /// Where its label leads to; the label is a name then that somebody gave.
    pub(super) address: Option<String>,
    pub(super) label: String,
    pub(super) cells: Vec<String>,
}

impl Row {
    pub(super) fn of(label: String, cells: Vec<String>) -> Self {
        Self { series: None, address: None, label, cells }
    }
}

/// Which days each column of a drawing is of: one, or where there are many a week, the last of which ends with the last
/// day.
pub(super) fn columns(days: usize) -> Vec<Range<usize>> {
    if days <= MOST_DAYS {
        return (0..days).map(|day| day..day + 1).collect();
    }
    let first = days % WEEK;
    let whole = (first..days).step_by(WEEK).map(|day| day..day + WEEK);
    (first > 0).then_some(0..first).into_iter().chain(whole).collect()
}

/// Whether the columns of so many days are weeks.
pub(super) const fn are_weeks(days: usize) -> bool {
    days > MOST_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_in_one_column() {
        for days in [0, 1, 92, 93, 98, 365, 366] {
            let columns = columns(days);
            let all: Vec<usize> = columns.iter().cloned().flatten().collect();
            assert_eq!(all, (0..days).collect::<Vec<_>>());
            assert!(columns.iter().all(|column| column.len() <= WEEK));
            assert_eq!(
                columns.last().map(Range::len),
                (days > 0).then_some(if are_weeks(days) { 7 } else { 1 })
            );
        }
    }
}
