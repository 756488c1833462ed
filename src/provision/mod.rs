//! Brings what an Organization should have into a Git repository, from which Flux brings it into a cluster.
//!
//! `manifests/` says what the files are, purely; `git/` changes the repository; `run.rs` is the job that does
//! one after the other and keeps account of it. docs/PROVISIONING.md tells an operator about it.

pub(crate) mod git;
pub(crate) mod manifests;
pub(crate) mod options;

pub use self::options::{ProvisioningOptions, Token};
