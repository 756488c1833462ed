//! Tokens that somebody made up, who knows all that is public: each gets 401, and no user.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::world::{AUDIENCE, Realm, in_world};
use crate::harness::FQDN;

async fn refused(realm: &Realm, token: &str, what: &str) {
    let reply = realm.me(token).await;
    assert_eq!(reply.status, 401, "{what}: {}", reply.text);
    reply.expect_problem(401, "unauthorized");
    let users = "SELECT count(*) FROM users WHERE issuer LIKE 'http://127%'";
    assert_eq!(realm.app.number(users).await, 0, "{what}");
}

/// Claims of a good token.
fn claims(realm: &Realm) -> Value {
    let now = realm.app.now_seconds();
    json!({
        "iss": realm.server.issuer.url, "aud": AUDIENCE, "sub": "mallory", "typ": "Bearer",
        "iat": now, "exp": now + 900, "role": "superadmin",
    })
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token under this header and a signature of this key, whatever the header says.
fn forged(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A published key, by its type.
async fn published(realm: &Realm, kty: &str) -> Value {
    let jwks = realm.server.issuer.jwks().await;
    let mut keys = jwks["keys"].as_array().unwrap().iter();
    keys.find(|key| key["kty"] == kty && key["use"] == "sig").unwrap().clone()
}

fn trusting(settings: &mut sovereign::auth::IssuerSettings) {
    settings.grants_roles = true;
}

in_world! {
    async fn unsigned(realm: &Realm, trusting) {
        let kid = published(realm, "RSA").await["kid"].clone();
        let signed = realm.token(claims(realm)).await;
        let signature = signed.rsplit('.').next().unwrap();
        for algorithm in ["none", "None", "NONE", ""] {
            let header = json!({ "alg": algorithm, "kid": kid });
            let message = format!("{}.{}", encode(&header), encode(&claims(realm)));
            refused(realm, &format!("{message}."), algorithm).await;
            refused(realm, &format!("{message}.{signature}"), algorithm).await;
        }
    }

    /// The oldest trick: the public key, taken for a shared secret.
    async fn signed_with_what_is_public(realm: &Realm, trusting) {
        let key = published(realm, "RSA").await;
        let modulus = key["n"].as_str().unwrap();
        let pem = pem(&key);
        let bytes = URL_SAFE_NO_PAD.decode(modulus).unwrap();
        let whole = key.to_string();
        let guesses: [&[u8]; 6] =
            [pem.as_bytes(), pem.trim_end().as_bytes(), modulus.as_bytes(), &bytes, whole.as_bytes(), b""];
        for guess in guesses {
            let secret = EncodingKey::from_secret(guess);
            for (algorithm, name) in [
                (Algorithm::HS256, "HS256"),
                (Algorithm::HS384, "HS384"),
                (Algorithm::HS512, "HS512"),
                (Algorithm::HS256, "RS256"),
            ] {
                let header = json!({ "alg": name, "kid": key["kid"], "typ": "JWT" });
                let token = forged(&header, &claims(realm), &secret, algorithm);
                refused(realm, &token, name).await;
            }
        }
    }

    async fn under_the_name_of_another_key(realm: &Realm, trusting) {
        let (rsa, curve) = (published(realm, "RSA").await, published(realm, "EC").await);
        let header = json!({ "kid": curve["kid"] });
        refused(realm, &realm.signed("RS256", json!({}), header).await, "RSA as a curve's").await;
        let header = json!({ "kid": rsa["kid"] });
        refused(realm, &realm.signed("ES256", json!({}), header).await, "a curve's as RSA").await;
        let header = json!({ "kid": "encryption" });
        refused(realm, &realm.signed("RS256", json!({}), header).await, "for encryption").await;
    }

    async fn that_bring_their_own_key(realm: &Realm, trusting) {
        let (key, jwk) = own_key();
        let kid = published(realm, "RSA").await["kid"].clone();
        let url = "https://evil.example/jwks";
        for (what, kid, more) in [
            ("jwk", json!("mine"), json!({ "jwk": jwk })),
            ("jwk under a known name", kid.clone(), json!({ "jwk": jwk })),
            ("jku", json!("mine"), json!({ "jku": url })),
            ("x5u", json!("mine"), json!({ "x5u": url })),
            ("x5c", json!("mine"), json!({ "x5c": ["MIIB"] })),
            ("nothing", json!(null), json!({})),
        ] {
            let mut header = json!({ "alg": "ES256", "typ": "JWT", "kid": kid });
            header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            if header["kid"].is_null() {
                header.as_object_mut().unwrap().remove("kid");
            }
            refused(realm, &forged(&header, &claims(realm), &key, Algorithm::ES256), what).await;
        }
        // Beside an honest signature they are looked at no more than others.
        let header = json!({ "jku": url, "x5u": url, "jwk": jwk });
        realm.me(&realm.signed("RS256", json!({}), header).await).await.expect(200);
    }

    async fn with_names_of_keys_that_are_none(realm: &Realm, trusting) {
        let (key, _) = own_key();
        for kid in [
            "", " ", "unknown", "../../../../dev/null", "/etc/passwd", "file:///dev/null", "' OR 1=1 --",
            "https://evil.example/key", "0", "keys/0",
        ] {
            let header = json!({ "alg": "ES256", "kid": kid });
            refused(realm, &forged(&header, &claims(realm), &key, Algorithm::ES256), kid).await;
            refused(realm, &realm.signed("RS256", json!({}), json!({ "kid": kid })).await, kid).await;
        }
        for kid in [json!(7), json!(["a"]), json!({ "a": 1 })] {
            let header = json!({ "alg": "ES256", "kid": kid });
            let token = forged(&header, &claims(realm), &key, Algorithm::ES256);
            refused(realm, &token, &kid.to_string()).await;
        }
    }

    async fn with_an_extension_that_must_be_understood(realm: &Realm, trusting) {
        let header = json!({ "crit": ["b64"], "b64": true });
        refused(realm, &realm.signed("RS256", json!({}), header).await, "crit").await;
        realm.me(&realm.signed("RS256", json!({}), json!({ "x": "y" })).await).await.expect(200);
    }

    async fn for_others_or_from_others(realm: &Realm, trusting) {
        let url = &realm.server.issuer.url;
        let now = realm.app.now_seconds();
        for wrong in [
            json!({ "aud": "account" }),
            json!({ "aud": "sovereign" }),
            json!({ "aud": null }),
            json!({ "aud": [] }),
            json!({ "aud": { "0": AUDIENCE } }),
            json!({ "aud": "Sovereign-API" }),
            json!({ "aud": [AUDIENCE, 7] }),
            json!({ "iss": null }),
            json!({ "iss": "https://evil.example" }),
            json!({ "iss": format!("{url}/") }),
            json!({ "iss": url.to_uppercase() }),
            json!({ "iss": format!("https://{FQDN}") }),
            json!({ "exp": now - 60 }),
            json!({ "exp": "never" }),
            json!({ "nbf": now + 60 }),
            json!({ "sub": null }),
            json!({ "sub": "" }),
            json!({ "sub": 7 }),
        ] {
            refused(realm, &realm.token(wrong.clone()).await, &wrong.to_string()).await;
        }
    }

    async fn that_are_no_access_tokens(realm: &Realm, trusting) {
        for wrong in [
            json!({ "typ": "ID" }),
            json!({ "typ": "Refresh" }),
            json!({ "typ": "Offline" }),
            json!({ "typ": "Logout" }),
            json!({ "typ": null, "nonce": "of a sign-in" }),
            json!({ "typ": null, "at_hash": "of an access token" }),
            json!({ "typ": null, "c_hash": "of a code" }),
        ] {
            refused(realm, &realm.token(wrong.clone()).await, &wrong.to_string()).await;
        }
        for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt", "oauth-authz-req+jwt"] {
            let token = realm.signed("RS256", json!({}), json!({ "typ": typ })).await;
            refused(realm, &token, typ).await;
        }
    }

    async fn changed_on_the_way(realm: &Realm, trusting) {
        let token = realm.token(json!({})).await;
        let parts: Vec<&str> = token.split('.').collect();
        let mut more = claims(realm);
        more["sub"] = json!("another");
        let none = format!("{}.{}.", parts[0], parts[1]);
        refused(realm, &format!("{}.{}.{}", parts[0], encode(&more), parts[2]), "claims").await;
        refused(realm, &none, "no signature").await;
        refused(realm, &token[..token.len() - 4], "half a signature").await;
    }
}

/// A key on the P-256 curve that nobody published, and its JWK.
fn own_key() -> (EncodingKey, Value) {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let der = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref()).unwrap();
    // 0x04, then both coordinates.
    let point = pair.public_key().as_ref();
    let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "kid": "mine",
        "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]),
    });
    (EncodingKey::from_ec_der(der.as_ref()), jwk)
}

/// An RSA key as a `PUBLIC KEY` in PEM, as servers that were fooled had it: the DER, by hand.
fn pem(jwk: &Value) -> String {
    let number = |name: &str| {
        let mut bytes = URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        der(0x02, &bytes)
    };
    let key = der(0x30, &[number("n"), number("e")].concat());
    let rsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let bits = der(0x03, &[&[0], &*key].concat());
    let whole =
        base64::engine::general_purpose::STANDARD.encode(der(0x30, &[&rsa[..], &bits].concat()));
    let lines: Vec<&str> =
        whole.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        Ok(byte) => bytes.extend([0x81, byte]),
        Err(_) => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}
