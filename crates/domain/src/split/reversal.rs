//! What goes back, at the rate of the charge it came from.

use super::share::half_down;

/// A charge as it was shared, and what went back of it until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedCharge {
    pub amount_minor: i64,
    /// The publisher's part of the charge.
    pub publisher_minor: i64,
    /// Refunded and disputed, less what came back, before this.
    pub reversed_minor: i64,
}

impl SharedCharge {
    /// The publisher's part of what goes back now, both not below zero; below zero where money comes back (a dispute was
    /// won, a refund failed). Once all of the charge went back, so did all of the publisher's part, in however many steps.
    ///
    /// `None` where a sum leaves its range, or the charge was of nothing.
    #[must_use]
    pub fn publisher_part_of(self, reversed_now_minor: i64) -> Option<i64> {
        let after = self.reversed_minor.checked_add(reversed_now_minor)?;
        self.part_of(after)?.checked_sub(self.part_of(self.reversed_minor)?)
    }

    fn part_of(self, reversed_minor: i64) -> Option<i64> {
        let product = i128::from(self.publisher_minor).checked_mul(i128::from(reversed_minor))?;
        half_down(product, i128::from(self.amount_minor))
    }
}
