//! `GET /billing/invoices/{tenantId}`.

use serde_json::json;

use crate::harness::{assert_shape, on_both};

on_both! {
    async fn a_credit_paid_invoice_has_the_contracts_shape(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        let invoices = ahmed.client.get(&path).await.expect(200);
        assert_eq!(invoices.as_array().unwrap().len(), 1);
        let invoice = &invoices[0];
        assert_shape(
            invoice,
            "id:uuid customer_id:uuid tenant_id:text stripe_invoice_id?:text number?:text amount_omr:int \
             amount_baisa:int credit_minor:int tax_minor:int currency:text status:text period_start:time period_end:time \
             pdf_url?:text created_at:time",
        );
        assert_eq!(invoice["tenant_id"], ahmed.tenant_id);
        assert_eq!((&invoice["amount_omr"], &invoice["amount_baisa"]), (&json!(9), &json!(9_000)));
        assert_eq!((&invoice["credit_minor"], &invoice["tax_minor"]), (&json!(9_000), &json!(0)));
        assert_eq!(invoice["currency"], "OMR");
        assert_eq!(invoice["status"], "paid");
        assert_eq!(invoice["period_start"], "2027-03-01T12:00:00Z");
        assert_eq!(invoice["period_end"], "2027-04-01T12:00:00Z");
        assert_eq!(invoice.get("stripe_invoice_id"), None);
        let again = ahmed.client.get(&format!("/api{path}")).await.expect(200);
        assert_eq!(again, invoices);
    }

    async fn an_organization_without_any_gets_an_empty_list(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        assert_eq!(ahmed.client.get(&path).await.expect(200), json!([]));
    }

    /// Every member may look; nobody else, whatever they administer. Nobody sees another's.
    async fn members_see_them_and_outsiders_get_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("flexi", "").await.expect(200);
        let sara = app.customer("sara").await;
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        for role in ["admin", "member", "viewer"] {
            let person = ahmed.add_member(app, role, role).await;
            let invoices = person.client.get(&path).await.expect(200);
            assert_eq!(invoices.as_array().unwrap().len(), 1);
        }
        for caller in [sara.client.clone(), app.superadmin(), app.sovereign_admin()] {
            caller.get(&path).await.expect_problem(404, "not_found");
            caller.get("/billing/invoices/nonesuch").await.expect_problem(404, "not_found");
        }
        let own = format!("/billing/invoices/{}", sara.tenant_id);
        assert_eq!(sara.client.get(&own).await.expect(200), json!([]));
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
    }
}
