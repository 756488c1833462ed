//! Folds texts so that people find what they mean, however they spell it. Pure.
//!
//! Unicode's compatibility decomposition (UAX #15, NFKD) takes accents, tashkeel, hamzas on their seats and
//! presentation forms apart, and marks are dropped. What is left of how Arabic is typed is folded here: alef
//! maqsura, ta marbuta, tatweel, Persian letters and digits.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The definite article, which searches do without where enough of the word is left.
const ARTICLE: &str = "ال";
const ENOUGH: usize = 3;

/// The words of a text, folded, with one space between them. What is neither letter nor digit divides words.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match plain(letter) {
            Some(letter) if letter.is_alphanumeric() => folded.extend(letter.to_lowercase()),
            Some(_) if folded.ends_with(' ') || folded.is_empty() => {}
            Some(_) => folded.push(' '),
            None => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The words that are searched for.
pub(crate) fn words(query: &str) -> Vec<String> {
    let bare = |word: &str| {
        let rest = word.strip_prefix(ARTICLE).filter(|rest| rest.chars().count() >= ENOUGH);
        rest.unwrap_or(word).to_owned()
    };
    folded(query).split(' ').filter(|word| !word.is_empty()).map(bare).collect()
}

/// A letter as most people type it; `None` for what only shapes or directs the text around it.
fn plain(letter: char) -> Option<char> {
    Some(match letter {
        'ى' | 'ی' | 'ې' => 'ي',
        'ة' | 'ۀ' | 'ہ' => 'ه',
        'ٱ' => 'ا',
        'ک' => 'ك',
        'ء' | 'ـ' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' =>
        {
            return None;
        }
        '٠'..='٩' => digit(letter, '٠'),
        '۰'..='۹' => digit(letter, '۰'),
        _ => letter,
    })
}

fn digit(letter: char, zero: char) -> char {
    let value = u32::from(letter).saturating_sub(u32::from(zero));
    char::from_digit(value, 10).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_same_fold_to_the_same() {
        for (one, other) in [
            ("WordPress", "wordpress"),
            ("Café", "cafe"),
            ("ＣＲＭ", "crm"),
            ("مُدَوَّنَة", "مدونه"),
            ("أودو", "اودو"),
            ("إدارة", "اداره"),
            ("آلة", "اله"),
            ("ٱلملفات", "الملفات"),
            ("مستشفى", "مستشفي"),
            ("مسؤول", "مسوول"),
            ("قائمة", "قايمه"),
            ("أجزاء", "اجزا"),
            ("الـــملفات", "الملفات"),
            ("کتاب", "كتاب"),
            ("ﻻ", "لا"),
            ("٤٢", "42"),
            ("۴۲", "42"),
            ("e-commerce", "e commerce"),
            ("  Cal.com  ", "cal com"),
            ("\u{200f}نص\u{202c}", "نص"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} and {other}");
        }
        assert_ne!(folded("كتاب"), folded("كتب"));
        assert_eq!(folded("--"), "");
        assert_eq!(folded(""), "");
    }

    #[test]
    fn what_is_folded_stays_so() {
        for text in ["WordPress, أودو و٤٢ مُدَوَّنَة", "İstanbul ǅ ŉ ﷺ", "a\0b\u{10ffff}"]
        {
            assert_eq!(folded(&folded(text)), folded(text), "{text}");
        }
    }

    #[test]
    fn searches_do_without_the_article() {
        assert_eq!(words("المتجر الإلكتروني"), ["متجر", "الكتروني"]);
        assert_eq!(words("الم"), ["الم"]);
        assert_eq!(words("Online shop!"), ["online", "shop"]);
        assert!(words(" ؟ ").is_empty());
    }
}
