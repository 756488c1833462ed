//! Reads a bundle, once, from its beginning to its end.

use std::io::Read;

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::archive::{self, Block};
use super::encryption::Identity;
use super::error::{BundleError, shown};
use super::input::Input;
use super::limits::{
    BUFFER_BYTES, Limits, MAX_LINE_BYTES, MAX_MANIFEST_BYTES, MAX_SIGNATURE_BYTES,
};
use super::manifest::{FileEntry, Manifest};
use super::signature::{self, Keys};
use super::{MANIFEST, Progress, SIGNATURE};
use crate::hex;

/// What a reader needs to know.
#[derive(Clone, Copy)]
pub struct Opening<'k> {
    /// Whom to believe.
    pub keys: &'k dyn Keys,
    /// For a bundle that is encrypted.
    pub identity: Option<&'k Identity>,
    pub limits: Limits,
}

/// A bundle whose signature holds.
pub struct Reader<'a> {
    input: Input<'a>,
    manifest: Manifest,
    /// Of the archive's entries, in order.
    names: Vec<String>,
    at: At,
    /// Of files, so far.
    bytes: u64,
    /// Of the file at hand, so far.
    lines: u64,
    line: Vec<u8>,
}

/// How far a reader is.
enum At {
    /// Before this file of the manifest, or the end.
    File(usize),
    /// In one.
    Content(Content),
    /// Behind an error: nothing is read any more.
    Error,
}

struct Content {
    index: usize,
    left: u64,
    hash: Sha256,
}

impl<'a> Reader<'a> {
    /// Reads the manifest and its signature, and nothing behind them.
    ///
    /// # Errors
    /// Where it is no bundle, cannot be decrypted, nobody trusted signed it, it goes beyond a limit, or cannot be
    /// read.
    pub fn open(input: impl Read + Send + 'a, opening: Opening<'_>) -> Result<Self, BundleError> {
        let mut input = Input::open(input, opening.identity, opening.limits)?;
        let mut names = vec![MANIFEST.to_owned(), SIGNATURE.to_owned()];
        let bytes = archive::small_file(&mut input, &names, 0, MAX_MANIFEST_BYTES)?;
        let signed = archive::small_file(&mut input, &names, 1, MAX_SIGNATURE_BYTES)?;
        let key_id = signature::verify(opening.keys, &bytes, &signed)?;
        let manifest = Manifest::from_signed(&bytes)?;
        signature::same_key(&key_id, &manifest.key_id)?;
        manifest.check(&opening.limits)?;
        names.extend(manifest.files.iter().map(|file| file.name.clone()));
        Ok(Self { input, manifest, names, at: At::File(0), bytes: 0, lines: 0, line: Vec::new() })
    }

    /// Signed, though what it says of the files is true only where [`Reader::finish`] succeeds.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The next file; `None` behind the last. What is left of the one before is read and checked first.
    ///
    /// # Errors
    /// Where something is wrong with the one before, or another entry comes than must.
    pub fn next_file(&mut self) -> Result<Option<FileReader<'_, 'a>>, BundleError> {
        while matches!(self.at, At::Content(_)) {
            self.advance()?;
        }
        let index = match std::mem::replace(&mut self.at, At::Error) {
            At::File(index) => index,
            At::Content(_) | At::Error => return Err(refused_before()),
        };
        let Some(file) = self.manifest.files.get(index) else {
            self.at = At::File(index);
            return Ok(None);
        };
        let mut block: Block = [0; archive::BLOCK];
        self.input.read_exact(&file.name, &mut block)?;
        if block != archive::header(&file.name, file.bytes)? {
            return Err(archive::diagnose(&block, &self.names, index + 2));
        }
        let content = Content { index, left: file.bytes, hash: Sha256::new() };
        self.lines = 0;
        self.at = At::Content(content);
        Ok(Some(FileReader { index, reader: self }))
    }

    /// Reads the rest of the bundle, of which everything must be as it was signed. Answers what it is then known
    /// to have had.
    ///
    /// # Errors
    /// Where anything is wrong, even behind the last file, or was wrong before.
    pub fn finish(mut self) -> Result<Manifest, BundleError> {
        while self.next_file()?.is_some() {}
        let last = self.names.last().map_or(MANIFEST, String::as_str);
        let mut end = archive::END;
        for block in end.as_chunks_mut::<{ archive::BLOCK }>().0 {
            self.input.read_exact(last, block)?;
            if block.iter().any(|byte| *byte != 0) {
                return Err(archive::diagnose(block, &self.names, self.names.len()));
            }
        }
        self.input.end(last)?;
        Ok(self.manifest)
    }

    /// Reads everything, and hands out nothing: whether the bundle is good.
    ///
    /// # Errors
    /// As [`Reader::finish`].
    pub fn verify(
        mut self,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Manifest, BundleError> {
        let mut told = 0;
        while let Some(mut file) = self.next_file()? {
            while file.next_line()?.is_some() {
                let now = file.progress();
                if now.bytes - told >= BUFFER_BYTES as u64 || now.bytes == now.total_bytes {
                    told = now.bytes;
                    progress(now);
                }
            }
        }
        self.finish()
    }

    /// Puts the next line of the file at hand into `self.line`; `false` behind the last, once the file is known to
    /// be good.
    fn advance(&mut self) -> Result<bool, BundleError> {
        let mut content = match std::mem::replace(&mut self.at, At::Error) {
            At::Content(content) => content,
            other @ At::File(_) => {
                self.at = other;
                return Ok(false);
            }
            At::Error => return Err(refused_before()),
        };
        let Some(file) = self.manifest.files.get(content.index) else {
            return Err(refused_before());
        };
        if content.left == 0 {
            let next = content.index + 1;
            check_end(file, content.hash, self.lines)?;
            archive::read_padding(&mut self.input, &file.name, file.bytes)?;
            self.at = At::File(next);
            return Ok(false);
        }
        let longest = MAX_LINE_BYTES as u64;
        self.input.read_line(&file.name, content.left.min(longest), &mut self.line)?;
        let read = self.line.len() as u64;
        content.left -= read;
        self.lines += 1;
        if self.line.last() != Some(&b'\n') {
            return Err(if read == longest {
                let limit = format!("line {} has more than {longest} bytes", self.lines);
                BundleError::too_large(&file.name, limit)
            } else if content.left == 0 {
                BundleError::altered(&file.name, "its last line has no end")
            } else {
                BundleError::Truncated { file: file.name.clone() }
            });
        }
        content.hash.update(&self.line);
        self.bytes += read;
        self.at = At::Content(content);
        Ok(true)
    }
}

/// A file of the bundle, line by line. Its lines may be acted upon for good once [`Reader::finish`] has succeeded.
pub struct FileReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    index: usize,
}

impl FileReader<'_, '_> {
    #[must_use]
    pub fn name(&self) -> &str {
        self.reader.manifest.files.get(self.index).map_or("", |file| &file.name)
    }

    /// The next line without its end; `None` behind the last.
    ///
    /// # Errors
    /// Where it cannot be read, is too long, or the file is not the one that was signed, which shows at its end.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, BundleError> {
        if !self.reader.advance()? {
            return Ok(None);
        }
        Ok(self.reader.line.split_last().map(|(_, line)| line))
    }

    /// The next line as a value.
    ///
    /// # Errors
    /// As [`FileReader::next_line`], and where the line is something else.
    pub fn next_record<T: DeserializeOwned>(&mut self) -> Result<Option<T>, BundleError> {
        let Some(line) = self.next_line()? else { return Ok(None) };
        match serde_json::from_slice(line) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                let file = self.name().to_owned();
                // Of the one line, which has a number already.
                let fault = error.to_string().replace(" at line 1 column ", " at column ");
                let fault = shown(fault.as_bytes());
                Err(BundleError::Line { file, line: self.lines(), fault })
            }
        }
    }

    /// How many lines were read: the number of the last one.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.reader.lines
    }

    #[must_use]
    pub fn progress(&self) -> Progress<'_> {
        let total_bytes = self.reader.manifest.total_bytes();
        Progress { file: self.name(), bytes: self.reader.bytes, total_bytes }
    }
}

fn refused_before() -> BundleError {
    BundleError::Misuse("the bundle was refused before".into())
}

fn check_end(file: &FileEntry, hash: Sha256, lines: u64) -> Result<(), BundleError> {
    if hex::encode(&hash.finalize()) != file.sha256 {
        return Err(BundleError::altered(&file.name, "its SHA-256 is not the one that was signed"));
    }
    if lines != file.lines {
        return Err(BundleError::altered(
            &file.name,
            "it has not as many lines as the manifest says",
        ));
    }
    Ok(())
}
