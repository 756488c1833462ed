//! Writes a bundle.
//!
//! The manifest comes first in the archive, and is known last: so each file is set aside, compressed, in a
//! directory of the caller's, and all are put together at the end. What is set aside has no name in that directory,
//! so that nobody else can open it, and none is left behind however the process ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zstd::stream::{read::Decoder, write::Encoder};

use super::encryption::Recipient;
use super::error::{BundleError, shown};
use super::limits::{BUFFER_BYTES, Limits, MAX_FILES, MAX_LINE_BYTES};
use super::manifest::{
    FORMAT, FileEntry, Manifest, Source, Subject, VERSION, beyond, is_file_name,
};
use super::output::Output;
use super::signature::{self, Sign};
use super::{MANIFEST, Progress, SIGNATURE};
use crate::hex;

/// The fastest: it is undone a moment later.
const LEVEL: i32 = 1;

/// What a bundle is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// A new one.
    pub id: Uuid,
    /// RFC 3339.
    pub created_at: String,
    pub source: Source,
    pub subject: Subject,
}

/// What is known once all files are there.
pub struct Ending<'a> {
    pub totals: BTreeMap<String, i64>,
    pub signer: &'a dyn Sign,
    /// To whom the bundle is encrypted; to nobody: it is not.
    pub recipients: &'a [Recipient],
}

/// A bundle that is being written.
pub struct Writer {
    directory: PathBuf,
    about: About,
    limits: Limits,
    files: Vec<(FileEntry, File)>,
    /// Of all files so far.
    bytes: u64,
    /// A file that was begun; for as long as it has not ended.
    open: Option<String>,
}

impl Writer {
    /// Writes nothing yet. `directory` should have room for all files, compressed.
    #[must_use]
    pub fn new(directory: &Path, about: About, limits: Limits) -> Self {
        let directory = directory.to_owned();
        Self { directory, about, limits, files: Vec::new(), bytes: 0, open: None }
    }

    /// Begins the next file, `name.jsonl`. It is in the bundle once [`FileWriter::end`] has succeeded; where that
    /// does not come, there is no bundle.
    ///
    /// # Errors
    /// Where the name is none or was used, there are too many files, the last one has not ended, or the disk fails.
    pub fn file(&mut self, name: &str) -> Result<FileWriter<'_>, BundleError> {
        self.refuse_if_open()?;
        let misuse =
            |text: &str| Err(BundleError::Misuse(format!("{}: {text}", shown(name.as_bytes()))));
        if !is_file_name(name) {
            return misuse("a file of a bundle is called like ledger.jsonl");
        }
        if self.files.iter().any(|(file, _)| file.name == name) {
            return misuse("the bundle has it already");
        }
        if self.files.len() == MAX_FILES {
            return misuse("the bundle has as many files as it can have");
        }
        let aside = tempfile::tempfile_in(&self.directory).map_err(|error| self.aside(error))?;
        let aside = Encoder::new(BufWriter::with_capacity(BUFFER_BYTES, aside), LEVEL)
            .map_err(|error| self.aside(error))?;
        self.open = Some(name.to_owned());
        let (hash, name) = (Sha256::new(), name.to_owned());
        Ok(FileWriter { aside, hash, name, bytes: 0, lines: 0, line: Vec::new(), writer: self })
    }

    /// Signs, and writes the bundle. It should go to a file that gets its name afterwards: what was written before
    /// an error is no bundle.
    ///
    /// # Errors
    /// Where a file has not ended, something goes beyond a limit, or the disk fails.
    pub fn finish<W: Write>(
        self,
        ending: Ending<'_>,
        output: W,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Manifest, BundleError> {
        self.refuse_if_open()?;
        let manifest = Manifest {
            format: FORMAT.into(),
            version: VERSION,
            id: self.about.id,
            created_at: self.about.created_at,
            source: self.about.source,
            key_id: ending.signer.key_id().to_owned(),
            subject: self.about.subject,
            files: self.files.iter().map(|(entry, _)| entry.clone()).collect(),
            totals: ending.totals,
        };
        manifest.check(&self.limits)?;
        let bytes = manifest.to_bytes()?;
        let signature = signature::sign(ending.signer, &bytes)?;

        let mut output = Output::new(output, ending.recipients, self.limits)?;
        output.whole(MANIFEST, &bytes)?;
        output.whole(SIGNATURE, &signature)?;
        let total_bytes = manifest.total_bytes();
        let mut before = 0;
        for (FileEntry { name, bytes, .. }, aside) in self.files {
            let again = |error| BundleError::Io { doing: format!("reading {name} again"), error };
            let aside = BufReader::with_capacity(BUFFER_BYTES, aside);
            let content = Decoder::with_buffer(aside).map_err(again)?;
            output.file(&name, bytes, content, |done| {
                progress(Progress { file: &name, bytes: before + done, total_bytes });
            })?;
            before += bytes;
        }
        output.finish()?;
        Ok(manifest)
    }

    fn refuse_if_open(&self) -> Result<(), BundleError> {
        match &self.open {
            None => Ok(()),
            Some(name) => Err(BundleError::Misuse(format!("{name} was begun and has not ended"))),
        }
    }

    fn aside(&self, error: std::io::Error) -> BundleError {
        BundleError::Io {
            doing: format!("setting files aside in {}", self.directory.display()),
            error,
        }
    }
}

/// A file that is being written, line by line.
pub struct FileWriter<'w> {
    writer: &'w mut Writer,
    aside: Encoder<'static, BufWriter<File>>,
    name: String,
    hash: Sha256,
    bytes: u64,
    lines: u64,
    line: Vec<u8>,
}

impl FileWriter<'_> {
    /// # Errors
    /// Where it cannot be JSON in one line, is too long, makes the bundle too large, or the disk fails.
    pub fn line<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), BundleError> {
        self.line.clear();
        let wrong = |fault: String, file: &Self| {
            Err(BundleError::Line { file: file.name.clone(), line: file.lines + 1, fault })
        };
        if let Err(error) = serde_json::to_writer(&mut self.line, value) {
            return wrong(error.to_string(), self);
        }
        if self.line.contains(&b'\n') {
            return wrong("it would be more than one line".into(), self);
        }
        self.line.push(b'\n');
        if self.line.len() > MAX_LINE_BYTES {
            return wrong(format!("it has more than {MAX_LINE_BYTES} bytes"), self);
        }
        let bytes = self.line.len() as u64;
        if self.writer.bytes.saturating_add(bytes) > self.writer.limits.total_bytes {
            return Err(BundleError::too_large(&self.name, beyond(&self.writer.limits)));
        }
        self.aside.write_all(&self.line).map_err(|error| self.writer.aside(error))?;
        self.hash.update(&self.line);
        self.writer.bytes += bytes;
        self.bytes += bytes;
        self.lines += 1;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn end(self) -> Result<(), BundleError> {
        let writer = self.writer;
        let aside = self.aside.finish().map_err(|error| writer.aside(error))?;
        let mut aside = aside.into_inner().map_err(|error| writer.aside(error.into_error()))?;
        aside.rewind().map_err(|error| writer.aside(error))?;
        let sha256 = hex::encode(&self.hash.finalize());
        let Self { name, bytes, lines, .. } = self;
        writer.files.push((FileEntry { name, bytes, lines, sha256 }, aside));
        writer.open = None;
        Ok(())
    }
}
