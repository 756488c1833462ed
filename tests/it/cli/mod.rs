//! The command line: the real program, run as a process of its own.
//!
//! What every command has in common: answers on standard output, messages on standard error, exit code
//! 0 done, 1 the answer is no, 2 wrong usage or configuration, 3 the database is not available.

mod bulk;
mod campaign;
mod config;
mod config_files;
mod demo;
mod help;
mod key;
mod manage;
mod migrate;
mod report;
mod serve;
mod token;
mod told;
mod unavailable;
mod verify;
mod verify_cases;
mod voucher;
