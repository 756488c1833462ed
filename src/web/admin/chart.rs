//! What was granted by day as bars: drawn here, so that no page needs a script for it. The table beside it has every
//! number.

use super::super::page::Page;
use crate::usecase::campaign_progress::Day;

/// The drawing's own units: it takes whatever width it gets.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 120;
/// Between two bars, of what each day has.
const GAP: i64 = 2;
/// No bar is wider: two days are no two blocks.
const WIDEST: i64 = 32;

/// A drawing, and its table.
pub(super) struct Bars {
    pub(super) drawn: Vec<Bar>,
    /// The days that have something, the newest first.
    pub(super) rows: Vec<Row>,
    /// The first and the last day, in the reader's language.
    pub(super) first: String,
    pub(super) last: String,
    /// What the highest bar stands for, in minor units.
    pub(super) highest_minor: i64,
    pub(super) total_minor: i64,
    pub(super) redemptions: String,
}

pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

pub(super) struct Row {
    pub(super) day: String,
    pub(super) redemptions: String,
    pub(super) granted_minor: i64,
}

impl Bars {
    pub(super) const WIDTH: i64 = WIDTH;
    pub(super) const HEIGHT: i64 = HEIGHT;
}

pub(super) fn bars(page: &Page, days: &[Day]) -> Bars {
    let highest = days.iter().map(|day| day.granted_minor).max().unwrap_or(0).max(0);
    let label = |day: &Day| page.digits.write(&page.language.date(day.date));
    let number = |number: i64| page.digits.write(&number.to_string());
    let rows = days.iter().rev().filter(|day| day.redemptions != 0 || day.granted_minor != 0);
    let sum = |of: fn(&Day) -> i64| days.iter().map(of).fold(0_i64, i64::saturating_add);
    Bars {
        drawn: drawn(days, highest),
        rows: rows
            .map(|day| Row {
                day: label(day),
                redemptions: number(day.redemptions),
                granted_minor: day.granted_minor,
            })
            .collect(),
        first: days.first().map(label).unwrap_or_default(),
        last: days.last().map(label).unwrap_or_default(),
        highest_minor: highest,
        total_minor: sum(|day| day.granted_minor),
        redemptions: number(sum(|day| day.redemptions)),
    }
}

/// A bar for each day, the oldest at the left; what is not nothing can be seen.
fn drawn(days: &[Day], highest: i64) -> Vec<Bar> {
    let count = i64::try_from(days.len()).unwrap_or(i64::MAX).max(1);
    let width = (WIDTH / count).max(1);
    let bars = days.iter().zip(0_i64..).filter(|(day, _)| day.granted_minor > 0);
    bars.map(|(day, index)| {
        let share = i128::from(day.granted_minor) * i128::from(HEIGHT);
        let height = share / i128::from(highest.max(1));
        let height = i64::try_from(height).unwrap_or(HEIGHT).clamp(1, HEIGHT);
        let bar = (width - GAP).clamp(1, WIDEST);
        // In the middle of its day.
        let x = index * WIDTH / count + (width - bar) / 2;
        Bar { x, y: HEIGHT - height, width: bar, height }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn bars_are_as_high_as_what_they_stand_for() {
        let day = |date, granted_minor| Day { date, redemptions: 1, granted_minor };
        let days = [
            day(date!(2027 - 03 - 01), 1_000),
            day(date!(2027 - 03 - 02), 0),
            day(date!(2027 - 03 - 03), 1),
        ];
        let drawn = drawn(&days, 1_000);
        let places: Vec<_> = drawn.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(places, [(84, 0, HEIGHT), (484, HEIGHT - 1, 1)]);
    }
}
