//! Bearer tokens that are not ours: absent, garbled, unsigned, signed with what anyone can know,
//! or put together from several. Nothing here needs more of a Sovereign than its keys.

use reqwest::Method;
use serde_json::{Value, json};
use sovereign::auth::{Role, SigningKey, Tokens};

use super::forge::{Forger, good_claims, unsigned, with_secret};
use super::{raw, unauthorized};
use crate::harness::{FQDN, TestApp, on_both};

const LIST: &str = "/billing/vouchers/list";

/// Nobody gets in with this token, neither to a route of issuers nor to one of everybody.
async fn keeps_out(app: &TestApp, token: &str, what: &str) {
    for path in [LIST, "/api/billing/vouchers/list", "/tenant/orgs"] {
        unauthorized(app.bearing(token).get(path).await, what);
    }
}

/// The public key, as anyone can fetch it.
async fn public_key(app: &TestApp) -> Value {
    let keys = app.anyone().get("/.well-known/jwks.json").await.expect(200);
    keys["keys"][0].clone()
}

on_both! {
    async fn no_token_at_all(app: &TestApp) {
        unauthorized(app.anyone().get(LIST).await, "no header");
        let valid = app.token("root", Role::Superadmin);
        let basic = "Basic cm9vdDpyb290".to_owned();
        for header in [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer    ",
            "Bearer\tx",
            &basic,
            &valid,
            &format!("Basic {valid}"),
            &format!("Token {valid}"),
            &format!("Bearer: {valid}"),
            &format!("Bearer {valid} {valid}"),
            &format!("Bearer \"{valid}\""),
            &format!("Bearer Bearer {valid}"),
            &format!("Bearer {valid},"),
        ] {
            let headers = [("Authorization", header)];
            let reply = app.anyone().send(Method::GET, LIST, &headers, None).await;
            unauthorized(reply, header);
        }
        let not_ascii: &[u8] = b"Authorization: Bearer \xff\xfe";
        unauthorized(raw::send(app, b"GET /tenant/orgs", &[not_ascii], b"").await, "not ASCII");
        for scheme in ["bearer", "BEARER"] {
            let header = format!("{scheme} {valid}");
            let headers = [("Authorization", header.as_str())];
            app.anyone().send(Method::GET, LIST, &headers, None).await.expect(200);
        }
    }

    async fn garbage(app: &TestApp) {
        let valid = app.token("root", Role::Superadmin);
        let parts: Vec<&str> = valid.split('.').collect();
        let [head, claims, signature] = parts[..] else { panic!("{valid}") };
        for token in [
            "x",
            ".",
            "..",
            "...",
            "a.b.c",
            "null",
            "{}",
            "eyJ",
            "%00",
            "%2e",
            &"A".repeat(16_000),
            &".".repeat(1_000),
            &format!("{}.x.x", "A".repeat(8_000)),
            &format!("{head}.{claims}"),
            &format!("{head}.{claims}."),
            &format!("{head}..{signature}"),
            &format!(".{claims}.{signature}"),
            &format!("{head}.{claims}.{signature}.{signature}"),
            &format!("{head}.{claims}.{signature}="),
            &format!("{head}.{claims}.{signature}AA"),
            &format!("{head}.{claims}.{}", "A".repeat(86)),
            &valid[..valid.len() - 2],
        ] {
            keeps_out(app, token, token).await;
        }
    }

    async fn a_header_decides_nothing(app: &TestApp) {
        let claims = good_claims(app).to_string();
        let valid = app.token("root", Role::Superadmin);
        let signature = valid.rsplit('.').next().unwrap();
        for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES256", "EdDSA "] {
            for header in [json!({ "alg": algorithm }), json!({ "alg": algorithm, "typ": "JWT" })] {
                let message = unsigned(&header, claims.as_bytes());
                for token in [format!("{message}."), format!("{message}.{signature}"), message] {
                    keeps_out(app, &token, algorithm).await;
                }
            }
        }
        let own = Forger::own(app);
        let kid = public_key(app).await["kid"].clone();
        let mut wrong =
            vec![json!({}), json!([]), json!(null), json!("EdDSA"), json!({ "alg": 7 })];
        for kid in
            [json!("another"), json!(""), json!("../../dev/null"), json!("' OR 1=1"), json!(7)]
        {
            wrong.push(json!({ "alg": "EdDSA", "kid": kid }));
        }
        for algorithm in ["HS256", "HS512", "ES256", "RS256", "none"] {
            wrong.push(json!({ "alg": algorithm, "kid": kid }));
        }
        for header in wrong {
            let token = own.sign_with(&header, claims.as_bytes());
            keeps_out(app, &token, &header.to_string()).await;
        }
        // The same claims with an honest header are let in: it was the header each time.
        for header in [json!({ "alg": "EdDSA" }), json!({ "alg": "EdDSA", "kid": kid })] {
            app.bearing(&own.sign_with(&header, claims.as_bytes())).get(LIST).await.expect(200);
        }
    }

    async fn signed_with_what_anyone_knows(app: &TestApp) {
        sign_with_public_knowledge(app).await;
    }

    async fn signed_with_that_beside_a_secret(app: &TestApp, with_secret()) {
        sign_with_public_knowledge(app).await;
    }

    async fn signed_by_somebody_else(app: &TestApp) {
        let key = SigningKey::ephemeral().unwrap();
        let stranger = Tokens::new(FQDN, key, None, app.clock.clone()).unwrap();
        let other = SigningKey::from_der(&app.key).unwrap();
        let namesake = Tokens::new("other.example", other, None, app.clock.clone()).unwrap();
        let bearer = |role| sovereign::auth::MintedFor {
            subject: "root".into(),
            email: "root@example.com".into(),
            role,
            lifetime_seconds: 900,
        };
        let token = stranger.mint(&bearer(Role::Superadmin)).unwrap();
        keeps_out(app, &token, "another key").await;
        let claims = good_claims(app).to_string();
        let der = SigningKeyBytes::new();
        let nameless = der.forger().sign_with(&json!({ "alg": "EdDSA" }), claims.as_bytes());
        keeps_out(app, &nameless, "another key, unnamed").await;
        let kid = public_key(app).await["kid"].clone();
        let header = json!({ "alg": "EdDSA", "kid": kid, "jwk": der.jwk() });
        let named = der.forger().sign_with(&header, claims.as_bytes());
        keeps_out(app, &named, "another key under the name of ours").await;
        let token = namesake.mint(&bearer(Role::Superadmin)).unwrap();
        keeps_out(app, &token, "our key for another issuer").await;
    }

    async fn the_signature_of_another_token(app: &TestApp) {
        let member = app.token("mallory", Role::Member);
        let root = app.token("root", Role::Superadmin);
        let (_, member_signature) = member.rsplit_once('.').unwrap();
        let (root_message, root_signature) = root.rsplit_once('.').unwrap();
        keeps_out(app, &format!("{root_message}.{member_signature}"), "swapped").await;
        let (header, _) = root_message.split_once('.').unwrap();
        let payload = unsigned(&json!({}), good_claims(app).to_string().as_bytes());
        let (_, payload) = payload.split_once('.').unwrap();
        keeps_out(app, &format!("{header}.{payload}.{root_signature}"), "other payload").await;
    }

    async fn a_token_ends(app: &TestApp) {
        let token = app.token("root", Role::Superadmin);
        app.clock.advance_days(365);
        app.clock.advance_seconds(29);
        app.bearing(&token).get(LIST).await.expect(200);
        app.clock.advance_seconds(1);
        keeps_out(app, &token, "30 s late: more than clocks may differ").await;
    }
}

async fn sign_with_public_knowledge(app: &TestApp) {
    use base64::Engine as _;
    let jwk = public_key(app).await;
    let x = jwk["x"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(x).unwrap();
    let jwks = json!({ "keys": [jwk] }).to_string();
    let issuer = format!("https://{FQDN}");
    let claims = good_claims(app).to_string();
    let guesses: [&[u8]; 10] = [
        b"",
        b"\0",
        &[0; 32],
        b"secret",
        &bytes,
        x.as_bytes(),
        jwk["kid"].as_str().unwrap().as_bytes(),
        jwks.as_bytes(),
        issuer.as_bytes(),
        FQDN.as_bytes(),
    ];
    for guess in guesses {
        let forger = Forger::secret(guess);
        for header in [json!({ "alg": "HS256" }), json!({ "alg": "HS256", "kid": jwk["kid"] })] {
            let token = forger.sign_with(&header, claims.as_bytes());
            keeps_out(app, &token, &format!("{guess:?}")).await;
        }
    }
}

/// A key that is not the Sovereign's.
struct SigningKeyBytes(Vec<u8>);

impl SigningKeyBytes {
    fn new() -> Self {
        let key = aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(
            &aws_lc_rs::rand::SystemRandom::new(),
        );
        Self(key.unwrap().as_ref().to_vec())
    }

    fn forger(&self) -> Forger {
        Forger::eddsa(&self.0)
    }

    fn jwk(&self) -> Value {
        SigningKey::from_der(&self.0).unwrap().jwk()
    }
}
