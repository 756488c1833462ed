//! Secrets derived from the signing keys: for digests of what is too short to be hashed alone, for form
//! tokens, and for values that only this Sovereign can make.
//!
//! Each use has a label of its own, so that a value made for one is worth nothing for another. What was
//! made before a rotation is recognised as long as the key is kept.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::keys::SigningKey;
use super::ring::KeyRing;
use crate::hex;

/// What a derived secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The digest of a sign-in code: six digits, which a plain hash would not hide.
    SignInCode,
    /// The token that follows a refresh token.
    RefreshToken,
    /// The token of a form.
    Form,
    /// What a browser carries while it is at another issuer.
    SignInElsewhere,
    /// Nonce and PKCE verifier of a client that cannot keep them.
    GoogleRoute,
    /// The state that such a client is given.
    GoogleState,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::SignInCode => "sovereign sign-in code 1",
            Self::RefreshToken => "sovereign refresh token 1",
            Self::Form => "sovereign form 1",
            Self::SignInElsewhere => "sovereign sign-in elsewhere 1",
            Self::GoogleRoute => "sovereign google route 1",
            Self::GoogleState => "sovereign google state 1",
        }
    }
}

/// Makes and recognises.
#[derive(Clone)]
pub(crate) struct Secrets(KeyRing);

impl Secrets {
    pub(crate) fn new(keys: KeyRing) -> Self {
        Self(keys)
    }

    /// A value that follows from `data`, and that nobody else can make.
    pub(crate) fn mac(&self, purpose: Purpose, data: &[u8]) -> String {
        tagged(&self.0.current(), purpose, data)
    }

    /// Whether `mac` was made of `data` here, by a key that is kept.
    pub(crate) fn is_mac(&self, purpose: Purpose, data: &[u8], mac: &str) -> bool {
        self.0.all().iter().any(|key| same(&tagged(key, purpose, data), mac))
    }
}

fn tagged(key: &SigningKey, purpose: Purpose, data: &[u8]) -> String {
    let root = hmac::Key::new(hmac::HMAC_SHA256, &key.seed);
    let derived = hmac::sign(&root, purpose.label().as_bytes());
    let derived = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
    URL_SAFE_NO_PAD.encode(hmac::sign(&derived, data))
}

/// Compares without telling by the time it takes where the two differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// What is stored of a long random token.
pub(crate) fn digest(token: &str) -> String {
    hex::encode(&Sha256::digest(token))
}

/// The operating system gave no randomness.
#[derive(Debug)]
pub(crate) struct NoRandomness;

/// 256 random bits, in 43 characters that stand in a URL.
pub(crate) fn random_token() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Six digits, each code as likely as any other.
pub(crate) fn random_code() -> Result<String, NoRandomness> {
    const CODES: u32 = 1_000_000;
    // What lies above the last whole multiple would make small codes likelier.
    const LIMIT: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let mut bytes = [0; 4];
        SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
        let number = u32::from_le_bytes(bytes);
        if number < LIMIT {
            return Ok(format!("{:06}", number % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_worth_something_for_its_use_alone_and_survives_a_rotation() {
        let directory = tempfile::tempdir().unwrap();
        let ring = KeyRing::load_or_create(directory.path()).unwrap();
        let secrets = Secrets::new(ring.clone());
        let mac = secrets.mac(Purpose::Form, b"a");
        assert!(secrets.is_mac(Purpose::Form, b"a", &mac));
        assert!(!secrets.is_mac(Purpose::Form, b"b", &mac));
        assert!(!secrets.is_mac(Purpose::SignInCode, b"a", &mac));
        assert!(!secrets.is_mac(Purpose::Form, b"a", ""));

        super::super::ring::rotate(directory.path()).unwrap();
        ring.reload();
        assert_ne!(secrets.mac(Purpose::Form, b"a"), mac);
        assert!(secrets.is_mac(Purpose::Form, b"a", &mac));
    }

    #[test]
    fn codes_are_six_digits() {
        for _ in 0..1_000 {
            let code = random_code().unwrap();
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }
}
