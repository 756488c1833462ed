//! `GET /tenant/admin/tenants` and `GET /tenant/admin/tenants/{id}`: the superadmin's.

use serde_json::json;

use crate::harness::{assert_shape, each, on_both};

const PATH: &str = "/tenant/admin/tenants";

on_both! {
    async fn all_organizations_are_listed_newest_first(app: &TestApp) {
        let root = app.superadmin();
        let empty = json!({ "tenants": [], "total": 0, "offset": 0, "limit": 50 });
        assert_eq!(root.get(PATH).await.expect(200), empty);
        let mut made = Vec::new();
        for name in ["ahmed", "sara", "khalid"] {
            made.push(app.customer(name).await.tenant_id);
            app.clock.advance_seconds(1);
        }
        made.reverse();
        let all = root.get(PATH).await.expect(200);
        assert_shape(&all, "tenants:objects total:int offset:int limit:int");
        assert_eq!(each(&all["tenants"], "id"), made);
        let shape = "id:text name:text slug:text plan_id:text status:text created_at:time \
                     member_count:int";
        assert_shape(&all["tenants"][0], shape);
        assert_eq!(all["tenants"][0]["slug"], "khalid");
        assert_eq!(all["tenants"][0]["status"], "provisioning");

        let part = root.get(&format!("{PATH}?offset=1&limit=1")).await.expect(200);
        assert_eq!(each(&part["tenants"], "id"), made[1..2]);
        assert_eq!((&part["total"], &part["offset"], &part["limit"]), (&json!(3), &json!(1), &json!(1)));
        let beyond = root.get(&format!("{PATH}?offset=3")).await.expect(200);
        assert_eq!((&beyond["tenants"], &beyond["total"]), (&json!([]), &json!(3)));
    }

    async fn members_are_counted(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.add_member(app, "sara", "viewer").await;
        app.clock.advance_seconds(1);
        app.customer("khalid").await;
        let all = app.superadmin().get(PATH).await.expect(200);
        assert_eq!(each(&all["tenants"], "member_count"), [1, 2]);
    }

    async fn odd_offsets_and_limits_are_named(app: &TestApp) {
        let root = app.superadmin();
        for (query, field) in [
            ("offset=-1", "offset"),
            ("offset=x", "offset"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
        ] {
            let reply = root.get(&format!("{PATH}?{query}")).await;
            assert_eq!(reply.expect_problem(400, "invalid_request")["field"], field, "{query}");
        }
        root.get(&format!("{PATH}?offset={}", i64::MAX)).await.expect(200);
    }

    /// As its members see it, and after it was deleted.
    async fn any_one_is_read(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let own = ahmed.client.get(&format!("/tenant/orgs/{}", ahmed.tenant_id)).await.expect(200);
        let (root, path) = (app.superadmin(), format!("{PATH}/{}", ahmed.tenant_id));
        assert_eq!(root.get(&path).await.expect(200), own);
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        assert_eq!(root.get(&path).await.expect(200)["status"], "deleted");
        assert_eq!(root.get(PATH).await.expect(200)["total"], 1);
        root.get(&format!("{PATH}/unknown")).await.expect_problem(404, "not_found");
    }

    async fn it_takes_the_superadmin(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for path in [PATH.to_owned(), format!("{PATH}/{}", ahmed.tenant_id)] {
            app.anyone().get(&path).await.expect_problem(401, "unauthorized");
            ahmed.client.get(&path).await.expect_problem(403, "forbidden");
            app.sovereign_admin().get(&path).await.expect_problem(403, "forbidden");
        }
    }
}
