//! Texts as Keycloak reads them: from a file of properties, through Java's `MessageFormat`, and some as HTML.

use std::fmt::Write as _;

/// A line of a file of properties. It is ASCII, so that the file is the same in every encoding.
pub(super) fn line(key: &str, value: &str) -> String {
    let mut line = format!("{key}=");
    for (at, character) in value.char_indices() {
        match character {
            '\\' => line.push_str("\\\\"),
            // Else it would count as part of what stands around the value.
            ' ' if at == 0 => line.push_str("\\ "),
            ' '..='~' => line.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(line, "\\u{unit:04x}");
                }
            }
        }
    }
    line.push('\n');
    line
}

/// A pattern that `MessageFormat` makes this text of. No `${` is left in it either, which Keycloak would put another
/// message in place of.
pub(super) fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut is_quoted = false;
    for character in text.chars() {
        // Inside of quotes and outside.
        if character == '\'' {
            pattern.push_str("''");
            continue;
        }
        let is_brace = matches!(character, '{' | '}');
        // Braces beside each other are quoted together: two quotes in a row would be one to read.
        if is_brace != is_quoted {
            pattern.push('\'');
            is_quoted = is_brace;
        }
        pattern.push(character);
    }
    if is_quoted {
        pattern.push('\'');
    }
    pattern
}

/// HTML that shows this text. Before Keycloak takes out what is dangerous it reads all that is escaped, again and
/// again; a word joiner, which nobody sees, keeps what was escaped from being markup then.
pub(super) fn html(text: &str) -> String {
    const JOINER: char = '\u{2060}';
    let mut html = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '&' => {
                html.push_str("&amp;");
                if names_a_character(rest.as_str()) {
                    html.push(JOINER);
                }
            }
            '<' => {
                html.push_str("&lt;");
                html.push(JOINER);
            }
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(character),
        }
    }
    html
}

/// Whether what follows an ampersand can be a character's name or number. Before an equals sign it is none, as in
/// an address with several parameters.
fn names_a_character(rest: &str) -> bool {
    let after = rest.trim_start_matches(|c: char| c == '#' || c.is_ascii_alphanumeric());
    after.len() < rest.len() && !after.starts_with('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_ascii() {
        assert_eq!(line("loginTitle", "Kestrel Cloud"), "loginTitle=Kestrel Cloud\n");
        assert_eq!(line("k", "سح"), "k=\\u0633\\u062d\n");
        assert_eq!(line("k", "é"), "k=\\u00e9\n");
        // Beyond the first plane: two units.
        assert_eq!(line("k", "😀"), "k=\\ud83d\\ude00\n");
        assert_eq!(line("k", " a\\b\tc=d:e#f "), "k=\\ a\\\\b\\u0009c=d:e#f \n");
    }

    #[test]
    fn braces_and_quotes_are_themselves() {
        for (text, expected) in [
            ("Kestrel's", "Kestrel''s"),
            ("{0}", "'{'0'}'"),
            ("{{}}", "'{{}}'"),
            ("{'", "'{'''"),
            ("'{", "'''{'"),
            ("a{}b", "a'{}'b"),
            ("{'a", "'{'''a"),
            ("${env.HOME}", "$'{'env.HOME'}'"),
        ] {
            assert_eq!(pattern(text), expected, "{text}");
        }
    }

    #[test]
    fn no_text_is_markup_however_often_it_is_read() {
        assert_eq!(html("Kestrel & Sons"), "Kestrel &amp; Sons");
        assert_eq!(html("<b>\"x\"</b>"), "&lt;\u{2060}b&gt;&quot;x&quot;&lt;\u{2060}/b&gt;");
        assert_eq!(html("&lt;b&gt;"), "&amp;\u{2060}lt;b&amp;\u{2060}gt;");
        assert_eq!(html("&#60;b"), "&amp;\u{2060}#60;b");
        assert_eq!(
            html("https://kestrel.example/?a=1&b=2"),
            "https://kestrel.example/?a=1&amp;b=2"
        );
    }
}
