//! A document as YAML.
//!
//! Flux and kubectl read YAML 1.1, to which `off`, `1_000` and `1:30` are no texts. The serializers at hand
//! quote what YAML 1.2 takes for something else, and no more. So a text stands here without quotes only where
//! both read it as itself, and otherwise in double quotes, which mean the same to either version.

use serde_json::Value;

/// Block style, two spaces a level, members in the order they are in.
pub(crate) fn write(document: &Value) -> String {
    let mut text = String::new();
    block(document, 0, &mut text);
    text
}

/// A map or a list that has something, on lines of its own; anything else on one line.
fn block(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                indent(depth, text);
                text.push_str(&scalar(key));
                text.push(':');
                below(member, depth, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push_str("- ");
                // The first line stands behind the dash.
                let mut inner = String::new();
                block(item, depth.saturating_add(1), &mut inner);
                text.push_str(inner.trim_start_matches(' '));
            }
        }
        other => {
            indent(depth, text);
            text.push_str(&inline(other));
            text.push('\n');
        }
    }
}

/// What stands behind a key or a dash.
fn below(value: &Value, depth: usize, text: &mut String) {
    let nested = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        text.push('\n');
        block(value, depth.saturating_add(1), text);
    } else {
        text.push(' ');
        text.push_str(&inline(value));
        text.push('\n');
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(string) => scalar(string),
        // An empty map or list, a number, true, false or null: YAML as JSON has them.
        other => other.to_string(),
    }
}

fn scalar(string: &str) -> String {
    if is_plain(string) { string.to_owned() } else { quoted(string) }
}

/// Whether a text is itself without quotes. It begins with a letter, `/` or `.`, ends in a letter or digit, has
/// nothing that means anything to YAML, and is no word for true, false, nothing or a number.
fn is_plain(string: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"];
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '.');
    let number = string.starts_with('.') && !string.starts_with("./");
    string.starts_with(first)
        && string.ends_with(|c: char| c.is_ascii_alphanumeric())
        && string.chars().all(inner)
        && !number
        && !WORDS.contains(&string.to_ascii_lowercase().as_str())
}

/// In ASCII: what YAML does not print it may not have at all.
fn quoted(string: &str) -> String {
    let mut text = String::from("\"");
    for c in string.chars() {
        let written = match c {
            '"' | '\\' => format!("\\{c}"),
            ' '..='~' => c.to_string(),
            '\u{0}'..='\u{ffff}' => format!("\\u{:04x}", u32::from(c)),
            _ => format!("\\U{:08x}", u32::from(c)),
        };
        text.push_str(&written);
    }
    text.push('"');
    text
}
