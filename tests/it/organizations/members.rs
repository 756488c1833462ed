//! `GET` and `POST /tenant/orgs/{id}/members`.

use serde_json::{Value, json};
use sovereign::auth::{MintedFor, Role};

use crate::harness::{Customer, Reply, assert_shape, each, on_both};

const SHAPE: &str = "id:uuid tenant_id:text user_id:text email:text role:text joined_at:time";

impl Customer {
    fn members_path(&self) -> String {
        format!("/tenant/orgs/{}/members", self.tenant_id)
    }

    async fn add(&self, email: &str, role: &str) -> Reply {
        let body = json!({ "email": email, "role": role });
        self.client.post(&self.members_path(), &body).await
    }

    async fn members(&self) -> Value {
        self.client.get(&self.members_path()).await.expect(200)
    }
}

on_both! {
    async fn a_member_is_answered_in_the_contracts_shape(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.member("sara").get("/tenant/orgs").await.expect(200);
        app.clock.advance_seconds(60);
        let made = ahmed.add("sara@example.com", "member").await.expect(201);
        assert_shape(&made, SHAPE);
        assert_eq!(made["tenant_id"], ahmed.tenant_id);
        assert_eq!(made["user_id"], app.user_id("sara").await);
        assert_eq!(made["email"], "sara@example.com");
        assert_eq!(made["role"], "member");
        assert_eq!(made["joined_at"], "2027-03-01T12:01:00Z");
        let members = ahmed.members().await;
        assert_eq!(each(&members, "role"), ["owner", "member"]);
        assert_eq!(members[1], made);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'member.add'";
        assert_eq!(app.number(audited).await, 1);
    }

    /// Addresses are compared without regard to case and to spaces around them.
    async fn an_address_is_found_however_it_is_typed(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.member("sara").get("/tenant/orgs").await.expect(200);
        let made = ahmed.add(" Sara@EXAMPLE.com ", "viewer").await.expect(201);
        assert_eq!(made["email"], "sara@example.com");
    }

    async fn an_address_may_be_long(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        // The longest local part there is (RFC 5321, section 4.5.3.1.1).
        let name = "n".repeat(64);
        app.member(&name).get("/tenant/orgs").await.expect(200);
        let made = ahmed.add(&format!("{name}@example.com"), "viewer").await.expect(201);
        assert_eq!(made["user_id"], app.user_id(&name).await);
    }

    async fn nobody_is_added_twice(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.add_member(app, "sara", "viewer").await;
        for (email, role) in [
            ("sara@example.com", "viewer"),
            ("sara@example.com", "admin"),
            ("ahmed@example.com", "admin"),
        ] {
            let problem = app.refuses(ahmed.add(email, role), 409, "already_member").await;
            assert_eq!(problem["field"], "email");
        }
        assert_eq!(each(&ahmed.members().await, "role"), ["owner", "viewer"]);
    }

    async fn an_unknown_address_is_refused(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for email in ["nobody@example.com", "", "%", "_____@example.com", "sara@example.com'--"] {
            let problem = app.refuses(ahmed.add(email, "member"), 400, "invalid_request").await;
            assert_eq!(problem["field"], "email", "{email}");
        }
    }

    /// An address that two verified people have names neither of them.
    async fn an_address_of_two_users_is_refused(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for subject in ["sara-at-work", "sara-at-home"] {
            let bearer = MintedFor {
                subject: subject.to_owned(),
                email: "sara@example.com".to_owned(),
                role: Role::Member,
                lifetime_seconds: 600,
            };
            let sara = app.bearing(&app.tokens.mint(&bearer).unwrap());
            sara.get("/tenant/orgs").await.expect(200);
        }
        let add = ahmed.add("sara@example.com", "member");
        assert_eq!(app.refuses(add, 400, "invalid_request").await["field"], "email");
    }

    async fn the_owner_cannot_be_assigned(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.member("sara").get("/tenant/orgs").await.expect(200);
        for role in ["owner", "root", "", "Admin", "superadmin"] {
            let add = ahmed.add("sara@example.com", role);
            let problem = app.refuses(add, 400, "invalid_request").await;
            assert_eq!(problem["field"], "role", "{role}");
        }
    }

    async fn malformed_bodies_name_their_field(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let path = ahmed.members_path();
        for (body, field) in [
            (json!({ "role": "member" }), "email"),
            (json!({ "email": "sara@example.com" }), "role"),
            (json!({ "email": 7, "role": "member" }), "email"),
            (json!([]), "body"),
        ] {
            let add = ahmed.client.post(&path, &body);
            assert_eq!(app.refuses(add, 400, "invalid_request").await["field"], field);
        }
    }

    /// Owners and admins add members; members and viewers may only look; outsiders see nothing.
    async fn who_may_add_whom(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.member("fatma").get("/tenant/orgs").await.expect(200);
        for role in ["member", "viewer"] {
            let person = ahmed.add_member(app, role, role).await;
            app.refuses(person.add("fatma@example.com", "viewer"), 403, "forbidden").await;
            assert_eq!(person.members().await, ahmed.members().await);
        }
        let path = ahmed.members_path();
        let body = json!({ "email": "fatma@example.com", "role": "viewer" });
        let (root, campaigns, stranger) =
            (app.superadmin(), app.sovereign_admin(), app.member("fatma"));
        for caller in [root, campaigns, stranger] {
            caller.get("/tenant/orgs").await.expect(200);
            app.refuses(caller.post(&path, &body), 404, "not_found").await;
            caller.get(&path).await.expect_problem(404, "not_found");
        }
        app.refuses(app.anyone().post(&path, &body), 401, "unauthorized").await;
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
        let admin = ahmed.add_member(app, "admin-1", "admin").await;
        admin.add("fatma@example.com", "admin").await.expect(201);
        assert_eq!(
            each(&admin.members().await, "role"),
            ["owner", "member", "viewer", "admin", "admin"]
        );
    }

    /// The same person, added by two at once: one of them did.
    async fn added_at_once_is_added_once(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.member("sara").get("/tenant/orgs").await.expect(200);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (client, path) = (ahmed.client.clone(), ahmed.members_path());
            let body = json!({ "email": "sara@example.com", "role": "viewer" });
            tasks.spawn(async move { client.post(&path, &body).await });
        }
        let replies = tasks.join_all().await;
        let (added, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(added.len(), 1);
        for reply in refused {
            reply.expect_problem(409, "already_member");
        }
        assert_eq!(each(&ahmed.members().await, "role"), ["owner", "viewer"]);
    }
}
