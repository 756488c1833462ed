//! The thread that writes a bundle, from what it is handed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::Told;
use crate::auth::SigningKey;
use crate::bundle::{About, BundleError, Ending, FileWriter, Limits, Manifest, Recipient, Writer};
use crate::storage::moved_tables::Members;

/// What is written next.
pub(super) enum Piece {
    /// A file begins.
    Begin(&'static str),
    Rows(Vec<Members>),
    Lines(Vec<Value>),
    /// The file ends.
    End,
    /// All files have come.
    Totals(BTreeMap<String, i64>),
}

/// A file that a bundle is written into.
pub(super) enum Output {
    /// It gets its name once it is whole.
    Part(PathBuf),
    /// It has no name.
    Open(File),
}

impl Output {
    /// Where there is room for what is set aside.
    fn directory(&self) -> PathBuf {
        match self {
            Self::Part(part) => directory_of(part),
            Self::Open(_) => std::env::temp_dir(),
        }
    }

    fn open(self) -> Result<File, BundleError> {
        match self {
            Self::Part(part) => create(&part).map_err(|error| failed(&part, error)),
            Self::Open(file) => Ok(file),
        }
    }
}

/// How, and whereto.
pub(super) struct Order {
    pub(super) about: About,
    pub(super) signer: Arc<SigningKey>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) output: Output,
    pub(super) told: Told,
}

/// Writes what comes until its totals do. What there is without them is no bundle.
pub(super) fn write(
    order: Order,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<Manifest, BundleError> {
    let directory = order.output.directory();
    let mut writer = Writer::new(&directory, order.about, Limits::default());
    let totals = loop {
        match pieces.blocking_recv() {
            Some(Piece::Begin(name)) => fill(writer.file(name)?, &mut pieces)?,
            Some(Piece::Totals(totals)) => break totals,
            _ => return Err(cut_off()),
        }
    };
    let file = order.output.open()?;
    let ending = Ending { totals, signer: &*order.signer, recipients: &order.recipients };
    let manifest = writer.finish(ending, &file, |progress| (order.told)(progress))?;
    file.sync_all().map_err(|error| failed(&directory, error))?;
    Ok(manifest)
}

fn fill(mut file: FileWriter<'_>, pieces: &mut mpsc::Receiver<Piece>) -> Result<(), BundleError> {
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Rows(rows)) => lines(&mut file, &rows)?,
            Some(Piece::Lines(values)) => lines(&mut file, &values)?,
            Some(Piece::End) => return file.end(),
            _ => return Err(cut_off()),
        }
    }
}

fn lines<T: Serialize>(file: &mut FileWriter<'_>, lines: &[T]) -> Result<(), BundleError> {
    lines.iter().try_for_each(|line| file.line(line))
}

fn cut_off() -> BundleError {
    BundleError::Misuse("what was to be exported ended too early".into())
}

fn failed(path: &Path, error: std::io::Error) -> BundleError {
    BundleError::Io { doing: path.display().to_string(), error }
}

fn directory_of(path: &Path) -> PathBuf {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    directory.unwrap_or(Path::new(".")).to_owned()
}

/// For its owner alone: it has what people entrusted to the Sovereign.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    // What is there may be somebody else's, or lead elsewhere.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Gives a file that is whole its name, in the place of another one that has it.
///
/// # Errors
/// Where the disk fails.
pub(super) fn put_in_place(part: &Path, file: &Path) -> Result<(), BundleError> {
    let moved = std::fs::rename(part, file);
    let synced = moved.and_then(|()| File::open(directory_of(file))?.sync_all());
    synced.map_err(|error| failed(file, error))
}
