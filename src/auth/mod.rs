//! Who is asking: tokens, their keys, and roles.

mod claims;
mod keys;
pub(crate) mod oidc;
mod ring;
mod roles;
pub(crate) mod secrets;
mod tokens;

pub use self::claims::{Identity, Source, TokenError};
pub use self::keys::{KeyError, SigningKey};
pub use self::oidc::IssuerSettings;
pub use self::ring::{KeyRing, SIGNING_KEY_FILE, forget, list, prepare, rotate};
pub use self::roles::Role;
pub(crate) use self::tokens::SignedIn;
pub use self::tokens::{MintedFor, SHARED_SECRET_ISSUER, Tokens, own_issuer};
