//! What codes are made of: a prefix, random characters of an alphabet, and perhaps a check character.
//! docs/VOUCHER-CODES.md does the arithmetic.

use rand::{CryptoRng, RngExt as _};
use serde::{Deserialize, Serialize};
use sovereign_domain::check_character;
use sovereign_domain::voucher::{CODE_LENGTH, Code, CodeError, comparable};

use super::super::vouchers::FieldError;

/// The least entropy of a code: in a year of guessing behind the limits a thousand addresses find one of a million such
/// codes with a chance of one in nine hundred.
pub const MIN_ENTROPY_BITS: u32 = 55;
/// Random characters of a code of [`Alphabet::Clear`], unless asked otherwise: 74 bits.
pub const DEFAULT_LENGTH: usize = 16;
/// A check character is one of so many.
const CHECK_CHARACTERS: f64 = 36.0;

/// What the random characters are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// Letters and digits without those that are read for each other: 0 and O, 1, I and L, 2 and Z, 5 and S, 8
    /// and B.
    #[default]
    Clear,
    /// The letters of those.
    Letters,
    /// All ten digits, for who has a keypad.
    Digits,
}

impl Alphabet {
    pub const ALL: [Self; 3] = [Self::Clear, Self::Letters, Self::Digits];

    /// As the wire calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Letters => "letters",
            Self::Digits => "digits",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Clear => b"ACDEFGHJKMNPQRTUVWXY34679",
            Self::Letters => b"ACDEFGHJKMNPQRTUVWXY",
            Self::Digits => b"0123456789",
        }
    }

    fn bits(self) -> f64 {
        u32::try_from(self.characters().len()).map_or(0.0, |count| f64::from(count).log2())
    }

    /// Each is as likely as any other: a number that is no place in the alphabet is drawn again.
    fn draw(self, random: &mut impl CryptoRng) -> char {
        const PLACES: u8 = 32;
        loop {
            let place = usize::from(random.random::<u8>() % PLACES);
            if let Some(character) = self.characters().get(place) {
                return char::from(*character);
            }
        }
    }
}

/// How codes are made. One that [`Pattern::read`] has read makes codes that nobody can guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// As codes are written.
    pub prefix: String,
    /// Random characters behind it.
    pub length: usize,
    pub alphabet: Alphabet,
    /// Whether the last character follows from those before it: ISO/IEC 7064, MOD 37,36, over the digits and letters of
    /// the whole code.
    pub check_character: bool,
}

impl Pattern {
    /// A pattern whose codes can be written, and not guessed.
    ///
    /// # Errors
    /// Everything that is wrong with it; one at least.
    pub fn read(
        prefix: &str,
        length: Option<usize>,
        alphabet: Alphabet,
        check_character: bool,
    ) -> Result<Self, Vec<FieldError>> {
        // As codes are written: a character may be several there.
        let prefix = comparable(prefix);
        let mut pattern = Self { prefix: String::new(), length: 0, alphabet, check_character };
        let least = Self::least_length(alphabet, check_character);
        pattern.length = length.unwrap_or(match alphabet {
            Alphabet::Clear => DEFAULT_LENGTH,
            Alphabet::Letters | Alphabet::Digits => least,
        });
        let mut faults = Vec::new();
        let most = Self::most_length(&prefix, check_character);
        if pattern.length < least {
            let detail = format!(
                "length must be at least {least} random characters, the prefix not counted: a shorter \
                 code can be guessed; {DEFAULT_LENGTH} is the default"
            );
            faults.push(FieldError::new("length", detail));
        } else if pattern.length > most {
            let detail = format!(
                "length must be at most {most} behind this prefix: a code has up to {} characters",
                CODE_LENGTH.end()
            );
            faults.push(FieldError::new("length", detail));
        }
        // Whatever can stand before other characters: the shortest code is longer than a prefix may be.
        match Code::parse(&format!("{prefix}AAA")) {
            Ok(_) => pattern.prefix = prefix,
            // Behind it there is no room, which was said.
            Err(CodeError::Length) => {}
            Err(error) => faults.push(FieldError::new("prefix", format!("prefix {error}"))),
        }
        if faults.is_empty() { Ok(pattern) } else { Err(faults) }
    }

    /// The fewest random characters that nobody can guess.
    pub(crate) fn least_length(alphabet: Alphabet, check_character: bool) -> usize {
        let enough = |length: &usize| {
            let pattern =
                Self { prefix: String::new(), length: *length, alphabet, check_character };
            pattern.entropy_bits() >= MIN_ENTROPY_BITS
        };
        (1..=*CODE_LENGTH.end()).find(enough).unwrap_or(*CODE_LENGTH.end())
    }

    /// The most random characters that there is room for.
    pub(crate) fn most_length(prefix: &str, check_character: bool) -> usize {
        let room = CODE_LENGTH.end().saturating_sub(comparable(prefix).chars().count());
        room.saturating_sub(usize::from(check_character))
    }

    /// How hard a code is to guess: the logarithm to base 2 of how many there are, rounded down. The prefix adds nothing,
    /// and a check character that must be in the alphabet takes a little away.
    #[must_use]
    pub fn entropy_bits(&self) -> u32 {
        let random =
            f64::from(u32::try_from(self.length).unwrap_or(u32::MAX)) * self.alphabet.bits();
        let checked =
            if self.check_character { CHECK_CHARACTERS.log2() - self.alphabet.bits() } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few bits")]
        let bits = (random - checked).floor().max(0.0) as u32;
        bits
    }

    /// A new code.
    pub fn code(&self, random: &mut impl CryptoRng) -> Code {
        loop {
            let mut code = self.prefix.clone();
            code.extend((0..self.length).map(|_| self.alphabet.draw(random)));
            if self.check_character {
                let check = check_character::of(&code);
                let known = self.alphabet.characters();
                if !u8::try_from(check).is_ok_and(|check| known.contains(&check)) {
                    continue;
                }
                code.push(check);
            }
            return Code::stored(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn pattern(prefix: &str, length: usize) -> Result<Pattern, Vec<FieldError>> {
        Pattern::read(prefix, Some(length), Alphabet::Clear, false)
    }

    fn made(pattern: &Pattern) -> String {
        let mut random: StdRng = rand::make_rng();
        pattern.code(&mut random).as_str().to_owned()
    }

    #[test]
    fn a_code_is_its_prefix_and_random_characters() {
        for alphabet in Alphabet::ALL {
            let pattern = Pattern::read(" omantel-", Some(20), alphabet, false).unwrap();
            let code = made(&pattern);
            let random = code.strip_prefix("OMANTEL-").unwrap();
            assert_eq!(random.len(), 20);
            assert!(random.bytes().all(|byte| alphabet.characters().contains(&byte)), "{code}");
            assert_eq!(Code::parse(&code).map(|code| code.as_str().to_owned()), Ok(code));
        }
        assert_eq!(made(&pattern("", 64).unwrap()).len(), 64);
        assert_eq!(made(&pattern(&"\u{fb00}".repeat(20), 24).unwrap()).len(), 64);
    }

    #[test]
    fn a_check_character_is_of_the_whole_code_and_of_the_alphabet() {
        for alphabet in Alphabet::ALL {
            let pattern = Pattern::read("OMANTEL-", Some(20), alphabet, true).unwrap();
            for _ in 0..200 {
                let code = made(&pattern);
                assert_eq!(code.len(), "OMANTEL-".len() + 21);
                assert!(check_character::holds(&code), "{code}");
                let last = *code.as_bytes().last().unwrap();
                assert!(alphabet.characters().contains(&last), "{code}");
            }
        }
    }

    #[test]
    fn nothing_looks_like_anything_else() {
        for alphabet in [Alphabet::Clear, Alphabet::Letters] {
            let distinct: BTreeSet<&u8> = alphabet.characters().iter().collect();
            assert_eq!(distinct.len(), alphabet.characters().len());
            for group in ["0O", "1IL", "2Z", "5S", "8B"] {
                let both = |byte| alphabet.characters().contains(&byte);
                assert!(!group.bytes().any(both), "{group}");
            }
        }
    }

    /// The least length of each has the entropy that the documents speak of, and one character less has not.
    #[test]
    fn the_shortest_cannot_be_guessed() {
        for (alphabet, check, least, bits) in [
            (Alphabet::Clear, false, 12, 55),
            (Alphabet::Clear, true, 12, 55),
            (Alphabet::Letters, false, 13, 56),
            (Alphabet::Letters, true, 13, 55),
            (Alphabet::Digits, false, 17, 56),
            (Alphabet::Digits, true, 18, 57),
        ] {
            let read = |length| Pattern::read("", Some(length), alphabet, check);
            assert_eq!(read(least).unwrap().entropy_bits(), bits, "{alphabet:?} {check}");
            let faults = read(least - 1).unwrap_err();
            assert_eq!((faults.len(), faults[0].field), (1, "length"));
            assert!(faults[0].detail.contains(&format!("at least {least} ")), "{}", faults[0]);
        }
        assert_eq!(pattern("", DEFAULT_LENGTH).unwrap().entropy_bits(), 74);
        let lengths = Alphabet::ALL.map(|one| Pattern::read("", None, one, true).unwrap().length);
        assert_eq!(lengths, [16, 13, 18]);
    }

    #[test]
    fn lengths_and_prefixes_out_of_range_are_refused() {
        for (prefix, length, field, says) in [
            ("", 0, "length", "at least 12"),
            ("", 65, "length", "at most 64"),
            ("OMANTEL-", 57, "length", "at most 56"),
            (&"X".repeat(60), 12, "length", "at most 4"),
            ("OMAN TEL", DEFAULT_LENGTH, "prefix", "only letters"),
            // Each is two letters in a code.
            (&"\u{fb00}".repeat(20), 30, "length", "at most 24"),
        ] {
            let faults = pattern(prefix, length).unwrap_err();
            assert_eq!(faults[0].field, field, "{}", faults[0]);
            assert!(faults[0].detail.contains(says), "{}", faults[0]);
        }
    }

    /// Of 250,000 characters each has its 10,000, within five standard deviations.
    #[test]
    fn no_character_is_likelier_than_another() {
        let mut random = StdRng::seed_from_u64(7);
        let mut counts = BTreeMap::<char, usize>::new();
        for _ in 0..250_000 {
            *counts.entry(Alphabet::Clear.draw(&mut random)).or_default() += 1;
        }
        assert_eq!(counts.len(), Alphabet::Clear.characters().len());
        assert!(counts.values().all(|count| (9_510..=10_490).contains(count)), "{counts:?}");
    }
}
