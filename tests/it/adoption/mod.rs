//! Databases that an earlier service wrote (docs/ADOPTION.md): PostgreSQL only, as that service was.

mod bill_here;
mod codes;
mod data;
mod documented;
mod dry_run;
pub(crate) mod old;
mod processes;
mod refusals;
mod routes;
mod scale;
mod schema;
mod stripe;
