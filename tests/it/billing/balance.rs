//! `GET /billing/balance` (decision 2): whose credit is counted, and who may look.

use serde_json::{Value, json};

use crate::harness::{assert_shape, each, on_both};

const BALANCE: &str = "/billing/balance";

on_both! {
    /// Someone who was never in an Organization: zeros and `[]`, not 404.
    async fn a_user_with_no_account_has_nothing(app: &TestApp) {
        for path in [BALANCE, "/api/billing/balance"] {
            let balance = app.member("nobody").get(path).await.expect(200);
            assert_eq!((&balance["credit_omr"], &balance["credit_baisa"]), (&json!(0), &json!(0)));
            assert_eq!(balance["held_minor"], 0);
            assert_eq!((&balance["wallets"], &balance["entries"]), (&json!([]), &json!([])));
        }
        app.anyone().get(BALANCE).await.expect_problem(401, "unauthorized");
    }

    async fn the_shape_is_the_contracts(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        let balance = ahmed.client.get(BALANCE).await.expect(200);
        assert_shape(
            &balance,
            "credit_omr:int credit_baisa:int held_minor:int currency:text wallets:objects \
             entries:objects",
        );
        for entry in balance["entries"].as_array().unwrap() {
            assert_shape(
                entry,
                "id:uuid amount_omr:int amount_baisa:int reason:text order_id?:uuid \
                 created_at:time",
            );
        }
        for wallet in balance["wallets"].as_array().unwrap() {
            assert_shape(wallet, "tenant_id:text available_minor:int held_minor:int");
        }
        assert_eq!(each(&balance["entries"], "reason"), ["order-payment", "promo:MUSCAT-20"]);
        assert_eq!(each(&balance["entries"], "amount_omr"), [json!(-9), json!(20)]);
    }

    /// The sum over the Organizations where the caller is owner or admin, and no other.
    async fn credit_is_summed_where_the_caller_may_spend(app: &TestApp) {
        for (code, credit_omr) in [("ONE", 1), ("TWO", 2), ("FOUR", 4), ("EIGHT", 8)] {
            app.issue(code, credit_omr, 0).await;
        }
        let ahmed = app.customer("ahmed").await;
        let second = ahmed.client.make_organization("ahmed-again").await;
        let (sara, khalid) = (app.customer("sara").await, app.customer("khalid").await);
        sara.add_member(app, "ahmed", "admin").await;
        khalid.add_member(app, "ahmed", "member").await;
        ahmed.redeem("ONE").await.expect(200);
        let body = json!({ "tenant_id": second, "code": "TWO" });
        ahmed.client.post("/billing/vouchers/redeem", &body).await.expect(200);
        sara.redeem("FOUR").await.expect(200);
        khalid.redeem("EIGHT").await.expect(200);

        let balance = ahmed.client.get(BALANCE).await.expect(200);
        assert_eq!(balance["credit_baisa"], 7_000);
        assert_eq!(balance["wallets"].as_array().unwrap().len(), 3);
        let mut reasons: Vec<_> = each(&balance["entries"], "reason");
        reasons.sort_by_key(ToString::to_string);
        assert_eq!(reasons, ["promo:FOUR", "promo:ONE", "promo:TWO"]);

        for (tenant_id, credit_minor) in
            [(&ahmed.tenant_id, 1_000), (&second, 2_000), (&sara.tenant_id, 4_000)]
        {
            let path = format!("{BALANCE}?tenant_id={tenant_id}");
            let balance = ahmed.client.get(&path).await.expect(200);
            assert_eq!(balance["credit_baisa"], credit_minor);
            assert_eq!(each(&balance["wallets"], "tenant_id"), [json!(tenant_id)]);
            assert_eq!(balance["entries"].as_array().unwrap().len(), 1);
        }
        assert_eq!(sara.client.get(BALANCE).await.expect(200)["credit_baisa"], 4_000);
    }

    /// Outsiders cannot tell a foreign Organization from none; administrators of the Sovereign are
    /// outsiders too.
    async fn outsiders_get_404(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let foreign = format!("{BALANCE}?tenant_id={}", ahmed.tenant_id);
        for caller in [app.member("sara"), app.superadmin(), app.sovereign_admin()] {
            let problem = caller.get(&foreign).await.expect_problem(404, "not_found");
            for none in ["nonesuch", "", "%00", "%0a"] {
                let path = format!("{BALANCE}?tenant_id={none}");
                let none = caller.get(&path).await.expect_problem(404, "not_found");
                if path.ends_with("nonesuch") {
                    assert_eq!(none["detail"], problem["detail"]);
                }
            }
            let own = caller.get(BALANCE).await.expect(200);
            assert_eq!(own["wallets"], json!([]));
        }
        app.anyone().get(&foreign).await.expect_problem(401, "unauthorized");
    }

    /// Members and viewers know the Organization; its wallet is not theirs.
    async fn members_and_viewers_get_403(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        let path = format!("{BALANCE}?tenant_id={}", ahmed.tenant_id);
        for (name, role) in [("sara", "member"), ("khalid", "viewer")] {
            let person = ahmed.add_member(app, name, role).await;
            person.client.get(&path).await.expect_problem(403, "forbidden");
            let all = person.client.get(BALANCE).await.expect(200);
            assert_eq!((&all["credit_baisa"], &all["wallets"]), (&json!(0), &json!([])));
            assert_eq!(all["entries"], json!([]));
        }
        let admin = ahmed.add_member(app, "fatma", "admin").await;
        assert_eq!(admin.client.get(&path).await.expect(200)["credit_baisa"], 20_000);
    }

    async fn a_deleted_organizations_credit_is_not_counted(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        let id = &ahmed.tenant_id;
        app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{id}'"))
            .await;
        let balance = ahmed.client.get(BALANCE).await.expect(200);
        assert_eq!((&balance["credit_baisa"], &balance["entries"]), (&json!(0), &json!([])));
        let path = format!("{BALANCE}?tenant_id={id}");
        ahmed.client.get(&path).await.expect_problem(404, "not_found");
    }

    /// Available = balance − held − expired. Nothing holds credit yet, so the database does.
    async fn held_and_expired_credit_is_not_available(app: &TestApp) {
        app.issue("LASTING-20", 20, 0).await;
        let short = json!({ "code": "SHORT-5", "credit_omr": 5, "credit_valid_days": 1 });
        app.issue_as(short).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("LASTING-20").await.expect(200);
        ahmed.redeem("SHORT-5").await.expect(200);
        app.execute("UPDATE credit_lots SET held_minor = 1500 WHERE reference = 'LASTING-20'")
            .await;
        app.execute("UPDATE wallets SET held_minor = 1500").await;
        app.clock.advance_days(1);
        let balance = ahmed.client.get(BALANCE).await.expect(200);
        assert_eq!(balance["credit_baisa"], 18_500);
        assert_eq!(balance["credit_omr"], 18);
        assert_eq!(balance["held_minor"], 1_500);
        let wallet: &Value = &balance["wallets"][0];
        assert_eq!(wallet["available_minor"], 18_500);
        assert_eq!(wallet["balance_minor"], 25_000);
        assert_eq!(wallet["held_minor"], 1_500);
        // The books must be sound at the end.
        app.execute("UPDATE credit_lots SET held_minor = 0").await;
        app.execute("UPDATE wallets SET held_minor = 0").await;
    }
}
