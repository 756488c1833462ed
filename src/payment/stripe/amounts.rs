//! Which amounts Stripe charges in a currency (docs.stripe.com/currencies).
//!
//! An amount at Stripe is our minor unit wherever Stripe counts decimals as ISO 4217 does. Where it does not,
//! cards are refused as a whole rather than charged a hundredth or a hundredfold.

use std::fmt;

use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::money::Currency;

/// Why cards cannot be charged in a currency as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotCharge {
    /// Stripe writes its amounts in another unit, or does not take it.
    OtherDecimals(&'static str),
    /// Stripe does not publish a minimum, and nobody configured one.
    MinimumNotKnown(&'static str),
    /// The configured minimum is not positive, or not a multiple of the step.
    BadMinimum { minimum_minor: i64, step_minor: i64 },
}

impl fmt::Display for CannotCharge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherDecimals(code) => write!(
                f,
                "Stripe does not take {code}, or not with the decimals of ISO 4217: cards cannot be charged \
                 on this Sovereign"
            ),
            Self::MinimumNotKnown(code) => write!(
                f,
                "Stripe publishes no smallest charge for {code}: set stripe.minimum_charge_minor to what \
                 0.50 USD is worth, in minor units"
            ),
            Self::BadMinimum { minimum_minor, step_minor } => write!(
                f,
                "stripe.minimum_charge_minor is {minimum_minor}: it must be a positive multiple of \
                 {step_minor}"
            ),
        }
    }
}

impl std::error::Error for CannotCharge {}

/// Currencies that Stripe counts in another unit than ISO 4217 ("Special cases" and "Zero-decimal
/// currencies": ISK and UGX with two decimals, MGA with none), or of three decimals and not taken.
const OTHER_DECIMALS: [&str; 5] = ["ISK", "UGX", "MGA", "IQD", "LYD"];

/// Minimum charges in minor units, as Stripe publishes them ("Minimum and maximum charge amounts").
const PUBLISHED: [(&str, i64); 24] = [
    ("USD", 50),
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1_500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1_000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1_000),
];

/// Not published: 0.50 USD at the rate that each is pegged at, or has long kept near (KWD), rounded up.
const PEGGED: [(&str, i64); 6] =
    [("OMR", 200), ("BHD", 190), ("KWD", 170), ("JOD", 360), ("QAR", 200), ("SAR", 200)];

/// Whether Stripe writes amounts of `currency` in our minor unit.
pub(crate) fn same_unit(currency: Currency) -> bool {
    !OTHER_DECIMALS.contains(&currency.code()) && currency.exponent() <= 3
}

/// What a card can be charged in `currency`, with `minimum_minor` in place of the minimum of Stripe's tables.
/// The account's settlement currency can make for another one than those: then it has to be given.
///
/// # Errors
/// [`CannotCharge`].
pub fn charge_rules(
    currency: Currency,
    minimum_minor: Option<i64>,
) -> Result<ChargeRules, CannotCharge> {
    let code = currency.code();
    if !same_unit(currency) {
        return Err(CannotCharge::OtherDecimals(code));
    }
    let known =
        || PUBLISHED.iter().chain(&PEGGED).find(|(of, _)| *of == code).map(|(_, least)| *least);
    let minimum_minor = minimum_minor.or_else(known).ok_or(CannotCharge::MinimumNotKnown(code))?;
    let rules = ChargeRules::new(currency, minimum_minor);
    let step_minor = rules.step_minor;
    if minimum_minor <= 0 || minimum_minor.checked_rem(step_minor) != Some(0) {
        return Err(CannotCharge::BadMinimum { minimum_minor, step_minor });
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sovereign_domain::checkout::{SplitError, split};

    fn rules(code: &str, minimum_minor: Option<i64>) -> Result<ChargeRules, CannotCharge> {
        charge_rules(Currency::from_code(code).unwrap(), minimum_minor)
    }

    #[test]
    fn every_currency_of_the_tables_can_be_charged() {
        for (code, least) in PUBLISHED.iter().chain(&PEGGED) {
            assert_eq!(rules(code, None).unwrap().minimum_minor, *least, "{code}");
        }
    }

    /// Credit, total and what the card is charged; `None` where the total is too small for a card.
    #[test]
    fn remainders_are_what_stripe_takes() {
        for (code, total, credit, charge) in [
            ("OMR", 9_000, 8_999, Some(200)),
            ("OMR", 9_000, 8_995, Some(200)),
            ("OMR", 9_000, 8_990, Some(200)),
            ("OMR", 9_000, 3_876, Some(5_130)),
            ("OMR", 5_124, 0, Some(5_120)),
            ("OMR", 5_125, 0, Some(5_120)),
            ("OMR", 5_126, 0, Some(5_130)),
            ("OMR", 200, 0, Some(200)),
            ("OMR", 199, 0, Some(200)),
            ("OMR", 190, 0, None),
            ("OMR", 1, 0, None),
            ("OMR", 9_000, 9_000, Some(0)),
            ("BHD", 5_124, 4_933, Some(200)),
            ("BHD", 5_124, 4_934, Some(190)),
            ("KWD", 5_124, 4_999, Some(170)),
            ("KWD", 160, 0, None),
            ("USD", 999, 950, Some(50)),
            ("USD", 999, 900, Some(99)),
            ("USD", 49, 0, None),
            ("JPY", 500, 499, Some(50)),
            ("JPY", 500, 433, Some(67)),
            ("JPY", 49, 0, None),
        ] {
            let split = split(total, credit, Some(rules(code, None).unwrap()));
            let expected = charge.ok_or(SplitError::BelowMinimum);
            assert_eq!(
                split.map(|split| split.charge_minor),
                expected,
                "{total} {code} - {credit}"
            );
        }
    }

    #[test]
    fn other_units_are_refused_and_unknown_minimums_asked_for() {
        for code in ["ISK", "UGX", "MGA", "IQD", "LYD", "CLF"] {
            for minimum in [None, Some(1_000)] {
                let refused = rules(code, minimum).unwrap_err();
                assert!(matches!(refused, CannotCharge::OtherDecimals(_)), "{code}");
            }
        }
        assert_eq!(rules("IDR", None), Err(CannotCharge::MinimumNotKnown("IDR")));
        assert_eq!(rules("IDR", Some(800_000)).unwrap().minimum_minor, 800_000);
    }

    #[test]
    fn a_configured_minimum_must_be_chargeable() {
        assert_eq!(rules("OMR", Some(500)).unwrap().minimum_minor, 500);
        assert_eq!(rules("USD", Some(55)).unwrap().minimum_minor, 55);
        for bad in [0, -10, 505] {
            assert!(
                matches!(rules("OMR", Some(bad)), Err(CannotCharge::BadMinimum { .. })),
                "{bad}"
            );
        }
    }
}
