//! Another service checks tokens of ours with its usual library, and the documents alone.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use sovereign::auth::Role;
use sovereign::clock::Clock as _;

use crate::harness::{FQDN, on_both};

const DOCUMENT: &str = "/.well-known/openid-configuration";

on_both! {
    async fn tokens_can_be_checked_elsewhere(app: &TestApp) {
        let issuer = app.anyone().get(DOCUMENT).await.expect(200);
        assert_eq!(issuer["issuer"], format!("https://{FQDN}"));
        assert_eq!(issuer["jwks_uri"], format!("https://{FQDN}/.well-known/jwks.json"));
        assert_eq!(issuer["subject_types_supported"], json!(["public"]));
        assert_eq!(issuer["response_types_supported"], json!([]));
        let path = issuer["jwks_uri"].as_str().unwrap().strip_prefix(&format!("https://{FQDN}"));
        let keys = app.anyone().get(path.unwrap()).await.expect(200);
        let keys: JwkSet = serde_json::from_value(keys).unwrap();

        let token = app.token("aisha", Role::SovereignAdmin);
        let header = decode_header(&token).unwrap();
        let algorithms = issuer["id_token_signing_alg_values_supported"].clone();
        assert_eq!(algorithms, json!([header.alg]));
        let key = keys.find(&header.kid.unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[issuer["issuer"].as_str().unwrap()]);
        validation.set_audience(&[issuer["issuer"].as_str().unwrap()]);
        // The library asks the machine's clock, which is not the test's.
        validation.validate_exp = false;
        let claims = decode::<Value>(&token, &DecodingKey::from_jwk(key).unwrap(), &validation);
        let claims = claims.unwrap().claims;
        assert_eq!((&claims["sub"], &claims["role"]), (&json!("aisha"), &json!("sovereign-admin")));
        assert!(claims["exp"].as_i64().unwrap() > app.clock.now().micros() / 1_000_000);
        let named = issuer["claims_supported"].as_array().unwrap();
        assert!(named.contains(&json!("role")) && named.contains(&json!("email")));

        validation.set_issuer(&["https://another.example"]);
        assert!(decode::<Value>(&token, &DecodingKey::from_jwk(key).unwrap(), &validation).is_err());
    }
}
