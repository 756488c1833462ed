//! When an issuer's keys are fetched, and what happens while they cannot be.

use futures_util::future::join_all;
use serde_json::json;

use super::world::{Realm, in_world};
use crate::harness::{Endpoint, Mode};

async fn fetched(realm: &Realm) -> u64 {
    realm.server.issuer.requests(Endpoint::Jwks).await
}

/// A token whose key nobody published.
async fn of_an_unknown_key(realm: &Realm) -> String {
    realm.signed("RS256", json!({}), json!({ "kid": "unknown" })).await
}

in_world! {
    async fn are_fetched_once_an_hour(realm: &Realm) {
        assert_eq!(fetched(realm).await, 0, "not before somebody needs them");
        realm.app.member("salim").get("/auth/me").await.expect(200);
        assert_eq!(fetched(realm).await, 0, "nor for tokens of ours");
        for _ in 0..3 {
            realm.me(&realm.token(json!({})).await).await.expect(200);
        }
        assert_eq!(fetched(realm).await, 1);
        realm.advance_seconds(3_599).await;
        realm.me(&realm.token(json!({})).await).await.expect(200);
        assert_eq!(fetched(realm).await, 1);
        realm.advance_seconds(1).await;
        realm.me(&realm.token(json!({})).await).await.expect(200);
        assert_eq!(fetched(realm).await, 2);
    }

    async fn are_fetched_once_for_all_who_wait(realm: &Realm) {
        let issuer = &realm.server.issuer;
        issuer.set_mode(Endpoint::Jwks, Mode::Hold).await;
        let token = realm.token(json!({})).await;
        let asking = join_all((0..20).map(|_| realm.me(&token)));
        let answering = async {
            while fetched(realm).await == 0 {
                tokio::task::yield_now().await;
            }
            issuer.set_mode(Endpoint::Jwks, Mode::Answer).await;
        };
        let (replies, ()) = tokio::join!(asking, answering);
        for reply in replies {
            reply.expect(200);
        }
        assert_eq!(fetched(realm).await, 1);
    }

    async fn that_are_new_are_fetched_at_most_once_a_minute(realm: &Realm) {
        realm.me(&realm.token(json!({})).await).await.expect(200);
        realm.advance_seconds(60).await;
        realm.server.issuer.rotate_keys().await;
        realm.me(&realm.token(json!({})).await).await.expect(200);
        assert_eq!(fetched(realm).await, 2, "the token's key was unknown");

        realm.server.issuer.rotate_keys().await;
        let token = realm.token(json!({})).await;
        for _ in 0..5 {
            realm.me(&token).await.expect_problem(401, "unauthorized");
            realm.me(&of_an_unknown_key(realm).await).await.expect_problem(401, "unauthorized");
        }
        realm.advance_seconds(59).await;
        realm.me(&token).await.expect_problem(401, "unauthorized");
        assert_eq!(fetched(realm).await, 2);
        realm.advance_seconds(1).await;
        realm.me(&token).await.expect(200);
        assert_eq!(fetched(realm).await, 3);
    }

    /// Nobody makes the Sovereign ask for keys by naming one that is there.
    async fn are_not_fetched_for_a_known_name(realm: &Realm) {
        realm.me(&realm.token(json!({})).await).await.expect(200);
        realm.advance_seconds(60).await;
        let wrong = realm.signed("ES256", json!({}), json!({ "kid": "encryption" })).await;
        let jwks = realm.server.issuer.jwks().await;
        let counted = fetched(realm).await;
        let rsa = jwks["keys"].as_array().unwrap().iter().find(|key| key["alg"] == "RS256");
        let header = json!({ "kid": rsa.unwrap()["kid"] });
        let mixed = realm.signed("ES256", json!({}), header).await;
        realm.me(&mixed).await.expect_problem(401, "unauthorized");
        assert_eq!(fetched(realm).await, counted);
        // One that is no key for signatures is none at all.
        realm.me(&wrong).await.expect_problem(401, "unauthorized");
    }

    async fn that_cannot_be_fetched_are_no_fault_of_the_bearer(realm: &Realm) {
        let issuer = &realm.server.issuer;
        let token = realm.token(json!({})).await;
        for endpoint in [Endpoint::Jwks, Endpoint::Discovery] {
            issuer.set_mode(endpoint, Mode::Fail).await;
            let reply = realm.me(&token).await;
            assert_eq!(reply.headers["retry-after"], "5", "{endpoint:?}");
            reply.expect_problem(503, "issuer_unavailable");
            issuer.set_mode(endpoint, Mode::Answer).await;
            let reply = realm.me(&token).await;
            reply.expect_problem(503, "issuer_unavailable");
            realm.advance_seconds(5).await;
        }
        realm.me(&token).await.expect(200);
        realm.app.member("salim").get("/auth/me").await.expect(200);
    }

    async fn that_are_there_stay_in_use_while_others_cannot_be_fetched(realm: &Realm) {
        realm.me(&realm.token(json!({})).await).await.expect(200);
        realm.server.issuer.set_mode(Endpoint::Jwks, Mode::Fail).await;
        realm.advance_seconds(7_200).await;
        let asked = fetched(realm).await;
        for _ in 0..3 {
            realm.me(&realm.token(json!({})).await).await.expect(200);
        }
        assert_eq!(fetched(realm).await, asked + 1, "and are asked for once a minute");
        realm.me(&of_an_unknown_key(realm).await).await.expect_problem(401, "unauthorized");
    }
}
