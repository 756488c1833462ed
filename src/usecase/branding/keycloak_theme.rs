//! The login theme for Keycloak that goes with the branding as it is set.

use zip::result::ZipError;

use super::shown_as;
use crate::branding::keycloak_theme::{self, Jar};
use crate::storage::branding as rows;
use crate::storage::{self, Store};

/// Why there is no theme.
#[derive(Debug)]
pub(crate) enum ThemeError {
    Storage(storage::Error),
    /// It could not be packed.
    Broken(ZipError),
}

impl From<storage::Error> for ThemeError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<ZipError> for ThemeError {
    fn from(error: ZipError) -> Self {
        Self::Broken(error)
    }
}

/// The theme of the Sovereign that is called `fqdn`, with or without a running server.
///
/// # Errors
/// [`ThemeError`].
pub(crate) async fn jar(store: &Store, fqdn: &str) -> Result<Jar, ThemeError> {
    let mut tx = store.read().await?;
    let row = rows::find(&mut tx).await?;
    // The theme leads nowhere, so it does not matter where the pages are configured to be.
    let branding = shown_as((fqdn, &format!("https://{fqdn}")), row);
    let logo = match &branding.logo {
        Some(logo) => rows::logo(&mut tx, logo.kind.as_str(), &logo.digest).await?,
        None => None,
    };
    Ok(keycloak_theme::jar(&branding, logo.as_deref(), fqdn)?)
}
