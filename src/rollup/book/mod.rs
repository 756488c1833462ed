//! The publisher's book: a database of its own, with what moved at the processor, whose it is, what was due,
//! and what of that is paid.
//!
//! It is written in small transactions, each of which says how far the month is by then, so that whoever is killed goes
//! on where they were. Two processes that are at one month notice each other: the second one's transaction is a
//! conflict. A statement that was written is never updated.

pub(crate) mod approval_policies;
pub(crate) mod bank_batches;
pub(crate) mod charges;
pub(crate) mod credit_reports;
pub(crate) mod months;
pub(crate) mod movements;
pub(crate) mod payout_approvals;
pub(crate) mod payouts;
pub(crate) mod search;
pub(crate) mod settlements;
pub(crate) mod signatures;
pub(crate) mod statements;

use std::path::Path;

use sovereign_domain::timestamp::Timestamp;

use crate::storage::{self, Location, Store, migrate};

/// The SQLite file's name in the data directory.
pub(crate) const BOOK_FILE: &str = "publisher.db";

/// Where the book is: a PostgreSQL server's address, or an SQLite file, by default one in the data directory.
pub(crate) fn location(given: Option<&str>, data: &Path) -> Location {
    match given {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Location::Server(url.to_owned())
        }
        Some(path) => Location::File(path.into()),
        None => Location::File(data.join(BOOK_FILE)),
    }
}

/// Opens the book, and makes it where there is none.
///
/// # Errors
/// Where it cannot be reached or made, or is no publisher's book.
pub(crate) async fn open(location: &Location, now: Timestamp) -> storage::Result<Store> {
    let store = Store::open(location).await?;
    migrate::migrate_book(&store, now).await?;
    Ok(store)
}

/// Opens a book that is there.
///
/// # Errors
/// Where it is not there, or is no publisher's book.
pub(crate) async fn open_existing(location: &Location, now: Timestamp) -> storage::Result<Store> {
    if let Location::File(path) = location
        && !path.exists()
    {
        let text = format!(
            "there is no book at {}; name another --book, or run `sovereign rollup` first",
            path.display()
        );
        return Err(storage::Error::Unsupported(text));
    }
    open(location, now).await
}
