//! From an archive's entries to a file: compressed, and encrypted where asked for.

use std::io::{self, BufWriter, Read, Write};

use sha2::{Digest as _, Sha256};
use zstd::stream::write::Encoder;

use super::archive;
use super::encryption::{Recipient, Sealed};
use super::error::BundleError;
use super::limits::{BUFFER_BYTES, Limits};
use super::seal::seal;

/// Leaves a fifth of a ledger, whose identifiers are random; 9 takes five times as long and leaves as much.
const LEVEL: i32 = 3;

pub(super) struct Output<W: Write> {
    encoder: Encoder<'static, Hashed<BufWriter<Sealed<W>>>>,
    limits: Limits,
    /// Before compression.
    bytes: u64,
}

impl<W: Write> Output<W> {
    pub(super) fn new(
        output: W,
        recipients: &[Recipient],
        limits: Limits,
    ) -> Result<Self, BundleError> {
        let sealed = BufWriter::with_capacity(BUFFER_BYTES, Sealed::new(output, recipients)?);
        let mut encoder =
            Encoder::new(Hashed { inner: sealed, hash: Sha256::new(), bytes: 0 }, LEVEL)
                .map_err(failed)?;
        encoder.include_checksum(true).map_err(failed)?;
        Ok(Self { encoder, limits, bytes: 0 })
    }

    /// A small file, whole.
    pub(super) fn whole(&mut self, name: &str, content: &[u8]) -> Result<(), BundleError> {
        self.file(name, content.len() as u64, content, |_| ())
    }

    /// A file of exactly so many bytes. `wrote` hears how many of them are written.
    pub(super) fn file(
        &mut self,
        name: &str,
        bytes: u64,
        mut content: impl Read,
        mut wrote: impl FnMut(u64),
    ) -> Result<(), BundleError> {
        self.write(name, &archive::header(name, bytes)?)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut done: u64 = 0;
        loop {
            let read = read_some(&mut content, &mut buffer);
            let read = read.map_err(|error| BundleError::Io {
                doing: format!("reading {name} again"),
                error,
            })?;
            if read.is_empty() {
                break;
            }
            done += read.len() as u64;
            self.write(name, read)?;
            wrote(done);
        }
        if done != bytes {
            let text = format!("{name}: {bytes} bytes were set aside, and {done} came back");
            return Err(BundleError::Misuse(text));
        }
        self.write(name, archive::padding(bytes))
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.encoder.write_all(bytes).map_err(failed)?;
        self.bytes += bytes.len() as u64;
        // A reader may be ahead of where this is by what it reads at once.
        let ahead = self.bytes.saturating_add(2 * BUFFER_BYTES as u64);
        if self.limits.plausible(self.encoder.get_ref().bytes, ahead) {
            return Ok(());
        }
        let ratio = self.limits.ratio;
        let limit = format!(
            "its lines repeat so much that they become more than {ratio} times smaller, which is the \
             limit: no reader would believe such a bundle"
        );
        Err(BundleError::too_large(name, limit))
    }

    /// Ends the archive, the frame and the encryption.
    pub(super) fn finish(mut self) -> Result<W, BundleError> {
        self.encoder.write_all(&archive::END).map_err(failed)?;
        let Hashed { mut inner, hash, .. } = self.encoder.finish().map_err(failed)?;
        inner.write_all(&seal(hash)).map_err(failed)?;
        let sealed = inner.into_inner().map_err(|error| failed(error.into_error()))?;
        sealed.finish().map_err(failed)
    }
}

pub(super) fn failed(error: io::Error) -> BundleError {
    BundleError::Io { doing: "writing the bundle".into(), error }
}

fn read_some<'b>(content: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    loop {
        match content.read(buffer) {
            Ok(read) => return Ok(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

struct Hashed<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
