//! How much of a price credit pays, and how much a card.
//!
//! Stripe takes three-decimal currencies only in multiples of ten minor units and has a minimum for
//! each charge (docs.stripe.com/currencies, "Three-decimal currencies" and "Minimum and maximum charge
//! amounts"), so less credit is used where that makes the remainder chargeable.

use crate::money::{Currency, div_half_even};

/// What a card processor can charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeRules {
    /// The smallest charge, a multiple of the step.
    pub minimum_minor: i64,
    /// Charges are multiples of this: 10 for three-decimal currencies, else 1.
    pub step_minor: i64,
}

impl ChargeRules {
    /// The rules for `currency` with the account's own minimum.
    #[must_use]
    pub fn new(currency: Currency, minimum_minor: i64) -> Self {
        Self { minimum_minor, step_minor: charge_step_minor(currency) }
    }
}

/// What a card is charged, and refunded, multiples of.
#[must_use]
pub fn charge_step_minor(currency: Currency) -> i64 {
    if currency.exponent() >= 3 { 10 } else { 1 }
}

/// How a total is paid: `total = credit + charge + rounding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    pub credit_minor: i64,
    pub charge_minor: i64,
    /// What rounding the charge took off the total (negative: put on); a line of its own. Not zero only
    /// where no credit is there to shift.
    pub rounding_minor: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitError {
    /// A card is needed and no processor is configured.
    NoProcessor,
    /// The whole total is less than a card can be charged.
    BelowMinimum,
}

/// Pays `total_minor` from `available_minor` of credit first, then from a card.
///
/// # Errors
/// Where a card is needed and cannot be charged.
pub fn split(
    total_minor: i64,
    available_minor: i64,
    rules: Option<ChargeRules>,
) -> Result<Split, SplitError> {
    let credit = available_minor.clamp(0, total_minor.max(0));
    let rest = total_minor.saturating_sub(credit);
    if rest == 0 {
        return Ok(Split { credit_minor: credit, charge_minor: 0, rounding_minor: 0 });
    }
    let rules = rules.ok_or(SplitError::NoProcessor)?;
    let wanted = round_up(rest, rules.step_minor).max(rules.minimum_minor);
    if wanted <= total_minor {
        let credit_minor = total_minor.saturating_sub(wanted);
        return Ok(Split { credit_minor, charge_minor: wanted, rounding_minor: 0 });
    }
    let charge_minor = round_half_even(total_minor, rules.step_minor);
    if charge_minor < rules.minimum_minor {
        return Err(SplitError::BelowMinimum);
    }
    let rounding_minor = total_minor.saturating_sub(charge_minor);
    Ok(Split { credit_minor: 0, charge_minor, rounding_minor })
}

fn round_up(amount_minor: i64, step: i64) -> i64 {
    match amount_minor.checked_rem(step) {
        None | Some(0) => amount_minor,
        Some(rest) => amount_minor.saturating_sub(rest).saturating_add(step),
    }
}

fn round_half_even(amount_minor: i64, step: i64) -> i64 {
    let steps = div_half_even(amount_minor, 1, step);
    steps.and_then(|steps| steps.checked_mul(step)).unwrap_or(amount_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn omr() -> ChargeRules {
        ChargeRules::new(Currency::from_code("OMR").unwrap(), 200)
    }

    fn parts(total: i64, available: i64) -> (i64, i64, i64) {
        let split = split(total, available, Some(omr())).unwrap();
        assert_eq!(split.credit_minor + split.charge_minor + split.rounding_minor, total);
        (split.credit_minor, split.charge_minor, split.rounding_minor)
    }

    #[test]
    fn credit_pays_first() {
        assert_eq!(
            split(9_000, 200_000, None),
            Ok(Split { credit_minor: 9_000, charge_minor: 0, rounding_minor: 0 })
        );
        assert_eq!(
            split(0, 0, None),
            Ok(Split { credit_minor: 0, charge_minor: 0, rounding_minor: 0 })
        );
        assert_eq!(split(9_000, 8_999, None), Err(SplitError::NoProcessor));
        assert_eq!(parts(9_000, 4_000), (4_000, 5_000, 0));
    }

    #[test]
    fn less_credit_is_used_where_that_makes_the_remainder_chargeable() {
        assert_eq!(parts(5_124, 1_000), (994, 4_130, 0));
        assert_eq!(parts(9_000, 8_999), (8_800, 200, 0));
        assert_eq!(parts(9_000, 8_801), (8_800, 200, 0));
        assert_eq!(parts(9_001, 4), (1, 9_000, 0));
    }

    #[test]
    fn with_no_credit_to_shift_the_charge_rounds_half_to_even() {
        assert_eq!(parts(5_124, 0), (0, 5_120, 4));
        assert_eq!(parts(5_125, 0), (0, 5_120, 5));
        assert_eq!(parts(5_135, 0), (0, 5_140, -5));
        assert_eq!(parts(5_136, 3), (0, 5_140, -4));
        assert_eq!(split(150, 20, Some(omr())), Err(SplitError::BelowMinimum));
    }

    #[test]
    fn two_decimal_currencies_charge_to_the_cent() {
        let usd = ChargeRules::new(Currency::from_code("USD").unwrap(), 50);
        let split = split(999, 123, Some(usd)).unwrap();
        assert_eq!((split.credit_minor, split.charge_minor), (123, 876));
    }
}
