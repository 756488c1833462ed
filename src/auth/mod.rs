//! Who is asking: tokens, their keys, and roles.

mod keys;
mod roles;
mod tokens;

pub use self::keys::{KeyError, SIGNING_KEY_FILE, SigningKey};
pub use self::roles::Role;
pub use self::tokens::{Identity, MintedFor, SHARED_SECRET_ISSUER, TokenError, Tokens, own_issuer};
