//! Whether a webhook is Stripe's: `Stripe-Signature: t=…,v1=…`, HMAC-SHA256 of the time, a point and the
//! body (docs.stripe.com/webhooks/signature).

use std::fmt;

use aws_lc_rs::hmac;
use sovereign_domain::timestamp::Timestamp;

use super::keys::WebhookSecret;
use crate::hex;

/// How far the time of a signature may be off, either way.
pub const TOLERANCE_SECONDS: i64 = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no time in it, or no signature of this scheme.
    Malformed,
    /// Nobody with one of the secrets signed this body.
    Mismatch,
    /// It was signed too long ago, or one of the two clocks is wrong.
    OutsideTolerance,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "Stripe-Signature must be such as t=1492774577,v1=5257a869…",
            Self::Mismatch => "the signature is not of this body and webhook secret",
            Self::OutsideTolerance => {
                "the signature is more than 300 s away from now; send it again, or set the clock"
            }
        })
    }
}

impl std::error::Error for SignatureError {}

/// Checks a webhook's signature: any `v1` value, made with any of the secrets, will do.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(
    header: &str,
    body: &[u8],
    secrets: &[WebhookSecret],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let (time, signatures) = parse(header).ok_or(SignatureError::Malformed)?;
    let signed = [time.as_bytes(), b".", body].concat();
    let is_good = |secret: &WebhookSecret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        signatures.iter().any(|signature| hmac::verify(&key, &signed, signature).is_ok())
    };
    if !secrets.iter().any(is_good) {
        return Err(SignatureError::Mismatch);
    }
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Malformed)?;
    if now.seconds().abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(SignatureError::OutsideTolerance);
    }
    Ok(())
}

/// The time as it is written, and the signatures.
fn parse(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    let (mut time, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = Some(value),
            Some(("v1", value)) => signatures.extend(hex::decode(value)),
            // Other schemes, such as v0 of test events.
            _ => {}
        }
    }
    let time = time.filter(|time| !time.is_empty() && time.bytes().all(|b| b.is_ascii_digit()))?;
    if signatures.is_empty() { None } else { Some((time, signatures)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
    const AT: i64 = 1_800_000_000;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::parse(text).unwrap()
    }

    fn sign(secret: &WebhookSecret, at: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        let signed = [at.to_string().as_bytes(), b".", body].concat();
        hex::encode(hmac::sign(&key, &signed).as_ref())
    }

    fn check(header: &str, secrets: &[WebhookSecret], after: i64) -> Result<(), SignatureError> {
        verify(header, BODY, secrets, Timestamp::from_seconds(AT + after))
    }

    /// Made with `openssl dgst -sha256 -hmac whsec_test_secret`.
    #[test]
    fn a_signature_made_elsewhere_is_good() {
        let header = "t=1800000000,\
            v1=d0ffffa7434b9a227ebe60bf97ad6137fbc31cbd39613e1ac0e4bc924c41fde7";
        assert_eq!(check(header, &[secret("whsec_test_secret")], 0), Ok(()));
    }

    #[test]
    fn either_of_two_secrets_and_any_of_several_values_will_do() {
        let (old, new) = (secret("whsec_old_old_old"), secret("whsec_new_new_new"));
        let both = [new.clone(), old.clone()];
        for signer in &both {
            let wrong = "00".repeat(32);
            let good = sign(signer, AT, BODY);
            let header = format!("t={AT}, v1={wrong},v0=x,v1={good}");
            assert_eq!(check(&header, &both, 0), Ok(()));
        }
        let header = format!("t={AT},v1={}", sign(&old, AT, BODY));
        assert_eq!(check(&header, &[new], 0), Err(SignatureError::Mismatch));
        assert_eq!(check(&header, &[], 0), Err(SignatureError::Mismatch));
    }

    #[test]
    fn time_and_body_are_signed() {
        let own = [secret("whsec_test_secret")];
        let header = format!("t={AT},v1={}", sign(&own[0], AT, b"{}"));
        assert_eq!(check(&header, &own, 0), Err(SignatureError::Mismatch));
        let header = format!("t={},v1={}", AT + 1, sign(&own[0], AT, BODY));
        assert_eq!(check(&header, &own, 0), Err(SignatureError::Mismatch));
        let header = format!("t={AT},v1={}", sign(&own[0], AT, BODY));
        for (after, expected) in [
            (300, Ok(())),
            (-300, Ok(())),
            (301, Err(SignatureError::OutsideTolerance)),
            (-301, Err(SignatureError::OutsideTolerance)),
        ] {
            assert_eq!(check(&header, &own, after), expected, "{after}");
        }
    }

    #[test]
    fn what_is_no_signature_is_malformed() {
        let own = [secret("whsec_test_secret")];
        let good = sign(&own[0], AT, BODY);
        for header in [
            String::new(),
            format!("v1={good}"),
            format!("t=,v1={good}"),
            format!("t=-1,v1={good}"),
            format!("t={AT}"),
            format!("t={AT},v0={good}"),
            format!("t={AT},v1=xyz"),
            format!("t={AT},v1=\u{639}\u{639}"),
        ] {
            assert_eq!(check(&header, &own, 0), Err(SignatureError::Malformed), "{header}");
        }
    }
}
