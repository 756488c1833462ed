//! Why a call brought no answer, told apart by what is known of its effect.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::payment_intents::PaymentIntent;

/// Stripe's decision against a request. Asking again with the same key brings the same one.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP: 402 where the card was declined, 400 and others where the request was wrong.
    pub status: u16,
    /// Such as `card_declined` or `amount_too_small`; `idempotency_error` where the key came with other
    /// parameters before, and what those made stands.
    pub code: Option<String>,
    /// The card issuer's reason, such as `insufficient_funds`.
    pub decline_code: Option<String>,
    /// For people, in English.
    pub message: String,
    /// The parameter that is wrong.
    pub param: Option<String>,
    /// The payment that failed.
    pub payment_intent: Option<Box<PaymentIntent>>,
}

impl Refusal {
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

#[derive(Debug, Clone)]
pub enum StripeError {
    /// Stripe decided: nothing else will come of this request.
    Refused(Box<Refusal>),
    /// It may have happened: no answer in time, a lost connection, a failure of Stripe's, an answer that
    /// cannot be read, or the same key still at work. The text is for the log.
    Unknown(String),
    /// Nothing was done; ask again later.
    RateLimited { retry_after: Option<Duration> },
    /// The secret key is wrong, or may not do this. Nothing was done.
    Unauthorized { message: String },
    /// There is no such object on this account, in this mode.
    NotFound { message: String },
}

impl fmt::Display for StripeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => {
                let code = refusal.decline_code.as_ref().or(refusal.code.as_ref());
                let code = code.map_or("without a code", String::as_str);
                write!(f, "Stripe refuses ({}, {code}): {}", refusal.status, refusal.message)
            }
            Self::Unknown(text) => write!(f, "what became of the call is not known: {text}"),
            Self::RateLimited { .. } => f.write_str("Stripe takes no more requests for a moment"),
            Self::Unauthorized { message } => {
                write!(f, "Stripe does not accept the key: {message}")
            }
            Self::NotFound { message } => write!(f, "Stripe has no such object: {message}"),
        }
    }
}

impl std::error::Error for StripeError {}

#[derive(Deserialize)]
struct Envelope {
    error: Body,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
    param: Option<String>,
    payment_intent: Option<Box<PaymentIntent>>,
}

impl StripeError {
    /// The error behind a status that is no success. Only what Stripe itself wrote counts as its decision: a
    /// page of something in between says nothing about the request.
    pub(super) fn of(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        if status == 429 {
            return Self::RateLimited { retry_after };
        }
        let Ok(Envelope { error }) = serde_json::from_slice(body) else {
            return Self::Unknown(format!("status {status} without an error of Stripe's"));
        };
        let Body { kind, code, decline_code, message, param, payment_intent } = error;
        let message = message.unwrap_or_default();
        if code.as_deref() == Some("rate_limit") {
            return Self::RateLimited { retry_after };
        }
        match status {
            401 | 403 => Self::Unauthorized { message },
            404 => Self::NotFound { message },
            // The request with this key that came first still runs.
            409 => Self::Unknown(format!("status 409: {message}")),
            400..=499 => {
                let code = code.or(kind.filter(|kind| kind == "idempotency_error"));
                Self::Refused(Box::new(Refusal {
                    status,
                    code,
                    decline_code,
                    message,
                    param,
                    payment_intent,
                }))
            }
            _ => Self::Unknown(format!("status {status}: {message}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> StripeError {
        StripeError::of(status, None, body.as_bytes())
    }

    #[test]
    fn a_decision_is_told_from_what_is_not_known() {
        let error =
            |kind: &str| format!(r#"{{"error":{{"type":"{kind}","message":"m","new":1}}}}"#);
        let invalid = error("invalid_request_error");
        assert!(matches!(of(400, &invalid), StripeError::Refused(_)));
        assert!(matches!(of(401, &invalid), StripeError::Unauthorized { .. }));
        assert!(matches!(of(403, &invalid), StripeError::Unauthorized { .. }));
        assert!(matches!(of(404, &invalid), StripeError::NotFound { .. }));
        assert!(matches!(of(409, &error("idempotency_error")), StripeError::Unknown(_)));
        assert!(matches!(of(429, ""), StripeError::RateLimited { .. }));
        for status in [301, 400, 401, 402, 404, 500, 502, 503] {
            assert!(matches!(of(status, "<html>"), StripeError::Unknown(_)), "{status}");
        }
        assert!(matches!(of(500, &error("api_error")), StripeError::Unknown(_)));
        let limit = r#"{"error":{"code":"rate_limit"}}"#;
        assert!(matches!(of(400, limit), StripeError::RateLimited { .. }));
    }

    #[test]
    fn a_declined_card_brings_its_reason_and_the_payment() {
        let body = r#"{"error":{"type":"card_error","code":"card_declined","message":"m",
            "decline_code":"insufficient_funds","payment_intent":{"id":"pi_1","amount":100,
            "currency":"omr","status":"requires_payment_method","created":1}}}"#;
        let StripeError::Refused(refusal) = of(402, body) else { panic!("no refusal") };
        assert!(refusal.is("card_declined"));
        assert_eq!(refusal.decline_code.as_deref(), Some("insufficient_funds"));
        assert_eq!(refusal.payment_intent.unwrap().id, "pi_1");
    }

    #[test]
    fn a_key_that_came_with_something_else_says_so() {
        let body = r#"{"error":{"type":"idempotency_error","message":"m"}}"#;
        let StripeError::Refused(refusal) = of(400, body) else { panic!("no refusal") };
        assert!(refusal.is("idempotency_error"));
    }
}
