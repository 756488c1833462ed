//! Issuers of others: their access tokens, and signing in with them, against real servers of the harness
//! whose clock is the test's.

mod again;
mod bearer;
mod browser;
mod config;
mod google;
mod hostile;
mod keys;
mod linking;
mod own_issuer;
mod refusals;
mod roles;
mod world;
