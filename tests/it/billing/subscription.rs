//! `GET /billing/subscription/{tenantId}`.

use crate::harness::{assert_shape, on_both};

on_both! {
    async fn a_credit_paid_subscription_has_the_contracts_shape(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        app.clock.advance_days(30);
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        let path = format!("/billing/subscription/{}", ahmed.tenant_id);
        let subscription = ahmed.client.get(&path).await.expect(200);
        assert_shape(
            &subscription,
            "id:uuid customer_id:uuid tenant_id:text stripe_subscription_id?:text plan_id:text \
             status:text current_period_start:time current_period_end:time created_at:time \
             updated_at:time",
        );
        assert_eq!(subscription["tenant_id"], ahmed.tenant_id);
        assert_eq!(subscription["status"], "active");
        assert_eq!(subscription.get("stripe_subscription_id"), None);
        // A month from the 31st ends on the last day of April.
        assert_eq!(subscription["current_period_start"], "2027-03-31T12:00:00Z");
        assert_eq!(subscription["current_period_end"], "2027-04-30T12:00:00Z");
        assert_eq!(subscription["created_at"], "2027-03-31T12:00:00Z");
        let again = ahmed.client.get(&format!("/api{path}")).await.expect(200);
        assert_eq!(again, subscription);
    }

    async fn an_organization_without_one_gets_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let path = format!("/billing/subscription/{}", ahmed.tenant_id);
        ahmed.client.get(&path).await.expect_problem(404, "not_found");
    }

    /// Every member may look; nobody else, whatever they administer.
    async fn members_see_it_and_outsiders_get_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("flexi", "").await.expect(200);
        let path = format!("/billing/subscription/{}", ahmed.tenant_id);
        for role in ["admin", "member", "viewer"] {
            let person = ahmed.add_member(app, role, role).await;
            person.client.get(&path).await.expect(200);
        }
        for caller in [app.member("stranger"), app.superadmin(), app.sovereign_admin()] {
            caller.get(&path).await.expect_problem(404, "not_found");
            let none = "/billing/subscription/nonesuch";
            caller.get(none).await.expect_problem(404, "not_found");
        }
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
    }

    async fn a_deleted_organizations_is_gone(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("flexi", "").await.expect(200);
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        for resource in ["subscription", "invoices"] {
            let path = format!("/billing/{resource}/{}", ahmed.tenant_id);
            ahmed.client.get(&path).await.expect_problem(404, "not_found");
        }
    }
}
