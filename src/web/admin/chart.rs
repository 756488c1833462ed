//! Bars for days or weeks, one above the other where they are of several kinds: drawn here, so that no page needs a script
//! for it. A table beside them has every number.

/// The drawing's own units: it takes whatever width it gets.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 120;
/// Between two bars, of what each day has.
const GAP: i64 = 2;
/// No bar is wider: two days are no two blocks.
const WIDEST: i64 = 32;

pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// What the whole height stands for.
    pub(super) highest: i64,
}

pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
    /// Which of the kinds it is of.
    pub(super) series: usize,
}

impl Chart {
    pub(super) const WIDTH: i64 = WIDTH;
    pub(super) const HEIGHT: i64 = HEIGHT;

    /// A column for each of `columns`, the oldest at the left, as high as what its parts come to.
    pub(super) fn of(columns: &[Vec<i64>]) -> Self {
        Self::up_to(highest(columns), columns)
    }

    /// The same where the whole height stands for `highest`, so that drawings can be compared.
    pub(super) fn up_to(highest: i64, columns: &[Vec<i64>]) -> Self {
        let count = i64::try_from(columns.len()).unwrap_or(i64::MAX).max(1);
        let room = (WIDTH / count).max(1);
        let width = (room - GAP).clamp(1, WIDEST);
        let mut bars = Vec::new();
        for (column, index) in columns.iter().zip(0_i64..) {
            // In the middle of its day.
            let x = index * WIDTH / count + (room - width) / 2;
            let mut top = HEIGHT;
            for (series, value) in column.iter().enumerate().filter(|(_, value)| **value > 0) {
                let height = height(*value, highest).min(top);
                top -= height;
                bars.push(Bar { x, y: top, width, height, series });
            }
        }
        Self { bars, highest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }
}

/// What the highest column comes to.
pub(super) fn highest(columns: &[Vec<i64>]) -> i64 {
    let sum = |column: &Vec<i64>| {
        column.iter().map(|value| (*value).max(0)).fold(0_i64, i64::saturating_add)
    };
    columns.iter().map(sum).max().unwrap_or(0)
}

/// What is not nothing can be seen.
fn height(value: i64, highest: i64) -> i64 {
    let share = i128::from(value) * i128::from(HEIGHT) / i128::from(highest.max(1));
    i64::try_from(share).unwrap_or(HEIGHT).clamp(1, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_what_they_stand_for() {
        let chart = Chart::of(&[vec![1_000], vec![0], vec![1]]);
        let places: Vec<_> = chart.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(places, [(84, 0, HEIGHT), (484, HEIGHT - 1, 1)]);
    }

    #[test]
    fn parts_stand_one_above_the_other() {
        let chart = Chart::of(&[vec![30, 60, 30], vec![60, -5, 0]]);
        assert_eq!(chart.highest, 120);
        let places: Vec<_> = chart.bars.iter().map(|bar| (bar.series, bar.y, bar.height)).collect();
        assert_eq!(places, [(0, 90, 30), (1, 30, 60), (2, 0, 30), (0, 60, 60)]);
        assert!(Chart::of(&[vec![0], vec![-3]]).is_empty());
        // However many parts are too small to be seen, they stay within.
        let chart = Chart::of(&[[1_000_000].into_iter().chain([1; 9]).collect()]);
        assert!(chart.bars.iter().all(|bar| bar.y >= 0));
    }
}
