//! What is paid of what is due, in which currency, and where to.

use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;

use crate::rollup::agreements::{Agreement, Agreements, PayTo};
use crate::rollup::document::PayoutDocument;

/// Stripe moves amounts of three-decimal currencies in multiples of ten (docs.stripe.com/currencies).
const THREE_DECIMALS_STEP: i64 = 10;

/// What can be paid out is a multiple of this.
pub(crate) fn step(to: &PayTo, currency: Currency) -> i64 {
    match to {
        PayTo::StripeAccount(_) if currency.exponent() == 3 => THREE_DECIMALS_STEP,
        PayTo::StripeAccount(_) | PayTo::Bank(_) => 1,
    }
}

/// What is paid, and where to. `None` where the amount leaves its range.
///
/// # Errors
/// The rate that is missing.
pub(super) fn payout(
    agreements: &Agreements,
    last: &Agreement,
    month: Month,
    payout_minor: i64,
) -> Result<Option<PayoutDocument>, String> {
    let (from, to) = (last.currency, last.payout_currency);
    if from == to {
        return Ok(Some(PayoutDocument::same(from, payout_minor, &last.payout)));
    }
    let Some(rate) = agreements.rates.rate(month, from, to) else {
        // Nothing needs no rate.
        if payout_minor == 0 {
            return Ok(Some(PayoutDocument::same(to, 0, &last.payout)));
        }
        let (franchisee, [from, to]) = (&last.franchisee, [from, to].map(Currency::code));
        return Err(format!(
            "{franchisee} is paid in {to} for {from}, and there is no rate of {month}: write {from}_{to} = \"…\" in \
             [rates.\"{month}\"]"
        ));
    };
    let step = step(&last.payout, to);
    Ok(rate.convert(payout_minor, from, to).map(|exact| PayoutDocument {
        currency: to,
        amount_minor: exact.saturating_sub(exact.checked_rem(step).unwrap_or(0)),
        rate: Some(rate.text.clone()),
        to: last.payout.masked(),
    }))
}
