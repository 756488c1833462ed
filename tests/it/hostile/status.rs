//! What every request passes, and the routes that say how the Sovereign is: identifiers, unknown
//! routes and methods, health, version, keys.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Method;
use serde_json::{Value, json};
use sovereign::auth::Role;

use super::raw;
use crate::harness::{FQDN, Reply, on_both};

const ID: &str = "x-request-id";

fn id_of(reply: &Reply) -> String {
    reply.headers[ID].to_str().unwrap().to_owned()
}

on_both! {
    async fn a_usable_request_id_comes_back(app: &TestApp) {
        for id in ["7", "a-b_c.D", &"x".repeat(64)] {
            for path in ["/livez", "/api/livez", "/no-such-route", "/billing/vouchers/list"] {
                let reply = app.anyone().send(Method::GET, path, &[(ID, id)], None).await;
                assert_eq!(id_of(&reply), id);
                if reply.status != 200 {
                    assert_eq!(reply.body["instance"], format!("urn:request:{id}"));
                }
            }
        }
    }

    async fn an_unusable_request_id_is_replaced(app: &TestApp) {
        let long = format!("X-Request-Id: {}", "x".repeat(65));
        let unusable: [&[u8]; 8] = [
            b"X-Request-Id:",
            b"X-Request-Id: a b",
            b"X-Request-Id: \"x\"",
            b"X-Request-Id: {}",
            b"X-Request-Id: a;b",
            b"X-Request-Id: \xff",
            "X-Request-Id: ش".as_bytes(),
            long.as_bytes(),
        ];
        let mut seen = Vec::new();
        for header in unusable {
            let reply = raw::send(app, b"GET /no-such-route", &[header], b"").await;
            let id = id_of(&reply);
            assert_eq!(id.len(), 36, "a UUID: {id}");
            assert_eq!(reply.body["instance"], format!("urn:request:{id}"));
            seen.push(id);
        }
        seen.push(id_of(&app.anyone().get("/livez").await));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 9, "one for each request");
    }

    async fn an_unknown_route_is_a_problem(app: &TestApp) {
        for path in [
            "/api",
            "/api/",
            "/billing",
            "/billing/vouchers/list/",
            "/api/api/livez",
            "//livez",
        ] {
            for client in [app.anyone(), app.superadmin()] {
                client.get(path).await.expect_problem(404, "not_found");
                client.post(path, &json!({})).await.expect_problem(404, "not_found");
            }
        }
    }

    async fn a_wrong_method_is_a_problem_that_names_the_right_ones(app: &TestApp) {
        for (method, path, allowed) in [
            (Method::GET, "/billing/vouchers/issue", "POST"),
            (Method::PUT, "/billing/vouchers/redeem-preview", "POST"),
            (Method::DELETE, "/billing/vouchers/list", "GET,HEAD"),
            (Method::POST, "/billing/vouchers/revoke/ANY", "DELETE"),
            (Method::PATCH, "/billing/admin/promos", "GET,HEAD,POST"),
            (Method::OPTIONS, "/billing/checkout", "POST"),
            (Method::POST, "/livez", "GET,HEAD"),
            (Method::from_bytes(b"BREW").unwrap(), "/tenant/orgs", "GET,HEAD,POST"),
        ] {
            for prefix in ["", "/api"] {
                let path = format!("{prefix}{path}");
                let reply = app.anyone().send(method.clone(), &path, &[], None).await;
                let allow = reply.headers.get("allow").map(|value| value.to_str().unwrap());
                assert_eq!(allow, Some(allowed), "{method} {path}");
                reply.expect_problem(405, "method_not_allowed");
            }
        }
    }

    async fn health_version_and_headers(app: &TestApp) {
        for prefix in ["", "/api"] {
            for route in ["/healthz", "/livez", "/readyz"] {
                let reply = app.anyone().get(&format!("{prefix}{route}")).await;
                assert_eq!(reply.headers["cache-control"], "no-store");
                assert_eq!(reply.headers["x-content-type-options"], "nosniff");
                assert_eq!(reply.headers["content-type"], "application/json");
                assert_eq!(reply.expect(200), json!({ "status": "ok" }));
            }
            let version = app.anyone().get(&format!("{prefix}/version")).await.expect(200);
            let version = version.as_object().unwrap();
            assert_eq!(version.keys().collect::<Vec<_>>(), ["version", "commit", "schema", "api"]);
            assert!(version.values().all(|value| value.as_str().is_some_and(|v| !v.is_empty())));
            assert_eq!(version["version"], sovereign::lifecycle::VERSION);
        }
    }

    /// Another service can check our tokens with nothing but the published keys (RFC 7517).
    async fn the_published_key_verifies_our_tokens(app: &TestApp) {
        let token = app.token("kestrel", Role::SovereignAdmin);
        let header = jsonwebtoken::decode_header(&token).unwrap();
        for prefix in ["", "/api"] {
            let keys =
                app.anyone().get(&format!("{prefix}/.well-known/jwks.json")).await.expect(200);
            let keys = keys["keys"].as_array().unwrap();
            assert_eq!(keys.len(), 1);
            let members: Vec<_> = keys[0].as_object().unwrap().keys().collect();
            assert_eq!(members, ["kty", "crv", "use", "alg", "kid", "x"], "no private half");
            assert_eq!(keys[0]["kid"], json!(header.kid));
            let jwk = serde_json::from_value(keys[0].clone()).unwrap();
            let mut validation = Validation::new(Algorithm::EdDSA);
            // The token is of the test's clock.
            validation.validate_exp = false;
            validation.set_issuer(&[format!("https://{FQDN}")]);
            validation.set_audience(&[format!("https://{FQDN}")]);
            let key = DecodingKey::from_jwk(&jwk).unwrap();
            let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
            assert_eq!(claims["sub"], "kestrel");
            assert_eq!(claims["role"], "sovereign-admin");
            assert_eq!(claims["email"], "kestrel@example.com");
        }
    }
}
