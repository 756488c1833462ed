//! `GET /tenant/orgs` and `GET /tenant/orgs/{id}`.

use serde_json::json;

use crate::harness::{each, on_both};

const ORGS: &str = "/tenant/orgs";

on_both! {
    /// Those the caller is a member of, in whatever role, and no others.
    async fn everyone_lists_their_own(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.clock.advance_seconds(1);
        let sara = app.customer("sara").await;
        app.clock.advance_seconds(1);
        ahmed.client.make_organization("ahmed-again").await;
        sara.add_member(app, "ahmed", "viewer").await;
        let listed = ahmed.client.get(ORGS).await.expect(200);
        assert_eq!(each(&listed, "slug"), ["ahmed", "sara", "ahmed-again"]);
        assert_eq!(ahmed.client.get("/api/tenant/orgs").await.expect(200), listed);
        assert_eq!(each(&sara.client.get(ORGS).await.expect(200), "slug"), ["sara"]);
        for outsider in [app.member("khalid"), app.superadmin(), app.sovereign_admin()] {
            assert_eq!(outsider.get(ORGS).await.expect(200), json!([]));
        }
        app.anyone().get(ORGS).await.expect_problem(401, "unauthorized");
    }

    async fn every_member_may_look_at_one(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let path = format!("{ORGS}/{}", ahmed.tenant_id);
        let found = ahmed.client.get(&path).await.expect(200);
        assert_eq!(found["id"], ahmed.tenant_id);
        assert_eq!(ahmed.client.get(ORGS).await.expect(200), json!([found]));
        for role in ["admin", "member", "viewer"] {
            let person = ahmed.add_member(app, role, role).await;
            assert_eq!(person.client.get(&path).await.expect(200), found);
            assert_eq!(person.client.get(&format!("/api{path}")).await.expect(200), found);
        }
    }

    /// Outsiders cannot tell a foreign Organization from none (decision 8), on any of its routes.
    async fn outsiders_get_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for caller in [app.member("sara"), app.superadmin(), app.sovereign_admin()] {
            for tail in ["", "/members"] {
                let foreign = format!("{ORGS}/{}{tail}", ahmed.tenant_id);
                let foreign = caller.get(&foreign).await.expect_problem(404, "not_found");
                for none in ["nonesuch", "%0a", "%00", "'", "00000000-0000-7000-8000-000000000000"]
                {
                    let path = format!("{ORGS}/{none}{tail}");
                    let none = caller.get(&path).await.expect_problem(404, "not_found");
                    if !path.contains("%00") {
                        assert_eq!(none["detail"], foreign["detail"], "{path}");
                    }
                }
            }
        }
        let path = format!("{ORGS}/{}", ahmed.tenant_id);
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
    }

    async fn a_deleted_one_is_gone(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        assert_eq!(ahmed.client.get(ORGS).await.expect(200), json!([]));
        for tail in ["", "/members"] {
            let path = format!("{ORGS}/{}{tail}", ahmed.tenant_id);
            ahmed.client.get(&path).await.expect_problem(404, "not_found");
        }
    }

    async fn the_status_is_told(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let path = format!("{ORGS}/{}", ahmed.tenant_id);
        for status in ["provisioning", "active", "suspended"] {
            app.execute(&format!("UPDATE organizations SET status = '{status}'")).await;
            assert_eq!(ahmed.client.get(&path).await.expect(200)["status"], status);
        }
    }
}
