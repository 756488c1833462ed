//! An Organization moves to another Sovereign: frozen and exported here, imported there, confirmed here, activated
//! there. At every moment at most one of the two lets it spend. docs/MOVING.md tells it as a whole.

pub(crate) mod abort;
pub(crate) mod activate;
mod bounds;
pub(crate) mod confirm;
pub(crate) mod drop;
mod error;
pub(crate) mod export;
pub(crate) mod foreign;
pub(crate) mod freeze;
pub(crate) mod hand_out;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod next;
pub(crate) mod papers;
pub(crate) mod people;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod take_in;
mod trail;
pub(crate) mod written;

pub(crate) use self::error::MoveError;
pub use crate::storage::moved_list::{moved_columns, not_moved};
