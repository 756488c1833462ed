//! The integration tests: one binary, a folder for the harness, then a file or folder per resource.
//!
//! Every test that touches the database runs on SQLite and on PostgreSQL and ends with `verify`. Run
//! them with `./test`, which brings PostgreSQL along.

mod harness;

mod checkout;
mod model;
mod races;
