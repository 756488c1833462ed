//! Other people's text made fit for paper: one line of characters that the fonts have, in an order
//! nobody tampers with, of a bounded length.

use super::fonts::{Fonts, REPLACEMENT};

/// More accents than this on one letter would climb into the line above.
const MARKS_IN_A_ROW: usize = 3;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// A name, a number, a description: what changes the direction of writing is taken out.
pub(super) fn name(text: &str, longest: usize) -> String {
    cleaned(text, longest, |_| false)
}

/// A sentence of ours, in which values may be isolated from its direction.
pub(super) fn sentence(text: &str, longest: usize) -> String {
    cleaned(text, longest, is_isolate)
}

pub(super) fn is_isolate(character: char) -> bool {
    matches!(character, FIRST_STRONG_ISOLATE | POP_ISOLATE)
}

fn cleaned(text: &str, longest: usize, keep: fn(char) -> bool) -> String {
    let mut out = String::new();
    let mut length = 0;
    let mut marks = 0;
    for character in text.chars() {
        let character = if is_space(character) { ' ' } else { character };
        if (is_invisible(character) && !keep(character)) || (character == ' ' && ends_open(&out)) {
            continue;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if marks > MARKS_IN_A_ROW {
            continue;
        }
        if length == longest {
            out.push('…');
            break;
        }
        length += 1;
        let shown = is_joiner(character) || keep(character) || Fonts::get().cover(character);
        out.push(if shown { character } else { REPLACEMENT });
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a space would be a second one, or the first of all.
fn ends_open(text: &str) -> bool {
    text.is_empty() || text.ends_with(' ')
}

/// Controls too: a tab or a new line between two words still parts them.
fn is_space(character: char) -> bool {
    character.is_whitespace() && character != '\u{a0}' || character.is_control()
}

/// Between letters that would join, or would not: Persian and Urdu names need them.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Marks of direction, embeddings, overrides and isolates (UAX #9); soft hyphens, zero-width spaces,
/// byte order marks, variation selectors, tags.
fn is_invisible(character: char) -> bool {
    matches!(
        u32::from(character),
        0xad | 0x34f
            | 0x61c
            | 0x180b..=0x180f
            | 0x200b
            | 0x200e..=0x200f
            | 0x202a..=0x202e
            | 0x2060..=0x206f
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xfff9..=0xfffb
            | 0xe0000..=0xe0fff
    )
}

/// Marks that are set above or below the letter before them, in the scripts the fonts have.
fn is_mark(character: char) -> bool {
    matches!(
        u32::from(character),
        0x300..=0x36f
            | 0x483..=0x489
            | 0x591..=0x5bd
            | 0x610..=0x61a
            | 0x64b..=0x65f
            | 0x670
            | 0x6d6..=0x6dc
            | 0x6df..=0x6e4
            | 0x6e7..=0x6ed
            | 0x8d3..=0x8ff
            | 0x1ab0..=0x1aff
            | 0x1dc0..=0x1dff
            | 0x20d0..=0x20ff
            | 0xfe20..=0xfe2f
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_or_turn_it_is_taken_out() {
        assert_eq!(name(" a\tb\r\n\u{0}c\u{2028}d ", 99), "a b c d");
        assert_eq!(name("a\u{202e}b\u{2067}c\u{200f}d\u{ad}\u{feff}", 99), "abcd");
        assert_eq!(name("\u{2068}1\u{2069}", 99), "1");
        assert_eq!(sentence("\u{2068}1\u{2069}\u{202e}", 99), "\u{2068}1\u{2069}");
        assert_eq!(name("می\u{200c}خواهم", 99), "می\u{200c}خواهم");
        assert_eq!(name("e\u{301}\u{301}\u{301}\u{301}\u{301}", 99), "e\u{301}\u{301}\u{301}");
    }

    #[test]
    fn characters_without_a_glyph_are_replaced() {
        assert_eq!(name("كافيه 🦅 Café", 99), "كافيه \u{fffd} Café");
        assert_eq!(name("❤\u{fe0f}", 99), "❤");
        assert!(Fonts::get().cover(REPLACEMENT) && Fonts::get().cover('…'));
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(name("abcdef", 6), "abcdef");
        assert_eq!(name("abcdefg", 6), "abcdef…");
        assert_eq!(name(&"x".repeat(10_000), 400).chars().count(), 401);
    }
}
