//! Encrypts the secrets of endpoints, each for its endpoint alone.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::signature::EndpointSecret;
use crate::storage::event_endpoints::EndpointRow;
use crate::vault::{Place, Vault, VaultError};

#[derive(Debug, Clone)]
pub(crate) struct SecretKeeper {
    pub(crate) vault: Vault,
    pub(crate) fqdn: String,
}

impl SecretKeeper {
    pub(crate) fn seal(&self, id: Uuid, secret: &EndpointSecret) -> Result<String, VaultError> {
        let column = column(id);
        self.vault.seal(Place { fqdn: &self.fqdn, column: &column }, secret.expose())
    }

    /// The secrets that sign what is sent there now, the newest first.
    ///
    /// # Errors
    /// Where one cannot be decrypted.
    pub(crate) fn secrets(
        &self,
        row: &EndpointRow,
        now: Timestamp,
    ) -> Result<Vec<EndpointSecret>, VaultError> {
        let column = column(row.id);
        let former = row.former_secret_until.filter(|until| now < until.0);
        let former = former.and(row.former_secret_sealed.as_deref());
        let place = Place { fqdn: &self.fqdn, column: &column };
        std::iter::once(row.secret_sealed.as_str())
            .chain(former)
            .map(|sealed| self.vault.open(place, sealed).map(EndpointSecret::known))
            .collect()
    }
}

fn column(id: Uuid) -> String {
    format!("the secret of event endpoint {id}")
}
