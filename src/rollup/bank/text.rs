//! The letters that banks take: those of SWIFT's character set X, which SEPA's rules of implementation ask for as well.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A text has a letter that banks do not take and that no other stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    text: String,
    letter: char,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} has {:?}, which banks do not take: write it in Latin letters, as the bank has it",
            self.text, self.letter
        )
    }
}

impl std::error::Error for Unwritable {}

/// A name in those letters: accents are taken off, and a few letters are written as others. Spaces around it are left
/// out, and several are one.
///
/// # Errors
/// The first letter that cannot be written.
pub(crate) fn latin(text: &str) -> Result<String, Unwritable> {
    let mut written = String::with_capacity(text.len());
    for letter in text.nfc() {
        if let Some(other) = other_for(letter) {
            written.push_str(other);
            continue;
        }
        for part in std::iter::once(letter).nfkd() {
            if is_taken(part) {
                written.push(part);
            } else if !is_combining_mark(part) {
                return Err(Unwritable { text: text.to_owned(), letter });
            }
        }
    }
    Ok(written.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}

/// What stands for a letter that is no other one with an accent.
const fn other_for(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'þ' => "th",
        'Þ' => "TH",
        '&' => "+",
        '_' | '–' | '—' | '‐' | '‑' => "-",
        '’' | '‘' | '`' | 'ʼ' | 'ʿ' | 'ʾ' => "'",
        ';' => ",",
        '\u{a0}' | '\t' => " ",
        _ => return None,
    })
}

const fn is_taken(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || matches!(letter, ' ' | '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+')
}

/// Whether it can go with a transfer as it is: in those letters, with no slash at an end nor two in a row.
pub(super) fn is_reference(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(is_taken)
        && !text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_letters_that_banks_take() {
        for (name, written) in [
            ("Omantel Cloud SAOG", "Omantel Cloud SAOG"),
            ("  Müller & Søn, Łódź\u{a0}GmbH ", "Muller + Son, Lodz GmbH"),
            ("Al-Ma’awali (Straße) O_K", "Al-Ma'awali (Strasse) O-K"),
            ("e\u{301}te\u{301}", "ete"),
            ("ﬁrst", "first"),
            ("q\u{301}", "q"),
        ] {
            assert_eq!(latin(name).as_deref(), Ok(written));
        }
        for (name, letter) in
            [("عمانتل", 'ع'), ("Omantel*", '*'), ("a\nb", '\n'), ("日本", '日'), ("½", '½')]
        {
            let error = latin(name).unwrap_err();
            assert_eq!(error.letter, letter);
            assert!(error.to_string().contains("Latin letters"));
        }
    }

    #[test]
    fn references_have_no_slashes_where_banks_refuse_them() {
        assert!(is_reference("2026-11/omantel/OMR"));
        for wrong in ["", "/a", "a/", "a//b", "a_b", "ق", "a&b"] {
            assert!(!is_reference(wrong), "{wrong}");
        }
    }
}
