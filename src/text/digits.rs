//! The digits that a reader of Arabic chose: those of Europe, which most services in the Gulf show, or
//! Arabic-Indic ones.

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Digits {
    #[default]
    Latin,
    ArabicIndic,
}

impl Digits {
    pub(crate) const ALL: [Self; 2] = [Self::Latin, Self::ArabicIndic];

    /// Its name (Unicode's, as in `ar-u-nu-arab`).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Latin => "latn",
            Self::ArabicIndic => "arab",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|digits| digits.name() == name)
    }

    /// A number, an amount, a date or a time in these digits. What is copied by hand, such as codes, is not
    /// written so.
    pub(crate) fn write(self, text: &str) -> String {
        if self == Self::Latin {
            return text.to_owned();
        }
        let characters: Vec<char> = text.chars().collect();
        let is_digit = |index: Option<usize>| {
            index.and_then(|index| characters.get(index)).is_some_and(char::is_ascii_digit)
        };
        let written = characters.iter().enumerate().map(|(index, character)| {
            let inside = is_digit(index.checked_sub(1)) && is_digit(index.checked_add(1));
            match (character, character.to_digit(10)) {
                // U+0660 is the first of ten in a row.
                (_, Some(digit)) => char::from_u32(0x660 + digit).unwrap_or(*character),
                ('.', None) if inside => '\u{66b}',
                (',', None) if inside => '\u{66c}',
                (other, None) => *other,
            }
        });
        written.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_separators() {
        let write = |text| Digits::ArabicIndic.write(text);
        assert_eq!(write("4.130 OMR"), "٤٫١٣٠ OMR");
        assert_eq!(write("-1,234.500"), "-١٬٢٣٤٫٥٠٠");
        assert_eq!(write("25 نوفمبر 2026."), "٢٥ نوفمبر ٢٠٢٦.");
        assert_eq!(write("18:05"), "١٨:٠٥");
        assert_eq!(Digits::Latin.write("4.130 OMR"), "4.130 OMR");
    }
}
