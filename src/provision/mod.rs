//! Brings what an Organization should have into a Git repository, from which Flux brings it into a cluster, or
//! into a Kubernetes API.
//!
//! `manifests/` says what the files and objects are, purely; `git/` changes the repository, and `kubernetes.rs`
//! the objects; `enqueue.rs` files what there is to do, and `work.rs` is the job that does it and keeps account
//! of it, by way of `into_git.rs` or `into_kubernetes.rs`. docs/PROVISIONING.md tells an operator about it.

mod desired;
pub(crate) mod driver;
pub(crate) mod enqueue;
pub(crate) mod git;
mod into_git;
#[cfg(feature = "kubernetes")]
mod into_kubernetes;
#[cfg(feature = "kubernetes")]
mod kubernetes;
pub(crate) mod manifests;
pub(crate) mod options;
mod steps;
pub mod work;

pub use self::options::{DriverKind, KubernetesOptions, ProvisioningOptions, Token};
