//! Reports in pages: what they say is what the database has.

use serde_json::json;

use super::{administrator, lacks};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, on_both};

const PAGE: &str = "/admin/reports";

on_both! {
    async fn it_says_what_happened(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200).has(&["Nothing in this time", "aria-current=\"page\">Reports", "?days=30\" aria-current=\"true\">30 days"]);
        let bills = campaign(app, "Bills", json!({})).await;
        issue_in(app, &bills, "BILL-20", 20).await;
        app.issue("ALONE-3", 3, 0).await;
        app.customer("omar").await.checkout("m", "BILL-20").await.expect(200);
        app.customer("lina").await.redeem("ALONE-3").await.expect(200);
        let shown = browser.get(&format!("{PAGE}?days=7")).await.expect(200);
        shown.has(&[
            "?days=7\" aria-current=\"true\">7 days",
            // Granted, spent, outstanding.
            "23.000\u{a0}OMR", "9.000\u{a0}OMR", "14.000\u{a0}OMR",
            &format!("href=\"/admin/campaigns/{bills}\"><bdi translate=\"no\">Bills"), "In no campaign", "1 March 2027",
            "<rect class=\"kind-0\"", "<rect class=\"kind-5\"",
            "href=\"/admin/reports/credit.csv?days=7\"",
        ]);
        let outstanding = app.number("SELECT CAST(SUM(balance_minor) AS bigint) FROM wallets").await;
        assert_eq!(outstanding, 14_000);
        let made = app.number("SELECT COUNT(*) FROM organizations").await;
        shown.has(&[&format!("New Organizations</dt><dd><bdi dir=\"ltr\">{made}</bdi>")]);
        let file = browser.get(&format!("{PAGE}/redemptions.csv?days=7")).await.expect(200);
        assert_eq!(file.text, app.sovereign_admin().get("/billing/reports/redemptions/csv?days=7").await.text);
        browser.get(&format!("{PAGE}/nonesuch.csv")).await.expect(404);
        browser.get(&format!("{PAGE}?days=366000")).await.expect(200).has(&["?days=30\" aria-current=\"true\""]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "المتبقي لدى العملاء الآن", "بلا حملة"]);
    }

    /// From one day to another, in the form and in the files.
    async fn days_can_be_chosen(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.redeem("TWENTY").await.expect(200);
        app.clock.advance_seconds(2 * 86_400);
        app.customer("lina").await.redeem("TWENTY").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(&format!("{PAGE}?from=2027-02-01&to=2027-03-02")).await.expect(200);
        shown.has(&[
            "name=\"from\" value=\"2027-02-01\"", "name=\"to\" value=\"2027-03-02\"",
            "Granted</dt><dd><bdi dir=\"ltr\">20.000\u{a0}OMR", "Outstanding now</dt><dd><bdi dir=\"ltr\">40.000\u{a0}OMR",
            "href=\"/admin/reports/credit.csv?from=2027-02-01&#38;to=2027-03-02\"",
        ]);
        lacks(&shown, &["aria-current=\"true\">"]);
        let file = browser.get(&format!("{PAGE}/credit.csv?from=2027-03-01&to=2027-03-02")).await.expect(200);
        assert_eq!(file.text, app.sovereign_admin().get("/billing/reports/credit/csv?from=2027-03-01&to=2027-03-02").await.text);
        for (query, field) in [("from=2027-03-01&to=2027-03-04", "to"), ("from=2027-03-02&to=2027-03-01", "from"), ("to=2027-03-01", "from")] {
            let wrong = browser.get(&format!("{PAGE}?{query}")).await.expect(400);
            wrong.has(&[&format!("href=\"#{field}\"")]);
            browser.get(&format!("{PAGE}/credit.csv?{query}")).await.expect(400);
        }
        browser.language = "ar";
        browser.get(&format!("{PAGE}?from=٢٠٢٧-٠٣-٠١")).await.expect(200).has(&["value=\"2027-03-01\""]);
    }

    async fn what_is_earned_is_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        app.customer("lina").await.redeem("TWENTY").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get(PAGE).await.expect(200), &["Monthly recurring revenue", "Active subscriptions"]);
        app.execute("UPDATE users SET role = 'superadmin' WHERE email = 'maryam@example.com'").await;
        let told = app.superadmin().get("/billing/admin/revenue").await.expect(200);
        let fact = |name: &str, value: &str| format!("{name}</dt><dd><bdi dir=\"ltr\">{value}</bdi>");
        assert_eq!(told["total_mrr_baisa"], 9_000);
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[&fact("Monthly recurring revenue", "9.000\u{a0}OMR")]);
        for (name, member) in [
            ("Active subscriptions", "active_subscriptions"), ("Customers", "total_customers"), ("New customers this month", "new_this_month"),
        ] {
            shown.has(&[&fact(name, &told[member].to_string())]);
        }
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["الإيراد الشهري المتكرر"]);
    }

    async fn revenue_is_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get(PAGE).await.expect(200), &["Revenue", "revenue.csv"]);
        browser.get(&format!("{PAGE}/revenue.csv")).await.expect(403).has(&["This is for superadmins"]);
        app.execute("UPDATE users SET role = 'superadmin' WHERE email = 'maryam@example.com'").await;
        browser.get(PAGE).await.expect(200).has(&["Revenue", "/admin/reports/revenue.csv?days=30", "Cards", "9.000\u{a0}OMR"]);
        let file = browser.get(&format!("{PAGE}/revenue.csv?days=1")).await.expect(200);
        assert!(file.text.ends_with("2027-03-01,OMR,0,0.000,0.000,9.000\r\n"), "{}", file.text);
        app.execute("UPDATE users SET role = 'member' WHERE email = 'maryam@example.com'").await;
        for path in [PAGE.to_owned(), format!("{PAGE}/credit.csv")] {
            browser.get(&path).await.expect(403);
            assert_eq!(app.browser().get(&path).await.status, 303);
        }
    }

    /// A voucher's page and the list say what became of its credit.
    async fn a_voucher_says_what_became_of_its_credit(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get("/admin/vouchers/TWENTY").await.expect(200), &["What is left of its credit", "Last redeemed"]);
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        browser.get("/admin/vouchers/TWENTY").await.expect(200).has(&[
            "Spent</dt><dd><bdi dir=\"ltr\">9.000\u{a0}OMR", "Outstanding</dt><dd><bdi dir=\"ltr\">11.000\u{a0}OMR",
            "Last redeemed</dt><dd>1 March 2027", "What is left of its credit", "<rect class=\"kind-0\"",
            "href=\"/admin/vouchers/TWENTY/credit.csv\"",
        ]);
        browser.get("/admin/vouchers").await.expect(200).has(&["data-label=\"Spent\"><bdi dir=\"ltr\">9.000\u{a0}OMR", "data-label=\"Last redeemed\">1 March 2027"]);
        let file = browser.get("/admin/vouchers/TWENTY/credit.csv").await.expect(200);
        assert!(file.text.ends_with("2027-03-01,OMR,1,20.000,0.000,9.000,0.000,11.000\r\n"), "{}", file.text);
    }
}
