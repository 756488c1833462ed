//! `sovereign report`: the same numbers as over HTTP, at the same moment.

use serde_json::Value;

use crate::harness::on_both;

on_both! {
    async fn command_line_and_http_say_the_same(app: &TestApp) {
        // The command has the machine's own clock.
        let now = sovereign::clock::Clock::now(&sovereign::clock::SystemClock);
        app.clock.set(now);
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let client = app.superadmin();
        for (name, path) in [
            ("credit", "/billing/reports/credit"),
            ("redemptions", "/billing/reports/redemptions"),
            ("organizations", "/billing/reports/organizations"),
            ("revenue", "/billing/admin/reports/revenue"),
        ] {
            let said: Value = app.database().run(&["report", name, "--days", "3", "--json"]).expect_json();
            assert_eq!(said, client.get(&format!("{path}?days=3")).await.expect(200), "{name}");
            let file = app.database().run(&["report", name, "--days", "3"]).expect_answer();
            let csv = client.get(&format!("{path}/csv?days=3")).await.text;
            assert_eq!(file.trim_end(), csv.trim_start_matches('\u{feff}').trim_end(), "{name}");
        }
        for wrong in ["0", "367", "many"] {
            let error = app.database().run(&["report", "credit", "--days", wrong]).expect_failure(2);
            assert!(error.contains("--days"), "{error}");
        }
    }
}
