//! What can go wrong in the database, sorted by what the caller can do about it.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Error {
    /// Another transaction was in the way (a deadlock, a serialization failure, a guarded row that
    /// changed, a row that somebody else inserted first): the whole transaction may be tried again.
    Conflict(String),
    /// The connection was lost before COMMIT was sent: nothing was changed, and the whole transaction may
    /// be tried again on another one.
    Disconnected(String),
    /// The database cannot be reached, is full or refuses to write, or was lost during COMMIT. Nothing was
    /// changed, or all of it.
    Unavailable(String),
    /// A row does not say what its column promises.
    Corrupt(String),
    /// Anything else: a statement of ours is wrong.
    Statement(sqlx::Error),
    /// The database is of a kind or version this program does not run on.
    Unsupported(String),
}

impl Error {
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Whether the same transaction may succeed when it is begun again at once.
    #[must_use]
    pub fn may_be_retried(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Disconnected(_))
    }

    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Disconnected(_))
    }

    /// Whether the same request may succeed in a moment; else the fault is ours.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.is_conflict() || self.is_unavailable()
    }

    /// The same, for another of those who wait for one result.
    pub(crate) fn for_another(&self) -> Self {
        match self {
            Self::Conflict(text) => Self::Conflict(text.clone()),
            Self::Disconnected(text) => Self::Disconnected(text.clone()),
            Self::Unavailable(text) => Self::Unavailable(text.clone()),
            Self::Corrupt(text) => Self::Corrupt(text.clone()),
            Self::Statement(error) => Self::Statement(sqlx::Error::Protocol(error.to_string())),
            Self::Unsupported(text) => Self::Unsupported(text.clone()),
        }
    }

    /// The error as that of a COMMIT: whether it took effect is not known where the connection was lost.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        match Self::from(error) {
            Self::Disconnected(text) => Self::Unavailable(format!("lost during COMMIT: {text}")),
            other => other,
        }
    }

    pub(crate) fn corrupt(table: &str, what: impl fmt::Display) -> Self {
        Self::Corrupt(format!("{table}: {what}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(text) => write!(f, "another transaction was in the way: {text}"),
            Self::Disconnected(text) => write!(f, "the connection was lost: {text}"),
            Self::Unavailable(text) => write!(f, "the database is not available: {text}"),
            Self::Corrupt(text) => write!(f, "a row cannot be read: {text}"),
            Self::Statement(error) => write!(f, "a statement failed: {error}"),
            Self::Unsupported(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(database) => match class_of(database.as_ref()) {
                Class::Conflict => Self::Conflict(database.to_string()),
                Class::Disconnected => Self::Disconnected(database.to_string()),
                Class::Unavailable => Self::Unavailable(database.to_string()),
                Class::Other => Self::Statement(error),
            },
            E::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                Self::Unavailable(error.to_string())
            }
            E::Io(_) | E::WorkerCrashed | E::Protocol(_) => Self::Disconnected(error.to_string()),
            E::Tls(_) | E::PoolTimedOut | E::PoolClosed => Self::Unavailable(error.to_string()),
            _ => Self::Statement(error),
        }
    }
}

enum Class {
    Conflict,
    Disconnected,
    Unavailable,
    Other,
}

/// Sorts by SQLSTATE (PostgreSQL) or primary result code (SQLite; extended codes in the upper bits).
fn class_of(error: &dyn sqlx::error::DatabaseError) -> Class {
    if error.is_unique_violation() {
        return Class::Conflict;
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
        // 57P01 an administrator ended this connection, 57P02 the server crashed, 25P03 and 57P05 idle for
        // too long: another connection may do. Classes 08 connection, 28 sign-in, 53 resources, 57P03 no
        // connections yet, 58 system; 25006 read-only, 3D000 no such database: what an operator has to
        // mend, while callers try again.
        return match code.as_ref() {
            "40001" | "40P01" | "55P03" => Class::Conflict,
            "57P01" | "57P02" | "57P05" | "25P03" => Class::Disconnected,
            "25006" | "3D000" | "57P03" => Class::Unavailable,
            code if ["08", "28", "53", "58"].iter().any(|class| code.starts_with(class)) => {
                Class::Unavailable
            }
            _ => Class::Other,
        };
    }
    match code.parse::<i32>().map(|code| code & 0xff) {
        // SQLITE_BUSY, SQLITE_LOCKED
        Ok(5 | 6) => Class::Conflict,
        // SQLITE_NOMEM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
        Ok(7 | 8 | 10 | 13 | 14) => Class::Unavailable,
        _ => Class::Other,
    }
}
