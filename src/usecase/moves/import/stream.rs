//! A bundle's lines, a few at a time: whoever reads waits for whoever writes, so that no more than a few lie between
//! them however large the bundle is.

use tokio::sync::mpsc;

use crate::bundle::{BundleError, MANIFEST, MAX_LINE_BYTES, Manifest};
use crate::storage::moved_tables::Members;
use crate::usecase::moves::people;
use crate::usecase::moves::plan::Bundle;

/// Lines of one batch, at most; and, but for its last line, so many bytes.
const LINES: usize = 500;
const BYTES: usize = MAX_LINE_BYTES;
/// Batches that lie between reader and writer.
pub(super) const BATCHES: usize = 2;

/// Lines of a file that follow each other.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) file: String,
    /// The number of the first one.
    pub(super) first: u64,
    pub(super) rows: Vec<Members>,
}

impl Batch {
    fn of(file: &str, first: u64) -> Self {
        Self { file: file.to_owned(), first, rows: Vec::new() }
    }
}

/// Sends all lines of a bundle that was checked before, and checks it again: what was sent counts where this succeeds.
/// It blocks. Where nobody takes the lines any more it ends; what became of it then is the writer's to say.
///
/// # Errors
/// Where anything is wrong with the bundle, or it is another one than before.
pub(super) fn send(
    bundle: &Bundle,
    before: &Manifest,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), BundleError> {
    let mut reader = bundle.open()?;
    if reader.manifest() != before {
        let fault = "it is another one than a moment ago: somebody has replaced the file";
        return Err(BundleError::Altered { file: MANIFEST.to_owned(), fault: fault.to_owned() });
    }
    while let Some(mut file) = reader.next_file()? {
        let name = file.name().to_owned();
        // Everybody is known since it was checked.
        if name == people::FILE {
            continue;
        }
        let mut batch = Batch::of(&name, 1);
        let mut bytes = 0_usize;
        while let Some(line) = file.next_line()? {
            let length = line.len();
            let row = serde_json::from_slice(line);
            let number = file.lines();
            let row = row.map_err(|_| {
                let (file, fault) = (name.clone(), "it is no JSON object".to_owned());
                BundleError::Line { file, line: number, fault }
            })?;
            batch.rows.push(row);
            bytes = bytes.saturating_add(length);
            if batch.rows.len() >= LINES || bytes >= BYTES {
                let next = Batch::of(&name, number.saturating_add(1));
                if sender.blocking_send(std::mem::replace(&mut batch, next)).is_err() {
                    return Ok(());
                }
                bytes = 0;
                (bundle.told)(file.progress());
            }
        }
        if !batch.rows.is_empty() && sender.blocking_send(batch).is_err() {
            return Ok(());
        }
    }
    reader.finish().map(drop)
}
