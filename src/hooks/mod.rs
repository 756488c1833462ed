//! The way of events to endpoints that others run: how they are signed, where they may go, and one request.
//!
//! What is sent to whom and when is decided in `usecase`; what Stripe sends us is another matter
//! (`payment::events`).

mod addresses;
mod keeper;
mod sender;
mod signature;
mod target;

pub(crate) use self::addresses::Reach;
pub(crate) use self::keeper::SecretKeeper;
pub(crate) use self::sender::{Answer, Message, Sender};
pub use self::sender::{HookOptions, Looking, Lookup};
pub(crate) use self::signature::{EndpointSecret, SIGNATURE, sign};
pub(crate) use self::target::parse as parse_url;
use crate::vault::Vault;

/// What sending takes.
pub(crate) struct Hooks {
    pub(crate) sender: Sender,
    pub(crate) keeper: SecretKeeper,
}

impl Hooks {
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub(crate) fn new(options: HookOptions, vault: &Vault, fqdn: &str) -> Result<Self, String> {
        let keeper = SecretKeeper { vault: vault.clone(), fqdn: fqdn.to_owned() };
        Ok(Self { sender: Sender::new(options)?, keeper })
    }
}
