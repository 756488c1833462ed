//! Why a month is not rolled up.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::payment::stripe::StripeError;
use crate::storage;

#[derive(Debug)]
pub(crate) enum RollupError {
    /// What was asked for cannot be: the text says why, and what to do.
    Refused(String),
    Stripe(StripeError),
    Storage(storage::Error),
    /// A Sovereign does not answer.
    Unreachable(String),
    /// A file cannot be read or written.
    File(PathBuf, io::Error),
}

impl RollupError {
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// For what went wrong with the file at `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::File(path.to_owned(), error)
    }

    /// An amount that no account has: the book, or what was read, is off.
    pub(crate) fn too_large(what: impl fmt::Display) -> Self {
        Self::Refused(format!("the amounts of {what} leave the range of 64 bits"))
    }
}

impl fmt::Display for RollupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Unreachable(text) => f.write_str(text),
            Self::Stripe(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for RollupError {}

impl From<StripeError> for RollupError {
    fn from(error: StripeError) -> Self {
        Self::Stripe(error)
    }
}

impl From<storage::Error> for RollupError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}
