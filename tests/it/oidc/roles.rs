//! Roles count only where the issuer's settings say so, and there the higher of both.

use serde_json::{Value, json};

use super::world::in_world;
use crate::harness::IdToken;

const LIST: &str = "/billing/vouchers/list";
const REVENUE: &str = "/billing/admin/revenue";

/// Claims that name a role, in each of the places in which they may.
fn naming(role: &str) -> [Value; 3] {
    [
        json!({ "realm_access": { "roles": ["offline_access", role] } }),
        json!({ "resource_access": { "sovereign": { "roles": [role] }, "account": {} } }),
        json!({ "role": role }),
    ]
}

in_world! {
    async fn count_where_the_issuer_grants_them(realm: &Realm, |settings| {
        settings.grants_roles = true;
    }) {
        for claims in naming("sovereign-admin") {
            let client = realm.bearing(claims).await;
            client.get(LIST).await.expect(200);
            client.get(REVENUE).await.expect_problem(403, "forbidden");
        }
        for claims in naming("superadmin") {
            realm.bearing(claims).await.get(REVENUE).await.expect(200);
        }
        for name in ["Superadmin", "admin", "realm-admin", "owner"] {
            for claims in naming(name) {
                realm.bearing(claims).await.get(LIST).await.expect_problem(403, "forbidden");
            }
        }
    }

    async fn count_for_nothing_where_it_does_not(realm: &Realm) {
        for claims in naming("superadmin") {
            let client = realm.bearing(claims).await;
            client.get(LIST).await.expect_problem(403, "forbidden");
            let me = client.get("/auth/me").await.expect(200);
            assert_eq!(me["user"]["role"], "member");
        }
        // Nor does one that was granted here: whoever vouches for this person is not trusted with it.
        realm.app.execute("UPDATE users SET role = 'superadmin' WHERE email LIKE 'aisha%'").await;
        let client = realm.bearing(json!({})).await;
        client.get(REVENUE).await.expect_problem(403, "forbidden");
    }

    async fn granted_here_count_as_well(realm: &Realm, |settings| settings.grants_roles = true) {
        let client = realm.bearing(json!({ "role": "sovereign-admin" })).await;
        client.get(REVENUE).await.expect_problem(403, "forbidden");
        realm.app.execute("UPDATE users SET role = 'superadmin' WHERE email LIKE 'aisha%'").await;
        client.get(REVENUE).await.expect(200);
        // The lower of the two takes nothing away, and what was taken away counts at once.
        realm.app.execute("UPDATE users SET role = 'member' WHERE email LIKE 'aisha%'").await;
        client.get(REVENUE).await.expect_problem(403, "forbidden");
        client.get(LIST).await.expect(200);
    }

    /// A change of roles takes a sign-in of the last ten minutes, which the issuer dates.
    async fn a_sign_in_of_long_ago_changes_no_roles(realm: &Realm, |settings| {
        settings.grants_roles = true;
    }) {
        realm.app.member("salim").get("/auth/me").await.expect(200);
        let path = format!("/auth/admin/users/{}/role", realm.app.user_id("salim").await);
        let now = realm.app.now_seconds();
        for (auth_time, status) in [(json!(null), 401), (json!(now - 601), 401), (json!(now - 600), 200)] {
            let claims = json!({ "role": "superadmin", "auth_time": auth_time });
            let client = realm.bearing(claims).await;
            let body = json!({ "role": "sovereign-admin" }).to_string().into_bytes();
            let reply = client.send(reqwest::Method::PUT, &path, &[], Some(body)).await;
            assert_eq!(reply.status, status, "{auth_time}: {}", reply.text);
        }
    }
}

in_world! {
    async fn in_a_session_count_where_the_issuer_grants_them(world: &World, |settings| {
        settings.grants_roles = true;
    }) {
        world.provider.issue(IdToken::With(json!({ "role": "sovereign-admin" }))).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        let sql = "SELECT granted_role FROM sessions WHERE trusted";
        assert_eq!(world.app.texts(sql).await, ["sovereign-admin"]);
    }

    async fn in_a_session_count_for_nothing_where_it_does_not(world: &World) {
        world.provider.issue(IdToken::With(json!({ "role": "superadmin" }))).await;
        let browser = world.browser();
        assert_eq!(world.sign_in(&browser).await.status, 303);
        world.app.execute("UPDATE users SET role = 'superadmin' WHERE subject = 'aisha'").await;
        let sql = "SELECT granted_role FROM sessions WHERE NOT trusted";
        assert_eq!(world.app.texts(sql).await, ["member"]);
        let page = browser.get("/console").await;
        assert!(page.status == 200 && !page.text.contains("superadmin"), "{}", page.text);
    }
}
