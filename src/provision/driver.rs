//! Where Organizations are written to.

use std::path::Path;

use super::git::Git;
#[cfg(feature = "kubernetes")]
use super::kubernetes::Cluster;
use super::options::{DriverKind, ProvisioningOptions};

/// The way there.
#[derive(Debug, Clone)]
pub(crate) enum Driver {
    /// A repository that Flux reads.
    Git(Box<Git>),
    /// A Kubernetes API, in which the platform's own operators find what there should be.
    #[cfg(feature = "kubernetes")]
    Kubernetes(Box<Cluster>),
}

impl Driver {
    /// Opens nothing yet: what cannot be reached is found at the first provision.
    ///
    /// # Errors
    /// Where the configuration cannot be used; for people.
    pub(crate) async fn new(options: &ProvisioningOptions, data: &Path) -> Result<Self, String> {
        match options.driver {
            DriverKind::Git => Ok(Self::Git(Box::new(Git::new(options.git(data))))),
            #[cfg(feature = "kubernetes")]
            DriverKind::Kubernetes => {
                let cluster = Cluster::connect(&options.kubernetes).await?;
                Ok(Self::Kubernetes(Box::new(cluster)))
            }
            #[cfg(not(feature = "kubernetes"))]
            DriverKind::Kubernetes => std::future::ready(Err(
                "provisioning.driver is kubernetes, and this program was built without it: build it \
                 with --features kubernetes, or set provisioning.driver to git"
                    .to_owned(),
            ))
            .await,
        }
    }

    /// The steps of a provision.
    pub(super) fn steps(&self) -> [&'static str; 3] {
        match self {
            Self::Git(_) => ["render", "commit", "push"],
            #[cfg(feature = "kubernetes")]
            Self::Kubernetes(_) => ["render", "apply", "prune"],
        }
    }
}
