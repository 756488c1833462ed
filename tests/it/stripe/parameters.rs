//! Parameters are those that Stripe's package has types for.

use std::process::Command;

use super::{SESSION, World};
use crate::harness::StripeFake;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_derived_file_is_current() {
    let derived = Command::new(format!("{REPOSITORY}/scripts/stripe-api")).output().unwrap();
    assert!(derived.status.success(), "{}", String::from_utf8_lossy(&derived.stderr));
    assert!(
        derived.stdout == include_bytes!("../../stripe/api.json"),
        "tests/stripe/api.json is not what the package says any more. Make it anew:\n    \
         scripts/stripe-api > tests/stripe/api.json"
    );
}

/// Each parameter that is added or replaced, then code and `param` of the refusal.
const REFUSED: [(&str, &str, Option<&str>, &str); 10] = [
    ("colour", "red", Some("parameter_unknown"), "colour"),
    ("line_items[0][colour]", "red", Some("parameter_unknown"), "line_items[0][colour]"),
    (
        "line_items[0][quantity]",
        "one",
        Some("parameter_invalid_integer"),
        "line_items[0][quantity]",
    ),
    ("mode", "gift", None, "mode"),
    ("line_items[0]", "plan", None, "line_items"),
    ("line_items[1][price_data][unit_amount]", "10", Some("parameter_missing"), CURRENCY),
    ("payment_intent_data", "x", None, "payment_intent_data"),
    ("allow_promotion_codes", "perhaps", None, "allow_promotion_codes"),
    ("expires_at", "1", None, "expires_at"),
    ("metadata[a name of more than forty characters, indeed]", "x", None, "metadata"),
];
const CURRENCY: &str = "line_items[1][price_data][currency]";

#[tokio::test]
async fn what_stripe_does_not_take_is_refused_by_name() {
    let world = World::start();
    for (name, value, code, param) in REFUSED {
        let mut params = SESSION.to_vec();
        params.retain(|(other, _)| *other != name);
        params.push((name, value));
        let (status, error) = world.refused("/v1/checkout/sessions", &params).await;
        let found = (status, error["code"].as_str(), error["param"].as_str().unwrap_or_default());
        let param = if name == "line_items[0]" { found.2 } else { param };
        assert_eq!(found, (400, code, param), "{name}={value}: {error}");
        assert_eq!(error["type"], "invalid_request_error");
    }
    let without: Vec<_> = SESSION.iter().filter(|(name, _)| *name != "mode").copied().collect();
    let (status, error) = world.refused("/v1/checkout/sessions", &without).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("parameter_missing")));
    assert_eq!(error["param"], "mode");
    assert!(world.stripe.all("checkout.session").is_empty());
}

#[tokio::test]
async fn amounts_are_those_that_a_card_may_be_charged() {
    let world = World::start();
    for (currency, amount, code) in [
        ("omr", "5124", Some("parameter_invalid_integer")),
        ("omr", "5120", None),
        ("omr", "190", Some("amount_too_small")),
        ("omr", "200", None),
        ("bhd", "10", Some("amount_too_small")),
        ("kwd", "1005", Some("parameter_invalid_integer")),
        ("usd", "49", Some("amount_too_small")),
        ("usd", "51", None),
        ("jpy", "51", None),
        ("jpy", "100000000", Some("amount_too_large")),
    ] {
        let params = [("amount", amount), ("currency", currency)];
        let reply = world.ask("POST", "/v1/payment_intents", &params, None).await.unwrap();
        let found = (reply.status, reply.body["error"]["code"].as_str());
        assert_eq!(found, (if code.is_some() { 400 } else { 200 }, code), "{currency} {amount}");
    }
    world.stripe.set_minimum("OMR", 500);
    let params = [("amount", "490"), ("currency", "omr")];
    let (_, error) = world.refused("/v1/payment_intents", &params).await;
    assert_eq!(error["code"], "amount_too_small");
}

#[tokio::test]
async fn the_key_and_the_version_are_wanted() {
    let world = World::start();
    let url = format!("{}/v1/account", world.stripe.url());
    let version = StripeFake::api_version();
    for (key, version, status) in [
        ("sk_test_other", version, 401),
        (&world.stripe.secret_key(), "2020-08-27", 400),
        (&world.stripe.secret_key(), version, 200),
    ] {
        let request = world.http.get(&url).bearer_auth(key).header("stripe-version", version);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{key} {version}");
    }
    let reply = world.ask("GET", "/v1/unicorns", &[], None).await.unwrap();
    assert_eq!(reply.status, 404);
}
