//! What a command prints, and how it ends.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use serde_json::Value;

use crate::storage;
use crate::usecase::start::StartError;

/// Why a command ends without success, and with which exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    text: Option<String>,
}

impl Failure {
    /// The answer is no.
    pub(super) fn refused(text: impl Display) -> Self {
        Self { code: 1, text: Some(text.to_string()) }
    }

    /// The answer is no, and has been given.
    pub(super) fn said() -> Self {
        Self { code: 1, text: None }
    }

    /// Wrong usage or configuration.
    pub(super) fn usage(text: impl Display) -> Self {
        Self { code: 2, text: Some(text.to_string()) }
    }

    /// The same, where the answer of the command itself is a no of another kind: its configuration is wrong.
    pub(super) fn of_configuration(self) -> Self {
        Self { code: if self.code == 1 { 2 } else { self.code }, ..self }
    }

    /// The database or the network is not available.
    pub(super) fn unavailable(text: impl Display) -> Self {
        Self { code: 3, text: Some(text.to_string()) }
    }

    /// What there is to say, where it is said among others.
    pub(super) fn text(self) -> Option<String> {
        self.text
    }

    pub(super) fn report(self) -> ExitCode {
        if let Some(text) = self.text {
            say(format!("sovereign: {text}"));
        }
        ExitCode::from(self.code)
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unsupported(_) => Self::usage(error),
            _ => Self::unavailable(error),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Configuration(text) => Self::usage(text),
            StartError::Storage(error) => error.into(),
        }
    }
}

/// Says something to a person, on standard error. A closed terminal is no reason to fail.
pub(super) fn say(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints an answer on standard output. Whoever reads may stop reading.
pub(super) fn answer(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

pub(super) fn answer_json(value: &Value) {
    answer(format_args!("{value:#}"));
}

/// Columns of text, each as wide as its widest cell.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let pad = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(pad))
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}
