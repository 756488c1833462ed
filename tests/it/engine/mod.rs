//! The money engine under many requests at once.

mod batches;
mod conflicts;
mod neighbours;
