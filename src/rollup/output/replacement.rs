//! A file that takes the place of another once it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What is written is beside its place until [`Self::commit`]; dropped before, it is gone.
#[derive(Debug)]
pub struct Replacement {
    /// `None` once it was committed.
    file: Option<BufWriter<File>>,
    draft: PathBuf,
    place: PathBuf,
}

impl Replacement {
    /// Begins a file that others may read as the process's mask allows.
    ///
    /// # Errors
    /// Where its directory cannot be written to.
    pub fn create(place: &Path) -> io::Result<Self> {
        Self::begin(place, false)
    }

    /// Begins a file that only its owner may read: one with accounts in it.
    ///
    /// # Errors
    /// Where its directory cannot be written to.
    pub fn create_private(place: &Path) -> io::Result<Self> {
        Self::begin(place, true)
    }

    fn begin(place: &Path, is_private: bool) -> io::Result<Self> {
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let draft = place.with_file_name(format!(".{name}.{}.new", std::process::id()));
        // A process of this number that was killed may have left one, which others could read.
        match std::fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if is_private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = is_private;
        let file = options.open(&draft)?;
        Ok(Self { file: Some(BufWriter::new(file)), draft, place: place.to_owned() })
    }

    /// Puts the file into its place, over what is there.
    ///
    /// # Errors
    /// Where it could not be written whole; then what was there stays.
    pub fn commit(mut self) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            let written = file.flush().and_then(|()| file.get_ref().sync_all());
            let placed = written.and_then(|()| std::fs::rename(&self.draft, &self.place));
            if placed.is_err() {
                let _ = std::fs::remove_file(&self.draft);
            }
            return placed;
        }
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.draft);
        }
    }
}
