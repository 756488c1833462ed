//! The files of a month: `statement.json`, `lines.csv` and `statement.pdf` of each franchisee and currency, and the
//! fleet's `fleet.json`, `fleet.csv` and `unassigned.csv`. `docs/ROLLUP.md` describes them.
//!
//! Each is there whole or not at all: it is written beside its place and then takes it.

mod fleet;
mod lines;
mod paper;
mod replacement;
mod unassigned;
mod words;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sovereign_domain::money::Currency;

use super::document::{FleetDocument, StatementDocument};

pub use self::fleet::fleet_csv;
pub use self::lines::LinesCsv;
pub use self::paper::statement_pdf;
pub use self::replacement::Replacement;
pub use self::unassigned::UnassignedCsv;

pub const STATEMENT_JSON: &str = "statement.json";
pub const STATEMENT_PDF: &str = "statement.pdf";
pub const LINES_CSV: &str = "lines.csv";
pub const FLEET_JSON: &str = "fleet.json";
pub const FLEET_CSV: &str = "fleet.csv";
pub const UNASSIGNED_CSV: &str = "unassigned.csv";

/// The directory of a franchisee's files in one currency.
#[must_use]
pub fn folder(out: &Path, franchisee: &str, currency: Currency) -> PathBuf {
    out.join(format!("{franchisee}-{}", currency.code()))
}

/// Writes `statement.json` and `statement.pdf` into a directory, which is made where there is none. `json` is the text
/// that the book keeps, so that both are the same to the letter.
///
/// # Errors
/// Where the directory or a file cannot be written.
pub fn write_statement(
    directory: &Path,
    json: &str,
    statement: &StatementDocument,
) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let pdf = statement_pdf(statement, statement.language).map_err(io::Error::other)?;
    write(&directory.join(STATEMENT_JSON), json.as_bytes())?;
    write(&directory.join(STATEMENT_PDF), &pdf)
}

/// Writes `fleet.json` and `fleet.csv` into a directory, which is made where there is none.
///
/// # Errors
/// Where the directory or a file cannot be written.
pub fn write_fleet(directory: &Path, fleet: &FleetDocument) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let json = fleet.to_json().map_err(io::Error::other)?;
    write(&directory.join(FLEET_JSON), json.as_bytes())?;
    write(&directory.join(FLEET_CSV), fleet_csv(fleet).as_bytes())
}

/// Writes a file whole or not at all.
///
/// # Errors
/// Where it cannot be written; what was there stays.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = Replacement::create(path)?;
    file.write_all(content)?;
    file.commit()
}

#[cfg(test)]
mod tests;
