//! Stripe's keys, by their prefixes (docs.stripe.com/keys). No `Debug` shows one.

use std::fmt;

use serde::Serialize;

/// Whether real money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// Why a text is not the key that is wanted; it never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAKey(pub &'static str);

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Calls Stripe: `sk_…`, or `rk_…` where it is restricted.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    text: String,
    mode: Mode,
}

/// What Stripe signs its webhooks with: `whsec_…`.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(String);

/// For browsers, and no secret: `pk_…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
    mode: Mode,
}

/// The fewest characters behind a prefix; real ones have many more.
const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 255;

fn has_form(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| {
        (MIN_CHARS..=MAX_CHARS).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+/=-".contains(&byte))
    })
}

fn mode_of(text: &str, live: &[&str], test: &[&str]) -> Option<Mode> {
    let any = |prefixes: &[&str]| prefixes.iter().any(|prefix| has_form(text, prefix));
    if any(live) {
        Some(Mode::Live)
    } else if any(test) {
        Some(Mode::Test)
    } else {
        None
    }
}

fn last4(text: &str) -> &str {
    text.get(text.len().saturating_sub(4)..).unwrap_or_default()
}

impl SecretKey {
    /// # Errors
    /// Where it is no secret key.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let mode = mode_of(text, &["sk_live_", "rk_live_"], &["sk_test_", "rk_test_"]);
        match mode {
            Some(mode) => Ok(Self { text: text.to_owned(), mode }),
            None if text.starts_with("pk_") => Err(NotAKey(
                "this is a public key; the secret key begins with sk_live_ or sk_test_, or, where it is \
                 restricted, with rk_live_ or rk_test_",
            )),
            None if text.starts_with("whsec_") => Err(NotAKey(
                "this is a webhook secret; the secret key begins with sk_live_ or sk_test_",
            )),
            None => Err(NotAKey("must begin with sk_live_, sk_test_, rk_live_ or rk_test_")),
        }
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    #[must_use]
    pub fn last4(&self) -> &str {
        last4(&self.text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

impl WebhookSecret {
    /// # Errors
    /// Where it is no webhook secret.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        if has_form(text, "whsec_") {
            Ok(Self(text.to_owned()))
        } else if ["sk_", "rk_", "pk_"].iter().any(|prefix| text.starts_with(prefix)) {
            Err(NotAKey("this is a key to the API; the webhook secret begins with whsec_"))
        } else {
            Err(NotAKey("must begin with whsec_"))
        }
    }

    #[must_use]
    pub fn last4(&self) -> &str {
        last4(&self.0)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl PublicKey {
    /// # Errors
    /// Where it is no public key.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        match mode_of(text, &["pk_live_"], &["pk_test_"]) {
            Some(mode) => Ok(Self { text: text.to_owned(), mode }),
            None if ["sk_", "rk_", "whsec_"].iter().any(|prefix| text.starts_with(prefix)) => {
                Err(NotAKey("this is a secret; the public key begins with pk_live_ or pk_test_"))
            }
            None => Err(NotAKey("must begin with pk_live_ or pk_test_")),
        }
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}, …{})", self.mode.as_str(), self.last4())
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSecret(…{})", self.last4())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_prefixes() {
        for (text, mode) in [
            ("sk_test_51Nabcdef", Mode::Test),
            (" rk_test_51Nabcdef\n", Mode::Test),
            ("sk_live_51Nabcdef", Mode::Live),
            ("rk_live_51Nabcdef", Mode::Live),
        ] {
            let key = SecretKey::parse(text).unwrap();
            assert_eq!((key.mode(), key.last4()), (mode, "cdef"), "{text}");
        }
        assert_eq!(PublicKey::parse("pk_live_51Nabcdef").unwrap().mode(), Mode::Live);
        assert_eq!(WebhookSecret::parse("whsec_abcdefgh").unwrap().last4(), "efgh");
    }

    #[test]
    fn one_kind_is_not_taken_for_another() {
        for text in ["", "sk_test_", "sk_test_short", "sk_test_51N abcdef", "pk_test_51Nabcdef"] {
            assert!(SecretKey::parse(text).is_err(), "{text:?}");
        }
        let said = SecretKey::parse("pk_live_51Nabcdef").unwrap_err().to_string();
        assert!(said.contains("public key") && !said.contains("51Nabcdef"), "{said}");
        assert!(WebhookSecret::parse("sk_test_51Nabcdef").is_err());
        assert!(PublicKey::parse("sk_test_51Nabcdef").is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = format!("{:?}", SecretKey::parse("sk_test_51Nabcdef").unwrap());
        let secret = format!("{:?}", WebhookSecret::parse("whsec_51Nabcdef").unwrap());
        assert!(!key.contains("51Nab") && !secret.contains("51Nab"), "{key} {secret}");
    }
}
