//! What was paid by day: with cards, less what went back to them, and with credit.

use serde_json::json;

use super::{DAY, ledger, minor, report, roll_up};
use crate::harness::on_both;
use crate::refunds::{paid, root, setup};

const REVENUE: &str = "/billing/admin/reports/revenue";

on_both! {
    async fn cards_and_credit_are_what_was_paid(app: &TestApp, setup()) {
        let ahmed = paid(app, "ahmed").await;
        app.clock.advance_seconds(DAY);
        let root = root(app).await;
        ahmed.refund(&root, "half", json!({ "credit_minor": 1_500, "card_minor": 2_000 })).await.expect(200);
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let told = report(app, &format!("{REVENUE}?days=2")).await;
        let numbers: Vec<_> = told["days"].as_array().unwrap().iter().map(|day| {
            ["card_payments", "card_minor", "card_refunded_minor", "credit_minor"].map(|member| minor(day, member))
        }).collect();
        assert_eq!(numbers, [[1, 5_000, 0, 4_000], [0, 0, 2_000, 7_500]]);
        let charged = "SELECT CAST(SUM(amount_minor) AS bigint) FROM card_payments";
        assert_eq!(app.number(charged).await, 5_000);
        assert_eq!(-ledger(app, "e.kind IN ('draw', 'post', 'refund')").await, 4_000 + 7_500);
        roll_up(app).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM card_counts").await, 1);
        assert_eq!(report(app, &format!("{REVENUE}?days=2")).await, told);
        let file = app.superadmin().get(&format!("{REVENUE}/csv?days=1")).await;
        assert_eq!(file.text, "\u{feff}day,currency,card_payments,card,card_refunded,credit\r\n2027-03-02,OMR,0,0.000,2.000,7.500\r\n");
    }
}
