//! `DELETE /tenant/orgs/{id}/members/{userId}`.

use serde_json::json;

use crate::harness::{Customer, Reply, TestApp, each, on_both};

impl Customer {
    /// Removes the person whose token's subject is `name` from this Organization.
    async fn remove(&self, app: &TestApp, name: &str) -> Reply {
        let user_id = app.user_id(name).await;
        let path = format!("/tenant/orgs/{}/members/{user_id}", self.tenant_id);
        self.client.delete(&path).await
    }

    async fn roles(&self) -> Vec<serde_json::Value> {
        let path = format!("/tenant/orgs/{}/members", self.tenant_id);
        each(&self.client.get(&path).await.expect(200), "role")
    }
}

on_both! {
    async fn owners_and_admins_remove_others(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let admin = ahmed.add_member(app, "sara", "admin").await;
        let viewer = ahmed.add_member(app, "khalid", "viewer").await;
        ahmed.add_member(app, "fatma", "admin").await;
        assert_eq!(admin.remove(app, "khalid").await.expect(200), json!({ "ok": true }));
        assert_eq!(admin.remove(app, "fatma").await.expect(200), json!({ "ok": true }));
        assert_eq!(ahmed.remove(app, "sara").await.expect(200), json!({ "ok": true }));
        assert_eq!(ahmed.roles().await, ["owner"]);
        // Who was removed is a stranger again, and may be added again.
        let path = format!("/tenant/orgs/{}", ahmed.tenant_id);
        viewer.client.get(&path).await.expect_problem(404, "not_found");
        admin.client.get(&path).await.expect_problem(404, "not_found");
        ahmed.add_member(app, "khalid", "member").await;
        assert_eq!(ahmed.roles().await, ["owner", "member"]);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'member.remove'";
        assert_eq!(app.number(audited).await, 3);
    }

    async fn anyone_may_leave(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for role in ["viewer", "member", "admin"] {
            let person = ahmed.add_member(app, role, role).await;
            assert_eq!(person.remove(app, role).await.expect(200), json!({ "ok": true }));
            app.refuses(person.remove(app, role), 404, "not_found").await;
        }
        assert_eq!(ahmed.roles().await, ["owner"]);
    }

    /// Not by themselves, not by an admin.
    async fn the_owner_stays(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let admin = ahmed.add_member(app, "sara", "admin").await;
        app.refuses(ahmed.remove(app, "ahmed"), 409, "owner_stays").await;
        app.refuses(admin.remove(app, "ahmed"), 409, "owner_stays").await;
        assert_eq!(ahmed.roles().await, ["owner", "admin"]);
    }

    async fn members_and_viewers_remove_nobody_else(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let member = ahmed.add_member(app, "sara", "member").await;
        let viewer = ahmed.add_member(app, "khalid", "viewer").await;
        app.refuses(member.remove(app, "khalid"), 403, "forbidden").await;
        app.refuses(viewer.remove(app, "sara"), 403, "forbidden").await;
        app.refuses(viewer.remove(app, "ahmed"), 403, "forbidden").await;
    }

    async fn outsiders_get_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.add_member(app, "sara", "viewer").await;
        for client in [app.member("stranger"), app.superadmin(), app.sovereign_admin()] {
            client.get("/tenant/orgs").await.expect(200);
            let outsider = Customer { client, tenant_id: ahmed.tenant_id.clone() };
            app.refuses(outsider.remove(app, "sara"), 404, "not_found").await;
            app.refuses(outsider.remove(app, "ahmed"), 404, "not_found").await;
        }
        let nobody = Customer { client: app.anyone(), tenant_id: ahmed.tenant_id.clone() };
        app.refuses(nobody.remove(app, "sara"), 401, "unauthorized").await;
    }

    async fn who_is_no_member_cannot_be_removed(app: &TestApp) {
        let (ahmed, _) = (app.customer("ahmed").await, app.customer("sara").await);
        app.refuses(ahmed.remove(app, "sara"), 404, "not_found").await;
        for user_id in ["nonesuch", "%0a", "'"] {
            let path = format!("/tenant/orgs/{}/members/{user_id}", ahmed.tenant_id);
            app.refuses(ahmed.client.delete(&path), 404, "not_found").await;
        }
    }

    /// What a member did stays, and their redemption keeps counting.
    async fn a_former_admins_redemption_counts(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        sara.redeem("MUSCAT-20").await.expect(200);
        ahmed.remove(app, "sara").await.expect(200);
        assert_eq!(ahmed.available_minor().await, 20_000);
        let rule = "voucher_redeemed_by_organization";
        app.refuses(ahmed.redeem("MUSCAT-20"), 400, rule).await;
    }
}
