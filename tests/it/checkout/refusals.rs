//! Checkouts that are refused for what they ask or who asks. Every row of the database stays as it
//! was.

use serde_json::{Value, json};

use crate::harness::{Customer, Reply, apart_from_instance, on_both};

impl Customer {
    /// A checkout of plan M with one member of the body replaced.
    async fn checkout_with(&self, member: &str, value: Value) -> Reply {
        let mut body = self.checkout_body("m", "");
        body[member] = value;
        self.client.post("/billing/checkout", &body).await
    }
}

on_both! {
    async fn a_token_is_needed(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("flexi", "");
        for caller in [app.anyone(), app.bearing("no.such.token")] {
            let checkout = caller.post("/billing/checkout", &body);
            app.refuses(checkout, 401, "unauthorized").await;
        }
    }

    /// References of each kind resolve among their own kind only, and the field is named.
    async fn unknown_references_name_their_field(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        for (member, value) in [
            ("plan_id", json!("xxl")),
            ("plan_id", json!("")),
            ("plan_id", json!("daily-backup")),
            ("addons", json!(["waf", "time-machine"])),
            ("addons", json!(["wordpress"])),
            ("apps", json!(["wordpress", "nonesuch"])),
            ("apps", json!(["m"])),
        ] {
            let mut body = ahmed.checkout_body("m", "MUSCAT-20");
            body[member] = value;
            let checkout = ahmed.client.post("/billing/checkout", &body);
            let problem = app.refuses(checkout, 400, "invalid_request").await;
            assert_eq!(problem["field"], member);
        }
    }

    async fn malformed_bodies_name_their_field(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let many: Vec<_> = (0..201).map(|_| "waf").collect();
        for (member, value) in [
            ("plan_id", json!(null)),
            ("plan_id", json!(7)),
            ("tenant_id", json!(null)),
            ("tenant_id", json!("")),
            ("tenant_id", json!("t".repeat(201))),
            ("apps", json!("wordpress")),
            ("addons", json!(many)),
            ("promo_code", json!(20)),
            ("promo_value_minor", json!("20000")),
            ("promo_value_minor", json!(20_000.5)),
        ] {
            let problem = app.refuses(ahmed.checkout_with(member, value), 400, "invalid_request");
            assert_eq!(problem.await["field"], member);
        }
        for body in ["", "[]", "{", "\"m\"", "{} {}"] {
            let checkout = ahmed.client.post_text("/billing/checkout", body);
            app.refuses(checkout, 400, "invalid_request").await;
        }
    }

    /// One body for an Organization that is not there, not theirs, or deleted (decision 8): also
    /// for those who administer the Sovereign.
    async fn a_foreign_organization_is_as_unknown_as_none(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        let deleted = ahmed.client.make_organization("ahmed-before").await;
        app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{deleted}'"))
            .await;
        let (superadmin, sovereign_admin) = (app.superadmin(), app.sovereign_admin());
        let mut problems = Vec::new();
        for (caller, tenant_id) in [
            (&ahmed.client, "00000000-0000-7000-8000-000000000000"),
            (&ahmed.client, "not an identifier"),
            (&ahmed.client, sara.tenant_id.as_str()),
            (&ahmed.client, deleted.as_str()),
            (&superadmin, sara.tenant_id.as_str()),
            (&sovereign_admin, sara.tenant_id.as_str()),
        ] {
            // A person exists from their first request on.
            caller.get("/tenant/orgs").await.expect(200);
            let mut body = ahmed.checkout_body("m", "MUSCAT-20");
            body["tenant_id"] = json!(tenant_id);
            let checkout = caller.post("/billing/checkout", &body);
            let problem = app.refuses(checkout, 403, "not_a_member").await;
            problems.push(apart_from_instance(problem));
        }
        assert_eq!(problems[0]["field"], "tenant_id");
        problems.dedup();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    async fn members_and_viewers_may_not_spend(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        for (name, role) in [("sara", "member"), ("khalid", "viewer")] {
            let person = ahmed.add_member(app, name, role).await;
            app.refuses(person.checkout("m", "MUSCAT-20"), 403, "role_may_not_spend").await;
            app.refuses(person.checkout("flexi", ""), 403, "role_may_not_spend").await;
        }
        let admin = ahmed.add_member(app, "fatma", "admin").await;
        admin.checkout("m", "MUSCAT-20").await.expect(200);
        assert_eq!(ahmed.available_minor().await, 11_000);
    }

    /// Who left an Organization is a stranger to it.
    async fn a_former_admin_may_not_check_out(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        let sara_id = app.user_id("sara").await;
        let path = format!("/tenant/orgs/{}/members/{sara_id}", ahmed.tenant_id);
        ahmed.client.delete(&path).await.expect(200);
        app.refuses(sara.checkout("flexi", ""), 403, "not_a_member").await;
    }

    async fn a_suspended_organization_may_not_check_out(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let viewer = ahmed.add_member(app, "sara", "viewer").await;
        let id = &ahmed.tenant_id;
        app.execute(&format!("UPDATE organizations SET status = 'suspended' WHERE id = '{id}'"))
            .await;
        let checkout = ahmed.checkout("m", "MUSCAT-20");
        app.refuses(checkout, 403, "organization_suspended").await;
        app.refuses(ahmed.redeem("MUSCAT-20"), 403, "organization_suspended").await;
        app.refuses(viewer.checkout("m", ""), 403, "role_may_not_spend").await;
        app.execute(&format!("UPDATE organizations SET status = 'active' WHERE id = '{id}'")).await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
    }

    /// A second subscription is refused whoever asks, and takes no voucher with it.
    async fn one_subscription_at_a_time(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue("SALALAH-25", 25, 1).await;
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        app.refuses(ahmed.checkout("l", "SALALAH-25"), 409, "already_subscribed").await;
        app.refuses(ahmed.checkout("flexi", ""), 409, "already_subscribed").await;
        app.refuses(sara.checkout("m", "MUSCAT-20"), 409, "already_subscribed").await;
        // Another Organization of the same person has its own.
        let other = ahmed.client.make_organization("ahmed-again").await;
        ahmed
            .checkout_with("tenant_id", json!(other))
            .await
            .expect_problem(503, "payment_not_configured");
        let mut body = ahmed.checkout_body("l", "SALALAH-25");
        body["tenant_id"] = json!(other);
        ahmed.client.post("/billing/checkout", &body).await.expect(200);
    }

    /// Without a card processor a remainder cannot be paid; the voucher is not burnt by trying.
    async fn a_remainder_needs_a_card_processor(app: &TestApp) {
        app.issue("SMALL-5", 5, 1).await;
        let ahmed = app.customer("ahmed").await;
        app.refuses(ahmed.checkout("m", ""), 503, "payment_not_configured").await;
        app.refuses(ahmed.checkout("m", "SMALL-5"), 503, "payment_not_configured").await;
        let answer = ahmed.checkout("s", "SMALL-5").await.expect(200);
        assert_eq!(answer["paid_by_credit"], true);
        assert_eq!(answer["credit_balance_minor"], 0);
    }

    /// The voucher was redeemed meanwhile: refused for the voucher, not for the rest of the price.
    async fn the_voucher_is_judged_before_the_remainder(app: &TestApp) {
        app.issue("SMALL-5", 5, 1).await;
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        sara.redeem("SMALL-5").await.expect(200);
        app.refuses(ahmed.checkout("m", "SMALL-5"), 400, "voucher_exhausted").await;
    }
}
