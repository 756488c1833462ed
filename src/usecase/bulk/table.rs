//! A CSV file as rows of cells: as RFC 4180 has it, separated by commas, semicolons or tabs as spreadsheets of each country
//! write it, with a byte order mark or without one.

use csv::{ReaderBuilder, StringRecord};

use super::columns::{Column, RowError, RowFault};
use super::generate::MAX_COUNT;

/// What is in a file.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A line of a file.
#[derive(Debug)]
pub(super) struct Row {
    /// From 1, where it begins.
    pub(super) line: u64,
    cells: StringRecord,
}

impl Table {
    /// Reads a file, but not what is in its cells.
    ///
    /// # Errors
    /// Everything that is wrong with its form.
    pub(super) fn read(file: &[u8]) -> Result<Self, Vec<RowError>> {
        let of_file = |fault| vec![RowError { line: 0, column: String::new(), fault }];
        let text = std::str::from_utf8(file).map_err(|_| of_file(RowFault::NotText))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.contains('\0') {
            return Err(of_file(RowFault::NotText));
        }
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(text))
            .from_reader(text.as_bytes());
        let mut records = reader.records().flatten();
        let head = records.next().ok_or_else(|| of_file(RowFault::NoRows))?;
        let columns = columns(&head)?;
        let mut rows = Vec::new();
        let mut errors = Vec::new();
        let mut lines = Lines { text, place: 0, line: 1 };
        for cells in records {
            let line = lines.of(&cells);
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if cells.len() != columns.len() {
                let fault = RowFault::Cells(cells.len(), columns.len());
                errors.push(RowError { line, column: String::new(), fault });
            }
            rows.push(Row { line, cells });
            if i64::try_from(rows.len()).is_ok_and(|count| count > MAX_COUNT) {
                return Err(of_file(RowFault::TooMany));
            }
        }
        if rows.is_empty() {
            return Err(of_file(RowFault::NoRows));
        }
        if errors.is_empty() { Ok(Self { columns, rows }) } else { Err(errors) }
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What a row has in a column, without the blanks around it; empty where the file has no such column.
    pub(super) fn cell<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        self.raw(row, column).trim()
    }

    /// The same with the blanks around it, and without the apostrophe that keeps a spreadsheet from taking it for a
    /// formula.
    pub(super) fn text<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        super::super::export::csv::meant(self.raw(row, column))
    }

    fn raw<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        let place = self.columns.iter().position(|one| *one == column);
        place.and_then(|place| row.cells.get(place)).unwrap_or_default()
    }
}

/// Counts lines. The reader's own count is of where it began to look for a record, before the empty lines that it skips.
struct Lines<'a> {
    text: &'a str,
    /// Up to here they are counted.
    place: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line that a record begins in; records come in their order.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let begins = record.position().and_then(|at| usize::try_from(at.byte()).ok());
        let after = |place: usize| self.text.as_bytes().get(place..).unwrap_or_default();
        let mut place = begins.unwrap_or(self.place).max(self.place);
        place += after(place).iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let passed = self.text.get(self.place..place).unwrap_or_default();
        let ends = passed.matches('\n').count();
        self.line = self.line.saturating_add(ends as u64);
        self.place = place;
        self.line
    }
}

/// What stands between the names of the first line.
fn separator(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: char| head.matches(separator).count();
    match (count(','), count(';'), count('\t')) {
        (commas, semicolons, tabs) if semicolons > commas && semicolons >= tabs => b';',
        (commas, _, tabs) if tabs > commas => b'\t',
        _ => b',',
    }
}

fn columns(head: &StringRecord) -> Result<Vec<Column>, Vec<RowError>> {
    let mut columns = Vec::new();
    let mut errors = Vec::new();
    for name in head {
        let fault = match Column::parse(name) {
            None => RowFault::UnknownColumn,
            Some(column) if columns.contains(&column) => RowFault::ColumnTwice,
            Some(column) => {
                columns.push(column);
                continue;
            }
        };
        errors.push(RowError { line: 1, column: name.trim().to_owned(), fault });
    }
    let has = |column| columns.contains(&column);
    let mut lacks = |is_there: bool, fault| {
        if !is_there {
            errors.push(RowError { line: 1, column: String::new(), fault });
        }
    };
    lacks(has(Column::Code), RowFault::NoCode);
    lacks(has(Column::Credit) || has(Column::CreditMinor), RowFault::NoCredit);
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, String, String)> {
        let table = Table::read(text.as_bytes()).unwrap();
        let row = |row: &Row| {
            let description = table.text(row, Column::Description).to_owned();
            (row.line, table.cell(row, Column::Code).to_owned(), description)
        };
        table.rows().iter().map(row).collect()
    }

    fn faults(file: &[u8]) -> Vec<(u64, String, RowFault)> {
        let errors = Table::read(file).unwrap_err();
        errors.into_iter().map(|error| (error.line, error.column, error.fault)).collect()
    }

    #[test]
    fn files_are_read_as_spreadsheets_write_them() {
        for text in [
            "code,credit,description\nA-1,5,\"صيدليات, كلها\"\n\n B-2 ,6,'=x\n",
            "\u{feff}code,credit,description\r\nA-1,5,\"صيدليات, كلها\"\r\n,,\r\nB-2,6,'=x\r\n",
            "CODE; Credit ;description\nA-1;5;\"صيدليات, كلها\"\n;;\nB-2;6;'=x",
            "code\tcredit\tdescription\nA-1\t5\tصيدليات, كلها\n\t\t\nB-2\t6\t'=x\n",
        ] {
            let rows = read(text);
            let rows: Vec<_> = rows.iter().map(|(line, a, b)| (*line, &**a, &**b)).collect();
            assert_eq!(rows, [(2, "A-1", "صيدليات, كلها"), (4, "B-2", "=x")], "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_form_is_told_with_its_line() {
        let at = |line: u64, column: &str, fault| (line, column.to_owned(), fault);
        assert_eq!(faults(b""), [at(0, "", RowFault::NoRows)]);
        assert_eq!(faults(b"code,credit\n\n"), [at(0, "", RowFault::NoRows)]);
        assert_eq!(faults(b"code,credit\nA\0,5"), [at(0, "", RowFault::NotText)]);
        assert_eq!(faults(b"code,credit\n\xe4\xff,5"), [at(0, "", RowFault::NotText)]);
        let head = faults(b"kod,credit,credit\nA-1,5,5");
        let expected = [
            at(1, "kod", RowFault::UnknownColumn),
            at(1, "credit", RowFault::ColumnTwice),
            at(1, "", RowFault::NoCode),
        ];
        assert_eq!(head, expected);
        assert_eq!(faults(b"code\nA-1"), [at(1, "", RowFault::NoCredit)]);
        let cells = faults(b"code,credit\nA-1,5\nB-2\nC-3,5,6");
        assert_eq!(cells, [at(3, "", RowFault::Cells(1, 2)), at(4, "", RowFault::Cells(3, 2))]);
        let many = format!("code,credit\n{}", "A,1\n".repeat(100_001));
        assert_eq!(faults(many.as_bytes()), [at(0, "", RowFault::TooMany)]);
    }
}
