//! Bytes that are put aside: in memory while they are few, in a file without a name when they are many.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use uuid::Uuid;

/// So much is kept in memory.
const IN_MEMORY: usize = 2 * 1024 * 1024;
const PIECE: usize = 64 * 1024;

/// What was written, from its beginning on.
#[derive(Debug)]
pub(crate) struct Spool {
    /// Of the file.
    id: Uuid,
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
}

impl Spool {
    /// An empty one; nothing else has its identifier.
    pub(in crate::usecase) fn new(id: Uuid) -> Self {
        Self { id, memory: Vec::new(), file: None, length: 0 }
    }

    /// # Errors
    /// Where there is no room for it.
    pub(in crate::usecase) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > IN_MEMORY {
            let file = match self.file.take() {
                Some(file) => file,
                None => unnamed(self.id)?,
            };
            self.file.insert(file).write_all(&self.memory)?;
            self.memory.clear();
        }
        Ok(())
    }

    /// How many bytes there are.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Readies it for [`Self::piece`].
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn rewind(mut self) -> std::io::Result<Self> {
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
        }
        Ok(self)
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn piece(&mut self) -> std::io::Result<Vec<u8>> {
        if let Some(file) = &mut self.file {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            if read > 0 {
                piece.truncate(read);
                return Ok(piece);
            }
            self.file = None;
        }
        Ok(std::mem::take(&mut self.memory))
    }
}

/// A file that nobody else can open, and that is gone with whoever has it open.
fn unnamed(id: Uuid) -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("sovereign-export-{id}"));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spool: Spool) -> Vec<u8> {
        let mut spool = spool.rewind().unwrap();
        let mut all = Vec::new();
        loop {
            let piece = spool.piece().unwrap();
            if piece.is_empty() {
                return all;
            }
            all.extend(piece);
        }
    }

    #[test]
    fn few_and_many_come_back_as_they_were() {
        for pages in [0_u8, 1, 100] {
            let mut spool = Spool::new(Uuid::from_u128(0x5f00_0000 + u128::from(pages)));
            let mut written = Vec::new();
            for page in 0..pages {
                let page = vec![page; 70_001];
                spool.write(&page).unwrap();
                written.extend(page);
            }
            assert_eq!(spool.length(), written.len() as u64);
            assert_eq!(spool.file.is_some(), pages == 100);
            assert!(read(spool) == written);
        }
    }
}
