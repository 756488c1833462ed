//! Access tokens last for fifteen minutes; what they open to an administrator ends at once, with their
//! session or with the role.

use serde_json::json;

use super::table::administration_of;
use super::world::{World, setup};
use crate::harness::{Client, SignedIn, on_both};

const EMAIL: &str = "leaver@example.com";
/// Two tabs may use one refresh token within this time.
const GRACE_SECONDS: i64 = 10;

/// Sends a request to each route that `role` opens; each must come to what is expected of it.
async fn assert_each(world: &World<'_>, client: &Client, role: &str, expected: Option<u16>) {
    let rows = administration_of(role);
    assert!(rows.len() >= 7, "the administration has routes");
    for row in rows {
        let reply = world.request(&row.route).await.send(client).await;
        let expected = expected.unwrap_or(row.status(role));
        assert_eq!(reply.status, expected, "{} as {role}: {}", row.route, reply.text);
    }
}

/// Somebody with the role, to whom everything of it is open.
async fn administrator(world: &World<'_>, role: &str) -> SignedIn {
    let person = world.app.sign_in(EMAIL).await;
    world.set_role(&person.user_id, role).await;
    assert_each(world, &person.client, role, None).await;
    person
}

on_both! {
    async fn a_logout_ends_it(app: &TestApp, setup()) {
        let world = World::new(app).await;
        for role in ["sovereign-admin", "superadmin"] {
            let person = administrator(&world, role).await;
            let other = app.sign_in(EMAIL).await;
            let body = json!({ "refresh_token": person.refresh_token });
            app.anyone().post("/auth/logout", &body).await.expect(200);
            assert_each(&world, &person.client, role, Some(401)).await;
            // Another session of the same person goes on.
            assert_each(&world, &other.client, role, None).await;
            other.client.post("/auth/logout-all", &json!({})).await.expect(200);
            assert_each(&world, &other.client, role, Some(401)).await;
        }
    }

    /// A refresh token in two hands ends the session that it is of.
    async fn a_token_used_twice_ends_it(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let person = administrator(&world, "superadmin").await;
        let body = json!({ "refresh_token": person.refresh_token });
        app.anyone().post("/auth/refresh", &body).await.expect(200);
        app.clock.advance_seconds(GRACE_SECONDS + 1);
        assert_each(&world, &person.client, "superadmin", None).await;
        app.anyone().post("/auth/refresh", &body).await.expect_problem(401, "unauthorized");
        assert_each(&world, &person.client, "superadmin", Some(401)).await;
    }

    async fn a_role_that_is_taken_away_over_http_ends_it(app: &TestApp, setup()) {
        let world = World::new(app).await;
        for (role, left) in [
            ("sovereign-admin", "member"),
            ("superadmin", "member"),
            ("superadmin", "sovereign-admin"),
        ] {
            let person = administrator(&world, role).await;
            world.set_role(&person.user_id, left).await;
            assert_each(&world, &person.client, role, Some(401)).await;
            // A new session has what is left.
            let person = app.sign_in(EMAIL).await;
            if left == "member" {
                assert_each(&world, &person.client, role, Some(403)).await;
            } else {
                assert_each(&world, &person.client, left, None).await;
                person.client.get("/billing/admin/orders").await.expect_problem(403, "forbidden");
            }
        }
    }

    async fn a_role_that_is_taken_away_at_the_command_line_ends_it(
        app: &TestApp, setup()
    ) {
        let world = World::new(app).await;
        for role in ["sovereign-admin", "superadmin"] {
            let person = administrator(&world, role).await;
            app.database().run(&["user", "revoke", EMAIL]).expect(0);
            assert_each(&world, &person.client, role, Some(401)).await;
            let person = app.sign_in(EMAIL).await;
            assert_each(&world, &person.client, role, Some(403)).await;
        }
    }
}
