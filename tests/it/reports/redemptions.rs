//! Redemptions by day and campaign, and new Organizations by day.

use serde_json::{Value, json};

use super::{DAY, date, minor, report, roll_up};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, on_both};

const REDEMPTIONS: &str = "/billing/reports/redemptions";

fn rows(report: &Value) -> Vec<(String, String, i64, i64)> {
    let row = |row: &Value| {
        let campaign = row["campaign"].as_str().unwrap_or("none").to_owned();
        (
            row["day"].as_str().unwrap().to_owned(),
            campaign,
            minor(row, "redemptions"),
            minor(row, "granted_minor"),
        )
    };
    report["rows"].as_array().unwrap().iter().map(row).collect()
}

on_both! {
    async fn each_counts_on_its_day_in_its_campaign(app: &TestApp, Setup::with_stripe()) {
        let bills = campaign(app, "Bills", json!({})).await;
        let spring = campaign(app, "Spring", json!({})).await;
        issue_in(app, &bills, "BILL", 4).await;
        issue_in(app, &spring, "SPRING", 5).await;
        app.issue("ALONE", 3, 0).await;
        let first = app.customer("first").await;
        for code in ["BILL", "SPRING", "ALONE"] {
            first.redeem(code).await.expect(200);
        }
        let second = app.customer("second").await;
        second.checkout("m", "ALONE").await.expect(200);
        app.clock.advance_seconds(2 * DAY);
        app.customer("third").await.redeem("BILL").await.expect(200);
        // The second order takes the place of the first, which gives its voucher back: on the day it was redeemed.
        second.checkout("l", "").await.expect(200);
        let expected = [
            ("2027-03-01", "Bills", 1, 4_000), ("2027-03-01", "Spring", 1, 5_000), ("2027-03-01", "none", 1, 3_000),
            ("2027-03-03", "Bills", 1, 4_000),
        ].map(|(day, name, redemptions, granted)| (day.to_owned(), name.to_owned(), redemptions, granted));
        let mut told = rows(&report(app, REDEMPTIONS).await);
        told.sort();
        assert_eq!(told, expected);
        roll_up(app).await;
        let mut again = rows(&report(app, &format!("{REDEMPTIONS}?days=3")).await);
        again.sort();
        assert_eq!(again, expected);
        assert_eq!(rows(&report(app, &format!("{REDEMPTIONS}?days=1")).await).len(), 1);
        let on = date(app, "created_at");
        for day in ["2027-03-01", "2027-03-02", "2027-03-03"] {
            let sql = format!("SELECT COUNT(*) FROM promo_redemptions WHERE state <> 'released' AND {on} = '{day}'");
            let of_day: i64 = told.iter().filter(|row| row.0 == day).map(|row| row.2).sum();
            assert_eq!(of_day, app.number(&sql).await, "{day}");
        }
        let file = app.sovereign_admin().get(&format!("{REDEMPTIONS}/csv?days=1")).await;
        assert_eq!(file.text, format!("\u{feff}day,campaign_id,campaign,currency,redemptions,granted\r\n2027-03-03,{bills},Bills,OMR,1,4.000\r\n"));
    }

    /// A voucher that goes to another campaign takes none of its redemptions along.
    async fn a_redemption_stays_in_its_campaign(app: &TestApp) {
        let bills = campaign(app, "Bills", json!({})).await;
        app.issue("MOVES", 3, 0).await;
        app.customer("first").await.redeem("MOVES").await.expect(200);
        app.issue_as(json!({ "code": "MOVES", "credit_omr": 3, "campaign_id": bills })).await;
        app.customer("second").await.redeem("MOVES").await.expect(200);
        let mut names: Vec<_> = rows(&report(app, REDEMPTIONS).await).into_iter().map(|row| (row.1, row.2)).collect();
        names.sort();
        assert_eq!(names, [("Bills".to_owned(), 1), ("none".to_owned(), 1)]);
    }

    async fn organizations_count_on_the_day_they_were_made(app: &TestApp) {
        app.customer("first").await;
        app.customer("second").await;
        app.clock.advance_seconds(DAY);
        app.customer("third").await;
        app.execute("UPDATE organizations SET status = 'deleted' WHERE slug = 'third'").await;
        let told = report(app, "/billing/reports/organizations?days=3").await;
        let made: Vec<_> = told.as_array().unwrap().iter().map(|day| (day["day"].as_str().unwrap(), minor(day, "organizations"))).collect();
        assert_eq!(made, [("2027-02-28", 0), ("2027-03-01", 2), ("2027-03-02", 1)]);
        let file = app.sovereign_admin().get("/billing/reports/organizations/csv?days=2").await;
        assert_eq!(file.text, "\u{feff}day,organizations\r\n2027-03-01,2\r\n2027-03-02,1\r\n");
    }
}
