//! The check character of a code: it tells a typing error from a code that nobody issued.
//!
//! Source: ISO/IEC 7064, the hybrid system MOD 37,36 over the digits and the letters A to Z. It finds every single
//! character that is mistyped, and of neighbours that are swapped all but one pair of 630 in each place.

const MODULUS: u32 = 36;

/// The check character of a text. What is no digit and no capital letter, such as a dash, does not count.
#[must_use]
pub fn of(text: &str) -> char {
    let value = (MODULUS + 1).saturating_sub(state(text)) % MODULUS;
    char::from_digit(value, MODULUS).map_or('0', |c| c.to_ascii_uppercase())
}

/// Whether the last character of a text is the check character of what is before it.
#[must_use]
pub fn holds(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next_back().is_some_and(|last| last == of(characters.as_str()))
}

fn state(text: &str) -> u32 {
    let values = text.chars().filter_map(|c| c.to_digit(MODULUS).filter(|_| !c.is_lowercase()));
    values.fold(MODULUS, |state, value| {
        let sum = match state.saturating_add(value) % MODULUS {
            0 => MODULUS,
            sum => sum,
        };
        sum.saturating_mul(2) % (MODULUS + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use alloc::string::String;
    use alloc::vec::Vec;

    /// The examples of the standards that use it: a Global Release Identifier, and others that are published.
    #[test]
    fn it_is_that_of_the_standard() {
        for (text, check) in [("A1-2425G-ABC1234002", 'M'), ("A12425GABC1234002", 'M')] {
            assert_eq!(of(text), check, "{text}");
        }
        assert!(holds("A12425GABC1234002M"));
        assert!(!holds("A12425GABC1234002N"));
        assert!(!holds(""));
    }

    #[test]
    fn any_other_character_is_noticed() {
        let code = "OMANTEL-7XQTCM4KWA9H";
        let check = of(code);
        let characters: Vec<char> = code.chars().collect();
        for (place, right) in characters.iter().enumerate().filter(|(_, c)| **c != '-') {
            for other in (0..36).filter_map(|value| char::from_digit(value, 36)) {
                let other = other.to_ascii_uppercase();
                let mut wrong = characters.clone();
                wrong[place] = other;
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(of(&wrong) == check, other == *right, "{wrong}");
            }
        }
    }

    /// Whatever is before them, of all 630 pairs of neighbours one is swapped without notice.
    #[test]
    fn swapped_neighbours_are_noticed() {
        let digit = |value| char::from_digit(value, 36).unwrap().to_ascii_uppercase();
        for before in 0..36 {
            let text = |a, b| [before, a, b].map(digit).iter().collect::<String>();
            let pairs = (0..36).flat_map(|one| (0..one).map(move |other| (one, other)));
            let unnoticed = pairs.filter(|(a, b)| of(&text(*a, *b)) == of(&text(*b, *a)));
            assert_eq!(unnoticed.count(), 1);
        }
    }
}
