//! Who is asking: tokens, their keys, and roles.

mod keys;
mod roles;
mod tokens;

pub use self::keys::{KeyError, SigningKey};
pub use self::roles::Role;
pub use self::tokens::{Identity, MintedFor, TokenError, Tokens, own_issuer};
