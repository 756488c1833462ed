//! Currencies and minor units.
//!
//! An amount of money is an `i64` of the currency's minor unit and its name ends in `_minor`: baisa
//! for OMR (three decimals), cents for USD (two), yen for JPY (none). The exponents are those of ISO
//! 4217. A Sovereign has one currency, so amounts carry none of their own.

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::{Serialize, Serializer};

/// The largest credit one voucher may carry, in whole units.
pub const MAX_CREDIT_UNITS: i64 = 1_000_000_000;

/// An ISO 4217 currency with a fixed number of decimals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

/// The text is not the code of a currency that has minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCurrency(pub String);

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an ISO 4217 currency such as OMR, BHD, KWD, USD or JPY", self.0)
    }
}

impl core::error::Error for UnknownCurrency {}

impl Currency {
    /// # Errors
    /// Where `code` is not exactly an ISO 4217 code in capitals, or is one without a minor unit
    /// (gold, test codes): money is never read as another currency.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some_and(|exponent| exponent <= 4))
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.into()))
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the currency: 3 for OMR, 2 for USD, 0 for JPY.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Minor units in one whole unit: 1000 for OMR.
    #[must_use]
    pub fn minor_per_unit(self) -> i64 {
        10_i64.saturating_pow(self.exponent())
    }

    /// `None` where the amount leaves the range of `i64`.
    #[must_use]
    pub fn units_to_minor(self, units: i64) -> Option<i64> {
        units.checked_mul(self.minor_per_unit())
    }

    /// The whole units of an amount, truncated toward zero: the `*_omr` view of older clients.
    #[must_use]
    pub fn whole_units(self, amount_minor: i64) -> i64 {
        // The divisor is a power of ten, never 0 or -1.
        amount_minor.checked_div(self.minor_per_unit()).unwrap_or(0)
    }

    /// Reads an amount as it is written: digits, and perhaps a point and no more decimals than the currency has.
    /// `None` where it is anything else, or too large.
    #[must_use]
    pub fn read_decimal(self, text: &str) -> Option<i64> {
        let (units, decimals) = text.split_once('.').unwrap_or((text, ""));
        let width = usize::try_from(self.exponent()).ok()?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !units.is_empty() && decimals.len() <= width && !text.ends_with('.');
        if !fits || !digits(units) || !digits(decimals) {
            return None;
        }
        format!("{units}{decimals:0<width$}").parse().ok()
    }

    /// The amount with the currency's decimals and code: `12.345 OMR`.
    #[must_use]
    pub fn format(self, amount_minor: i64) -> String {
        format!("{} {}", self.decimal(amount_minor), self.code())
    }

    /// The amount with the currency's decimals: `12.345`.
    #[must_use]
    pub fn decimal(self, amount_minor: i64) -> String {
        let digits = amount_minor.unsigned_abs();
        let scale = self.minor_per_unit().unsigned_abs();
        let sign = if amount_minor < 0 { "-" } else { "" };
        let units = digits.checked_div(scale).unwrap_or(0);
        let rest = digits.checked_rem(scale).unwrap_or(0);
        match usize::try_from(self.exponent()).unwrap_or(0) {
            0 => format!("{sign}{units}"),
            width => format!("{sign}{units}.{rest:0width$}"),
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Adds amounts; `None` on overflow.
#[must_use]
pub fn checked_sum(amounts_minor: impl IntoIterator<Item = i64>) -> Option<i64> {
    amounts_minor.into_iter().try_fold(0_i64, i64::checked_add)
}

/// `amount * numerator / denominator`, rounded once, half to even; `None` where the result leaves the range
/// of `i64`, or the denominator is not positive.
#[must_use]
pub fn div_half_even(amount_minor: i64, numerator: i64, denominator: i64) -> Option<i64> {
    let divisor = i128::from(denominator);
    if divisor <= 0 {
        return None;
    }
    // Two i64 multiplied fit into i128.
    let product = i128::from(amount_minor).checked_mul(i128::from(numerator))?;
    let below = product.div_euclid(divisor);
    let twice = product.rem_euclid(divisor).checked_mul(2)?;
    let up = match twice.cmp(&divisor) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => below.rem_euclid(2) == 1,
    };
    i64::try_from(below.checked_add(i128::from(up))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).unwrap()
    }

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in
            [("OMR", 3), ("BHD", 3), ("KWD", 3), ("USD", 2), ("EUR", 2), ("JPY", 0)]
        {
            assert_eq!(currency(code).exponent(), exponent, "{code}");
        }
        for wrong in ["", "omr", "XAU", "XXX", "RIAL", "OM\0"] {
            assert!(Currency::from_code(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn units_and_minor_units_convert_exactly() {
        let omr = currency("OMR");
        assert_eq!(omr.units_to_minor(200), Some(200_000));
        assert_eq!(omr.units_to_minor(MAX_CREDIT_UNITS), Some(1_000_000_000_000));
        assert_eq!(omr.units_to_minor(i64::MAX), None);
        assert_eq!(omr.whole_units(12_999), 12);
        assert_eq!(omr.whole_units(-12_999), -12);
        assert_eq!(currency("JPY").units_to_minor(7), Some(7));
    }

    #[test]
    fn amounts_are_read_as_they_are_written() {
        let [omr, jpy] = ["OMR", "JPY"].map(|code| Currency::from_code(code).unwrap());
        for (text, amount) in [
            ("12.345", Some(12_345)),
            ("12.3", Some(12_300)),
            ("12", Some(12_000)),
            ("0", Some(0)),
            ("12.3456", None),
            ("12.", None),
            (".5", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("", None),
            ("9223372036854775.807", Some(i64::MAX)),
            ("9223372036854775.808", None),
        ] {
            assert_eq!(omr.read_decimal(text), amount, "{text:?}");
        }
        assert_eq!(jpy.read_decimal("500"), Some(500));
        assert_eq!(jpy.read_decimal("500.0"), None);
    }

    #[test]
    fn amounts_show_every_decimal() {
        assert_eq!(currency("OMR").format(12_005), "12.005 OMR");
        assert_eq!(currency("OMR").format(-5), "-0.005 OMR");
        assert_eq!(currency("USD").format(i64::MIN), "-92233720368547758.08 USD");
        assert_eq!(currency("JPY").format(40), "40 JPY");
        assert_eq!(currency("BHD").to_string(), "BHD");
    }

    #[test]
    fn halves_round_to_even() {
        for (amount, expected) in [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)] {
            assert_eq!(div_half_even(amount, 1, 2), Some(expected), "{amount}");
        }
        assert_eq!(div_half_even(i64::MAX, i64::MAX, i64::MAX), Some(i64::MAX));
        assert_eq!(div_half_even(i64::MAX, 2, 1), None);
        assert_eq!(div_half_even(1, 1, 0), None);
    }

    #[test]
    fn sums_refuse_to_overflow() {
        assert_eq!(checked_sum([1, 2, 3]), Some(6));
        assert_eq!(checked_sum([i64::MAX, 1]), None);
    }
}
