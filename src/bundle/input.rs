//! From a file to the archive's bytes: decrypted, decompressed, and no more of them than is plausible.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use sha2::{Digest as _, Sha256};
use zstd::stream::read::Decoder;

use super::MANIFEST;
use super::encryption::{self, Identity};
use super::error::BundleError;
use super::limits::{BUFFER_BYTES, Limits, MAX_AGE_HEADER_BYTES, MAX_WINDOW_LOG};
use super::seal::{SEAL_BYTES, Seal, WHOLE, seal};

/// RFC 8878, section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

type Source<'a> = Box<dyn Read + Send + 'a>;

/// The archive as it streams.
pub(super) struct Input<'a>(BufReader<Unpacked<'a>>);

impl<'a> Input<'a> {
    /// Finds out by the first bytes whether it is encrypted.
    pub(super) fn open(
        input: impl Read + Send + 'a,
        identity: Option<&Identity>,
        limits: Limits,
    ) -> Result<Self, BundleError> {
        let broken = |error| failed(MANIFEST, error);
        let mut input = Tagged(input);
        let mut head = Vec::new();
        input.by_ref().take(MAX_AGE_HEADER_BYTES as u64).read_to_end(&mut head).map_err(broken)?;
        let encrypted = encryption::is_encrypted(&head)?;
        if head.is_empty() {
            return Err(BundleError::Truncated { file: MANIFEST.into() });
        }
        let whole = Cursor::new(head).chain(BufReader::with_capacity(BUFFER_BYTES, input));
        let source: Source<'a> = if encrypted {
            Box::new(encryption::decrypt(whole, identity)?)
        } else {
            Box::new(whole)
        };
        let mut packed = BufReader::with_capacity(BUFFER_BYTES, source);
        if !packed.fill_buf().map_err(broken)?.starts_with(&ZSTD_MAGIC) {
            return Err(BundleError::NotABundle);
        }
        let unpacked = Unpacked::new(packed, limits).map_err(broken)?;
        Ok(Self(BufReader::with_capacity(BUFFER_BYTES, unpacked)))
    }

    /// Fills `bytes`. Errors name `file`.
    pub(super) fn read_exact(&mut self, file: &str, bytes: &mut [u8]) -> Result<(), BundleError> {
        self.0.read_exact(bytes).map_err(|error| failed(file, error))
    }

    /// Puts a line into `line`, its end included, or as much of it as `most` bytes are.
    pub(super) fn read_line(
        &mut self,
        file: &str,
        most: u64,
        line: &mut Vec<u8>,
    ) -> Result<(), BundleError> {
        line.clear();
        let read = self.0.by_ref().take(most).read_until(b'\n', line);
        match read.map_err(|error| failed(file, error))? {
            0 => Err(BundleError::Truncated { file: file.to_owned() }),
            _ => Ok(()),
        }
    }

    /// The archive ends here, the bundle is as a whole what it was, and nothing follows. `file` is the last one
    /// that was read.
    pub(super) fn end(mut self, file: &str) -> Result<(), BundleError> {
        if !self.0.fill_buf().map_err(|error| failed(file, error))?.is_empty() {
            return Err(BundleError::altered(file, "something follows it in the archive"));
        }
        let Hashed { inner: mut packed, hash, .. } = self.0.into_inner().decoder.into_inner();
        let mut found: Seal = [0; SEAL_BYTES];
        packed.read_exact(&mut found).map_err(|error| failed(WHOLE, error))?;
        if found != seal(hash) {
            return Err(BundleError::altered(WHOLE, "it has not the SHA-256 that it ends with"));
        }
        if packed.fill_buf().map_err(|error| failed(WHOLE, error))?.is_empty() {
            Ok(())
        } else {
            Err(BundleError::altered(WHOLE, "something follows behind its end"))
        }
    }
}

struct Unpacked<'a> {
    decoder: Decoder<'static, Hashed<BufReader<Source<'a>>>>,
    bytes: u64,
    limits: Limits,
}

impl<'a> Unpacked<'a> {
    fn new(packed: BufReader<Source<'a>>, limits: Limits) -> io::Result<Self> {
        let packed = Hashed { inner: packed, hash: Sha256::new(), bytes: 0 };
        let mut decoder = Decoder::with_buffer(packed)?.single_frame();
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        Ok(Self { decoder, bytes: 0, limits })
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.bytes += read as u64;
        if self.limits.plausible(self.decoder.get_ref().bytes, self.bytes) {
            Ok(read)
        } else {
            Err(io::Error::other(Bomb(self.limits.ratio)))
        }
    }
}

/// Hashes and counts what is taken from it, and not what is only looked at.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: BufRead> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        // What is consumed was looked at before: this is the same again, without reading.
        if let Ok(taken) = self.inner.fill_buf() {
            self.hash.update(taken.get(..count).unwrap_or(taken));
        }
        self.bytes += count as u64;
        self.inner.consume(count);
    }
}

impl<R: BufRead> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// Marks what the file itself fails with, to tell it from what is wrong with the content.
struct Tagged<R>(R);

impl<R: Read> Read for Tagged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            // Whoever reads tries again.
            io::ErrorKind::Interrupted => error,
            _ => io::Error::other(Device(error)),
        })
    }
}

#[derive(Debug)]
struct Device(io::Error);

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Device {}

#[derive(Debug)]
struct Bomb(u64);

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bundle becomes more than {} times as large when it is decompressed", self.0)
    }
}

impl std::error::Error for Bomb {}

/// What a failure to read means, while `file` was to come.
pub(super) fn failed(file: &str, error: io::Error) -> BundleError {
    let kind = error.kind();
    match error.downcast::<Device>() {
        Ok(Device(error)) => BundleError::Io { doing: "reading the bundle".into(), error },
        Err(error) => match error.downcast::<Bomb>() {
            Ok(bomb) => BundleError::too_large(file, format!("{bomb}, which is the limit")),
            Err(_) if kind == io::ErrorKind::UnexpectedEof => {
                BundleError::Truncated { file: file.to_owned() }
            }
            Err(error) => {
                BundleError::altered(file, format!("the bundle cannot be unpacked here: {error}"))
            }
        },
    }
}
