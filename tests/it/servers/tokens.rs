//! Tokens in Keycloak's shape.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, decode_header};
use serde_json::json;
use sovereign_domain::timestamp::Timestamp;

use super::{is_published, verify};
use crate::harness::{Endpoint, Mode, TokenServer};

#[tokio::test]
async fn a_token_has_keycloaks_shape() {
    let realm = TokenServer::start().await;
    let url = &realm.issuer.url;
    assert!(url.ends_with("/realms/test"), "{url}");
    let token = realm.token(&json!({ "realm_access": { "roles": ["superadmin"] } })).await;
    let claims = verify(&token, &realm.issuer.jwks().await, url, "account").unwrap();
    assert_eq!(claims["realm_access"]["roles"], json!(["superadmin"]));
    assert_eq!((&claims["typ"], &claims["azp"]), (&json!("Bearer"), &json!("sovereign")));
    assert!(claims["resource_access"]["account"]["roles"].is_array(), "{claims}");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
}

#[tokio::test]
async fn claims_and_header_are_the_tests() {
    let realm = TokenServer::start().await;
    let jwks = realm.issuer.jwks().await;
    let claims = json!({ "aud": ["one", "two"], "nonce": "n", "email": null });
    let token = realm.sign("ES256", &claims, &json!({ "typ": "at+jwt" })).await;
    let header = decode_header(&token).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::ES256, Some("at+jwt")));
    let claims = verify(&token, &jwks, &realm.issuer.url, "two").unwrap();
    assert_eq!((&claims["nonce"], claims.get("email")), (&json!("n"), None));

    let expired = realm.token(&json!({ "exp": 1 })).await;
    let refused = verify(&expired, &jwks, &realm.issuer.url, "account").unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::ExpiredSignature);
}

/// Not every key is for signatures, and not every one that is has the same algorithm.
#[tokio::test]
async fn a_realm_publishes_several_keys() {
    let realm = TokenServer::start().await;
    let jwks = realm.issuer.jwks().await;
    let mut keys: Vec<_> = jwks["keys"].as_array().unwrap().iter().collect();
    keys.sort_by_key(|key| key["alg"].as_str());
    let uses: Vec<_> = keys.iter().map(|key| (&key["alg"], &key["use"])).collect();
    let expected = [("ES256", "sig"), ("RS256", "sig"), ("RSA-OAEP", "enc")];
    assert_eq!(json!(uses), json!(expected));
    assert!(keys.iter().all(|key| key.get("d").is_none()), "a private key: {jwks}");
}

#[tokio::test]
async fn after_a_rotation_the_old_key_is_gone() {
    let realm = TokenServer::start().await;
    let old = realm.token(&json!({})).await;
    assert!(is_published(&old, &realm.issuer.jwks().await));
    realm.issuer.rotate_keys().await;
    let jwks = realm.issuer.jwks().await;
    assert!(!is_published(&old, &jwks));
    let new = realm.token(&json!({})).await;
    verify(&new, &jwks, &realm.issuer.url, "account").unwrap();
}

#[tokio::test]
async fn its_clock_is_the_tests() {
    let realm = TokenServer::start().await;
    let now = Timestamp::parse_rfc3339("2037-03-01T12:00:00Z").unwrap();
    realm.issuer.set_clock(now).await;
    let token = realm.token(&json!({})).await;
    let claims = verify(&token, &realm.issuer.jwks().await, &realm.issuer.url, "account").unwrap();
    assert_eq!(claims["iat"], json!(now.micros() / 1_000_000));
}

#[tokio::test]
async fn its_documents_are_counted_and_can_fail() {
    let realm = TokenServer::start().await;
    let issuer = &realm.issuer;
    let jwks_uri = issuer.discovery().await["jwks_uri"].as_str().unwrap().to_owned();
    issuer.set_mode(Endpoint::Jwks, Mode::Fail).await;
    assert_eq!(issuer.http.get(&jwks_uri).send().await.unwrap().status(), 500);
    issuer.set_mode(Endpoint::Jwks, Mode::Answer).await;
    assert_eq!(issuer.http.get(&jwks_uri).send().await.unwrap().status(), 200);
    assert_eq!(issuer.requests(Endpoint::Discovery).await, 1);
    assert_eq!(issuer.requests(Endpoint::Jwks).await, 2);
}
