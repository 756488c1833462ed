//! Brings what an Organization should have into a Git repository, from which Flux brings it into a cluster.
//!
//! `manifests/` says what the files are, purely; `git/` changes the repository; `enqueue.rs` files what there
//! is to do, and `work.rs` is the job that does it and keeps account of it. docs/PROVISIONING.md tells an
//! operator about it.

mod desired;
pub(crate) mod enqueue;
pub(crate) mod git;
pub(crate) mod manifests;
pub(crate) mod options;
mod steps;
pub mod work;

pub use self::options::{ProvisioningOptions, Token};
