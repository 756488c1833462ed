//! Lists that are read newest first, a page at a time: a page begins where the one before ended, so that
//! nothing is skipped or there twice when rows come and go in between.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::vouchers::FieldError;
use crate::storage;
use crate::storage::cursor::Cursor;

/// The years 1 to 9999, in microseconds: what a row can hold on either database.
pub(super) const MOMENTS: RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    Field(FieldError),
    Storage(storage::Error),
}

impl From<FieldError> for PageError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for PageError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// The rows of one page, and what the next page is asked for with, where there is one.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

/// Makes a page of what was found, which is one row more than a page holds where there are more.
pub(crate) fn page<T>(mut found: Vec<T>, limit: i64, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|row| write(&cursor(row)));
    Page { rows: found, next }
}

/// Leaves as many rows as a page holds; answers whether there were more.
pub(super) fn cut<T>(found: &mut Vec<T>, limit: i64) -> bool {
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    more
}

/// Opaque to clients and safe in an address, whatever characters an adopted code has.
pub(super) fn write(cursor: &Cursor) -> String {
    let place = format!("{}.{}", cursor.created_at.micros(), cursor.key);
    URL_SAFE_NO_PAD.encode(place)
}

/// Reads what a client sent in `after`; without it, the newest row is the first.
///
/// # Errors
/// Where it is no cursor of ours.
pub(crate) fn read(after: Option<&str>) -> Result<Cursor, FieldError> {
    let Some(text) = after else { return Ok(Cursor::newest()) };
    let place = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let cursor = place.as_deref().and_then(|place| {
        let (micros, key) = place.split_once('.').filter(|(_, key)| !key.contains('\0'))?;
        let micros = micros.parse().ok().filter(|micros| MOMENTS.contains(micros))?;
        Some(Cursor { created_at: Timestamp::from_micros(micros), key: key.to_owned() })
    });
    cursor.ok_or_else(|| FieldError::new("after", "after must be taken from a Link header"))
}

/// The identifier that a cursor of such rows has; the newest row has none before it.
pub(super) fn identifier(place: &Cursor) -> Result<Uuid, FieldError> {
    match &*place.key {
        "" => Ok(Uuid::nil()),
        key => Uuid::parse_str(key)
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header")),
    }
}
