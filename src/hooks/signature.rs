//! What shows that an event is this Sovereign's: `Sovereign-Signature: t=…,v1=…`, HMAC-SHA256 of the time, a
//! point and the body, once for each secret that is good. docs/WEBHOOKS.md tells a receiver how to check it.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sovereign_domain::timestamp::Timestamp;

use crate::hex;

pub(crate) const SIGNATURE: &str = "Sovereign-Signature";

/// What an endpoint and the Sovereign share.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EndpointSecret(String);

impl fmt::Debug for EndpointSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndpointSecret")
    }
}

impl EndpointSecret {
    const PREFIX: &str = "evsec_";
    const BYTES: usize = 32;

    /// A new one; `None` where the system has no randomness.
    pub(crate) fn random() -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// One that was stored.
    pub(crate) fn known(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// The header's value, with a signature of each secret.
pub(crate) fn sign(secrets: &[EndpointSecret], now: Timestamp, body: &[u8]) -> String {
    let time = now.seconds().to_string();
    let signed = [time.as_bytes(), b".", body].concat();
    secrets.iter().fold(format!("t={time}"), |header, secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        format!("{header},v1={}", hex::encode(hmac::sign(&key, &signed).as_ref()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl dgst -sha256 -hmac evsec_one` and `evsec_two`.
    #[test]
    fn signatures_are_those_that_others_make() {
        let secrets = ["evsec_one", "evsec_two"].map(|text| EndpointSecret::known(text.into()));
        let header = sign(&secrets, Timestamp::from_seconds(1_800_000_000), b"{\"id\":1}");
        let expected = "t=1800000000,\
            v1=792c6a6c3aa8ed2c2cde433ef5ba763a6c00ad4be0e3df183bc6249bf2841deb,\
            v1=05fd4c8cafa4f2c3007b03ce8d549697328ac6a88d1b743de3fd861e6d23d12a";
        assert_eq!(header, expected);
    }

    #[test]
    fn secrets_are_long_and_new_each_time() {
        let [one, two] = [0, 1].map(|_| EndpointSecret::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), "evsec_".len() + 43);
        assert_eq!(format!("{one:?}"), "EndpointSecret");
    }
}
