//! An Organization's address, made from its name: what is Arabic is written in Latin letters.

use sovereign_domain::organization::check_slug;

use super::organizations::is_reserved;
use crate::storage::{self, Store, organizations as rows};

/// The longest that an address may be.
const MAX_LENGTH: usize = 31;
/// How many addresses of one name are tried before a person has to choose.
const TRIES: usize = 20;

/// The address that follows from a name; empty where none does.
pub(crate) fn of_name(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        let latin = latin(character);
        if latin == "-" && (slug.is_empty() || slug.ends_with('-')) {
            continue;
        }
        slug.push_str(latin);
    }
    let from_letter = slug.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let cut: String = from_letter.chars().take(MAX_LENGTH).collect();
    let slug = cut.trim_end_matches('-').to_owned();
    if check_slug(&slug).is_ok() { slug } else { String::new() }
}

/// The address that follows from a name and that nobody has; `None` where no near one is free.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn free_for(store: &Store, name: &str) -> storage::Result<Option<String>> {
    let slug = of_name(name);
    if slug.is_empty() {
        return Ok(None);
    }
    let mut tx = store.read().await?;
    for number in 1..=TRIES {
        let wanted = numbered(&slug, number);
        if !is_reserved(&wanted) && !rows::slug_is_taken(&mut tx, &wanted).await? {
            return Ok(Some(wanted));
        }
    }
    Ok(None)
}

/// `alnoor`, then `alnoor-2` and so on.
fn numbered(slug: &str, number: usize) -> String {
    if number == 1 {
        return slug.to_owned();
    }
    let ending = format!("-{number}");
    let room = MAX_LENGTH.saturating_sub(ending.len());
    let start: String = slug.chars().take(room).collect();
    format!("{}{ending}", start.trim_end_matches('-'))
}

/// A letter as addresses have it; a dash for what stands between words, nothing for what is left out.
fn latin(character: char) -> &'static str {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => ascii(character),
        '٠'..='٩' | '۰'..='۹' => digit(character),
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' | 'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => "a",
        'ب' => "b",
        'ت' | 'ط' => "t",
        'ث' => "th",
        'ج' => "j",
        'ح' | 'ه' | 'ة' => "h",
        'خ' => "kh",
        'د' | 'ض' => "d",
        'ذ' => "dh",
        'ر' => "r",
        'ز' | 'ظ' => "z",
        'س' | 'ص' => "s",
        'ش' => "sh",
        'غ' => "gh",
        'ف' => "f",
        'ق' => "q",
        'ك' | 'ک' => "k",
        'ل' => "l",
        'م' => "m",
        'ن' | 'ñ' => "n",
        'و' | 'ؤ' => "w",
        'ي' | 'ئ' | 'ی' => "y",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        // A throat sound and a doubling that Latin letters have no sign for, apostrophes, and vowel marks.
        'ع' | 'ء' | 'ـ' | '\'' | '’' | '\u{64b}'..='\u{652}' => "",
        _ => "-",
    }
}

fn ascii(character: char) -> &'static str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let lower = character.to_ascii_lowercase();
    LETTERS.find(lower).and_then(|at| LETTERS.get(at..=at)).unwrap_or("")
}

fn digit(character: char) -> &'static str {
    // Both rows of digits begin at a multiple of sixteen.
    char::from_digit(u32::from(character) % 16, 10).map_or("", ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses() {
        for (name, slug) in [
            ("Al Noor Pharmacy", "al-noor-pharmacy"),
            ("  Kestrel   &  Sons, LLC. ", "kestrel-sons-llc"),
            ("صيدلية النور", "sydlyh-alnwr"),
            ("مطعم ٤٠ درجة", "mtm-40-drjh"),
            ("24 Hours", "hours"),
            ("Café Zoë", "cafe-zoe"),
            ("O'Brien’s", "obriens"),
            ("AB", ""),
            ("药店", ""),
            ("", ""),
            (
                "A very long name that does not fit into any address",
                "a-very-long-name-that-does-not",
            ),
        ] {
            assert_eq!(of_name(name), slug, "{name}");
        }
    }

    #[test]
    fn the_next_address_is_one_too() {
        assert_eq!(numbered("alnoor", 1), "alnoor");
        assert_eq!(numbered("alnoor", 2), "alnoor-2");
        let long = numbered(&"a".repeat(31), 12);
        assert_eq!(long, format!("{}-12", "a".repeat(28)));
        assert!(check_slug(&long).is_ok());
    }
}
