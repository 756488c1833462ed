//! Wrong codes of one address: thirty an hour, wherever they are tried.

use super::{address, assert_wait_is_right, crowd, limited, preview, wait_of};
use crate::harness::on_both;

on_both! {
    /// After the thirtieth the right code is refused as well: whoever guesses learns nothing.
    async fn an_address_has_thirty(app: &TestApp, limited()) {
        app.issue("RIGHT-200", 200, 0).await;
        let guesser = app.anyone().at([10, 0, 0, 1]);
        for n in 0..30 {
            let wrong = preview(&guesser, &format!("WRONG-{n}")).await;
            wrong.expect_problem(404, "not_found");
            if n % 10 == 5 {
                preview(&guesser, "RIGHT-200").await.expect(200);
            }
        }
        let refusals = [preview(&guesser, "WRONG-30").await, preview(&guesser, "RIGHT-200").await];
        assert_eq!(refusals.map(wait_of), [120, 120]);
        preview(&app.anyone().at([10, 0, 0, 2]), "RIGHT-200").await.expect(200);
        let refused = preview(&guesser, "RIGHT-200").await;
        assert_wait_is_right(app, refused, || preview(&guesser, "RIGHT-200")).await;
        // A right code takes nothing.
        preview(&guesser, "WRONG-31").await.expect_problem(404, "not_found");
        assert_eq!(wait_of(preview(&guesser, "RIGHT-200").await), 120);
        app.clock.advance_seconds(3_600);
        preview(&guesser, "RIGHT-200").await.expect(200);
    }

    /// All at once are no way round it.
    async fn thirty_also_where_they_come_at_once(app: &TestApp, limited()) {
        let guesser = app.anyone().at([10, 0, 0, 1]);
        let statuses = crowd(60, |n| {
            let guesser = guesser.clone();
            async move { preview(&guesser, &format!("WRONG-{n}")).await }
        })
        .await;
        assert!(statuses[&404] <= 30, "{statuses:?}");
        assert_eq!(statuses[&404] + statuses[&429], 60, "{statuses:?}");
    }

    /// Preview, checkout and redemption count together; what can be no code counts as well.
    async fn wherever_they_are_tried(app: &TestApp, limited()) {
        app.issue("REVOKED-5", 5, 0).await;
        app.revoke("REVOKED-5").await;
        let mut ahmed = app.customer("ahmed").await;
        ahmed.client = ahmed.client.at([10, 0, 0, 1]);
        for _ in 0..6 {
            preview(&ahmed.client, "WRONG").await.expect(404);
            preview(&ahmed.client, "REVOKED-5").await.expect(404);
            preview(&ahmed.client, "NO CODE").await.expect(404);
            ahmed.checkout("m", "WRONG").await.expect_problem(400, "voucher_unknown");
            ahmed.redeem("REVOKED-5").await.expect_problem(400, "voucher_unknown");
        }
        app.issue("RIGHT-200", 200, 0).await;
        for refused in [
            preview(&ahmed.client, "RIGHT-200").await,
            ahmed.checkout("m", "RIGHT-200").await,
            ahmed.redeem("RIGHT-200").await,
        ] {
            assert_eq!(wait_of(refused), 120);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
        // It is about the codes: an order without one goes on.
        let plain = ahmed.checkout("m", "").await;
        plain.expect_problem(503, "payment_not_configured");
        ahmed.client = ahmed.client.at(address(0, 2));
        ahmed.checkout("m", "RIGHT-200").await.expect(200);
    }

    /// Refused for another reason, a code is no guess.
    async fn a_code_that_is_there_is_not_wrong(app: &TestApp, limited()) {
        app.issue_as(serde_json::json!({ "code": "PAUSED-5", "credit_omr": 5, "active": false })).await;
        let mut ahmed = app.customer("ahmed").await;
        ahmed.client = ahmed.client.at([10, 0, 0, 1]);
        for _ in 0..40 {
            preview(&ahmed.client, "PAUSED-5").await.expect(410);
            ahmed.redeem("PAUSED-5").await.expect_problem(400, "voucher_inactive");
        }
    }
}
