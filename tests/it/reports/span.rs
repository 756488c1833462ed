//! Reports from one day to another: the same numbers as those of the last days.

use serde_json::{Value, json};

use super::credit::four_days;
use super::{minor, report, roll_up};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{TestApp, on_both};
use crate::refunds::setup;

/// The last six days, from the first of which to the last of which something happened.
const DAYS: [&str; 6] =
    ["2027-02-27", "2027-02-28", "2027-03-01", "2027-03-02", "2027-03-03", "2027-03-04"];
const SPANS: [(usize, usize); 4] = [(0, 5), (1, 3), (2, 2), (4, 5)];

fn query((first, last): (usize, usize)) -> String {
    format!("from={}&to={}", DAYS[first], DAYS[last])
}

/// Those of the rows that are of these days.
fn within(rows: &Value, (first, last): (usize, usize)) -> Vec<Value> {
    let days = &DAYS[first..=last];
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| days.contains(&row["day"].as_str().unwrap())).cloned().collect()
}

async fn compare(app: &TestApp) {
    let credit = report(app, "/billing/reports/credit?days=6").await;
    let redemptions = report(app, "/billing/reports/redemptions?days=6").await;
    let organizations = report(app, "/billing/reports/organizations?days=6").await;
    let revenue = report(app, "/billing/admin/reports/revenue?days=6").await;
    for span in SPANS {
        let asked = query(span);
        let told = report(app, &format!("/billing/reports/credit?{asked}")).await;
        let days = within(&credit["days"], span);
        let granted: i64 = days.iter().map(|day| minor(day, "granted_minor")).sum();
        assert_eq!(told["days"], json!(days), "{asked}");
        assert_eq!(minor(&told["total"], "granted_minor"), granted, "{asked}");
        // Of all time, and of now, whichever days are told of.
        assert_eq!(told["outstanding_minor"], credit["outstanding_minor"], "{asked}");
        assert_eq!(told["sources"], credit["sources"], "{asked}");
        let told = report(app, &format!("/billing/reports/redemptions?{asked}")).await;
        assert_eq!(told["rows"], json!(within(&redemptions["rows"], span)), "{asked}");
        let told = report(app, &format!("/billing/reports/organizations?{asked}")).await;
        assert_eq!(told, json!(within(&organizations, span)), "{asked}");
        let told = report(app, &format!("/billing/admin/reports/revenue?{asked}")).await;
        assert_eq!(told["days"], json!(within(&revenue["days"], span)), "{asked}");
        let file = app.sovereign_admin().get(&format!("/billing/reports/credit/csv?{asked}")).await;
        let lines = file.text.lines().skip(1).map(|line| line.split(',').next().unwrap());
        assert_eq!(lines.collect::<Vec<_>>(), DAYS[span.0..=span.1], "{asked}");
    }
}

on_both! {
    /// Whether or not the job has added its lines up.
    async fn it_is_a_part_of_the_last_days(app: &TestApp, setup()) {
        four_days(app).await;
        compare(app).await;
        roll_up(app).await;
        compare(app).await;
        app.customer("late").await.checkout("m", "TWENTY").await.expect(200);
        compare(app).await;
    }

    async fn it_ends_today_unless_it_is_said(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.redeem("TWENTY").await.expect(200);
        let told = report(app, "/billing/reports/credit?from=2027-02-28").await;
        assert_eq!(told, report(app, "/billing/reports/credit?days=2").await);
        let empty = report(app, "/billing/reports/credit?from=&to=").await;
        assert_eq!(empty, report(app, "/billing/reports/credit").await);
    }

    async fn a_campaigns_days_can_be_chosen_too(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "BILL-5", 5).await;
        app.customer("omar").await.redeem("BILL-5").await.expect(200);
        app.clock.advance_seconds(2 * crate::reports::DAY);
        app.customer("lina").await.redeem("BILL-5").await.expect(200);
        let path = format!("/billing/campaigns/{id}/days");
        let all = report(app, &path).await;
        let days: Vec<_> = all.as_array().unwrap().iter().map(|day| (day["day"].as_str().unwrap(), minor(day, "granted_minor"))).collect();
        assert_eq!(days, [("2027-03-01", 5_000), ("2027-03-02", 0), ("2027-03-03", 5_000)]);
        // Before it was made there are none.
        let told = report(app, &format!("{path}?from=2027-02-01&to=2027-03-02")).await;
        assert_eq!(told.as_array().unwrap()[..], all.as_array().unwrap()[..2]);
        assert_eq!(report(app, &format!("{path}?from=2027-01-01&to=2027-02-01")).await, json!([]));
        let file = app.sovereign_admin().get(&format!("{path}/csv?from=2027-03-03")).await;
        assert!(file.text.ends_with("2027-03-03,1,5.000,OMR,5000\r\n"), "{}", file.text);
        assert_eq!(file.text.lines().count(), 2);
    }

    async fn what_is_no_span_is_named(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        let days = format!("/billing/campaigns/{id}/days");
        for path in ["/billing/reports/credit", "/billing/admin/reports/revenue/csv", &days] {
            for (query, field) in [
                ("from=2027-02-01&to=2027-03-02", "to"),
                ("from=2027-03-01&to=2027-02-28", "from"),
                ("from=2026-02-28", "from"),
                ("from=soon", "from"),
                ("to=2027-02-28", "from"),
                ("days=3&from=2027-02-28", "days"),
                ("days=367", "days"),
            ] {
                let problem = app.superadmin().get(&format!("{path}?{query}")).await;
                assert_eq!(problem.expect_problem(400, "invalid_request")["field"], field, "{query}");
            }
        }
    }
}
