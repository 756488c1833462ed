//! Who may read reports, and of how many days.

use crate::harness::on_both;

const FOR_ISSUERS: [&str; 3] = ["credit", "redemptions", "organizations"];
const REVENUE: &str = "/billing/admin/reports/revenue";

on_both! {
    async fn revenue_is_for_the_superadmin(app: &TestApp) {
        for ending in ["", "/csv"] {
            for name in FOR_ISSUERS {
                let path = format!("/billing/reports/{name}{ending}");
                assert_eq!(app.sovereign_admin().get(&path).await.status, 200, "{path}");
                app.member("passer-by").get(&path).await.expect_problem(403, "forbidden");
                app.anyone().get(&path).await.expect_problem(401, "unauthorized");
            }
            let path = format!("{REVENUE}{ending}");
            assert_eq!(app.superadmin().get(&path).await.status, 200);
            app.sovereign_admin().get(&path).await.expect_problem(403, "forbidden");
            app.anyone().get(&path).await.expect_problem(401, "unauthorized");
        }
    }

    async fn days_are_from_1_to_366(app: &TestApp) {
        let paths = FOR_ISSUERS.map(|name| format!("/billing/reports/{name}"));
        for path in paths.iter().map(String::as_str).chain([REVENUE]) {
            for ending in ["", "/csv"] {
                for wrong in ["0", "367", "-1", "many"] {
                    let path = format!("{path}{ending}?days={wrong}");
                    let problem = app.superadmin().get(&path).await.expect_problem(400, "invalid_request");
                    assert_eq!(problem["field"], "days", "{path}");
                }
                assert_eq!(app.superadmin().get(&format!("{path}{ending}?days=366")).await.status, 200);
            }
        }
    }
}
