//! `POST /billing/vouchers/redeem`: a voucher straight into the wallet.

use serde_json::json;

use crate::harness::{apart_from_instance, assert_shape, each, on_both};

const REDEEM: &str = "/billing/vouchers/redeem";

on_both! {
    /// Granted, counted, written down; a checkout without a code then draws it.
    async fn credit_is_granted_and_a_checkout_draws_it(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.redeem(" muscat-20 ").await.expect(200);
        assert_shape(
            &answer,
            "code:text credit_omr:int credit_minor:int credit_balance:int \
             credit_balance_minor:int currency:text",
        );
        assert_eq!(answer["code"], "MUSCAT-20");
        assert_eq!((&answer["credit_omr"], &answer["credit_minor"]), (&json!(20), &json!(20_000)));
        assert_eq!(answer["credit_balance"], 20);
        assert_eq!(answer["currency"], "OMR");

        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!(balance["credit_baisa"], 20_000);
        assert_eq!(each(&balance["entries"], "reason"), ["promo:MUSCAT-20"]);
        assert_eq!(balance["entries"][0].get("order_id"), None);
        let vouchers = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
        assert_eq!(vouchers[0]["times_redeemed"], 1);
        let redeemed = "SELECT COUNT(*) FROM outbox WHERE type = 'voucher.redeemed'";
        assert_eq!(app.number(redeemed).await, 1);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.redeem'";
        assert_eq!(app.number(audited).await, 1);

        let paid = ahmed.checkout("m", "").await.expect(200);
        assert_eq!(paid["credit_balance_minor"], 11_000);
    }

    /// An Organization that has its subscription can still add credit.
    async fn a_second_voucher_adds_to_the_first(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue("SALALAH-25", 25, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        let answer = ahmed.redeem("SALALAH-25").await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 36_000);
        assert_eq!(ahmed.available_minor().await, 36_000);
    }

    /// The same rules as at checkout, with the same types; the field is this route's own.
    async fn the_rules_of_checkout_apply(app: &TestApp) {
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        let colleague = ahmed.add_member(app, "khalid", "admin").await;
        app.issue("GONE-20", 20, 0).await;
        app.revoke("GONE-20").await;
        app.issue_as(json!({ "code": "SLEEPING-20", "credit_omr": 20, "active": false })).await;
        app.issue("ONE-20", 20, 1).await;
        sara.redeem("ONE-20").await.expect(200);
        app.issue("TWICE-20", 20, 0).await;
        ahmed.redeem("TWICE-20").await.expect(200);
        app.clock.advance_seconds(60);
        for (customer, code, rule) in [
            (&ahmed, "NEVER-20", "voucher_unknown"),
            (&ahmed, "GONE-20", "voucher_unknown"),
            (&ahmed, "SLEEPING-20", "voucher_inactive"),
            (&ahmed, "ONE-20", "voucher_exhausted"),
            (&ahmed, "TWICE-20", "voucher_redeemed_by_you"),
            (&colleague, "TWICE-20", "voucher_redeemed_by_organization"),
        ] {
            let problem = app.refuses(customer.redeem(code), 400, rule).await;
            assert_eq!(problem["field"], "code", "{code}");
            assert!(!problem.to_string().contains(code), "{problem} repeats {code}");
        }
        let second = ahmed.client.make_organization("ahmed-again").await;
        let body = json!({ "tenant_id": second, "code": "TWICE-20" });
        let redeem = ahmed.client.post(REDEEM, &body);
        app.refuses(redeem, 400, "voucher_redeemed_by_you").await;
    }

    /// One redemption counts on both routes.
    async fn a_redeemed_voucher_does_not_pay_a_checkout_again(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        app.refuses(ahmed.checkout("m", "MUSCAT-20"), 400, "voucher_redeemed_by_you").await;
        ahmed.checkout("m", "").await.expect(200);
    }

    async fn who_may_spend_may_redeem(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        let unknown = json!({ "tenant_id": "no such", "code": "MUSCAT-20" });
        let foreign = json!({ "tenant_id": sara.tenant_id, "code": "MUSCAT-20" });
        let unknown = app.refuses(ahmed.client.post(REDEEM, &unknown), 403, "not_a_member").await;
        let foreign = app.refuses(ahmed.client.post(REDEEM, &foreign), 403, "not_a_member").await;
        assert_eq!(apart_from_instance(unknown), apart_from_instance(foreign));
        for (name, role) in [("khalid", "member"), ("fatma", "viewer")] {
            let person = ahmed.add_member(app, name, role).await;
            app.refuses(person.redeem("MUSCAT-20"), 403, "role_may_not_spend").await;
        }
        let body = json!({ "tenant_id": ahmed.tenant_id, "code": "MUSCAT-20" });
        app.refuses(app.anyone().post(REDEEM, &body), 401, "unauthorized").await;
        ahmed.add_member(app, "maryam", "admin").await.redeem("MUSCAT-20").await.expect(200);
        assert_eq!(ahmed.available_minor().await, 20_000);
    }

    async fn bad_input_names_its_field(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let tenant_id = &ahmed.tenant_id;
        for (body, field) in [
            (json!({ "tenant_id": tenant_id }), "code"),
            (json!({ "tenant_id": tenant_id, "code": " " }), "code"),
            (json!({ "tenant_id": tenant_id, "code": "no code" }), "code"),
            (json!({ "code": "MUSCAT-20" }), "tenant_id"),
            (json!({ "tenant_id": "", "code": "MUSCAT-20" }), "tenant_id"),
        ] {
            let redeem = ahmed.client.post(REDEEM, &body);
            assert_eq!(app.refuses(redeem, 400, "invalid_request").await["field"], field);
        }
    }

    /// With a key the answer stands for good, without one for a minute (decision 3).
    async fn retries_have_the_first_answer(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue("SALALAH-25", 25, 0).await;
        let ahmed = app.customer("ahmed").await;
        let keyed = json!({ "tenant_id": ahmed.tenant_id, "code": "MUSCAT-20" });
        let first = ahmed.client.post_keyed(REDEEM, "key", &keyed).await;
        let plain = ahmed.redeem("SALALAH-25").await;
        assert_eq!((first.status, plain.status), (200, 200));
        app.clock.advance_seconds(59);
        let before = app.state().await;
        let again = ahmed.redeem("salalah-25").await;
        assert_eq!(again.text, plain.text);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        app.clock.advance_seconds(1);
        let again = ahmed.client.post_keyed(REDEEM, "key", &keyed).await;
        assert_eq!(again.text, first.text);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        before.assert_unchanged(&app.state().await);
        app.refuses(ahmed.redeem("SALALAH-25"), 400, "voucher_redeemed_by_you").await;
        let other = json!({ "tenant_id": ahmed.tenant_id, "code": "SALALAH-25" });
        let reused = ahmed.client.post_keyed(REDEEM, "key", &other);
        app.refuses(reused, 409, "idempotency_key_reused").await;
        assert_eq!(ahmed.available_minor().await, 45_000);
    }

    /// Two administrators, one voucher, the same moment: the Organization has it once.
    async fn colleagues_at_once_redeem_once(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let mut tasks = tokio::task::JoinSet::new();
        for name in ["sara", "khalid", "fatma", "maryam", "salim", "huda"] {
            let admin = ahmed.add_member(app, name, "admin").await;
            tasks.spawn(async move { admin.redeem("MUSCAT-20").await });
        }
        let replies = tasks.join_all().await;
        let (granted, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(granted.len(), 1);
        for reply in refused {
            reply.expect_problem(400, "voucher_redeemed_by_organization");
        }
        assert_eq!(ahmed.available_minor().await, 20_000);
    }
}
