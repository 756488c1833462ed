//! Which amounts Stripe charges (docs.stripe.com/currencies).

use super::errors::ApiError;
use super::state::State;

/// Three decimals, of which the last is always 0.
const THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];
/// Eight digits.
const MAXIMUM: i64 = 99_999_999;

/// The least of a charge, in minor units. Where Stripe names none, what is worth half a dollar, rounded up;
/// a test may set another.
pub(super) fn minimum(currency: &str) -> i64 {
    match currency {
        "aed" | "myr" | "omr" | "pln" => 200,
        "bhd" => 190,
        "gbp" => 30,
        "kwd" => 160,
        _ => 50,
    }
}

impl State {
    /// Whether a card may be charged this much.
    pub(super) fn check_charge(
        &self,
        amount: i64,
        currency: &str,
        param: &str,
    ) -> Result<(), ApiError> {
        check_currency(currency)?;
        check_step(amount, currency, param)?;
        let least = self.minimums.get(currency).copied().unwrap_or_else(|| minimum(currency));
        if amount < least {
            let message = format!("Amount must be at least {least} of {currency}'s smallest unit");
            return Err(ApiError::invalid(message).code("amount_too_small").param(param));
        }
        if amount > MAXIMUM {
            let message = format!("Amount must be no more than {MAXIMUM}");
            return Err(ApiError::invalid(message).code("amount_too_large").param(param));
        }
        Ok(())
    }
}

pub(super) fn check_currency(currency: &str) -> Result<(), ApiError> {
    let known = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_lowercase());
    let message = format!("Invalid currency: {currency}");
    known.then_some(()).ok_or_else(|| ApiError::invalid(message).param("currency"))
}

/// Any amount in these currencies, of a refund too, ends in 0.
pub(super) fn check_step(amount: i64, currency: &str, param: &str) -> Result<(), ApiError> {
    if THREE_DECIMALS.contains(&currency) && amount % 10 != 0 {
        let message = format!("Amounts in {currency} must be divisible by 10");
        return Err(ApiError::invalid(message).code("parameter_invalid_integer").param(param));
    }
    Ok(())
}
