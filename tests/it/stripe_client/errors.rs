//! What is known, and what is not, when no answer comes or none that was hoped for.

use std::time::Duration;

use serde_json::json;
use sovereign::payment::stripe::{SecretKey, Stripe, StripeError, StripeOptions};

use super::responder::{Answer, Responder};
use super::{KEY, client, options};

async fn error(answer: Answer) -> StripeError {
    let responder = Responder::start([answer]).await;
    let error = client(&responder).account().await.unwrap_err();
    assert_eq!(responder.seen().len(), 1, "a call is made once");
    error
}

#[tokio::test]
async fn what_is_no_answer_of_stripes_leaves_it_unknown() {
    let page = |status, text: &str| Answer::Raw(status, Vec::new(), text.into());
    let elsewhere = ("location", "https://elsewhere.example/".to_owned());
    for answer in [
        Answer::Broken,
        page(200, "<html>"),
        page(200, ""),
        page(200, "{}"),
        Answer::Json(200, json!({ "id": 7 })),
        page(404, "no such page"),
        page(400, "{\"error\":\"a text\"}"),
        page(502, "bad gateway"),
        Answer::Raw(302, vec![elsewhere], String::new()),
        Answer::error(500, &json!({ "type": "api_error", "message": "m" })),
        Answer::error(409, &json!({ "type": "idempotency_error", "message": "m" })),
        page(200, &format!("{{\"id\":\"{}\"}}", "x".repeat(9 * 1024 * 1024))),
    ] {
        let error = error(answer).await;
        assert!(matches!(error, StripeError::Unknown(_)), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let responder = Responder::start([Answer::Silence]).await;
    let options = StripeOptions { call_timeout: Duration::from_millis(50), ..options(&responder) };
    let stripe = Stripe::new(&SecretKey::parse(KEY).unwrap(), &options).unwrap();
    let error = stripe.account().await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown(_)), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_unknown_and_says_no_secret() {
    let responder = Responder::start([]).await;
    let gone = StripeOptions { api_url: "http://127.0.0.1:9".into(), ..options(&responder) };
    let stripe = Stripe::new(&SecretKey::parse(KEY).unwrap(), &gone).unwrap();
    let error = stripe.account().await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown(_)), "{error:?}");
    for text in [error.to_string(), format!("{error:?}"), format!("{stripe:?}")] {
        assert!(!text.contains("51Nab"), "{text}");
    }
}

#[tokio::test]
async fn decisions_are_stripes() {
    let declined = json!({ "type": "card_error", "code": "card_declined", "message": "m",
        "decline_code": "insufficient_funds" });
    let StripeError::Refused(refusal) = error(Answer::error(402, &declined)).await else {
        panic!("no refusal")
    };
    assert_eq!((refusal.status, refusal.is("card_declined")), (402, true));
    let invalid = json!({ "type": "invalid_request_error", "message": "m", "param": "amount" });
    let StripeError::Refused(refusal) = error(Answer::error(400, &invalid)).await else {
        panic!("no refusal")
    };
    assert_eq!(refusal.param.as_deref(), Some("amount"));
    let unauthorized = error(Answer::error(401, &invalid)).await;
    assert!(matches!(unauthorized, StripeError::Unauthorized { .. }), "{unauthorized:?}");
    let missing = error(Answer::error(404, &invalid)).await;
    assert!(matches!(missing, StripeError::NotFound { .. }), "{missing:?}");
}

#[tokio::test]
async fn a_limit_says_for_how_long() {
    let wait = vec![("retry-after", "7".to_owned())];
    for (headers, expected) in [(wait, Some(Duration::from_secs(7))), (Vec::new(), None)] {
        match error(Answer::Raw(429, headers, String::new())).await {
            StripeError::RateLimited { retry_after } => assert_eq!(retry_after, expected),
            other => panic!("{other:?}"),
        }
    }
}
