//! A budget is granted to its last unit, and nothing beyond it.

use serde_json::json;

use super::{campaign, granted, issue_in, put, read, stands};
use crate::harness::{Setup, on_both};

on_both! {
    /// Vouchers of two values: the smaller one still fits where the larger one does not.
    async fn it_stops_exactly_at_the_limit(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 25_000 })).await;
        issue_in(app, &id, "TEN", 10).await;
        issue_in(app, &id, "FIVE", 5).await;
        for name in ["first", "second"] {
            app.customer(name).await.redeem("TEN").await.expect(200);
        }
        assert_eq!(stands(app, "TEN").await, (410, false, "exhausted".into()));
        assert_eq!(stands(app, "FIVE").await, (200, true, "live".into()));
        let third = app.customer("third").await;
        third.redeem("TEN").await.expect_problem(400, "voucher_budget_spent");
        third.checkout("m", "TEN").await.expect_problem(400, "voucher_budget_spent");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 0, "nothing half happens");
        third.redeem("FIVE").await.expect(200);
        let spent = read(app, &id).await;
        assert_eq!((&spent["granted_minor"], &spent["remaining_minor"]), (&json!(25_000), &json!(0)));
        assert_eq!((&spent["status"], &spent["redemptions"]), (&json!("exhausted"), &json!(3)));
        app.customer("fourth").await.redeem("FIVE").await.expect_problem(400, "voucher_budget_spent");
        assert_eq!(stands(app, "FIVE").await, (410, false, "exhausted".into()));
        let voucher = app.sovereign_admin().get("/billing/vouchers/code/TEN").await.expect(200);
        assert_eq!((&voucher["granted_minor"], &voucher["campaign_id"]), (&json!(20_000), &json!(id)));
    }

    async fn more_budget_goes_on_and_less_stops_at_once(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 10_000 })).await;
        issue_in(app, &id, "TEN", 10).await;
        app.customer("first").await.redeem("TEN").await.expect(200);
        assert_eq!(stands(app, "TEN").await.0, 410);
        put(app, &id, json!({ "budget_minor": 30_000 })).await.expect(200);
        assert_eq!(stands(app, "TEN").await, (200, true, "live".into()));
        app.customer("second").await.redeem("TEN").await.expect(200);
        put(app, &id, json!({ "budget_minor": 5_000 })).await.expect(200);
        let third = app.customer("third").await;
        third.redeem("TEN").await.expect_problem(400, "voucher_budget_spent");
        let lowered = read(app, &id).await;
        assert_eq!((&lowered["granted_minor"], &lowered["remaining_minor"]), (&json!(20_000), &json!(0)));
        put(app, &id, json!({ "budget_minor": 0 })).await.expect(200);
        third.redeem("TEN").await.expect(200);
        assert_eq!(read(app, &id).await.get("remaining_minor"), None);
    }

    /// An order that dies unpaid gives back what its voucher took of the budget.
    async fn a_release_gives_it_back(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 4_000 })).await;
        issue_in(app, &id, "FOUR", 4).await;
        let first = app.customer("first").await;
        // 9 rial, of which a card is to pay 5.
        first.checkout("m", "FOUR").await.expect(200);
        assert_eq!(granted(app, &id).await, (4_000, 1));
        let second = app.customer("second").await;
        second.checkout("m", "FOUR").await.expect_problem(400, "voucher_budget_spent");
        // Another order without the voucher takes the place of the first.
        first.checkout("l", "").await.expect(200);
        assert_eq!(granted(app, &id).await, (0, 0));
        second.checkout("m", "FOUR").await.expect(200);
        assert_eq!(granted(app, &id).await, (4_000, 1));
    }

    /// A campaign that is paused is as its vouchers would be.
    async fn it_is_paused_and_goes_on(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "TEN", 10).await;
        assert_eq!(stands(app, "TEN").await, (200, true, "live".into()));
        put(app, &id, json!({ "active": false })).await.expect(200);
        assert_eq!(stands(app, "TEN").await, (410, false, "paused".into()));
        let first = app.customer("first").await;
        first.redeem("TEN").await.expect_problem(400, "voucher_inactive");
        put(app, &id, json!({ "active": true })).await.expect(200);
        first.redeem("TEN").await.expect(200);
    }
}
