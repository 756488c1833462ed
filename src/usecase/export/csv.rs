//! CSV as RFC 4180 has it, with a byte order mark, so that spreadsheets read Arabic as it is.

use serde_json::Value;

use crate::storage::export::{Kind, Resource};

const MARK: &str = "\u{feff}";

/// The first line: the names of the columns.
pub(crate) fn head(names: impl IntoIterator<Item = &'static str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    format!("{MARK}{}\r\n", names.join(","))
}

/// The first line of a resource's file.
pub(super) fn head_of(resource: &Resource) -> String {
    head(resource.columns.iter().map(|column| column.name))
}

/// A cell of a line that is no resource's row.
pub(crate) enum Cell<'a> {
    /// What somebody wrote, or may have written.
    Text(&'a str),
    /// What this program has counted.
    Number(&'a str),
}

/// Adds a line of such cells.
pub(crate) fn cells<'a>(written: &mut String, line: impl IntoIterator<Item = Cell<'a>>) {
    for (index, one) in line.into_iter().enumerate() {
        if index > 0 {
            written.push(',');
        }
        match one {
            Cell::Text(text) => cell(written, &harmless(text)),
            Cell::Number(number) => written.push_str(number),
        }
    }
    written.push_str("\r\n");
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

/// What a spreadsheet would take for a formula gets an apostrophe before it, and so does what would be taken for such a
/// text.
fn harmless(text: &str) -> String {
    if begins_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// What a cell of such a file meant.
pub(crate) fn meant(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| begins_formula(text)).unwrap_or(cell)
}

fn begins_formula(text: &str) -> bool {
    const FIRST: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    text.trim_start_matches('\'').starts_with(FIRST)
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
    fn numbers_may_be_below_zero_and_texts_begin_no_formula() {
        let mut written = String::new();
        cells(
            &mut written,
            [
                Cell::Number("-5.000"),
                Cell::Text("-5"),
                Cell::Text("+1"),
                Cell::Text("=a,b"),
                Cell::Text("ق"),
            ],
        );
        assert_eq!(written, "-5.000,'-5,'+1,\"'=a,b\",ق\r\n");
    }

    #[test]
    fn what_was_meant_is_read_back() {
        for text in ["=1", "'=1", "''-x", "'quoted'", "'", "plain", "", "\tx", "a=b", "＝1"] {
            assert_eq!(meant(&harmless(text)), text);
        }
    }

    #[test]
    fn texts_are_quoted_and_harmless_and_numbers_are_numbers() {
        let ledger = find("credit_ledger").unwrap();
        assert!(head_of(ledger).starts_with("\u{feff}id,lot_id,kind,amount_minor,"));
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
