//! How many come how far with a campaign's vouchers: a bar for each step, with their table.

use super::super::page::Page;
use super::chart::{Bar, Chart};
use super::numbers::{Drawn, Row, Table};
use crate::usecase::funnel::{Funnel, percent};

/// Between two bars, of what each step has of the height.
const GAP: i64 = 4;

pub(super) struct Section {
    pub(super) drawn: Drawn,
    pub(super) table: Table,
    /// What was spent, in words.
    pub(super) spent: String,
}

/// What each step is called.
const NAMES: [&str; 6] = [
    "admin-funnel-issued",
    "admin-funnel-views",
    "admin-funnel-sign-ups",
    "admin-funnel-redeemed",
    "admin-funnel-spenders",
    "admin-funnel-paying",
];

pub(super) fn section(page: &Page, funnel: &Funnel) -> Section {
    let steps = funnel.steps();
    let number = |number: i64| page.digits.write(&number.to_string());
    let named = NAMES.iter().zip(&steps).enumerate();
    let rows = named.map(|(series, (name, (_, count, before)))| {
        let share = before.and_then(|before| percent(*count, before));
        let share = share.map(|share| page.digits.write(&format!("{share}%")));
        let cells = vec![number(*count), share.unwrap_or_else(|| "–".to_owned())];
        Row { series: Some(series), ..Row::of(page.text(name), cells) }
    });
    let table = Table {
        caption: page.text("admin-funnel-means"),
        head: ["admin-funnel-step", "admin-funnel-count", "admin-funnel-share"]
            .map(|name| page.text(name))
            .into(),
        rows: rows.collect(),
        total: None,
    };
    let chart = chart(&steps.map(|(_, count, _)| count));
    let drawn = Drawn {
        title: String::new(),
        top: String::new(),
        // What the bars begin at, and what the longest comes to.
        first: number(0),
        last: number(chart.highest),
        chart,
    };
    let spent = page.text_with_amount("admin-funnel-spent", funnel.spent_minor);
    Section { drawn, table, spent }
}

/// A bar for each count, one below the other, as long as it is of the highest.
fn chart(counts: &[i64]) -> Chart {
    let highest = counts.iter().copied().max().unwrap_or(0).max(0);
    let steps = i64::try_from(counts.len()).unwrap_or(i64::MAX).max(1);
    let room = Chart::HEIGHT / steps;
    let bars = counts.iter().zip(0_i64..).enumerate().filter(|(_, (count, _))| **count > 0);
    let bars = bars.map(|(series, (count, step))| Bar {
        x: 0,
        y: step * room + GAP / 2,
        width: width(*count, highest),
        height: (room - GAP).max(1),
        series,
    });
    Chart { bars: bars.collect(), highest }
}

/// What is not nothing can be seen.
fn width(count: i64, highest: i64) -> i64 {
    let share = i128::from(count) * i128::from(Chart::WIDTH) / i128::from(highest.max(1));
    i64::try_from(share).unwrap_or(Chart::WIDTH).clamp(1, Chart::WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_what_they_stand_for() {
        let chart = chart(&[2_000, 1_000, 0, 1, 0, 0]);
        assert_eq!(chart.highest, 2_000);
        let places: Vec<_> =
            chart.bars.iter().map(|bar| (bar.series, bar.x, bar.y, bar.width)).collect();
        assert_eq!(places, [(0, 0, 2, 600), (1, 0, 22, 300), (3, 0, 62, 1)]);
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height <= Chart::HEIGHT));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(chart(&[0; 6]).is_empty());
    }
}
