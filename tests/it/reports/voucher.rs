//! What became of a voucher's credit: in the list, on its own, and by day.

use serde_json::{Value, json};

use super::{DAY, ledger, minor, report, roll_up};
use crate::harness::{TestApp, on_both};
use crate::refunds::{paid, root, setup};

/// A voucher in the list, and by itself.
async fn both(app: &TestApp, code: &str) -> [Value; 2] {
    let list = report(app, &format!("/billing/vouchers/list?q={code}")).await;
    [list[0].clone(), report(app, &format!("/billing/vouchers/code/{code}")).await]
}

on_both! {
    async fn what_was_spent_and_when_it_was_redeemed(app: &TestApp, setup()) {
        app.issue("UNUSED", 5, 0).await;
        let ahmed = paid(app, "ahmed").await;
        for voucher in both(app, "UNUSED").await {
            assert_eq!((minor(&voucher, "spent_minor"), voucher.get("last_redeemed_at")), (0, None));
        }
        for voucher in both(app, "FOUR").await {
            assert_eq!((minor(&voucher, "spent_minor"), &voucher["last_redeemed_at"]), (4_000, &json!("2027-03-01T12:00:00Z")));
        }
        roll_up(app).await;
        let root = root(app).await;
        ahmed.refund(&root, "part", json!({ "credit_minor": 1_500, "card_minor": 0 })).await.expect(200);
        app.customer("lina").await.redeem("FOUR").await.expect(200);
        let spent = -ledger(app, "l.reference = 'FOUR' AND e.kind IN ('post', 'refund')").await;
        assert_eq!(spent, 2_500);
        for voucher in both(app, "FOUR").await {
            assert_eq!((minor(&voucher, "spent_minor"), &voucher["last_redeemed_at"]), (2_500, &json!("2027-03-01T12:10:00Z")));
        }
    }

    async fn its_credit_burns_down_day_by_day(app: &TestApp) {
        app.issue_as(json!({ "code": "SOON", "credit_omr": 20, "credit_valid_days": 3 })).await;
        let path = "/billing/vouchers/code/SOON/credit";
        assert_eq!(report(app, path).await, json!({ "currency": "OMR", "days": [] }));
        app.customer("ahmed").await.redeem("SOON").await.expect(200);
        app.clock.advance_seconds(DAY);
        app.customer("lina").await.checkout("m", "SOON").await.expect(200);
        app.clock.advance_seconds(3 * DAY);
        app.sweep_credit().await;
        for _ in 0..2 {
            let told = report(app, path).await;
            let days: Vec<_> = told["days"].as_array().unwrap().iter().map(|day| {
                ["redemptions", "granted_minor", "spent_minor", "expired_minor", "outstanding_minor"].map(|member| minor(day, member))
            }).collect();
            assert_eq!(days, [
                [1, 20_000, 0, 0, 20_000], [1, 20_000, 9_000, 0, 31_000], [0, 0, 0, 0, 31_000],
                [0, 0, 0, 0, 31_000], [0, 0, 0, 31_000, 0],
            ]);
            roll_up(app).await;
        }
        assert_eq!(ledger(app, "l.reference = 'SOON'").await, 0);
        let file = app.sovereign_admin().get(&format!("{path}/csv")).await;
        assert!(file.text.ends_with("2027-03-05,OMR,0,0.000,0.000,0.000,31.000,0.000\r\n"), "{}", file.text);
        for path in [path, &format!("{path}/csv")] {
            app.member("passer-by").get(path).await.expect_problem(403, "forbidden");
            app.sovereign_admin().get(&path.replace("SOON", "NONESUCH")).await.expect_problem(404, "not_found");
        }
    }
}
