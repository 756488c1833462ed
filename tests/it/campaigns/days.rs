//! What a campaign granted by day, and when its budget ends.

use serde_json::{Value, json};

use super::{campaign, issue_in, read};
use crate::harness::{Setup, TestApp, on_both};

async fn days(app: &TestApp, id: &str, query: &str) -> Vec<(String, i64, i64)> {
    let path = format!("/billing/campaigns/{id}/days?{query}");
    let days = app.sovereign_admin().get(&path).await.expect(200);
    let day = |one: &Value| {
        let number = |name: &str| one[name].as_i64().unwrap();
        (one["day"].as_str().unwrap().to_owned(), number("redemptions"), number("granted_minor"))
    };
    days.as_array().unwrap().iter().map(day).collect()
}

const DAY: i64 = 86_400;

on_both! {
    /// The sums are those of the redemptions themselves, and a release is taken off its day.
    async fn each_day_has_what_was_granted_on_it(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "FOUR", 4).await;
        app.customer("first").await.redeem("FOUR").await.expect(200);
        let second = app.customer("second").await;
        second.checkout("m", "FOUR").await.expect(200);
        app.clock.advance_seconds(2 * DAY);
        app.customer("third").await.redeem("FOUR").await.expect(200);
        let expected = |of_first: i64| {
            [("2027-03-01", of_first, 4_000 * of_first), ("2027-03-02", 0, 0), ("2027-03-03", 1, 4_000)]
                .map(|(day, redemptions, granted)| (day.to_owned(), redemptions, granted))
        };
        assert_eq!(days(app, &id, "").await, expected(2));
        second.checkout("l", "").await.expect(200);
        assert_eq!(days(app, &id, "days=30").await, expected(1));
        assert_eq!(days(app, &id, "days=1").await, expected(1)[2..]);
        let sum: i64 = days(app, &id, "").await.iter().map(|day| day.2).sum();
        let live = "SELECT CAST(SUM(credit_minor) AS bigint) FROM promo_redemptions WHERE state <> 'released'";
        assert_eq!(app.number(live).await, sum);

        let path = format!("/billing/campaigns/{id}/days/csv");
        let file = app.sovereign_admin().get(&path).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(file.text, "\u{feff}day,redemptions,granted,currency,granted_minor\r\n\
            2027-03-01,1,4.000,OMR,4000\r\n2027-03-02,0,0.000,OMR,0\r\n2027-03-03,1,4.000,OMR,4000\r\n");
        for wrong in ["days=0", "days=367"] {
            let path = format!("/billing/campaigns/{id}/days?{wrong}");
            let problem = app.sovereign_admin().get(&path).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "days");
        }
    }

    async fn the_budget_ends_when_it_goes_on_so(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 30_000 })).await;
        issue_in(app, &id, "TEN", 10).await;
        assert_eq!(read(app, &id).await.get("budget_ends_at"), None, "nothing was granted");
        app.clock.advance_seconds(DAY);
        app.customer("first").await.redeem("TEN").await.expect(200);
        // Ten a day, and twenty are left.
        assert_eq!(read(app, &id).await["budget_ends_at"], "2027-03-04T12:00:00Z");
        // Of ten days the last seven count, and in them nothing was granted.
        app.clock.advance_seconds(9 * DAY);
        assert_eq!(read(app, &id).await.get("budget_ends_at"), None);
        app.customer("second").await.redeem("TEN").await.expect(200);
        assert_eq!(read(app, &id).await["budget_ends_at"], "2027-03-18T12:00:00Z");
    }
}
