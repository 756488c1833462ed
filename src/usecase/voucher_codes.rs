//! Makes voucher codes that nobody can guess. docs/VOUCHER-CODES.md does the arithmetic.

use rand::{CryptoRng, RngExt as _};
use sovereign_domain::voucher::{CODE_LENGTH, Code};

use super::vouchers::{FieldError, parse_code};

/// Letters and digits without those that are read for each other: 0 and O, 1, I and L, 2 and Z, 5 and S, 8
/// and B.
const ALPHABET: &[u8; 25] = b"ACDEFGHJKMNPQRTUVWXY34679";

/// Random characters of a code, unless asked otherwise: 74 bits.
pub const DEFAULT_LENGTH: usize = 16;
/// 55 bits: in a year of guessing behind the limits a thousand addresses find one of a million such codes with
/// a chance of one in nine hundred. With a character less it would be one in forty.
pub const MIN_LENGTH: usize = 12;

/// A code of `length` random characters behind `prefix`.
///
/// # Errors
/// Where the code could be guessed, would be too long, or the prefix can begin none.
pub fn generate(
    prefix: &str,
    length: usize,
    random: &mut impl CryptoRng,
) -> Result<Code, FieldError> {
    if length < MIN_LENGTH {
        let detail = format!(
            "length must be at least {MIN_LENGTH} random characters, the prefix not counted: a shorter \
             code can be guessed; {DEFAULT_LENGTH} is the default"
        );
        return Err(FieldError::new("length", detail));
    }
    let most = CODE_LENGTH.end().saturating_sub(prefix.trim().chars().count());
    if length > most {
        let detail = format!(
            "length must be at most {most} behind this prefix: a code has up to {} characters",
            CODE_LENGTH.end()
        );
        return Err(FieldError::new("length", detail));
    }
    let characters: String = (0..length).map(|_| character(random)).collect();
    parse_code("prefix", &format!("{}{characters}", prefix.trim()))
}

/// A code as somebody typed or pasted it, without what comes along by accident: spaces, marks of direction and
/// other invisible characters, and dashes of other kinds. Letters and digits are left to [`Code::parse`].
pub(crate) fn as_typed(text: &str) -> String {
    let kept = text.chars().filter(|&c| !c.is_whitespace() && !c.is_control() && !is_invisible(c));
    kept.map(
        |c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{640}') { '-' } else { c },
    )
    .collect()
}

/// What has no width, or only turns the direction of what follows.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// Each character is as likely as any other: a number that is no place in the alphabet is drawn again.
fn character(random: &mut impl CryptoRng) -> char {
    const PLACES: u8 = 32;
    loop {
        let place = usize::from(random.random::<u8>() % PLACES);
        if let Some(character) = ALPHABET.get(place) {
            return char::from(*character);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn generated(prefix: &str, length: usize) -> Result<String, FieldError> {
        let mut random: StdRng = rand::make_rng();
        generate(prefix, length, &mut random).map(|code| code.as_str().to_owned())
    }

    #[test]
    fn what_is_pasted_along_is_left_out() {
        for (typed, code) in [
            ("  omantel muscat 200\n", "omantelmuscat200"),
            ("OMANTEL\u{2011}MUSCAT\u{2013}٢٠٠", "OMANTEL-MUSCAT-٢٠٠"),
            ("\u{202b}OMANTEL-MUSCAT-200\u{202c}\u{feff}", "OMANTEL-MUSCAT-200"),
            ("\u{200f} \u{a0}", ""),
        ] {
            assert_eq!(as_typed(typed), code, "{typed:?}");
        }
    }

    #[test]
    fn a_code_is_its_prefix_and_random_characters() {
        let code = generated(" omantel-", DEFAULT_LENGTH).unwrap();
        let random = code.strip_prefix("OMANTEL-").unwrap();
        assert_eq!(random.len(), DEFAULT_LENGTH);
        assert!(random.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
        assert_eq!(generated("", 64).unwrap().len(), 64);
    }

    #[test]
    fn nothing_looks_like_anything_else() {
        let distinct: BTreeSet<&u8> = ALPHABET.iter().collect();
        assert_eq!(distinct.len(), ALPHABET.len());
        for group in ["0O", "1IL", "2Z", "5S", "8B"] {
            assert!(group.bytes().all(|byte| !ALPHABET.contains(&byte)), "{group}");
        }
    }

    /// Enough for the least length to have the entropy that the documents speak of.
    #[test]
    fn the_shortest_has_55_bits() {
        let bits = |length: usize| {
            let codes = (0..length).fold(1_u128, |codes, _| codes * ALPHABET.len() as u128);
            codes.ilog2()
        };
        assert_eq!((bits(MIN_LENGTH), bits(DEFAULT_LENGTH)), (55, 74));
        assert!(bits(MIN_LENGTH - 1) < 55);
    }

    #[test]
    fn lengths_and_prefixes_out_of_range_are_refused() {
        for (prefix, length, field, says) in [
            ("", 0, "length", "at least 12"),
            ("", MIN_LENGTH - 1, "length", "at least 12"),
            ("", 65, "length", "at most 64"),
            ("OMANTEL-", 57, "length", "at most 56"),
            (&"X".repeat(60), MIN_LENGTH, "length", "at most 4"),
            ("OMAN TEL", DEFAULT_LENGTH, "prefix", "only letters"),
        ] {
            let error = generated(prefix, length).unwrap_err();
            assert_eq!(error.field, field, "{error}");
            assert!(error.detail.contains(says), "{error}");
        }
    }

    /// Of 250,000 characters each has its 10,000, within five standard deviations.
    #[test]
    fn no_character_is_likelier_than_another() {
        let mut random = StdRng::seed_from_u64(7);
        let mut counts = BTreeMap::<char, usize>::new();
        for _ in 0..250_000 {
            *counts.entry(character(&mut random)).or_default() += 1;
        }
        assert_eq!(counts.len(), ALPHABET.len());
        assert!(counts.values().all(|count| (9_510..=10_490).contains(count)), "{counts:?}");
    }
}
