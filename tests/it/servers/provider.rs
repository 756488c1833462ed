//! A sign-in at the provider, by a plain HTTP client and a person.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sovereign_domain::timestamp::Timestamp;

use super::{is_published, verify};
use crate::harness::{Account, Endpoint, IdToken, Mode, Provider, ProviderOptions};

const CALLBACK: &str = "https://sovereign.example/auth/callback";
const NONCE: &str = "a nonce of this sign-in";
const STATE: &str = "the state of this sign-in";
const VERIFIER: &str = "a-code-verifier-of-at-least-forty-three-characters";

async fn provider() -> (Provider, Account) {
    let aisha = Account::new("aisha", "aisha@example.com");
    let client = |id: &str, algorithm: &str| {
        json!({
            "client_id": id,
            "client_secret": "a secret",
            "redirect_uris": [CALLBACK],
            "id_token_signed_response_alg": algorithm,
        })
    };
    let clients = vec![client("rsa", "RS256"), client("ec", "ES256")];
    let options = ProviderOptions { clients, accounts: vec![aisha.clone()] };
    (Provider::start(options).await, aisha)
}

fn authorization_url(discovery: &Value, client: &str, challenge: Option<&str>) -> Url {
    let mut url = Url::parse(discovery["authorization_endpoint"].as_str().unwrap()).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("nonce", NONCE),
        ("state", STATE),
    ]);
    if let Some(challenge) = challenge {
        let pkce = [("code_challenge", challenge), ("code_challenge_method", "S256")];
        url.query_pairs_mut().extend_pairs(pkce);
    }
    url
}

/// The parameters with which the browser comes back.
fn returned(url: &Url) -> HashMap<String, String> {
    assert!(url.as_str().starts_with(CALLBACK), "{url}");
    url.query_pairs().into_owned().collect()
}

/// Signs in, and answers the code.
async fn code(provider: &Provider, client: &str, account: &Account) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let discovery = provider.issuer.discovery().await;
    let start = authorization_url(&discovery, client, Some(&challenge));
    let mut returned = returned(&provider.sign_in(start.as_str(), account).await);
    assert_eq!(returned["state"], STATE);
    assert_eq!(returned["iss"], provider.issuer.url);
    returned.remove("code").unwrap()
}

async fn redeem(provider: &Provider, client: &str, code: &str, verifier: &str) -> Value {
    let discovery = provider.issuer.discovery().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", verifier),
    ];
    let request = provider.issuer.http.post(discovery["token_endpoint"].as_str().unwrap());
    let response = request.basic_auth(client, Some("a secret")).form(&form).send().await.unwrap();
    response.json().await.unwrap()
}

async fn sign_in(provider: &Provider, client: &str, account: &Account) -> Value {
    let code = code(provider, client, account).await;
    redeem(provider, client, &code, VERIFIER).await
}

async fn id_token(provider: &Provider, account: &Account) -> String {
    sign_in(provider, "rsa", account).await["id_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_becomes_an_id_token() {
    let (provider, aisha) = provider().await;
    let jwks = provider.issuer.jwks().await;
    for client in ["rsa", "ec"] {
        let tokens = sign_in(&provider, client, &aisha).await;
        let id_token = tokens["id_token"].as_str().unwrap();
        let claims = verify(id_token, &jwks, &provider.issuer.url, client).unwrap();
        assert_eq!(claims["nonce"], NONCE);
        for (claim, value) in serde_json::to_value(&aisha).unwrap().as_object().unwrap() {
            assert_eq!(claims[claim], *value, "{claim}");
        }
        let discovery = provider.issuer.discovery().await;
        let userinfo = discovery["userinfo_endpoint"].as_str().unwrap();
        let access_token = tokens["access_token"].as_str().unwrap();
        let request = provider.issuer.http.get(userinfo).bearer_auth(access_token);
        let userinfo: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(userinfo, serde_json::to_value(&aisha).unwrap());
    }
}

#[tokio::test]
async fn without_pkce_there_is_no_code() {
    let (provider, aisha) = provider().await;
    let discovery = provider.issuer.discovery().await;
    let start = authorization_url(&discovery, "rsa", None);
    let returned = returned(&provider.sign_in(start.as_str(), &aisha).await);
    assert_eq!(returned["error"], "invalid_request");
    let code = code(&provider, "rsa", &aisha).await;
    let another = VERIFIER.replace('a', "b");
    assert_eq!(redeem(&provider, "rsa", &code, &another).await["error"], "invalid_grant");
}

#[tokio::test]
async fn a_person_can_say_no() {
    let (provider, _) = provider().await;
    let discovery = provider.issuer.discovery().await;
    let start = authorization_url(&discovery, "rsa", Some(&"a".repeat(43)));
    let returned = returned(&provider.cancel(start.as_str()).await);
    assert_eq!((&*returned["error"], &*returned["state"]), ("access_denied", STATE));
}

#[tokio::test]
async fn id_tokens_can_be_wrong() {
    let (provider, aisha) = provider().await;
    let jwks = provider.issuer.jwks().await;
    let verify = |token: &str| verify(token, &jwks, &provider.issuer.url, "rsa");

    let with = json!({ "nonce": "another", "email_verified": false, "name": null });
    provider.issue(IdToken::With(with)).await;
    let claims = verify(&id_token(&provider, &aisha).await).unwrap();
    assert_eq!((&claims["nonce"], &claims["email_verified"]), (&json!("another"), &json!(false)));
    assert_eq!((claims.get("name"), &claims["sub"]), (None, &json!("aisha")));

    let cases = [
        (IdToken::With(json!({ "aud": "another" })), ErrorKind::InvalidAudience),
        (IdToken::With(json!({ "iss": "https://another.example" })), ErrorKind::InvalidIssuer),
        (IdToken::With(json!({ "exp": 1 })), ErrorKind::ExpiredSignature),
        (IdToken::Forged, ErrorKind::InvalidSignature),
    ];
    for (wrong, kind) in cases {
        let shown = format!("{wrong:?}");
        provider.issue(wrong).await;
        let token = id_token(&provider, &aisha).await;
        assert_eq!(*verify(&token).unwrap_err().kind(), kind, "{shown}");
    }

    provider.issue(IdToken::Right).await;
    assert_eq!(verify(&id_token(&provider, &aisha).await).unwrap()["nonce"], NONCE);
}

/// A code from before is redeemed after, as somebody may be signing in meanwhile.
#[tokio::test]
async fn keys_can_be_rotated() {
    let (provider, aisha) = provider().await;
    let old = id_token(&provider, &aisha).await;
    let code = code(&provider, "rsa", &aisha).await;
    assert!(is_published(&old, &provider.issuer.jwks().await));
    provider.issuer.rotate_keys().await;
    let jwks = provider.issuer.jwks().await;
    assert!(!is_published(&old, &jwks));
    let tokens = redeem(&provider, "rsa", &code, VERIFIER).await;
    verify(tokens["id_token"].as_str().unwrap(), &jwks, &provider.issuer.url, "rsa").unwrap();
}

#[tokio::test]
async fn accounts_can_change() {
    let (provider, mut aisha) = provider().await;
    id_token(&provider, &aisha).await;
    aisha.email = "aisha@elsewhere.example".to_owned();
    aisha.email_verified = false;
    provider.set_account(&aisha).await;
    let token = id_token(&provider, &aisha).await;
    let jwks = provider.issuer.jwks().await;
    let claims = verify(&token, &jwks, &provider.issuer.url, "rsa").unwrap();
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!(aisha.email), &json!(false)));
}

#[tokio::test]
async fn its_clock_is_the_tests() {
    let (provider, aisha) = provider().await;
    let now = Timestamp::parse_rfc3339("2037-03-01T12:00:00Z").unwrap();
    provider.issuer.set_clock(now).await;
    let token = id_token(&provider, &aisha).await;
    let jwks = provider.issuer.jwks().await;
    let claims = verify(&token, &jwks, &provider.issuer.url, "rsa").unwrap();
    let seconds = now.micros() / 1_000_000;
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(seconds), &json!(seconds + 3600)));
}

#[tokio::test]
async fn its_endpoints_can_fail_and_wait() {
    let (provider, aisha) = provider().await;
    let issuer = &provider.issuer;
    let discovery = issuer.discovery().await;
    let endpoints = [
        (Endpoint::Discovery, format!("{}/.well-known/openid-configuration", issuer.url)),
        (Endpoint::Jwks, discovery["jwks_uri"].as_str().unwrap().to_owned()),
        (Endpoint::Userinfo, discovery["userinfo_endpoint"].as_str().unwrap().to_owned()),
    ];
    for (endpoint, url) in endpoints {
        let asked = issuer.requests(endpoint).await;
        let get = || async { issuer.http.get(&url).send().await.unwrap().status().as_u16() };
        let usual = get().await;
        issuer.set_mode(endpoint, Mode::Fail).await;
        assert_eq!(get().await, 500);
        issuer.set_mode(endpoint, Mode::Hold).await;
        let release = async {
            while issuer.requests(endpoint).await < asked + 3 {}
            issuer.set_mode(endpoint, Mode::Answer).await;
        };
        assert_eq!(tokio::join!(get(), release).0, usual, "{endpoint:?}");
    }
    let code = code(&provider, "rsa", &aisha).await;
    issuer.set_mode(Endpoint::Token, Mode::Fail).await;
    let token = issuer.http.post(discovery["token_endpoint"].as_str().unwrap());
    assert_eq!(token.send().await.unwrap().status(), 500);
    issuer.set_mode(Endpoint::Token, Mode::Answer).await;
    assert!(redeem(&provider, "rsa", &code, VERIFIER).await["id_token"].is_string());
    assert_eq!(issuer.requests(Endpoint::Token).await, 2);
}
