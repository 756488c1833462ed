//! Many vouchers at once: codes made from a pattern, or read from a file; and vouchers that are changed.
//!
//! An operation is asked for here, and carried out by a job (`work.rs`), a slice in each transaction together with how
//! far it came: killed at any moment, it goes on where it was, and makes nothing twice. docs/ADMIN.md tells about it.

mod columns;
mod edit;
mod generate;
mod import;
mod operation;
mod pattern;
mod reading;
mod table;
mod work;

pub use self::columns::{RowError, RowFault};
pub use self::edit::{EditAction, NewEdit, Scope, count, edit, undo};
pub(crate) use self::generate::create_in;
pub use self::generate::{MAX_COUNT, NewCodes, create, examples};
pub(crate) use self::import::told;
pub use self::import::{Checked, ImportError, MAX_FILE_BYTES, check, import};
pub use self::operation::{BulkError, BulkOperation, PAGE_SIZE, Terms, cancel, find, list, resume};
pub use self::pattern::{Alphabet, DEFAULT_LENGTH, MIN_ENTROPY_BITS, Pattern};
pub use self::work::advance;
pub(crate) use self::work::step;
