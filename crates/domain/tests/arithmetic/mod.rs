//! The pure functions of money and codes, for any input.

use proptest::collection::vec;
use proptest::prelude::*;
use sovereign_domain::checkout::{ChargeRules, Split, SplitError, split};
use sovereign_domain::money::Currency;
use sovereign_domain::voucher::{CODE_LENGTH, Code};

/// Amounts where rules bite, and amounts of every size. Near the end of the range no multiple of the
/// step is left to round up to, and no catalog has such a price.
fn total() -> impl Strategy<Value = i64> {
    prop_oneof![0..=2_000_i64, 0..=50_000_i64, 0..=i64::MAX - 10]
}

fn available() -> impl Strategy<Value = i64> {
    prop_oneof![-10..=2_000_i64, 0..=50_000_i64, any::<i64>()]
}

fn rules() -> impl Strategy<Value = ChargeRules> {
    (prop_oneof![Just(1_i64), Just(10)], 1..=60_i64).prop_map(|(step_minor, steps)| ChargeRules {
        minimum_minor: step_minor * steps,
        step_minor,
    })
}

/// The most credit that leaves nothing to charge or something a card can be charged, found by trying.
fn most_credit(total: i64, available: i64, rules: ChargeRules) -> Option<i64> {
    (0..=available.clamp(0, total)).rev().find(|credit| {
        let rest = total - credit;
        rest == 0 || (rest >= rules.minimum_minor && rest % rules.step_minor == 0)
    })
}

proptest! {
    #![proptest_config(super::config(20_000))]

    #[test]
    fn the_parts_of_a_split_are_the_total(
        total in total(),
        available in available(),
        rules in proptest::option::weighted(0.9, rules()),
    ) {
        match (split(total, available, rules), rules) {
            (Ok(Split { credit_minor, charge_minor, rounding_minor }), rules) => {
                prop_assert_eq!(credit_minor + charge_minor + rounding_minor, total);
                prop_assert!((0..=available.max(0)).contains(&credit_minor));
                prop_assert!(rounding_minor == 0 || credit_minor == 0);
                if charge_minor != 0 {
                    let rules = rules.expect("a charge needs a processor");
                    prop_assert!(charge_minor >= rules.minimum_minor);
                    prop_assert_eq!(charge_minor % rules.step_minor, 0);
                    prop_assert!(rounding_minor.abs() * 2 <= rules.step_minor);
                } else {
                    prop_assert_eq!(credit_minor, total);
                }
            }
            (Err(SplitError::NoProcessor), rules) => {
                prop_assert!(rules.is_none() && available < total);
            }
            (Err(SplitError::BelowMinimum), rules) => {
                let rules = rules.expect("a minimum needs a processor");
                prop_assert!(available < total && total < rules.minimum_minor);
            }
        }
    }

    #[test]
    fn as_much_credit_is_used_as_a_card_allows(
        total in 0..=1_500_i64,
        available in 0..=1_600_i64,
        rules in rules(),
    ) {
        let split = split(total, available, Some(rules));
        if let Some(credit) = most_credit(total, available, rules) {
            let exact = Split { credit_minor: credit, charge_minor: total - credit, rounding_minor: 0 };
            prop_assert_eq!(split, Ok(exact));
        } else {
            // Half to even, written another way: the multiple nearest to the total, the even one of two.
            let step = rules.step_minor;
            let below = total / step;
            let nearest = [below, below + 1]
                .into_iter()
                .min_by_key(|multiple| ((multiple * step - total).abs(), multiple % 2))
                .unwrap() * step;
            let rounded =
                Split { credit_minor: 0, charge_minor: nearest, rounding_minor: total - nearest };
            let expected = Some(rounded).filter(|split| split.charge_minor >= rules.minimum_minor);
            prop_assert_eq!(split, expected.ok_or(SplitError::BelowMinimum));
        }
    }

    #[test]
    fn amounts_are_written_with_all_their_digits(
        amount in prop_oneof![any::<i64>(), -5_000..=5_000_i64],
        code in prop::sample::select(vec!["OMR", "BHD", "KWD", "USD", "EUR", "JPY", "CLF"]),
    ) {
        let currency = Currency::from_code(code).unwrap();
        let text = currency.format(amount);
        let (number, end) = text.rsplit_once(' ').unwrap();
        prop_assert_eq!(end, code);
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, currency.exponent() as usize);
        let digits: String = number.chars().filter(|c| *c != '.').collect();
        prop_assert_eq!(digits.parse::<i128>().unwrap(), i128::from(amount));

        let units = currency.whole_units(amount);
        let scale = i128::from(currency.minor_per_unit());
        let rest = i128::from(amount) - i128::from(units) * scale;
        prop_assert!(rest.abs() < scale && rest * i128::from(amount.signum()) >= 0);
        let written: i64 = number.split('.').next().unwrap().parse().unwrap();
        prop_assert_eq!(written, units);
        if let Some(back) = currency.units_to_minor(units) {
            prop_assert_eq!(currency.whole_units(back), units);
        }
    }

    #[test]
    fn a_code_is_its_own_written_form(text in typed()) {
        let Ok(code) = Code::parse(&text) else { return Ok(()) };
        prop_assert_eq!(Code::parse(code.as_str()), Ok(code.clone()));
        prop_assert_eq!(Code::parse(&code.as_str().to_lowercase()), Ok(code.clone()));
        prop_assert_eq!(Code::parse(&format!("\t {} \n", code.as_str())), Ok(code.clone()));
        prop_assert_eq!(Code::parse(&text.to_uppercase()), Ok(code.clone()));
        prop_assert_eq!(Code::parse(&text.to_lowercase()), Ok(code.clone()));
        prop_assert!(CODE_LENGTH.contains(&code.as_str().len()));
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        prop_assert!(code.as_str().bytes().all(allowed));
    }

    #[test]
    fn every_spelling_of_a_code_is_that_code(
        (code, spelling) in vec(spelled(), 3..64).prop_map(|letters| -> (String, String) {
            letters.into_iter().unzip()
        }),
    ) {
        prop_assert_eq!(Code::parse(&spelling), Ok(Code::stored(code)));
    }

    #[test]
    fn reading_a_code_never_panics(text in any::<String>(), times in 1..100_usize) {
        let _ = Code::parse(&text);
        let _ = Code::parse(&text.repeat(times));
    }
}

/// What people and their keyboards make of a code.
fn typed() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        prop::char::range('a', 'z'),
        prop::char::range('A', 'Z'),
        prop::char::range('0', '9'),
        prop::sample::select(vec!['-', '_', '.']),
    ];
    let strange = prop_oneof![
        prop::char::range('\u{ff01}', '\u{ff5e}'),
        prop::char::range('\u{660}', '\u{669}'),
        prop::char::range('\u{6f0}', '\u{6f9}'),
        prop::char::range('\u{1d400}', '\u{1d433}'),
        prop::char::range('\u{24b6}', '\u{24e9}'),
        prop::char::range('\u{fb00}', '\u{fb06}'),
        prop::sample::select(vec!['ß', 'ı', 'ſ', 'K', '²', '①', '㎏', '…', 'İ']),
    ];
    let space = prop::sample::select(vec!["", "", " ", "\n", "\u{a0}", "\u{3000}", "\u{2009} "]);
    let letters = vec(prop_oneof![12 => plain, 1 => strange], 0..70);
    (space.clone(), letters, space).prop_map(|(before, letters, after)| {
        format!("{before}{}{after}", letters.into_iter().collect::<String>())
    })
}

/// A character of a code, and one way to type it.
fn spelled() -> impl Strategy<Value = (char, char)> {
    let at = |start: u32, offset: u32| char::from_u32(start + offset).unwrap();
    let letters = [0x41, 0x61, 0xff21, 0xff41, 0x1d400, 0x1d41a, 0x24b6, 0x24d0];
    let letter = (prop::sample::select(letters.to_vec()), 0..26_u32);
    let digits = [0x30, 0x660, 0x6f0, 0xff10, 0x1d7ce];
    let digit = (prop::sample::select(digits.to_vec()), 0..10_u32);
    let mark = prop::sample::select(vec![('-', '-'), ('_', '_'), ('.', '.'), ('-', '\u{ff0d}')]);
    prop_oneof![
        letter.prop_map(move |(start, n)| (at(0x41, n), at(start, n))),
        digit.prop_map(move |(start, n)| (at(0x30, n), at(start, n))),
        mark,
    ]
}
