//! The publisher's monthly revenue split: what moved at the processor, divided as it was agreed, and written down.
//!
//! A month is read into the publisher's book, shared, closed, written to files and paid, each step of which can be
//! interrupted and gone on with. The rules are in `sovereign_domain::split`; `docs/ROLLUP.md` is for whoever runs it.
//! No Sovereign needs any of this: it works with the publisher's account at Stripe and a file of agreements, and with
//! a Sovereign only where its signed report of credit counts.

mod account;
pub mod agreements;
pub mod bank;
pub(crate) mod book;
mod close;
mod credit_report;
pub mod document;
mod draft;
pub(crate) mod error;
mod fetch;
pub(crate) mod files;
mod lines;
mod movement;
pub mod output;
pub(crate) mod payouts;
mod reading;
pub(crate) mod run;
pub(crate) mod search;
mod share;
