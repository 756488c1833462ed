//! Voucher codes as people type and paste them.

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
