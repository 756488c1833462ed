//! Rates of exchange, which the publisher states by month: exact decimals.

use std::collections::BTreeMap;

use sovereign_domain::money::{Currency, div_half_even};
use sovereign_domain::split::Month;

use super::members::Members;

/// What a unit of one currency is in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// As it was written.
    pub text: String,
    /// Above zero, below 10^14.
    pub numerator: i64,
    /// A power of ten, at most 10^12.
    pub denominator: i64,
}

/// The most digits of a rate, and the most of them after the point: what is multiplied stays in range.
const DIGITS: usize = 14;
const DECIMALS: usize = 12;

impl Rate {
    /// Reads a decimal above zero; `None` where the text is none, or has too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (units, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !units.is_empty()
            && !text.ends_with('.')
            && digits(units)
            && digits(decimals)
            && decimals.len() <= DECIMALS
            && units.len() + decimals.len() <= DIGITS;
        if !fits {
            return None;
        }
        let numerator: i64 = format!("{units}{decimals}").parse().ok()?;
        let denominator = 10_i64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        (numerator > 0).then(|| Self { text: text.to_owned(), numerator, denominator })
    }

    /// An amount in minor units of one currency, in those of the other; rounded once, half to even. `None` out of
    /// range.
    #[must_use]
    pub fn convert(&self, amount_minor: i64, from: Currency, to: Currency) -> Option<i64> {
        let numerator = self.numerator.checked_mul(scale(from, to)?)?;
        let denominator = self.denominator.checked_mul(scale(to, from)?)?;
        div_half_even(amount_minor, numerator, denominator)
    }
}

/// By how much the minor unit of a currency is larger than another's.
fn scale(from: Currency, to: Currency) -> Option<i64> {
    10_i64.checked_pow(to.exponent().saturating_sub(from.exponent()))
}

/// The rates of all months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<(Month, &'static str, &'static str), Rate>);

impl Rates {
    /// What a unit of `from` is in `to`.
    #[must_use]
    pub fn rate(&self, month: Month, from: Currency, to: Currency) -> Option<&Rate> {
        self.0.get(&(month, from.code(), to.code()))
    }
}

/// Reads `[rates."2026-11"]` and its like.
pub(super) fn read(top: &mut Members) -> Rates {
    let mut rates = Rates::default();
    let Some(mut members) = top.table("rates") else { return rates };
    for name in members.names() {
        let Some(inner) = members.table(&name) else { continue };
        match name.parse::<Month>() {
            Ok(month) => of_month(month, inner, &mut members, &mut rates),
            Err(error) => members.wrong(&name, error.to_string()),
        }
    }
    top.absorb(members);
    rates
}

fn of_month(month: Month, mut inner: Members, members: &mut Members, rates: &mut Rates) {
    for name in inner.names() {
        let Some(text) = inner.text(&name) else { continue };
        let Some((from, to)) = pair(&name) else {
            inner.wrong(&name, "is no pair of two currencies: write it as OMR_USD");
            continue;
        };
        let Some(rate) = Rate::parse(&text) else {
            let is = format!(
                "what 1 {from} is in {to}, a decimal above zero with at most {DIGITS} digits"
            );
            inner.wrong(&name, format!("{text:?} is no rate: write {is}"));
            continue;
        };
        rates.0.insert((month, from.code(), to.code()), rate);
    }
    members.absorb(inner);
}

fn pair(name: &str) -> Option<(Currency, Currency)> {
    let (from, to) = name.split_once('_')?;
    let (from, to) = (Currency::from_code(from).ok()?, Currency::from_code(to).ok()?);
    (from != to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).unwrap()
    }

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    #[test]
    fn rates_are_decimals_above_zero() {
        let read = |text| Rate::parse(text).map(|rate| (rate.numerator, rate.denominator));
        assert_eq!(read("2.6008"), Some((26_008, 10_000)));
        assert_eq!(read("0.3845"), Some((3_845, 10_000)));
        assert_eq!(read("232000"), Some((232_000, 1)));
        for wrong in ["", "0", "0.000", "-1", "+1", "1e3", ".5", "1.", "1,5", "1.2.3", "٢"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(read("12345678901234").is_some() && read("123456789012345").is_none());
        assert!(read("0.000000000001").is_some() && read("0.0000000000001").is_none());
    }

    #[test]
    fn amounts_are_converted_between_minor_units() {
        let [omr, usd, jpy] = ["OMR", "USD", "JPY"].map(currency);
        // 100.000 OMR are 260.08 USD.
        assert_eq!(rate("2.6008").convert(100_000, omr, usd), Some(26_008));
        assert_eq!(rate("0.3845").convert(26_008, usd, omr), Some(100_001));
        assert_eq!(rate("390.12").convert(1_000, omr, jpy), Some(390));
        assert_eq!(rate("0.0025").convert(400, jpy, omr), Some(1_000));
        // Half to even: 0.005 OMR at 1 are half a cent, and 0.015 are one and a half.
        assert_eq!(rate("1").convert(5, omr, usd), Some(0));
        assert_eq!(rate("1").convert(15, omr, usd), Some(2));
        assert_eq!(rate("99999999999999").convert(i64::MAX, omr, usd), None);
    }
}
