//! A campaign runs from its first moment until its end.

use serde_json::json;

use super::{campaign, issue_in, put, stands};
use crate::harness::on_both;

on_both! {
    async fn from_its_first_moment_to_its_end(app: &TestApp) {
        // The clock stands at 12:00.
        let time = json!({ "starts_at": "2027-03-01T12:00:10Z", "ends_at": "2027-03-01T12:00:20Z" });
        let id = campaign(app, "Ten seconds", time).await;
        issue_in(app, &id, "TEN", 10).await;
        assert_eq!(stands(app, "TEN").await, (410, false, "scheduled".into()));
        let customer = app.customer("kestrel").await;
        customer.redeem("TEN").await.expect_problem(400, "voucher_not_started");
        customer.checkout("m", "TEN").await.expect_problem(400, "voucher_not_started");
        let page = app.anyone().get("/redeem?code=TEN").await;
        assert_eq!(page.status, 410);
        assert!(page.text.contains("This voucher can be redeemed later"), "{}", page.text);
        assert!(page.text.contains("1 March 2027"), "{}", page.text);

        app.clock.advance_seconds(9);
        assert_eq!(stands(app, "TEN").await.2, "scheduled");
        app.clock.advance_seconds(1);
        assert_eq!(stands(app, "TEN").await, (200, true, "live".into()));
        customer.redeem("TEN").await.expect(200);

        app.clock.advance_seconds(10);
        assert_eq!(stands(app, "TEN").await, (410, false, "ended".into()));
        let late = app.customer("late").await;
        late.redeem("TEN").await.expect_problem(400, "voucher_ended");
        assert!(app.anyone().get("/redeem?code=TEN").await.text.contains("This voucher has ended"));
        put(app, &id, json!({ "ends_at": "" })).await.expect(200);
        late.redeem("TEN").await.expect(200);
    }
}
