//! The file of the last snapshot, as a Sovereign of the publisher's shows it.

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::snapshot::{Snapshot, VERSION};

/// Larger files are none that the command has written.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Why there is nothing to show.
#[derive(Debug)]
pub(crate) enum FileError {
    /// Nothing is there.
    Missing,
    /// The system does not let it be read.
    Unreadable(io::Error),
    /// It is no snapshot; the text says what is wrong.
    Damaged(String),
    /// It is of a version that a later program writes.
    TooNew(u64),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "there is no snapshot of the fleet yet: run `sovereign fleet --out` with the file that \
                 publisher.fleet_snapshot names",
            ),
            Self::Unreadable(error) => write!(
                f,
                "the snapshot of the fleet cannot be read ({error}): let the server read the file that \
                 publisher.fleet_snapshot names"
            ),
            Self::Damaged(detail) => write!(
                f,
                "the snapshot of the fleet is damaged ({detail}): run `sovereign fleet --out` again"
            ),
            Self::TooNew(version) => write!(
                f,
                "the snapshot of the fleet is of version {version}, and this program knows {VERSION}: update \
                 the server, or run `sovereign fleet --out` with a program of its version"
            ),
        }
    }
}

/// Reads the snapshot at a path.
///
/// # Errors
/// [`FileError`].
pub(crate) async fn load(path: &Path) -> Result<Snapshot, FileError> {
    let about = tokio::fs::metadata(path).await.map_err(of_io)?;
    if !about.is_file() {
        return Err(FileError::Damaged("it is no file".to_owned()));
    }
    if about.len() > MAX_BYTES {
        return Err(FileError::Damaged("it has more than 32 MiB".to_owned()));
    }
    parse(&tokio::fs::read(path).await.map_err(of_io)?)
}

fn of_io(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing,
        _ => FileError::Unreadable(error),
    }
}

fn parse(bytes: &[u8]) -> Result<Snapshot, FileError> {
    let damaged = |error: serde_json::Error| FileError::Damaged(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(damaged)?;
    match value.get("version").and_then(Value::as_u64) {
        Some(VERSION) => serde_json::from_value(value).map_err(damaged),
        Some(version) if version > VERSION => Err(FileError::TooNew(version)),
        _ => Err(FileError::Damaged("it does not say its version".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = r#"{"version":1,"made_at":"2027-03-01T09:00:00Z","month":null,
        "counts":{"sovereigns":0,"conforming":0,"off":0,"not_checked":0},"totals":[],"sovereigns":[],
        "not_in_fleet":[],"added_later":7}"#;

    #[test]
    fn it_is_read_as_it_was_written() {
        let snapshot = parse(EMPTY.as_bytes()).unwrap();
        let written = snapshot.to_json().unwrap();
        assert_eq!(parse(written.as_bytes()).unwrap(), snapshot);
    }

    #[test]
    fn what_cannot_be_shown_is_told_apart() {
        let too_new = EMPTY.replacen("\"version\":1", "\"version\":2", 1);
        assert!(matches!(parse(too_new.as_bytes()), Err(FileError::TooNew(2))));
        let no_moment = EMPTY.replacen("2027-03-01T09:00:00Z", "yesterday", 1);
        for damaged in ["", "[]", "{}", r#"{"version":"1"}"#, r#"{"version":1}"#, &no_moment] {
            assert!(matches!(parse(damaged.as_bytes()), Err(FileError::Damaged(_))), "{damaged}");
        }
        let half = &EMPTY.as_bytes()[..40];
        assert!(matches!(parse(half), Err(FileError::Damaged(_))));
    }
}
