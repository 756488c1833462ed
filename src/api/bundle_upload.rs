//! A form with a bundle in it: as it comes it goes into a file that has no name, and is gone however the process
//! ends. The other parts are short texts.

use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};

/// What its part of the form is called.
pub(crate) const BUNDLE: &str = "bundle";
/// Between two pieces of a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Parts of a form, and how long each may be that is no bundle.
const MAX_PARTS: usize = 32;
const MAX_TEXT_BYTES: u64 = 64 << 10;
/// So much is written at once.
const BUFFER_BYTES: usize = 1 << 20;
/// What is too large is read on for so long: a client that finds the connection closed while it still sends may never see
/// the answer.
const READ_ON_BYTES: u64 = 64 << 20;

/// The parts of a form. It is never logged: a secret key may be among them.
#[derive(Default)]
pub(crate) struct Upload {
    /// Each with its name, in their order.
    pub(crate) texts: Vec<(String, String)>,
    /// `None` where none was sent, or an empty one.
    pub(crate) bundle: Option<File>,
}

/// Why a form was not read.
#[derive(Debug)]
pub(crate) enum UploadError {
    /// It is no `multipart/form-data`.
    NoForm,
    /// Whoever sent it may not.
    NotAdmitted,
    /// The part is longer than it may be.
    TooLarge(String),
    /// It did not come to its end.
    NotWhole,
    /// The disk has no room for it.
    NoRoom(std::io::Error),
}

impl From<MultipartError> for UploadError {
    fn from(_: MultipartError) -> Self {
        Self::NotWhole
    }
}

impl Upload {
    /// Reads a form to its end. Nothing of a bundle is read before `admits` says of the parts before it that whoever
    /// sent them may.
    ///
    /// # Errors
    /// [`UploadError`]; then nothing is left of it.
    pub(crate) async fn read(
        mut request: Request,
        max_bundle_bytes: u64,
        admits: impl Fn(&[(String, String)]) -> bool,
    ) -> Result<Self, UploadError> {
        // What comes is counted here.
        DefaultBodyLimit::disable().apply(&mut request);
        let form = Multipart::from_request(request, &()).await;
        let mut form = form.map_err(|_| UploadError::NoForm)?;
        let mut upload = Self::default();
        for _ in 0..MAX_PARTS {
            let Some(mut part) = timely(form.next_field()).await? else {
                return if admits(&upload.texts) {
                    Ok(upload)
                } else {
                    Err(UploadError::NotAdmitted)
                };
            };
            let name = part.name().unwrap_or_default().to_owned();
            if name != BUNDLE {
                let text = text(&mut part, &name).await?;
                upload.texts.push((name, text));
            } else if admits(&upload.texts) {
                upload.bundle = spool(&mut part, max_bundle_bytes).await?;
            } else {
                return Err(UploadError::NotAdmitted);
            }
        }
        Err(UploadError::TooLarge("body".to_owned()))
    }

    /// The first of a name, without the blanks around it; `None` where there is none, or nothing in it.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }
}

/// What a client that does not send any more never brings to its end.
async fn timely<T>(
    reading: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, UploadError> {
    let read = tokio::time::timeout(BODY_TIMEOUT, reading).await;
    Ok(read.map_err(|_| UploadError::NotWhole)??)
}

async fn text(part: &mut Field<'_>, name: &str) -> Result<String, UploadError> {
    let (mut bytes, mut length) = (Vec::new(), 0_u64);
    while let Some(piece) = timely(part.chunk()).await? {
        length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if length > READ_ON_BYTES {
            break;
        }
        if length <= MAX_TEXT_BYTES {
            bytes.extend_from_slice(&piece);
        }
    }
    if length > MAX_TEXT_BYTES {
        return Err(UploadError::TooLarge(name.to_owned()));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn spool(part: &mut Field<'_>, max_bytes: u64) -> Result<Option<File>, UploadError> {
    let mut file = Some(tempfile::tempfile().map_err(UploadError::NoRoom)?);
    let (mut buffer, mut length) = (Vec::new(), 0_u64);
    while let Some(piece) = timely(part.chunk()).await? {
        length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if length > max_bytes.saturating_add(READ_ON_BYTES) {
            break;
        }
        if length > max_bytes {
            file = None;
            buffer = Vec::new();
            continue;
        }
        buffer.extend_from_slice(&piece);
        if buffer.len() >= BUFFER_BYTES {
            file = written(file, std::mem::take(&mut buffer)).await?;
        }
    }
    if length > max_bytes {
        return Err(UploadError::TooLarge(BUNDLE.to_owned()));
    }
    Ok(written(file, buffer).await?.filter(|_| length > 0))
}

/// The file with these bytes behind what it has, on a thread that may wait for the disk.
async fn written(file: Option<File>, bytes: Vec<u8>) -> Result<Option<File>, UploadError> {
    let Some(mut file) = file else { return Ok(None) };
    let writing = tokio::task::spawn_blocking(move || file.write_all(&bytes).map(|()| Some(file)));
    let written =
        writing.await.map_err(|error| UploadError::NoRoom(std::io::Error::other(error)))?;
    written.map_err(UploadError::NoRoom)
}
