//! Vouchers that are sent by mail: to each address of a list a code of its own, and what became of each letter.
//!
//! A mailing and the operation that makes its codes (`super::bulk`) have one identifier, and are asked for in one
//! transaction. Once all codes are made, a job gives each address one (`assign.rs`) and sends the letters (`send.rs`).
//! Nothing is sent inside a transaction: a crash between the mail server's answer and noting it has the letter sent
//! again, with the same code and under the same Message-ID. docs/ADMIN.md tells about it.

mod addresses;
mod ask;
mod assign;
mod letter;
mod list;
mod mailing;
mod send;

use std::sync::Arc;

pub(crate) use self::addresses::{AddressError, AddressFault, Asked, Wrong, lines};
pub(crate) use self::ask::{Checked, NewMailing, create};
pub(crate) use self::letter::letter;
pub(crate) use self::list::{exists, file, recipients};
pub(crate) use self::mailing::{
    Details, Mailing, MailingError, PAGE_SIZE, cancel, find, list, resume, retry,
};
use super::done::Done;
use crate::app::App;
use crate::storage;

/// Sends letters that are due, and gives codes to addresses; counts the letters that were sent, given up or put off.
///
/// # Errors
/// Where the database fails. What one letter meets is that letter's alone.
pub async fn step(app: &Arc<App>) -> storage::Result<Done> {
    let sent = send::step(app).await?;
    let assigned = assign::step(app).await?;
    mailing::finish(app).await?;
    Ok(Done { count: sent.count, more: sent.more || assigned > 0 })
}
