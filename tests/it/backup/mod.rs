//! Backup and restore: the program's own for SQLite, PostgreSQL's tools for PostgreSQL (docs/BACKUP.md).

mod damaged;
mod keys;
mod load;
mod postgres;
mod refusals;
mod under_load;
