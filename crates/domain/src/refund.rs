//! How money that goes back is divided between credit and card.
//!
//! Both sides give back in proportion to what each has paid, unless an administrator says otherwise. A card
//! takes back only what it can be charged (three-decimal currencies: multiples of ten), so the odd rest goes
//! back as credit.

use crate::money::div_half_even;

/// What an order has of each side: paid, or still to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides {
    pub credit_minor: i64,
    pub card_minor: i64,
}

impl Sides {
    /// Both together; `i64::MAX` where that is more than fits.
    #[must_use]
    pub const fn total_minor(self) -> i64 {
        self.credit_minor.saturating_add(self.card_minor)
    }

    /// The card's side as far as a card can be refunded.
    #[must_use]
    pub fn in_steps_of(self, step_minor: i64) -> Self {
        Self { card_minor: round_down(self.card_minor, step_minor), ..self }
    }
}

/// What is asked for. Nothing at all: all that is left. A part alone: that part, and nothing of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    pub amount_minor: Option<i64>,
    /// What is to go back as credit, whatever the proportion.
    pub credit_minor: Option<i64>,
    /// What is to go back to the card, whatever the proportion.
    pub card_minor: Option<i64>,
}

/// Why an amount cannot be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DivideError {
    /// All of it went back before, or nothing was paid.
    NothingLeft,
    /// The amount is not above zero.
    NotPositive,
    MoreThanIsLeft {
        left_minor: i64,
    },
    /// The credit is below zero, or more than is left of it.
    CreditOutOfRange {
        left_minor: i64,
    },
    /// The card's part is below zero, or more than is left of it.
    CardOutOfRange {
        left_minor: i64,
    },
    /// The parts are not the amount.
    PartsDoNotAddUp,
    /// The card's part is no multiple of the step.
    CardPartStep {
        step_minor: i64,
    },
    /// No card takes this part back, and there is not enough credit for the odd rest. The nearest amounts
    /// that can be given back are below and above, where there are such.
    CardStep {
        step_minor: i64,
        below_minor: Option<i64>,
        above_minor: Option<i64>,
    },
}

/// Divides what is asked for: `paid` gives the proportion, `left` the bounds. A card takes multiples of
/// `step_minor` back; what is left of it is one.
///
/// # Errors
/// [`DivideError`].
pub fn divide(wish: Wish, paid: Sides, left: Sides, step_minor: i64) -> Result<Sides, DivideError> {
    let left_minor = left.total_minor();
    if left_minor <= 0 {
        return Err(DivideError::NothingLeft);
    }
    if wish.amount_minor.is_some_and(|amount| amount <= 0) {
        return Err(DivideError::NotPositive);
    }
    let apart = |whole: i64, part: i64| whole.checked_sub(part).filter(|rest| *rest >= 0);
    let parts = match (wish.credit_minor, wish.card_minor, wish.amount_minor) {
        (None, None, None) => return Ok(left),
        (None, None, Some(amount)) if amount > left_minor => {
            return Err(DivideError::MoreThanIsLeft { left_minor });
        }
        (None, None, Some(amount)) => return in_proportion(amount, paid, left, step_minor),
        (Some(credit), Some(card), amount) => {
            let same = amount.is_none_or(|amount| credit.checked_add(card) == Some(amount));
            same.then_some((credit, card))
        }
        (Some(credit), None, Some(amount)) => apart(amount, credit).map(|card| (credit, card)),
        (None, Some(card), Some(amount)) => apart(amount, card).map(|credit| (credit, card)),
        (Some(credit), None, None) => Some((credit, 0)),
        (None, Some(card), None) => Some((0, card)),
    };
    let (credit_minor, card_minor) = parts.ok_or(DivideError::PartsDoNotAddUp)?;
    if !(0..=left.credit_minor).contains(&credit_minor) {
        return Err(DivideError::CreditOutOfRange { left_minor: left.credit_minor });
    }
    if !(0..=left.card_minor).contains(&card_minor) {
        return Err(DivideError::CardOutOfRange { left_minor: left.card_minor });
    }
    if round_down(card_minor, step_minor) != card_minor {
        return Err(DivideError::CardPartStep { step_minor });
    }
    let parts = Sides { credit_minor, card_minor };
    if parts.total_minor() > 0 { Ok(parts) } else { Err(DivideError::NotPositive) }
}

/// Both sides in proportion to what they paid, by the largest remainder (a tie goes to credit), within what
/// is left of each.
fn in_proportion(
    amount_minor: i64,
    paid: Sides,
    left: Sides,
    step_minor: i64,
) -> Result<Sides, DivideError> {
    let low = amount_minor.saturating_sub(left.credit_minor).max(0);
    let high = left.card_minor.min(amount_minor);
    let share = share(amount_minor, paid.card_minor, paid.total_minor());
    let least = round_up(low, step_minor);
    let most = round_down(high, step_minor);
    if least > most {
        let below_minor = most.saturating_add(left.credit_minor);
        return Err(DivideError::CardStep {
            step_minor,
            below_minor: (below_minor > 0).then_some(below_minor),
            above_minor: (least <= left.card_minor).then_some(least),
        });
    }
    let card_minor = round_down(share, step_minor).clamp(least, most);
    Ok(Sides { credit_minor: amount_minor.saturating_sub(card_minor), card_minor })
}

/// `amount * part / whole`, rounded to the nearest; a half goes down.
fn share(amount_minor: i64, part_minor: i64, whole_minor: i64) -> i64 {
    let whole = i128::from(whole_minor);
    let product = i128::from(amount_minor).saturating_mul(i128::from(part_minor));
    let (Some(below), Some(rest)) = (product.checked_div(whole), product.checked_rem(whole)) else {
        return 0;
    };
    let up = rest.saturating_mul(2) > whole;
    i64::try_from(below.saturating_add(i128::from(up))).unwrap_or(i64::MAX)
}

fn round_down(amount_minor: i64, step_minor: i64) -> i64 {
    amount_minor.saturating_sub(amount_minor.checked_rem(step_minor).unwrap_or(0))
}

fn round_up(amount_minor: i64, step_minor: i64) -> i64 {
    let below = round_down(amount_minor, step_minor);
    if below == amount_minor { below } else { below.saturating_add(step_minor) }
}

/// The tax in what is given back: the same part of an order's tax as the amount is of what was paid, so
/// that the parts of all refunds add up to the tax of the whole. `before_minor` went back before.
#[must_use]
pub fn tax_part(tax_minor: i64, paid_minor: i64, before_minor: i64, amount_minor: i64) -> i64 {
    let until = |given_minor: i64| div_half_even(tax_minor, given_minor, paid_minor).unwrap_or(0);
    until(before_minor.saturating_add(amount_minor)).saturating_sub(until(before_minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAID: Sides = Sides { credit_minor: 4_000, card_minor: 5_000 };

    fn amount(amount_minor: i64) -> Wish {
        Wish { amount_minor: Some(amount_minor), ..Wish::default() }
    }

    fn parts(wish: Wish, left: Sides) -> Result<(i64, i64), DivideError> {
        divide(wish, PAID, left, 10).map(|parts| (parts.credit_minor, parts.card_minor))
    }

    fn sides(credit_minor: i64, card_minor: i64) -> Sides {
        Sides { credit_minor, card_minor }
    }

    #[test]
    fn all_that_is_left_goes_back_where_nothing_is_said() {
        assert_eq!(parts(Wish::default(), PAID), Ok((4_000, 5_000)));
        assert_eq!(parts(Wish::default(), sides(7, 10)), Ok((7, 10)));
        assert_eq!(parts(Wish::default(), sides(0, 0)), Err(DivideError::NothingLeft));
    }

    #[test]
    fn an_amount_goes_back_in_proportion() {
        assert_eq!(parts(amount(900), PAID), Ok((400, 500)));
        // 5,000 of 9,000 is 555.6 of 1,000; the odd rest is credit.
        assert_eq!(parts(amount(1_000), PAID), Ok((450, 550)));
        assert_eq!(parts(amount(9), PAID), Ok((9, 0)));
        assert_eq!(divide(amount(9), PAID, PAID, 1), Ok(sides(4, 5)));
        assert_eq!(divide(amount(1), sides(5, 5), sides(5, 5), 1), Ok(sides(1, 0)));
        assert_eq!(parts(amount(9_000), PAID), Ok((4_000, 5_000)));
    }

    #[test]
    fn what_one_side_lacks_the_other_gives() {
        assert_eq!(parts(amount(2_000), sides(100, 5_000)), Ok((100, 1_900)));
        assert_eq!(parts(amount(2_000), sides(4_000, 200)), Ok((1_800, 200)));
        assert_eq!(
            parts(amount(2_001), sides(0, 200)),
            Err(DivideError::MoreThanIsLeft { left_minor: 200 })
        );
    }

    #[test]
    fn a_card_takes_back_what_it_can_be_charged() {
        let step = |below_minor, above_minor| {
            Err(DivideError::CardStep { step_minor: 10, below_minor, above_minor })
        };
        assert_eq!(parts(amount(1_005), sides(0, 5_000)), step(Some(1_000), Some(1_010)));
        assert_eq!(parts(amount(1_005), sides(3, 5_000)), step(Some(1_003), Some(1_010)));
        assert_eq!(parts(amount(1_005), sides(5, 5_000)), Ok((5, 1_000)));
        assert_eq!(parts(amount(5), sides(0, 10)), step(None, Some(10)));
        let card = Wish { card_minor: Some(1_005), ..Wish::default() };
        assert_eq!(parts(card, PAID), Err(DivideError::CardPartStep { step_minor: 10 }));
    }

    #[test]
    fn an_administrator_may_divide_otherwise() {
        let wish = |amount_minor, credit_minor, card_minor| {
            parts(Wish { amount_minor, credit_minor, card_minor }, PAID)
        };
        assert_eq!(wish(Some(900), Some(900), None), Ok((900, 0)));
        assert_eq!(wish(Some(900), None, Some(500)), Ok((400, 500)));
        assert_eq!(wish(Some(900), Some(400), Some(500)), Ok((400, 500)));
        assert_eq!(wish(None, None, Some(500)), Ok((0, 500)));
        assert_eq!(wish(None, Some(3), None), Ok((3, 0)));
        assert_eq!(wish(None, Some(3), Some(20)), Ok((3, 20)));
        let apart = Err(DivideError::PartsDoNotAddUp);
        assert_eq!(wish(Some(900), Some(400), Some(400)), apart);
        assert_eq!(wish(Some(900), Some(901), None), apart);
        assert_eq!(wish(Some(900), None, Some(i64::MIN)), apart);
        let credit = Err(DivideError::CreditOutOfRange { left_minor: 4_000 });
        assert_eq!(wish(None, Some(4_001), None), credit);
        assert_eq!(wish(None, Some(-1), Some(10)), credit);
        let card = Err(DivideError::CardOutOfRange { left_minor: 5_000 });
        assert_eq!(wish(None, None, Some(5_010)), card);
        assert_eq!(wish(Some(0), None, None), Err(DivideError::NotPositive));
        assert_eq!(wish(Some(-5), None, None), Err(DivideError::NotPositive));
        assert_eq!(wish(None, Some(0), None), Err(DivideError::NotPositive));
    }

    #[test]
    fn the_taxes_of_all_refunds_are_the_tax_of_the_order() {
        assert_eq!(tax_part(450, 9_450, 0, 9_450), 450);
        assert_eq!(tax_part(450, 9_450, 0, 4_725), 225);
        for step in [1, 7, 1_000] {
            let (mut before, mut sum) = (0, 0);
            while before < 9_450 {
                let amount = step.min(9_450 - before);
                let tax = tax_part(429, 9_450, before, amount);
                assert!((0..=amount).contains(&tax), "{tax} of {amount}");
                sum += tax;
                before += amount;
            }
            assert_eq!(sum, 429);
        }
        assert_eq!(tax_part(0, 0, 0, 0), 0);
    }
}
