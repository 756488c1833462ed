//! Access tokens in Keycloak's shape, and who they speak for.

use serde_json::json;

use super::world::in_world;

in_world! {
    async fn speak_for_a_user(realm: &Realm) {
        let token = realm.token(json!({})).await;
        let me = realm.me(&token).await.expect(200)["user"].clone();
        assert_eq!((&me["email"], &me["role"]), (&json!("aisha@example.com"), &json!("member")));
        // The same person by another token, and another by another subject.
        let again = realm.me(&realm.token(json!({ "email": "new@example.com" })).await).await;
        assert_eq!(again.expect(200)["user"]["id"], me["id"]);
        let other = realm.token(json!({ "sub": "other", "email": "other@example.com" })).await;
        assert_ne!(realm.me(&other).await.expect(200)["user"]["id"], me["id"]);
    }

    async fn open_the_routes_of_everybody(realm: &Realm) {
        let client = realm.bearing(json!({})).await;
        let tenant_id = client.make_organization("aishas-shop").await;
        let listed = client.get("/tenant/orgs").await.expect(200);
        assert_eq!(listed[0]["id"], tenant_id);
    }

    async fn may_be_signed_with_curves_and_for_several(realm: &Realm) {
        let claims = json!({ "aud": ["account", "sovereign-api"] });
        for algorithm in ["RS256", "ES256"] {
            for typ in [json!("JWT"), json!("at+jwt"), json!("application/at+jwt"), json!(null)] {
                let header = json!({ "typ": typ });
                let token = realm.signed(algorithm, claims.clone(), header.clone()).await;
                let reply = realm.me(&token).await;
                assert_eq!(reply.status, 200, "{algorithm} {header}: {}", reply.text);
            }
        }
    }

    async fn need_no_address(realm: &Realm) {
        let token = realm.token(json!({ "email": null })).await;
        assert_eq!(realm.me(&token).await.expect(200)["user"]["email"], "");
    }

    async fn times_differ_by_half_a_minute_at_most(realm: &Realm) {
        let now = realm.app.now_seconds();
        for good in [json!({ "exp": now - 29 }), json!({ "nbf": now + 30 })] {
            realm.me(&realm.token(good).await).await.expect(200);
        }
        for bad in [json!({ "exp": now - 30 }), json!({ "nbf": now + 31 }), json!({ "exp": null })] {
            realm.me(&realm.token(bad).await).await.expect_problem(401, "unauthorized");
        }
    }

    async fn none_is_accepted_without_an_audience(realm: &Realm, |settings| {
        settings.audience = None;
    }) {
        for audience in [json!("sovereign-api"), json!("sovereign"), json!(null)] {
            let token = realm.token(json!({ "aud": audience })).await;
            realm.me(&token).await.expect_problem(401, "unauthorized");
        }
    }

    async fn own_tokens_go_on_working(realm: &Realm) {
        realm.app.member("salim").get("/auth/me").await.expect(200);
    }
}
