//! Tax on the full price: credit pays a bill, it does not make it smaller.

use crate::money::div_half_even;

/// Basis points in the whole: a rate of 500 is 5%.
const WHOLE_BP: i64 = 10_000;

/// How this Sovereign's prices are taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaxRules {
    /// In basis points: 500 is 5%.
    pub rate_bp: u16,
    /// Whether prices contain the tax already; otherwise it is added to them.
    pub included: bool,
}

/// A price with its tax: `total` is what there is to pay, `tax` the part of it that is tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taxed {
    pub total_minor: i64,
    pub tax_minor: i64,
}

impl TaxRules {
    /// The tax on the sum of an order's lines, rounded once, half to even. `None` where it leaves the range
    /// of `i64`.
    #[must_use]
    pub fn on(self, sum_minor: i64) -> Option<Taxed> {
        let rate = i64::from(self.rate_bp);
        if rate == 0 {
            return Some(Taxed { total_minor: sum_minor, tax_minor: 0 });
        }
        if self.included {
            let tax_minor = div_half_even(sum_minor, rate, rate.checked_add(WHOLE_BP)?)?;
            return Some(Taxed { total_minor: sum_minor, tax_minor });
        }
        let tax_minor = div_half_even(sum_minor, rate, WHOLE_BP)?;
        Some(Taxed { total_minor: sum_minor.checked_add(tax_minor)?, tax_minor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tax(rate_bp: u16, included: bool, sum_minor: i64) -> (i64, i64) {
        let taxed = TaxRules { rate_bp, included }.on(sum_minor).unwrap();
        (taxed.total_minor, taxed.tax_minor)
    }

    #[test]
    fn no_rate_is_no_tax() {
        assert_eq!(tax(0, false, 9_000), (9_000, 0));
        assert_eq!(tax(0, true, 9_000), (9_000, 0));
    }

    #[test]
    fn added_tax_goes_on_top() {
        assert_eq!(tax(500, false, 9_000), (9_450, 450));
        // 5% of 10 is 0.5, of 30 is 1.5, of 50 is 2.5.
        assert_eq!(tax(500, false, 10), (10, 0));
        assert_eq!(tax(500, false, 30), (32, 2));
        assert_eq!(tax(500, false, 50), (52, 2));
        assert_eq!(tax(10_000, false, 7), (14, 7));
    }

    #[test]
    fn included_tax_is_a_part_of_the_price() {
        assert_eq!(tax(500, true, 10_500), (10_500, 500));
        assert_eq!(tax(500, true, 9_000), (9_000, 429));
        assert_eq!(tax(1_000, true, 11), (11, 1));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let rules = TaxRules { rate_bp: 500, included: false };
        assert_eq!(rules.on(i64::MAX), None);
        assert_eq!(
            rules.on(i64::MAX / 2).map(|taxed| taxed.tax_minor),
            Some(230_584_300_921_369_395)
        );
    }
}
