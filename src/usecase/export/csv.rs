//! CSV as RFC 4180 has it, with a byte order mark, so that spreadsheets read Arabic as it is.

use serde_json::Value;

use crate::storage::export::{Kind, Resource};

const MARK: &str = "\u{feff}";

/// The first line: the names of the columns.
pub(super) fn head(resource: &Resource) -> String {
    let names: Vec<&str> = resource.columns.iter().map(|column| column.name).collect();
    format!("{MARK}{}\r\n", names.join(","))
}

/// Adds the line of a row.
pub(super) fn line(written: &mut String, resource: &Resource, cells: &[Value]) {
    for (index, (column, value)) in resource.columns.iter().zip(cells).enumerate() {
        if index > 0 {
            written.push(',');
        }
        match (column.kind, value) {
            (_, Value::Null) => {}
            (Kind::Whole | Kind::Truth, value) => written.push_str(&value.to_string()),
            (_, Value::String(text)) => cell(written, &harmless(text)),
            (_, value) => cell(written, &harmless(&value.to_string())),
        }
    }
    written.push_str("\r\n");
}

/// What a spreadsheet would take for a formula gets an apostrophe before it.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn cell(written: &mut String, text: &str) {
    if text.contains([',', '"', '\r', '\n', ';', '\t']) {
        written.push('"');
        written.push_str(&text.replace('"', "\"\""));
        written.push('"');
    } else {
        written.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::storage::export::find;

    #[test]
    fn texts_are_quoted_and_harmless_and_numbers_are_numbers() {
        let ledger = find("credit_ledger").unwrap();
        assert!(head(ledger).starts_with("\u{feff}id,lot_id,kind,amount_minor,"));
        let mut written = String::new();
        let cells = [
            json!("1"),
            Value::Null,
            json!("=1+1"),
            json!(-5),
            json!(0),
            json!("a \"b\", ج"),
            Value::Null,
            json!("@x"),
            json!("2027-03-01T12:00:00Z"),
        ];
        line(&mut written, ledger, &cells);
        assert_eq!(written, "1,,'=1+1,-5,0,\"a \"\"b\"\", ج\",,'@x,2027-03-01T12:00:00Z\r\n");
    }
}
