//! Words by which administrators sort vouchers; customers do not see them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The longest tag, in characters.
pub const MAX_TAG_CHARS: usize = 40;
/// The most tags of one voucher.
pub const MAX_TAGS: usize = 20;

/// A tag in its one written form: in small letters, with single blanks between its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagError;

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "must be 1 to {MAX_TAG_CHARS} characters, without commas, semicolons and control characters"
        )
    }
}

impl core::error::Error for TagError {}

impl Tag {
    /// Reads a tag that somebody wrote.
    ///
    /// # Errors
    /// [`TagError`].
    pub fn parse(text: &str) -> Result<Self, TagError> {
        let small = text.to_lowercase();
        let words: Vec<&str> = small.split_whitespace().collect();
        let tag = words.join(" ");
        let is_good = |c: char| !c.is_control() && !matches!(c, ',' | ';' | '،' | '؛');
        let fits = (1..=MAX_TAG_CHARS).contains(&tag.chars().count()) && tag.chars().all(is_good);
        if fits { Ok(Self(tag)) } else { Err(TagError) }
    }

    /// One that was read before.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_one_written_form() {
        for (text, tag) in [
            ("bills", "bills"),
            ("  Bills \t 2027 ", "bills 2027"),
            ("صيدليات  مسقط", "صيدليات مسقط"),
            ("=1+1", "=1+1"),
        ] {
            assert_eq!(Tag::parse(text).unwrap().as_str(), tag);
        }
        for text in ["", "  ", "a,b", "a;b", "a؛b", "a\u{0}b", &"x".repeat(41)] {
            assert_eq!(Tag::parse(text), Err(TagError), "{text:?}");
        }
        assert!(Tag::parse(&"ص".repeat(40)).is_ok());
    }
}
