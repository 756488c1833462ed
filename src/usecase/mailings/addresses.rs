//! Reading to whom a mailing goes: each an address that mail can be sent to, and each once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use crate::mail::usable_address;
use crate::text::Language;

/// The most addresses of one mailing.
pub(crate) const MAX_ADDRESSES: usize = 10_000;
/// The most errors that are kept.
const MAX_ERRORS: usize = 1_000;
/// The most errors of one sentence.
const TOLD: usize = 10;

/// An address as somebody has sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Where it stands, from 1.
    pub(crate) line: u64,
    pub(crate) email: String,
    /// A tag; empty for the language of the mailing.
    pub(crate) language: String,
}

/// An address that a letter can go to, and its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) email: String,
    pub(crate) language: Language,
}

/// What is wrong with an address, or with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressFault {
    /// There are none.
    Missing,
    TooMany,
    /// Mail cannot be sent there.
    Address,
    Language,
    /// It stands in this line already.
    Twice(u64),
}

impl AddressFault {
    /// For programs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooMany => "too-many",
            Self::Address => "address",
            Self::Language => "language",
            Self::Twice(_) => "twice",
        }
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there must be an address at least"),
            Self::TooMany => {
                write!(f, "there are more than {MAX_ADDRESSES} addresses; send them in parts")
            }
            Self::Address => {
                f.write_str("must be an e-mail address that mail can be sent to, in ASCII")
            }
            Self::Language => f.write_str("the language must be en or ar"),
            Self::Twice(line) => write!(f, "line {line} has this address already"),
        }
    }
}

/// What is wrong where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddressError {
    /// From 1; 0 where it is about all of them.
    pub(crate) line: u64,
    pub(crate) fault: AddressFault,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.fault),
            line => write!(f, "line {line}: {}", self.fault),
        }
    }
}

/// Everything that is wrong with the addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// By line: the first thousand.
    pub(crate) errors: Vec<AddressError>,
    /// How many there are.
    pub(crate) count: usize,
}

impl Wrong {
    fn of(mut errors: Vec<AddressError>) -> Self {
        let count = errors.len();
        errors.truncate(MAX_ERRORS);
        Self { errors, count }
    }

    fn whole(fault: AddressFault) -> Self {
        Self::of(vec![AddressError { line: 0, fault }])
    }

    /// The first errors, and how many more there are.
    pub(crate) fn told(&self) -> String {
        let first: Vec<String> = self.errors.iter().take(TOLD).map(ToString::to_string).collect();
        let told = first.join("; ");
        match self.count.saturating_sub(first.len()) {
            0 => told,
            more => format!("{told} (and {more} more)"),
        }
    }
}

/// The addresses of a text, one a line, each perhaps with a language behind a comma, a semicolon or a tab. Empty lines, and
/// a first line that says what stands below it, count for nothing.
pub(crate) fn lines(text: &str) -> Vec<Asked> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Vec::new();
    for (line, text) in (1_u64..).zip(text.lines()) {
        let (email, language) = text.split_once([',', ';', '\t']).unwrap_or((text, ""));
        let cell = |text: &str| text.trim().trim_matches('"').trim().to_owned();
        let (email, language) = (cell(email), cell(language));
        let is_blank = email.is_empty() && language.is_empty();
        if is_blank || (found.is_empty() && is_head(&email)) {
            continue;
        }
        found.push(Asked { line, email, language });
        if found.len() > MAX_ADDRESSES {
            break;
        }
    }
    found
}

fn is_head(text: &str) -> bool {
    ["email", "e-mail", "address"].iter().any(|head| text.eq_ignore_ascii_case(head))
}

/// The addresses as letters go to them, in their order; `language` is of those that name none.
///
/// # Errors
/// Everything that is wrong with them.
pub(super) fn read(asked: &[Asked], language: Language) -> Result<Vec<Address>, Wrong> {
    if asked.is_empty() {
        return Err(Wrong::whole(AddressFault::Missing));
    }
    if asked.len() > MAX_ADDRESSES {
        return Err(Wrong::whole(AddressFault::TooMany));
    }
    let mut errors = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::with_capacity(asked.len());
    let mut addresses = Vec::with_capacity(asked.len());
    for one in asked {
        let mut wrong = |fault| errors.push(AddressError { line: one.line, fault });
        let own = match one.language.as_str() {
            "" => Some(language),
            tag => Language::of_tag(tag),
        };
        if own.is_none() {
            wrong(AddressFault::Language);
        }
        let Some(email) = usable_address(&one.email) else {
            wrong(AddressFault::Address);
            continue;
        };
        match lines.entry(email.clone()) {
            Entry::Occupied(first) => wrong(AddressFault::Twice(*first.get())),
            Entry::Vacant(free) => {
                free.insert(one.line);
                addresses.push(Address { email, language: own.unwrap_or(language) });
            }
        }
    }
    if errors.is_empty() { Ok(addresses) } else { Err(Wrong::of(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u64, String, String)> {
        lines(text).into_iter().map(|one| (one.line, one.email, one.language)).collect()
    }

    #[test]
    fn addresses_are_lines_and_a_spreadsheets_too() {
        let text = "\u{feff}Email,Language\r\n\r\n a@x.example , ar\r\nb@x.example\r\n\"c@x.example\";\"en\"\n\
                    d@x.example\tar\n";
        let expected = [(3, "a@x.example", "ar"), (4, "b@x.example", ""), (5, "c@x.example", "en")];
        let expected = expected.into_iter().chain([(6, "d@x.example", "ar")]);
        let expected: Vec<_> =
            expected.map(|(line, email, tag)| (line, email.to_owned(), tag.to_owned())).collect();
        assert_eq!(found(text), expected);
        assert!(found("email\n \n,\n").is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_told_by_line() {
        let asked = lines("A@x.example\nnobody\nb@x.example,fr\na@X.example,ar\n,en\n");
        let wrong = read(&asked, Language::English).unwrap_err();
        let told: Vec<_> = wrong.errors.iter().map(|error| (error.line, error.fault)).collect();
        let expected = [
            (2, AddressFault::Address),
            (3, AddressFault::Language),
            (4, AddressFault::Twice(1)),
            (5, AddressFault::Address),
        ];
        assert_eq!(told, expected);
        assert!(
            wrong.told().contains("line 4: line 1 has this address already"),
            "{}",
            wrong.told()
        );
        let fine = read(&lines("A@x.example\nb@x.example,en-GB"), Language::Arabic).unwrap();
        let languages: Vec<_> = fine.iter().map(|one| (&*one.email, one.language)).collect();
        assert_eq!(
            languages,
            [("a@x.example", Language::Arabic), ("b@x.example", Language::English)]
        );
    }

    #[test]
    fn none_and_too_many_are_refused_as_a_whole() {
        let fault = |asked: &[Asked]| read(asked, Language::English).unwrap_err().errors[0].clone();
        assert_eq!(fault(&[]), AddressError { line: 0, fault: AddressFault::Missing });
        let lines_of: Vec<_> = (0..=MAX_ADDRESSES).map(|n| format!("a{n}@x.example\n")).collect();
        let text = lines_of.concat();
        assert_eq!(fault(&lines(&text)).fault, AddressFault::TooMany);
        let fewer = text.replace("a10000@x.example\n", "");
        assert_eq!(read(&lines(&fewer), Language::English).unwrap().len(), MAX_ADDRESSES);
    }

    #[test]
    fn few_of_many_errors_are_told() {
        let text = "nobody\n".repeat(1_200);
        let wrong = read(&lines(&text), Language::English).unwrap_err();
        assert_eq!((wrong.errors.len(), wrong.count), (MAX_ERRORS, 1_200));
        assert!(wrong.told().ends_with("(and 1190 more)"), "{}", wrong.told());
    }
}
